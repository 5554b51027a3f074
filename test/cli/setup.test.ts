import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { Ajv } from 'ajv';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, run, sees } from '../support/running.ts';

const CLI = resolve('src/cli.ts');
const URL_OF_OURS = 'https://casebridge.example.com';

/** Setup with answers on its standard input, as somebody types them. */
const answer = (folder: string, lines: readonly string[], ...flags: readonly string[]) =>
  new Promise<{ code: number | null; out: string; err: string }>((done) => {
    const child = spawn(process.execPath, [CLI, 'setup', ...flags], { cwd: folder, env: {} });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    child.on('close', (code) => done({ code, ...said }));
    child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  });

const simulators = (env: Awaited<ReturnType<typeof both>>['env']): readonly string[] => [
  '--slack-api-url',
  env.SLACK_API_URL,
  '--acquire-base-url',
  env.ACQUIRE_BASE_URL,
];

const linkIn = (out: string): string => /https:\/\/api\.slack\.com\/apps\?\S+/u.exec(out)?.[0] ?? '';

const manifestIn = (out: string): unknown =>
  JSON.parse(new URL(linkIn(out)).searchParams.get('manifest_json') ?? 'null');

test('answers become a configuration that works, and the doctor says so at the end', async () => {
  const { env, folder } = await both();
  const answers = [
    `${URL_OF_OURS}/`,
    env.SLACK_BOT_TOKEN,
    env.SLACK_SIGNING_SECRET,
    `https://acme.slack.com/archives/${C.support}`,
    env.ACQUIRE_API_KEY,
  ];

  const { code, out, err } = await answer(folder, answers, ...simulators(env));

  expect(err).toBe('');
  expect(code).toBe(0);
  const written = parseEnv(readFileSync(`${folder}/.env`, 'utf8'));
  expect(written).toMatchObject({
    PUBLIC_URL: `${URL_OF_OURS}/`,
    SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN,
    SLACK_SIGNING_SECRET: env.SLACK_SIGNING_SECRET,
    CASE_CHANNEL: C.support,
    ACQUIRE_API_KEY: env.ACQUIRE_API_KEY,
    ACQUIRE_WEBHOOK_SECRET: expect.stringMatching(/^[0-9a-f]{48}$/),
  });
  expect(statSync(`${folder}/.env`).mode & 0o777).toBe(0o600);
  expect(out).toContain('Delayed Events');
  expect(out).toContain('/invite @casebridge');
  expect(out).toMatch(/by hand \(this account has no API for webhooks\)/);
  expect(out).toContain(`URL: ${URL_OF_OURS}/webhooks/acquire`);
  expect(out).toMatch(/✓ token/);
  expect(out).toMatch(/0 wrong/);
});

test('the link and the manifest hold our addresses, and Slack would take them', async () => {
  const { env, folder } = await both();
  const flags = ['--yes', '--public-url', URL_OF_OURS, '--slack-command', '/support', ...simulators(env)];

  const { out } = await answer(folder, [], ...flags);

  const manifest = manifestIn(out);
  const validate = new Ajv().compile(
    JSON.parse(readFileSync(resolve('test/fixtures/slack/manifest.schema.json'), 'utf8')),
  );
  expect(validate(manifest)).toBe(true);
  expect(manifest).toMatchObject({
    features: { slash_commands: [{ command: '/support', url: `${URL_OF_OURS}/slack/events` }] },
    settings: {
      event_subscriptions: { request_url: `${URL_OF_OURS}/slack/events` },
      interactivity: { message_menu_options_url: `${URL_OF_OURS}/slack/events` },
      socket_mode_enabled: false,
    },
  });
  expect(out).not.toContain('HOST');
  const shown = out.slice(out.indexOf(linkIn(out)) + linkIn(out).length, out.indexOf('  2. "Install App"'));
  expect(parse(shown)).toEqual(manifest);
});

