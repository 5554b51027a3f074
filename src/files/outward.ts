import { lookup as resolve } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { createRequire } from 'node:module';
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type * as Undici from 'undici';
import type { ByteAnswer, SendForBytes } from '../core/files.ts';
import { whenUsed, whenUsedOrSoon } from '../loading.ts';
import { isPublic } from './addresses.ts';

/**
 * Requests for bytes whose address somebody else chose. They reach the internet and the configured origins, and nothing
 * else: each address is judged where the connection is made, for a name may lead to another one a moment later.
 */

const CONNECT_MS = 10_000;
const HEADERS_MS = 15_000;
/** Between two pieces of a body. */
const SILENCE_MS = 30_000;

const require = createRequire(import.meta.url);
const undici = whenUsedOrSoon((): typeof Undici => require('undici'));

/** The address is one that must not be called from here. */
export class Forbidden extends Error {
  constructor(what: string) {
    super(`not allowed: ${what}`);
    this.name = 'Forbidden';
  }
}

export type Outward = { readonly send: SendForBytes; close(): Promise<void> };

/** `trusted`: origins that may be reached over http, and in our own network. */
export const createOutward = (trusted: ReadonlySet<string>): Outward => {
  const known = whenUsed(() => new (undici().Agent)({ connect: { timeout: CONNECT_MS }, ...patience }));
  const foreign = whenUsed(() => new (undici().Agent)({ connect: guarded(), ...patience }));

  const send: SendForBytes = async ({ url, method, headers, body, signal }) => {
    const { origin, protocol, username, password } = new URL(url);
    const isTrusted = trusted.has(origin);
    if (protocol !== 'https:' && !(isTrusted && protocol === 'http:')) throw new Forbidden('only https');
    if (username !== '' || password !== '') throw new Forbidden('an address with a password');
    const answer = await undici().request(url, {
      dispatcher: isTrusted ? known() : foreign(),
      method,
      headers: { ...headers },
      body: body === null ? null : Readable.from(body),
      signal,
    });
    return answerOf(answer);
  };

  return {
    send,
    close: async () => {
      await Promise.all([known().destroy(), foreign().destroy()]);
    },
  };
};

const patience = { headersTimeout: HEADERS_MS, bodyTimeout: SILENCE_MS };

const answerOf = ({ statusCode, headers, body }: Undici.Dispatcher.ResponseData): ByteAnswer => ({
  status: statusCode,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  ),
  body,
  discard: async () => {
    // A rest that is long is not worth reading: the connection goes.
    body.on('error', () => undefined);
    body.destroy();
  },
});

/** Connects to addresses of the internet only, and to the very ones it has judged. */
const guarded = (): Undici.buildConnector.connector => {
  const connect = undici().buildConnector({ timeout: CONNECT_MS, lookup: lookupPublic });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    // What is an address already is not looked up.
    if (isIP(host) !== 0 && !isPublic(host)) return callback(new Forbidden('a private address'), null);
    return connect(options, callback);
  };
};

const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    // One private address among public ones is a trick, not a choice.
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublic(address)))
      return callback(new Forbidden('a private address'), '', 0);
    return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
  });
};
