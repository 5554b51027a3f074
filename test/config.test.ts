import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Config, configTable, envSample, readConfig } from '../src/config.ts';

const MINIMUM = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'signing',
  ACQUIRE_ACCOUNT_ID: 'acme',
  ACQUIRE_API_KEY: 'key',
  CASE_CHANNEL: 'C0123ABCD',
};

function configOf(changes: Record<string, string> = {}): Config {
  const result = readConfig({ ...MINIMUM, ...changes });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.config;
}

function problemsOf(changes: Record<string, string | undefined>): readonly string[] {
  const result = readConfig({ ...MINIMUM, ...changes });
  return result.ok ? [] : result.problems;
}

test('five variables are enough, the rest has defaults', () => {
  expect(configOf()).toEqual({
    slack: { apiUrl: 'https://slack.com/api/', command: '/case', agentGroup: undefined },
    acquire: {
      account: 'acme',
      origin: 'https://acme.acquire.io',
      pollMs: 15_000,
      userTypeParam: '-x-user-type',
      agentKeysFile: undefined,
    },
    giosg: undefined,
    channels: { cases: 'C0123ABCD', alerts: undefined },
    routesFile: undefined,
    database: { kind: 'sqlite', path: 'data/casebridge.db' },
    http: { host: '0.0.0.0', port: 3000, publicUrl: undefined },
    files: { folder: 'data/files', limit: 25_000_000, quota: 2_000_000_000, linkMs: 30 * 86_400_000 },
    logLevel: 'info',
    editWindowMs: 600_000,
    secrets: {
      slackBotToken: 'xoxb-1',
      slackTransport: { kind: 'http', signingSecret: 'signing' },
      acquireApiKey: 'key',
      acquireWebhook: undefined,
      giosg: undefined,
      metricsToken: undefined,
    },
  });
});

test('an empty environment gets one line for every variable that is needed', () => {
  const result = readConfig({});

  expect(result.ok ? [] : result.problems.map((line) => line.split(' ')[0])).toEqual([
    'SLACK_BOT_TOKEN',
    'SLACK_SIGNING_SECRET',
    'ACQUIRE_ACCOUNT_ID',
    'ACQUIRE_API_KEY',
    'CASE_CHANNEL',
  ]);
});

test('what is missing and what is malformed is told at once', () => {
  expect(problemsOf({ CASE_CHANNEL: undefined, PORT: '99999', EDIT_WINDOW: 'soon' })).toEqual([
    expect.stringMatching(/^CASE_CHANNEL is missing \(required without ROUTES_FILE\); expected .*C0123ABCD/),
    'PORT is more than 65535; expected a port from 0 (any free one) to 65535',
    'EDIT_WINDOW is not a duration; expected a number and s, m, h or d, such as 10m',
  ]);
});

test('no problem line repeats a value', () => {
  const wrong = Object.fromEntries(
    [...envSample().matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => [name, 'hun ter2']),
  );

  const problems = problemsOf(wrong);

  expect(problems.length).toBeGreaterThan(15);
  expect(problems.join('\n')).not.toMatch(/hun|ter2/);
});

test.each([
  ['SLACK_SIGNING_SECRET', 'xoxb-4711', 'SLACK_SIGNING_SECRET is a token; expected the signing secret'],
  ['ACQUIRE_API_KEY', '"4711"', 'ACQUIRE_API_KEY stands in quotes; expected the key'],
])('a %s that is clearly something else is refused', (name, value, words) => {
  const problems = problemsOf({ [name]: value });

  expect(problems).toEqual([expect.stringContaining(words)]);
  expect(problems.join()).not.toContain('4711');
});

test('an empty variable counts as unset, blanks around a value are dropped', () => {
  expect(configOf({ PORT: '', ALERT_CHANNEL: '  ' }).channels.alerts).toBeUndefined();
  expect(configOf({ ACQUIRE_API_KEY: ' key\n' }).secrets.acquireApiKey).toBe('key');
});

test('a Slack app token switches to Socket Mode, then no signing secret is needed', () => {
  const config = configOf({ SLACK_APP_TOKEN: 'xapp-1', SLACK_SIGNING_SECRET: '' });

  expect(config.secrets.slackTransport).toEqual({ kind: 'socket', appToken: 'xapp-1' });
});

test('the webhook secret is needed when polling is off', () => {
  expect(problemsOf({ ACQUIRE_POLL_SECONDS: '0' })).toEqual([
    expect.stringMatching(/^ACQUIRE_WEBHOOK_SECRET is missing/),
  ]);
  expect(configOf({ ACQUIRE_POLL_SECONDS: '0', ACQUIRE_WEBHOOK_SECRET: 's' }).acquire.pollMs).toBe(0);
});

test('room for all files together that is too small for one is refused', () => {
  const small = [expect.stringMatching(/^FILES_QUOTA_MB is less than FILE_LIMIT_MB; expected a whole number of mega/)];
  expect(problemsOf({ FILES_QUOTA_MB: '99', FILE_LIMIT_MB: '100' })).toEqual(small);
  expect(problemsOf({ FILES_QUOTA_MB: '24' })).toEqual(small);
  expect(configOf({ FILES_QUOTA_MB: '100', FILE_LIMIT_MB: '100' }).files.quota).toBe(100_000_000);
});

test('no case channel is needed when routes are given', () => {
  expect(configOf({ CASE_CHANNEL: '', ROUTES_FILE: 'routes.yml' }).routesFile).toBe('routes.yml');
});