test('in Socket Mode the manifest needs no address, and none is asked for', async () => {
  const { env, folder } = await both();
  const flags = ['--socket', '--yes', ...simulators(env)];
  const given = {
    'slack-bot-token': env.SLACK_BOT_TOKEN,
    'slack-app-token': 'xapp-sandbox-app',
    'case-channel': C.support,
    'acquire-api-key': env.ACQUIRE_API_KEY,
  };

  const { code, out } = await answer(
    folder,
    [],
    ...flags,
    ...Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]),
  );

  expect(manifestIn(out)).toMatchObject({ settings: { socket_mode_enabled: true } });
  expect(JSON.stringify(manifestIn(out))).not.toMatch(/https:/);
  expect(out).toContain('App-Level Tokens');
  expect(code).toBe(0);
  expect(parseEnv(readFileSync(`${folder}/.env`, 'utf8'))).toMatchObject({ SLACK_APP_TOKEN: 'xapp-sandbox-app' });
});

test('where the account allows it the webhook is created, with its secret, and a second run changes it', async () => {
  const { env, folder, acquire } = await both();
  acquire.variants.subscriptions = true;
  const flags = ['--yes', '--public-url', URL_OF_OURS, ...simulators(env)];
  const secrets = ['--slack-bot-token', env.SLACK_BOT_TOKEN, '--slack-signing-secret', env.SLACK_SIGNING_SECRET];
  const rest = ['--case-channel', C.support, '--acquire-api-key', env.ACQUIRE_API_KEY];

  const first = await answer(folder, [], ...flags, ...secrets, ...rest);
  const second = await answer(folder, [], '--yes', '--acquire-webhook-secret', 'another-secret');

  expect(first.out).toContain(`The webhook in Acquire was created: ${URL_OF_OURS}/webhooks/acquire`);
  expect(second.out).toContain('The webhook in Acquire was changed');
  const webhooks = [...acquire.account.subscriptions.values()];
  expect(webhooks).toHaveLength(1);
  expect(webhooks[0]).toMatchObject({ url: `${URL_OF_OURS}/webhooks/acquire`, hmacKey: 'another-secret' });
  expect(second.out).toMatch(/✓ webhook in Acquire/);
  expect(first.out + second.out).not.toContain('another-secret');
});

test('a second run keeps what is there, comments and all, and asks again for nothing', async () => {
  const { env, folder } = await both();
  const before = [
    '# our own words',
    `SLACK_BOT_TOKEN=${env.SLACK_BOT_TOKEN}`,
    `SLACK_SIGNING_SECRET=${env.SLACK_SIGNING_SECRET}`,
    `SLACK_API_URL=${env.SLACK_API_URL}`,
    `ACQUIRE_BASE_URL=${env.ACQUIRE_BASE_URL}`,
    `ACQUIRE_API_KEY=${env.ACQUIRE_API_KEY}`,
    'ACQUIRE_WEBHOOK_SECRET=chosen-by-us',
    `CASE_CHANNEL=${C.support}`,
    `PUBLIC_URL=${URL_OF_OURS}/`,
    'LOG_LEVEL=warn # quiet',
  ];
  writeFileSync(`${folder}/.env`, before.join('\n'));

  const { code } = await answer(folder, ['', '', '', '', ''], '--case-channel', C.general);

  expect(code).toBe(0);
  expect(readFileSync(`${folder}/.env`, 'utf8')).toBe(
    before.map((line) => (line.startsWith('CASE_CHANNEL') ? `CASE_CHANNEL=${C.general}` : line)).join('\n'),
  );
});

