import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../src/sandbox/slack/seed.ts';
import { readStore } from '../src/store/read.ts';
import { both, run, sees, started } from './support/running.ts';

const Facts = z.record(z.string(), z.unknown());
const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const APP = ['src/main.ts'];

test('a wrong configuration ends the start with 78 and one line per problem, without any value', async () => {
  const app = run(APP, { SLACK_BOT_TOKEN: 'xoxp-not-a-bot-4711', ACQUIRE_POLL_SECONDS: '-4', PORT: 'http' });

  const { code, err, out } = await app.ended;

  expect(code).toBe(78);
  const named = ['SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'ACQUIRE_ACCOUNT_ID', 'ACQUIRE_API_KEY'];
  expect(
    err
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual([...named, 'ACQUIRE_POLL_SECONDS', 'CASE_CHANNEL', 'PORT']);
  expect(err + out).not.toContain('4711');
});

test('a routes file that cannot be read ends the start with 78', async () => {
  const { env, folder } = await both();

  const { code, err } = await run(APP, { ...env, ROUTES_FILE: `${folder}/routes.yaml` }).ended;

  expect(code).toBe(78);
  expect(err).toMatch(/^ROUTES_FILE .* cannot be read/);
});

test.each([
  ['SLACK_BOT_TOKEN', 'xoxb-refused', /SLACK_BOT_TOKEN .*is refused by Slack/],
  ['ACQUIRE_API_KEY', 'refused-key', /ACQUIRE_API_KEY is refused by Acquire/],
  ['SLACK_APP_TOKEN', 'xapp-refused', /SLACK_APP_TOKEN is refused by Slack/],
])('a refused %s ends the start with 78', async (name, value, words) => {
  const { env } = await both();

  const { code, err, out } = await run(APP, { ...env, [name]: value }).ended;

  expect(code).toBe(78);
  expect(err).toMatch(words);
  expect(err.trim().split('\n')).toHaveLength(1);
  expect(err + out).not.toContain(value);
});

test('whatever is refused is told at once, a line each', async () => {
  const { env, folder } = await both();
  writeFileSync(`${folder}/agents.yaml`, 'olga@example.com: her-old-key\n');
  const refused = { ...env, SLACK_BOT_TOKEN: 'xoxb-refused', SLACK_APP_TOKEN: 'xapp-refused' };
  const named = async (given: Readonly<Record<string, string>>) => {
    const { code, err } = await run(APP, { ...refused, ...given }).ended;
    return [
      code,
      ...err
        .trim()
        .split('\n')
        .map((line) => line.split(' is refused')[0]),
    ];
  };

  expect(await named({ ACQUIRE_API_KEY: 'refused-key' })).toEqual([
    78,
    'SLACK_APP_TOKEN',
    'SLACK_BOT_TOKEN',
    'ACQUIRE_API_KEY',
  ]);
  expect(await named({ SLACK_APP_TOKEN: '', AGENT_KEYS_FILE: `${folder}/agents.yaml` })).toEqual([
    78,
    'SLACK_BOT_TOKEN',
    `AGENT_KEYS_FILE ${folder}/agents.yaml:1`,
  ]);
});

test('a FILES_DIR that is no folder, or lies in none, ends the start with 78', async () => {
  const { env, folder } = await both();
  writeFileSync(`${folder}/file`, '');

  for (const path of [`${folder}/file`, `${folder}/file/files`]) {
    const { code, err } = await run(APP, { ...env, FILES_DIR: path }).ended;
    expect(code).toBe(78);
    expect(err).toBe(`FILES_DIR cannot be used (${folder}/file is not a folder); expected the path of a folder\n`);
  }
});

const isRoot = process.geteuid?.() === 0;

test.skipIf(isRoot)('a FILES_DIR that cannot be written to is told at the start, and messages go on', async () => {
  const { env, folder } = await both();
  mkdirSync(`${folder}/closed`, { mode: 0o500 });

  const app = run(APP, { ...env, FILES_DIR: `${folder}/closed/files` });

  await started(app);
  expect(app.out()).toContain('files cannot be stored in FILES_DIR; messages go on');
});

test('something else in Acquire’s place is told from an outage', async () => {
  const { env, acquire } = await both();
  acquire.faults.add({ answer: { status: 200, body: '<html>Welcome</html>' } });

  const app = run(APP, env);

  await started(app);
  expect(app.out()).toContain('check ACQUIRE_BASE_URL');
  expect(app.out()).not.toContain('a vendor cannot be reached');
});

test('with both vendors out of reach it starts degraded, takes events in, and recovers by itself', {
  timeout: 60_000,
}, async () => {
  const { env, slack, acquire } = await both();
  await slack.down();
  await acquire.down();
  const app = run(APP, env);
  const url = await started(app);
  const state = async () => Facts.parse(await (await fetch(`${url}/readyz`)).json());
  expect(await state()).toMatchObject({ status: 'degraded', slack: 'degraded', acquire: 'degraded' });

  await acquire.up();
  await slack.up();
  await slack.connect(`${url}/slack/events`);
  const jo = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  // Cases that are open when the first round begins are old ones.
  await sees(async () => (await state())['pollAgeMs'] !== null, 'the first round of polling');
  acquire.openCase(jo.id, { text: 'Where is my parcel?' });

  await sees(() => slack.messages(C.support).length > 0, 'the thread');
  expect(await state()).toMatchObject({ status: 'ok' });
  expect(app.out().match(/open cases could not be read yet/gu)).toHaveLength(1);
  expect(app.out()).toContain('open cases can be read now');
});

test('a second process on the same store stops with a clear message', async () => {
  const { env } = await both();
  await started(run(APP, env));

  const { code, err } = await run(APP, env).ended;

  expect(code).toBe(1);
  expect(err).toMatch(/another/i);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('an address where something else listens already is named, with what to do', async () => {
  const { env } = await both();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const taken = other.address();
  if (taken === null || typeof taken === 'string') throw new Error('no port');

  const { code, err } = await run(APP, { ...env, PORT: String(taken.port) }).ended;

  other.close();
  expect(code).toBe(1);
  expect(err.trim()).toBe(
    `cannot listen on HOST 127.0.0.1, PORT ${taken.port}: something else listens there; stop it, or choose another PORT`,
  );
});

test('a stop in the middle of work ends within 10 s with 0, and nothing is lost', { timeout: 60_000 }, async () => {
  const { env, slack, acquire } = await both();
  const first = run(APP, env);
  await started(first, slack);
  const jo = acquire.contact({ name: 'Jo Customer', email: 'jo@example.com', phone: '+358 40 123 4567' });
  acquire.openCase(jo.id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  const restore = acquire.faults.add({ path: '*add-message*', method: 'POST', effect: 'none', answer: 'hang' });
  slack.say(U.anna, C.support, 'It left this morning.', { threadTs: root });
  await sees(() => acquire.requests.some((request) => request.path.includes('add-message')), 'the attempt');

  first.kill('SIGTERM');
  const ended = await first.ended;
  expect(ended.code).toBe(0);
  expect(ended.ms).toBeLessThan(10_000);
  restore();

  const second = run(APP, env);
  await started(second, slack);
  const texts = () => acquire.snapshot().messages.map((row) => row.text);
  await sees(() => texts().includes('It left this morning.'), 'the reply after the restart');
  expect(texts().filter((text) => text === 'It left this morning.')).toHaveLength(1);
  second.kill('SIGINT');
  expect((await second.ended).code).toBe(0);

  const log = ended.out + ended.err + second.out();
  for (const secret of [
    'parcel',
    'this morning',
    'jo@example.com',
    '123 4567',
    'Jo Customer',
    env.SLACK_BOT_TOKEN,
    env.ACQUIRE_API_KEY,
  ])
    expect(log).not.toContain(secret);
});

test('a call that a stop cuts short costs nothing, and is looked up by the next process', {
  timeout: 60_000,
}, async () => {
  const { env, slack, acquire } = await both();
  const first = run(APP, env);
  await started(first, slack);
  acquire.openCase(acquire.contact({ name: 'Jo Customer' }).id, { text: 'Where is my parcel?' });
  const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
  acquire.faults.add({ path: '*add-message*', method: 'POST', effect: 'done', answer: 'hang', times: 1 });
  slack.say(U.anna, C.support, 'It has arrived already.', { threadTs: root });
  const copies = () => acquire.snapshot().messages.filter((row) => row.text === 'It has arrived already.');
  await sees(() => copies().length === 1, 'the effect of the call');

  first.kill('SIGTERM');
  const { code, ms } = await first.ended;
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  const path = env.DATABASE_URL.replace('sqlite:', '');
  const store = await readStore({ kind: 'sqlite', path });
  const owed = (await store.list({ states: ['owed'], limit: 50 })).find(({ id }) => id.startsWith('reply:'));
  await store.close();
  expect(owed).toMatchObject({ attempts: 0, attempting: true });

  const second = run(APP, env);
  await started(second, slack);
  const marks = () => slack.thread(C.support, root).flatMap(({ ts }) => slack.reactions(C.support, ts));
  await sees(() => marks().some(({ name }) => name === 'white_check_mark'), 'the receipt');
  expect(copies()).toHaveLength(1);
});

test('a stop while the vendors are not answering the first call ends with 0 as well', async () => {
  const { env, acquire } = await both();
  acquire.faults.add({ answer: 'hang', effect: 'none' });
  const app = run(APP, env);
  await sees(() => acquire.requests.length > 0, 'the first call');

  app.kill('SIGTERM');

  expect((await app.ended).code).toBe(0);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s before there is anything to stop ends the start with 0',
  async (signal) => {
    const { env } = await both();
    const silent = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const asked = once(silent, 'connection');
    const app = run(['src/start.mjs'], { ...env, DATABASE_URL: `postgres://127.0.0.1:${address.port}/casebridge` });
    await asked;

    app.kill('SIGHUP');
    app.kill(signal);

    expect(await app.ended).toMatchObject({ code: 0, err: '' });
  },
);

test('npm start ends with the app: a signal to npm reaches it, and nothing stays behind', async () => {
  const { env, folder } = await both();
  const npm = spawn('npm', ['start'], {
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => killAll(npm.pid));
  let out = '';
  npm.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const port = await sees(() => /"port":(\d+)/.exec(out)?.[1], 'the app runs');

  npm.kill('SIGTERM');

  expect(await once(npm, 'exit')).toEqual([0, null]);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow(/fetch failed/);
});

/** The whole group, so that a test that fails leaves nothing behind either. */
const killAll = (pid: number | undefined): void => {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it is gone already.
  }
};

const DOORS = ['start', 'sandbox', 'setup', 'doctor', 'deliveries', 'data'];

test.each(DOORS)('npm run %s tells an older Node in one line', (door) => {
  const { scripts } = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const [program, ...words] = (scripts[door] ?? '').replace(/^exec /, '').split(' ');
  const pretending = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.20.2' })`;

  const { status, stderr } = spawnSync(process.execPath, ['--import', pretending, ...words], { encoding: 'utf8' });

  expect(program).toBe('node');
  expect(status).toBe(78);
  expect(stderr).toBe('casebridge needs Node 24 or newer; this is Node 20.20.2; npm ci brings one for development\n');
});

/** The sources elsewhere, with the packages that are here except those left out. */
const withoutPackages = (isLeftOut: (name: string) => boolean): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-packages-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['src', 'package.json', 'manifest.yml']) cpSync(part, join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync('node_modules').filter((one) => !one.startsWith('.') && !isLeftOut(one)))
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  return join(folder, 'src/start.mjs');
};

test.each([[], ['doctor'], ['sandbox', '--demo']])('without any package, start.mjs %s says what to do', (...words) => {
  const door = withoutPackages(() => true);

  const { status, stderr } = spawnSync(process.execPath, [door, ...words], {
    encoding: 'utf8',
    env: {},
    cwd: tmpdir(),
  });

  expect(status).toBe(78);
  expect(stderr).toMatch(/^a package is missing \([\w@/-]+\): run npm ci.*\n$/u);
});

test('the sandbox does not say that it is open when its page has no library', async () => {
  const { code, out, err } = await run([withoutPackages((name) => name === 'preact'), 'sandbox'], {}).ended;

  expect(code).toBe(78);
  expect(err).toBe('a package is missing (preact): run npm ci (the sandbox needs development dependencies, too)\n');
  expect(out).not.toContain('is open');
});

/** The Node of the machine, where it is an older one: npm's own stands before it in the path. */
const older = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number.parseInt((stdout ?? '').slice(1), 10) < 24;
});

test.skipIf(older === undefined)('a real older Node is told so, too', () => {
  const { status, stderr } = spawnSync(older ?? '', ['src/start.mjs'], { encoding: 'utf8' });

  expect(status).toBe(78);
  expect(stderr).toMatch(
    /^casebridge needs Node 24 or newer; this is Node \d+\.\d+\.\d+; npm ci brings one for development\n$/,
  );
});

test('.env is read when there is one, what is set already counts more, and one that cannot be read is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const door = resolve('src/start.mjs');
  const start = (env: Readonly<Record<string, string>>) =>
    spawnSync(process.execPath, [door], { encoding: 'utf8', cwd: folder, env: { PATH: process.env['PATH'], ...env } });
  writeFileSync(join(folder, '.env'), 'PORT=nowhere\nHOST=127.0.0.1\n');

  expect(start({}).stderr).toContain('PORT ');
  expect(start({ PORT: '0' }).stderr).not.toContain('PORT ');

  rmSync(join(folder, '.env'));
  mkdirSync(join(folder, '.env'));
  expect(start({})).toMatchObject({
    status: 78,
    stderr: expect.stringMatching(/^\.env cannot be read \(EISDIR\): .*\n$/),
  });
});
