import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { SANDBOX_SIGNING_KEY } from '../../src/sandbox/giosg/options.ts';
import { type GiosgSimulator, startGiosg } from '../../src/sandbox/giosg/server.ts';
import { C } from '../../src/sandbox/slack/seed.ts';
import { both, run } from '../support/running.ts';

/** What the doctor, and the start, say of giosg. */

const Findings = z.array(z.object({ group: z.string(), item: z.string(), result: z.string(), found: z.string() }));

const world = async () => {
  const { env, folder } = await both();
  const giosg = await startGiosg();
  onTestFinished(() => giosg.stop());
  const settings = {
    ...env,
    GIOSG_ORGANIZATION_ID: giosg.organizationId,
    GIOSG_API_TOKEN: giosg.token,
    GIOSG_SIGNING_KEY: SANDBOX_SIGNING_KEY,
    GIOSG_BASE_URL: giosg.url,
  };
  return { giosg, folder, settings };
};

const examined = async (env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> => {
  const { out } = await run(['src/cli.ts', 'doctor', '--json'], env).ended;
  for (const secret of [env['GIOSG_API_TOKEN'] ?? '', env['GIOSG_SIGNING_KEY'] ?? '', 'eyJ'])
    expect(out).not.toContain(secret);
  const mine = Findings.parse(JSON.parse(out)).filter(({ group }) => group === 'giosg');
  return Object.fromEntries(mine.map(({ item, result }) => [item, result]));
};

const all = {
  host: 'proven',
  token: 'proven',
  organization: 'proven',
  subscription: 'proven',
  'signing key': 'proven',
};

test('the doctor proves host, token, organization, subscription and signing key with a made-up customer', async () => {
  const { settings, giosg } = await world();

  expect(await examined(settings)).toEqual(all);
  expect(giosg.snapshot().visitors).toEqual([]);
});

const partner = '5a4db0c5-0000-4000-8000-000000000009';

test.each<[string, (giosg: GiosgSimulator) => Record<string, string>, object]>([
  ['a token that was revoked', (giosg) => (giosg.revokeToken(), {}), { host: 'proven', token: 'wrong' }],
  ['no subscription', (giosg) => (giosg.setSubscribed(false), {}), { host: 'proven', subscription: 'wrong' }],
  [
    'a wrong signing key',
    () => ({ GIOSG_SIGNING_KEY: 'another-key-that-is-wrong' }),
    { host: 'proven', token: 'proven', 'signing key': 'wrong' },
  ],
  [
    'the token of another organization’s user',
    (giosg) => ({ GIOSG_API_TOKEN: giosg.addToken({ token: 'a-token-of-a-partner', organization: partner }).token }),
    { ...all, organization: 'open' },
  ],
  ['another server', () => ({ GIOSG_BASE_URL: 'http://127.0.0.1:9' }), { host: 'wrong' }],
])('the doctor tells %s from the rest', async (_name, change, expected) => {
  const { settings, giosg } = await world();

  expect(await examined({ ...settings, ...change(giosg) })).toEqual(expected);
});

test('a key that does not fit the rules of the routes file ends the start, in one line without the key', async () => {
  const { settings, folder } = await world();
  const routes = join(folder, 'routes.yml');
  writeFileSync(
    routes,
    `channels: { ${C.support}: {} }\ngiosg: { identity: { algorithm: RS256, key_encoding: base64 } }\n`,
  );

  const { code, err } = await run(['src/main.ts'], { ...settings, ROUTES_FILE: routes }).ended;

  expect(code).toBe(78);
  expect(err).toMatch(
    /^GIOSG_SIGNING_KEY cannot be used \(.*\); expected a key that fits giosg\.identity in ROUTES_FILE\n$/,
  );
  expect(err).not.toContain(SANDBOX_SIGNING_KEY);
});

test('a key pair works, with its private half base64-encoded into one line', async () => {
  const { settings, folder, giosg } = await world();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  Object.assign(giosg.identity, { algorithms: ['RS256'], key: publicKey.export({ type: 'spki', format: 'pem' }) });
  const routes = join(folder, 'routes.yml');
  writeFileSync(
    routes,
    `channels: { ${C.support}: {} }\ngiosg: { identity: { algorithm: RS256, key_encoding: base64 } }\n`,
  );

  const key = Buffer.from(pem).toString('base64');

  expect(await examined({ ...settings, ROUTES_FILE: routes, GIOSG_SIGNING_KEY: key })).toEqual(all);
});

test('a token that giosg refuses ends the start with its name', async () => {
  const { settings, giosg } = await world();
  giosg.revokeToken();

  const { code, err } = await run(['src/main.ts'], settings).ended;

  expect(code).toBe(78);
  expect(err).toMatch(/^GIOSG_API_TOKEN is refused by giosg; expected /);
});