test('where a variable stands twice, what counts is changed and proven', async () => {
  const { env, folder } = await both();
  const flags = ['--yes', '--socket', ...simulators(env), '--acquire-api-key', env.ACQUIRE_API_KEY];
  const before = ['SLACK_BOT_TOKEN=', 'CASE_CHANNEL=', 'SLACK_BOT_TOKEN=xoxb-old', 'CASE_CHANNEL=C0OLDONE', ''];
  writeFileSync(`${folder}/.env`, before.join('\n'));
  const given = ['--slack-bot-token', env.SLACK_BOT_TOKEN, '--slack-app-token', 'xapp-sandbox-app'];

  const { code, out } = await answer(folder, [], ...flags, ...given, '--case-channel', C.support);

  expect(parseEnv(readFileSync(`${folder}/.env`, 'utf8'))).toMatchObject({
    SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN,
    CASE_CHANNEL: C.support,
  });
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/✓ channel C0SUPPORT/) });
});

test('Socket Mode without its token is no success, whatever else is there', async () => {
  const { env, folder } = await both();
  const { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, SLACK_API_URL, ACQUIRE_BASE_URL, ACQUIRE_API_KEY, CASE_CHANNEL } = env;
  const given = {
    SLACK_BOT_TOKEN,
    SLACK_SIGNING_SECRET,
    SLACK_API_URL,
    ACQUIRE_BASE_URL,
    ACQUIRE_API_KEY,
    CASE_CHANNEL,
  };
  const before = Object.entries(given).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(`${folder}/.env`, before.join(''));

  const { code, err } = await answer(folder, [], '--yes', '--socket');

  expect({ code, err }).toEqual({ code: 78, err: expect.stringMatching(/^SLACK_APP_TOKEN is missing .*\n$/) });
});

test('what is wrong in the file is said before anything is asked or shown', async () => {
  const { folder } = await both();
  writeFileSync(`${folder}/.env`, 'PORT=abc\nSLACK_BOT_TOKEN=asked-for-anyway\n');

  const { code, out, err } = await answer(folder, [URL_OF_OURS]);

  expect({ code, out }).toEqual({ code: 78, out: '' });
  expect(err).toMatch(/^PORT is not a whole number; expected a port from 0 .*\n$/);
});

test.each([
  `https://app.slack.com/client/T0ACME/${C.support}`,
  `https://acme.slack.com/archives/${C.support}/p1700000000123456`,
  `<#${C.support}|support>`,
  `"${C.support}"`,
])('a channel may be given as %s', async (words) => {
  const { env, folder } = await both();
  const flags = ['--yes', '--public-url', URL_OF_OURS, ...simulators(env), '--acquire-api-key', env.ACQUIRE_API_KEY];
  const secrets = ['--slack-bot-token', env.SLACK_BOT_TOKEN, '--slack-signing-secret', env.SLACK_SIGNING_SECRET];

  const { code } = await answer(folder, [], ...flags, ...secrets, '--case-channel', words);

  expect(code).toBe(0);
  expect(parseEnv(readFileSync(`${folder}/.env`, 'utf8'))).toMatchObject({ CASE_CHANNEL: C.support });
});

test.each([
  ['https://acme.acquire.io/dashboard', 'acme'],
  ['acme.acquire.io', 'acme'],
  ['https://app.acquire.io/acme', undefined],
])('the account may be given as %s', async (typed, account) => {
  const { env, folder } = await both();
  const answers = [URL_OF_OURS, env.SLACK_BOT_TOKEN, env.SLACK_SIGNING_SECRET, C.support, typed, env.ACQUIRE_API_KEY];

  const { out } = await answer(folder, answers, '--slack-api-url', env.SLACK_API_URL);

  const written = existsSync(`${folder}/.env`) ? parseEnv(readFileSync(`${folder}/.env`, 'utf8')) : {};
  expect(written['ACQUIRE_ACCOUNT_ID']).toBe(account);
  expect(out.includes('ACQUIRE_ACCOUNT_ID is not a subdomain')).toBe(account === undefined);
});

