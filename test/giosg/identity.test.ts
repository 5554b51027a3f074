import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ExternalId } from '../../src/core/visitor-case.ts';
import { IdentityRules } from '../../src/core/visitor-identity.ts';
import { ASSUMED } from '../../src/giosg/assumptions.ts';
import { mintFor } from '../../src/giosg/identity.ts';
import type { IdentityContract } from '../../src/sandbox/giosg/options.ts';
import { fixture } from './server.ts';
import { first, start, visitor } from './world.ts';

const NOW = Date.parse('2026-01-01T00:00:00.700Z');
const KEY = 'a-signing-key-that-nobody-may-see';

const Vector = z.object({
  signing_key_utf8: z.string(),
  claims: z.object({ sub: ExternalId, iat: z.int() }),
  token: z.string(),
});

const mintWith = (rules: Partial<IdentityRules> = {}, signingKey = KEY, now = () => NOW) =>
  mintFor({ signingKey, rules: { ...ASSUMED.identity, ...rules }, now });

const partOf = (token: string, index: number): unknown =>
  JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString('utf8'));

describe('the identity token', () => {
  test('is the published test vector, to the letter', async () => {
    const { signing_key_utf8: key, claims, token } = Vector.parse(fixture('external-identity-jwt.assumed'));

    expect(await mintWith({}, key, () => claims.iat * 1_000)(claims.sub)).toBe(token);
  });

  test('says who, since when and until when, in whole seconds', async () => {
    const token = await mintWith()(visitor);

    expect(partOf(token, 0)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(partOf(token, 1)).toEqual({ sub: 'customer-1001', iat: 1_767_225_600, exp: 1_767_225_900 });
  });

  test('says what an account asks for besides', async () => {
    const rules: Partial<IdentityRules> = {
      algorithm: 'HS512',
      key_id: 'k1',
      claim: 'external_id',
      extra_claims: { iss: 'example', realm: { name: 'shop' } },
      lifetime_seconds: 30,
      backdate_seconds: 20,
    };

    const token = await mintWith(rules)(visitor);

    expect(partOf(token, 0)).toEqual({ alg: 'HS512', typ: 'JWT', kid: 'k1' });
    expect(partOf(token, 1)).toEqual({
      iss: 'example',
      realm: { name: 'shop' },
      external_id: 'customer-1001',
      iat: 1_767_225_580,
      exp: 1_767_225_630,
    });
  });

  test('is a segment of a path as it stands, whatever the id', async () => {
    const token = await mintWith()(ExternalId.parse('Zoë/../?#%2F&日本'));

    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(partOf(token, 1)).toMatchObject({ sub: 'Zoë/../?#%2F&日本' });
  });

  test('keeps within the length of addresses for the longest id', async () => {
    expect((await mintWith()(ExternalId.parse('語'.repeat(200)))).length).toBeLessThan(1_500);
  });
});

const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const der = Buffer.from(rsa.privateKey.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
const secret = Buffer.from([0, 255, ...createHash('sha256').update('a key').digest()]);

type Accepted = readonly [string, Partial<IdentityRules>, string, Partial<IdentityContract>];

const hmacs: readonly Accepted[] = (['HS256', 'HS384', 'HS512'] as const).map((algorithm) => [
  `${algorithm} with a key of plain text`,
  { algorithm },
  KEY,
  { algorithms: [algorithm], key: KEY },
]);
const signatures: readonly Accepted[] = (['RS256', 'RS384', 'RS512'] as const).map((algorithm) => [
  `${algorithm} with a private key in PEM`,
  { algorithm },
  rsa.privateKey,
  { algorithms: [algorithm], key: rsa.publicKey },
]);
const others: readonly Accepted[] = [
  ['a key in hex', { key_encoding: 'hex' }, secret.toString('hex'), { key: secret }],
  ['a key in base64', { key_encoding: 'base64' }, secret.toString('base64'), { key: secret }],
  ['a key in base64url', { key_encoding: 'base64' }, secret.toString('base64url'), { key: secret }],
  [
    'a private key whose PEM is in base64, as one line of the environment',
    { algorithm: 'RS256', key_encoding: 'base64' },
    Buffer.from(rsa.privateKey).toString('base64'),
    { algorithms: ['RS256'], key: rsa.publicKey },
  ],
  [
    'a private key in PKCS #8',
    { algorithm: 'RS256', key_encoding: 'base64' },
    der.toString('base64'),
    { algorithms: ['RS256'], key: rsa.publicKey },
  ],
  ['a key id', { key_id: 'k1' }, KEY, { key: KEY, keyId: 'k1' }],
  ['another claim', { claim: 'customer' }, KEY, { key: KEY, claim: 'customer' }],
  ['more claims', { extra_claims: { iss: 'x' } }, KEY, { key: KEY, requiredClaims: { iss: 'x' } }],
  ['a shorter life', { lifetime_seconds: 30 }, KEY, { key: KEY, longestLifetimeSeconds: 30 }],
];

describe('an organization that wants it otherwise is satisfied by settings', () => {
  test.each([...hmacs, ...signatures, ...others])('%s', async (_name, identity, signingKey, contract) => {
    const { cases } = await start({ identity, signingKey }, { identity: contract });

    expect(await cases.probe(visitor)).toEqual({ organization: 'same', visitor: 'unknown' });
  });

  test('a vendor whose clock is behind ours', async () => {
    const late = { now: () => Date.now() - 20_000 };
    const inTime = await start({}, late);
    const backdated = await start({ identity: { backdate_seconds: 30 } }, late);

    await expect(inTime.cases.probe(visitor)).rejects.toMatchObject({ facts: { status: 400 } });
    expect(await backdated.cases.probe(visitor)).toMatchObject({ visitor: 'unknown' });
  });
});

test('every request has a token of its own', async () => {
  let now = Date.now() - 5_000;
  const { room, cases } = await start({ now: () => (now += 1_000) }, { variants: { pageSizes: [1] } });
  room.openCase(visitor);
  room.openCase(visitor);

  const page = await cases.casesOf(visitor, first);
  await cases.casesOf(visitor, { ...first, cursor: page?.next ?? null });

  const [one, two] = room.requests.map(({ identityToken }) => identityToken);
  expect(one).not.toBeNull();
  expect(two).not.toBe(one);
});

describe('a key that does not fit is refused at the start, without a word of it', () => {
  const weak = generateKeyPairSync('rsa', {
    modulusLength: 1_024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  test.each([
    ['text for RSA', { algorithm: 'RS256' }, KEY, /not an RSA private key/],
    ['a public key', { algorithm: 'RS256' }, rsa.publicKey, /not an RSA private key/],
    ['a short RSA key', { algorithm: 'RS256' }, weak.privateKey, /at least 2048 bits/],
    ['no hex', { key_encoding: 'hex' }, KEY, /is not hex/],
    ['no base64', { key_encoding: 'base64' }, 'a key!', /is not base64/],
    ['nothing', {}, '', /is not text/],
    ['an identity that is set twice', { extra_claims: { sub: 'x' } }, KEY, /claim sub is set twice/],
    ['an expiry of its own', { extra_claims: { exp: 1 } }, KEY, /claim exp is set twice/],
  ] as const)('%s', (_name, rules, key, says) => {
    expect(() => mintWith(rules, key)).toThrow(says);
  });

  test.each([
    ['hex', KEY],
    ['base64', `${KEY}!`],
    ['text', weak.privateKey],
  ] as const)('whatever was wrong with it as %s', (key_encoding, key) => {
    expect(() => mintWith({ algorithm: 'RS256', key_encoding }, key)).not.toThrow(key);
    expect(() => mintWith({ algorithm: 'RS256', key_encoding }, key)).toThrow(/^the giosg signing key is not [\w ]+$/);
  });
});

test.each([
  ['a claim that is no JSON', { extra_claims: { at: new Date() } }],
  ['an unknown algorithm', { algorithm: 'none' }],
  ['a life of a day', { lifetime_seconds: 86_400 }],
  ['a word nobody knows', { audience: 'x' }],
])('settings with %s are refused', (_name, given) => {
  expect(IdentityRules.partial().safeParse(given).success).toBe(false);
});

test.each([
  ['', 'empty'],
  ['a\u200Bb', 'with an invisible character'],
  ['x'.repeat(201), 'too long'],
  ['a\nb', 'of two lines'],
])('an external id that cannot be one is refused: %j (%s)', (given) => {
  expect(ExternalId.safeParse(given).success).toBe(false);
});
