import { expect, test } from 'vitest';
import { isPublic } from '../../src/files/addresses.ts';

test.each([
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  'fc00::1',
  'fd12:3456::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '[::ffff:a9fe:a9fe]',
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  'localhost',
  '',
])('%s is none of the internet', (address) => expect(isPublic(address)).toBe(false));

test.each([
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '2606:4700::1111',
  '[2606:4700::1111]',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
])('%s is one of the internet', (address) => expect(isPublic(address)).toBe(true));