test('what the environment says of the sides is written too, and what it says otherwise is told', async () => {
  const { env, folder } = await both();
  writeFileSync(`${folder}/.env`, `CASE_CHANNEL=${C.support}\nLOG_LEVEL=info\n`);
  const around = { ...env, LOG_LEVEL: 'warn', PUBLIC_URL: URL_OF_OURS };

  const { code, out } = await run(['src/cli.ts', 'setup', '--yes', '--file', `${folder}/.env`], around).ended;

  expect(code).toBe(0);
  const { SLACK_API_URL, ACQUIRE_BASE_URL, ACQUIRE_ACCOUNT_ID } = env;
  const written = parseEnv(readFileSync(`${folder}/.env`, 'utf8'));
  expect(written).toMatchObject({ SLACK_API_URL, ACQUIRE_BASE_URL, ACQUIRE_ACCOUNT_ID, LOG_LEVEL: 'info' });
  expect(out).toContain('LOG_LEVEL is also set in the environment');
  expect(out).not.toContain('CASE_CHANNEL is also set');
});

test('Ctrl-C ends it with nothing written', async () => {
  const { folder } = await both();
  const file = `${folder}/.env`;
  const child = run(['src/cli.ts', 'setup', '--file', file], {});
  await sees(() => child.out().includes('nothing for Socket Mode'), 'the first question');

  child.kill('SIGINT');

  expect(await child.ended).toMatchObject({ code: 130, err: 'stopped; nothing was written\n' });
  expect(existsSync(file)).toBe(false);
});

test('a wrong answer is refused with a right example, and asked for again', async () => {
  const { env, folder } = await both();
  const answers = [URL_OF_OURS, 'xoxp-4711', env.SLACK_BOT_TOKEN, '', env.SLACK_SIGNING_SECRET, '#support', C.support];

  const { code, out } = await answer(folder, [...answers, env.ACQUIRE_API_KEY], ...simulators(env));

  expect(code).toBe(0);
  expect(out).toContain('SLACK_BOT_TOKEN does not start with xoxb-; expected the bot token');
  expect(out).toContain('SLACK_SIGNING_SECRET is needed');
  expect(out).toContain('CASE_CHANNEL is not a channel id');
  expect(out).not.toContain('4711');
});

test('what is wrong is said by the doctor at the end, and its code is the code of the setup', async () => {
  const { env, folder, slack } = await both();
  slack.leave(U.app, C.support);
  const answers = [URL_OF_OURS, env.SLACK_BOT_TOKEN, env.SLACK_SIGNING_SECRET, C.support, env.ACQUIRE_API_KEY];

  const { code, out } = await answer(folder, answers, ...simulators(env));

  expect(code).toBe(1);
  expect(out).toMatch(/✗ channel C0SUPPORT +the app is not in #support/);
});

test.each([
  [['--yes'], 78, 'PUBLIC_URL is missing'],
  [['--socket', '--yes'], 78, 'SLACK_BOT_TOKEN is missing'],
  [['--nonsense'], 2, 'usage: npm run setup'],
  [['--nonsense'], 2, "Unknown option '--nonsense'"],
  [['--socket', '--yes'], 78, 'SLACK_APP_TOKEN is missing (required with --socket); expected an app-level token'],
  [['--agent-group', 'agents'], 78, 'AGENT_GROUP is not the id of a user group'],
  [['--yes', '--slack-signing-secret', 'xoxb-1'], 78, 'SLACK_SIGNING_SECRET is a token; expected the signing secret'],
  [['--public-url', URL_OF_OURS], 1, 'there was no answer'],
])('setup %j writes nothing and says why', async (flags, code, words) => {
  const { folder } = await both();

  const ended = await answer(folder, [], ...flags);

  expect(ended).toMatchObject({ code, err: expect.stringContaining(words) });
  expect(existsSync(`${folder}/.env`)).toBe(false);
});

test('a group of commands that does not exist is told which there are', async () => {
  expect(await run(['src/cli.ts', 'nonsense'], {}).ended).toMatchObject({
    code: 2,
    err: expect.stringContaining('deliveries | data | doctor | setup'),
  });
});
