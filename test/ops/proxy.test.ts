import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, run, sees, started } from '../support/running.ts';

/**
 * ops/Caddyfile in a real Caddy before the real app, where there is one: in the path, or as CADDY. Only the public name
 * and the place of the app are others than in the file.
 */

const CADDY = process.env['CADDY'] ?? 'caddy';
const version = spawnSync(CADDY, ['version'], { encoding: 'utf8' }).stdout ?? '';
const isThere = /\d+\.\d+\.\d+/u.test(version);
/** The one that ops/compose.yml has; older ones lose a body when they try again (caddyserver/caddy#7546). */
const keepsBodies = !/\b2\.(?:\d|10)\.|\b2\.11\.[01]\b/u.test(version);

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const SECRET = 'a-secret-of-the-webhook';

const proxied = async () => {
  const given = await both();
  const { slack, folder } = given;
  const port = await freePort();
  const env = {
    ...given.env,
    PORT: String(port),
    ACQUIRE_WEBHOOK_SECRET: SECRET,
  };
  const file = readFileSync('ops/Caddyfile', 'utf8')
    .replace('name casebridge', 'name localhost')
    .replace('port 3000', `port ${port}`);
  const path = join(folder, 'Caddyfile');
  writeFileSync(path, `{\n\tadmin off\n}\n${file}`);
  const url = `http://127.0.0.1:${await freePort()}`;
  const caddy = spawn(CADDY, ['run', '--config', path, '--adapter', 'caddyfile'], {
    env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, CASEBRIDGE_HOST: url },
    stdio: 'ignore',
  });
  const closed = new Promise((resolve) => caddy.once('close', resolve));
  onTestFinished(async () => {
    caddy.kill('SIGKILL');
    await closed;
  });
  const app = run(['src/main.ts'], env);
  await started(app);
  await sees(
    () =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status === 404,
        () => false,
      ),
    'the proxy runs',
  );
  await slack.connect(`${url}/slack/events`);
  return { ...given, env, app, url };
};

const webhook = (url: string, body: string): Promise<Response> =>
  fetch(`${url}/webhooks/acquire`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-acquire-signature': createHmac('sha256', SECRET).update(body).digest('hex'),
    },
  });

test.skipIf(!isThere)(
  'passes signed bodies through unchanged, and keeps inside what is for inside',
  {
    timeout: 60_000,
  },
  async () => {
    const { url, slack, acquire } = await proxied();
    // Blanks and letters that somebody might tidy up on the way.
    const body = '{ "event":"user:status",\t"data":{"note":"\\u00e4 ä  "} }\n';

    expect((await webhook(url, body)).status).toBe(200);
    for (const path of ['/metrics', '/readyz', '/healthz']) expect((await fetch(`${url}${path}`)).status).toBe(404);
    const contact = acquire.contact({ name: 'Jo' });
    acquire.openCase(contact.id, { text: 'Where is my parcel?' });
    const root = await sees(() => slack.messages(C.support)[0]?.ts, 'the thread');
    slack.say(U.anna, C.support, 'On its way.', { threadTs: root });
    await sees(
      () => acquire.snapshot().messages.some(({ text }) => text === 'On its way.'),
      'the reply, by Slack’s event',
    );
  },
);

test.skipIf(!isThere)('holds a request while the process behind it starts anew', { timeout: 60_000 }, async () => {
  const { url, app, env } = await proxied();
  app.kill('SIGTERM');
  await app.ended;

  const nothing = fetch(`${url}/files/nothing`);
  const asked = keepsBodies ? webhook(url, '{"event":"user:status","data":{}}') : null;
  const again = run(['src/main.ts'], env);

  expect((await nothing).status).toBe(404);
  expect([null, 200]).toContain((await asked)?.status ?? null);
  expect(again.out()).not.toBe('');
});