test('giosg is configured whole or not at all', () => {
  expect(problemsOf({ GIOSG_BASE_URL: 'https://giosg.example', GIOSG_API_TOKEN: 't' })).toEqual([
    expect.stringMatching(/^GIOSG_ORGANIZATION_ID is missing/),
    expect.stringMatching(/^GIOSG_SIGNING_KEY is missing/),
  ]);

  const config = configOf({ GIOSG_ORGANIZATION_ID: 'o', GIOSG_API_TOKEN: 't', GIOSG_SIGNING_KEY: 'k' });
  expect(config.giosg).toEqual({ organizationId: 'o', origin: 'https://service.giosg.com' });
  expect(config.secrets.giosg).toEqual({ apiToken: 't', signingKey: 'k' });
});

describe('addresses', () => {
  test('plain http is for this machine only', () => {
    for (const host of ['localhost:4000', '127.0.0.1:4000', '[::1]:4000']) {
      expect(configOf({ ACQUIRE_BASE_URL: `http://${host}` }).acquire.origin).toBe(`http://${host}`);
      expect(configOf({ SLACK_API_URL: `http://${host}/api` }).slack.apiUrl).toBe(`http://${host}/api/`);
    }
    for (const host of ['acme.acquire.io', '127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1']) {
      expect(problemsOf({ ACQUIRE_BASE_URL: `http://${host}` })).toEqual([expect.stringContaining('is http')]);
      expect(problemsOf({ SLACK_API_URL: `http://${host}/api/` })).toEqual([expect.stringContaining('is http')]);
    }
  });

  test('an origin is normalised, a path in it is refused', () => {
    expect(configOf({ ACQUIRE_BASE_URL: 'HTTPS://Acme.Acquire.io:443/' }).acquire.origin).toBe(
      'https://acme.acquire.io',
    );
    expect(problemsOf({ ACQUIRE_BASE_URL: 'https://acme.acquire.io/api/v1' })).toEqual([
      expect.stringContaining('has a path'),
    ]);
  });

  test('passwords, queries and other schemes are refused', () => {
    for (const url of ['https://me:pw@slack.com/api/', 'https://slack.com/api/?x=1', 'ftp://slack.com/', 'slack.com']) {
      expect(problemsOf({ SLACK_API_URL: url })).toHaveLength(1);
    }
  });

  test('the account is the same, however it is named', () => {
    expect(configOf({ ACQUIRE_ACCOUNT_ID: 'Acme' }).acquire.account).toBe('acme');
    expect(configOf({ ACQUIRE_ACCOUNT_ID: '', ACQUIRE_BASE_URL: 'https://acme.acquire.io' }).acquire.account).toBe(
      'acme',
    );
    expect(configOf({ ACQUIRE_ACCOUNT_ID: '', ACQUIRE_BASE_URL: 'https://chat.acme.fi' }).acquire.account).toBe(
      'chat.acme.fi',
    );
  });
});

test.each([
  ['sqlite:/var/lib/casebridge.db', { kind: 'sqlite', path: '/var/lib/casebridge.db' }],
  ['postgres://u:p@db/x', { kind: 'postgres', url: 'postgres://u:p@db/x' }],
  ['postgresql://db/x?sslmode=require', { kind: 'postgres', url: 'postgresql://db/x?sslmode=require' }],
])('DATABASE_URL %s is read', (url, database) => {
  expect(configOf({ DATABASE_URL: url }).database).toEqual(database);
});

test.each(['data/casebridge.db', 'sqlite:', 'sqlite:///x', 'sqlite::memory:', 'mysql://db/x', 'postgres://'])(
  'DATABASE_URL %s is refused',
  (url) => expect(problemsOf({ DATABASE_URL: url })).toHaveLength(1),
);

test.each([
  ['30s', 30_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0s', 0],
])('EDIT_WINDOW %s is %i milliseconds', (written, ms) => {
  expect(configOf({ EDIT_WINDOW: written }).editWindowMs).toBe(ms);
});

test.each([
  ['SLACK_BOT_TOKEN', 'xoxp-1', 'does not start with xoxb-'],
  ['SLACK_APP_TOKEN', 'xoxb-1', 'does not start with xapp-'],
  ['SLACK_COMMAND', 'case', 'is not the name of a slash command'],
  ['AGENT_GROUP', '@support', 'is not the id of a user group'],
  ['CASE_CHANNEL', '#support', 'is not a channel id'],
  ['ACQUIRE_ACCOUNT_ID', 'acme.acquire.io', 'is not a subdomain'],
  ['ACQUIRE_POLL_SECONDS', '1.5', 'is not a whole number'],
  ['EDIT_WINDOW', '31d', 'is longer than 30 days'],
  ['LOG_LEVEL', 'loud', 'is not a log level'],
])('%s=%s is refused: it %s', (name, value, wrong) => {
  expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} ${wrong}`)]);
});

test('.env.sample is generated from the schema (npm run env-sample)', async () => {
  await expect(envSample()).toMatchFileSnapshot('../.env.sample');
});

test('the sample names every variable of the table, and copied unfilled it is refused', () => {
  const named = [...configTable().matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  const sample = [...envSample().matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);

  expect(sample).toEqual(named);
  expect(named).toHaveLength(31);
  expect(readConfig(parseEnv(envSample()))).toMatchObject({ ok: false, problems: { length: 5 } });
});
