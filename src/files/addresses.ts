import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Addresses that lead into a network of ours instead of the internet: what an address in somebody's message must never
 * make us call. https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
 */

const IPV4_INSIDE: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** What is global is inside 2000::/3; these of it lead elsewhere (Teredo and 6to4 tunnels, documentation, ORCHID). */
const IPV6_INSIDE: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const listOf = (networks: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
};

const inside4 = listOf(IPV4_INSIDE, 'ipv4');
const inside6 = listOf(IPV6_INSIDE, 'ipv6');
const global6 = listOf([['2000::', 3]], 'ipv6');
/** An IPv4 address in another dress: mapped, or behind the gateway of a network that has IPv6 alone (RFC 6052). */
const mapped4 = listOf([['::ffff:0:0', 96]], 'ipv6');
const gateway4 = listOf([['64:ff9b::', 96]], 'ipv6');

/** Whether an IP address is one of the internet. What is no address at all is none of it. */
export const isPublic = (address: string): boolean => {
  const plain = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (isIP(plain) === 0) return false;
  if (isIPv4(plain)) return !inside4.check(plain, 'ipv4');
  if (mapped4.check(plain, 'ipv6') || gateway4.check(plain, 'ipv6')) return isPublic(lastFour(plain));
  return global6.check(plain, 'ipv6') && !inside6.check(plain, 'ipv6');
};

/** The last 32 bits of an IPv6 address, as IPv4. */
const lastFour = (address: string): string => {
  const dotted = /[^:]+\.[^:]+$/.exec(address)?.[0];
  if (dotted !== undefined) return dotted;
  // The form of an URL has each group written out as hex digits, zeros left out.
  const [high = '', low = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const bits = [high, low].map((group) => Number.parseInt(group === '' ? '0' : group, 16));
  return bits.flatMap((group) => [group >> 8, group & 0xff]).join('.');
};
