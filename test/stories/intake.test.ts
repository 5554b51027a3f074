import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ANNA, CHANNEL, type Stage, stageFor } from './stage.ts';

const Facts = z.record(z.string(), z.unknown());
const SECRET = 'a-webhook-secret-of-32-characters';

test.each([
  ['a wrong signature', 401, { signature: 'v0=0000' }],
  ['no signature', 401, { signature: null }],
  ['a stale signature', 401, { age: 301 }],
  ['a signature from the future', 401, { age: -301 }],
  ['no timestamp', 401, { timestamp: null }],
  ['malformed JSON', 400, { body: '{"type":' }],
  ['JSON that is no object', 400, { body: 'null' }],
  ['a form whose payload is not JSON', 400, { body: 'payload=%7Bnope', type: 'application/x-www-form-urlencoded' }],
  ['a body over a megabyte', 413, { body: `{"type":"${'x'.repeat(1_100_000)}"}` }],
] as const)('Slack’s route answers %s with %i and stores nothing', async (_what, status, given) => {
  const stage = await stageFor();

  expect((await fromSlack(stage, given)).status).toBe(status);

  expect(stored(stage, 'slack:%')).toEqual([]);
  expect((await fetch(`${stage.url()}/healthz`)).status).toBe(200);
});

test('an event nobody knows is acknowledged, and so is a form with a charset', async () => {
  const stage = await stageFor();
  const unknown = { type: 'event_callback', team_id: stage.slack.workspace.team.id, event: { type: 'pin_added' } };

  expect((await fromSlack(stage, { body: JSON.stringify(unknown) })).status).toBe(200);
  const help = new URLSearchParams({ ...commandBody(stage), text: 'help' }).toString();
  expect(
    (await fromSlack(stage, { body: help, type: 'application/x-www-form-urlencoded; charset=utf-8' })).status,
  ).toBe(200);

  await stage.sees(() => stage.slack.workspace.ephemerals.length === 1, 'the answer');
});

test.each([
  ['a wrong signature', 401, { signature: '0000' }],
  ['no signature', 401, { signature: null }],
  ['something that is not JSON', 400, { body: 'event=case%3Anew' }],
  ['a body over 8 MiB', 413, { body: `{"event":"${'x'.repeat(8 * 1024 * 1024)}"}` }],
] as const)('the webhook answers %s with %i and a reason', async (_what, status, given) => {
  const stage = await stageFor();

  const response = await fromAcquire(stage, given);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ status: 'refused', reason: expect.any(String) });
  expect(stored(stage, 'case:%')).toEqual([]);
});

test.each([
  '{"event":"company:new","data":{}}',
  '{"event":"case:message:new","data":{}}',
  '{"event":"case:message:new"}',
  '{}',
  '[]',
  'null',
  '7',
])('a signed webhook that means nothing to us (%s) is answered 200 and counted', async (body) => {
  const stage = await stageFor();

  expect((await fromAcquire(stage, { body })).status).toBe(200);

  const metrics = await (await fetch(`${stage.url()}/metrics`)).text();
  expect(metrics).toContain('casebridge_told_total{source="acquire",outcome="ignored"} 1');
});

test('a webhook for a case that does not exist is stored, read, and comes to nothing', async () => {
  let ahead = 0;
  const stage = await stageFor({ now: () => Date.now() + ahead });

  expect((await fromAcquire(stage, { body: '{"event":"case:new","data":{"caseId":"999999"}}' })).status).toBe(200);

  // Acquire may show it late: it is looked for again for a minute.
  await stage.sees(() => /an event is put off/.test(stage.logged()), 'that it is read again');
  ahead = 120_000;
  await stage.sees(() => stored(stage, 'case:%').every((event) => event.state !== 'owed'), 'the event is done');
  expect(stage.slack.messages(CHANNEL)).toEqual([]);
});

test('without a secret there is no webhook', async () => {
  const stage = await stageFor({ webhook: false, env: { ACQUIRE_WEBHOOK_SECRET: '' } });

  expect((await fromAcquire(stage, {})).status).toBe(404);
});

test('other methods and other paths are refused', async () => {
  const stage = await stageFor();
  const statusOf = async (path: string, method: string) => (await fetch(`${stage.url()}${path}`, { method })).status;

  expect(await statusOf('/slack/events', 'GET')).toBe(405);
  expect(await statusOf('/webhooks/acquire', 'PUT')).toBe(405);
  expect(await statusOf('/readyz', 'POST')).toBe(405);
  expect(await statusOf('/healthz', 'HEAD')).toBe(200);
  expect(await statusOf('/elsewhere', 'GET')).toBe(404);
});

test('metrics need the token when one is set', async () => {
  const stage = await stageFor({ env: { METRICS_TOKEN: 'let-me-see-the-metrics' } });
  const statusWith = async (authorization: string) =>
    (await fetch(`${stage.url()}/metrics`, { headers: { authorization } })).status;

  expect(await statusWith('Bearer let-me-see-the-metrics')).toBe(200);
  expect(await statusWith('Bearer wrong')).toBe(401);
  expect((await fetch(`${stage.url()}/metrics`)).status).toBe(401);
});

test('readiness says how both sides are from the start, and an outage of either takes nothing out of rotation', async () => {
  const stage = await stageFor();
  const ready = async () => {
    const response = await fetch(`${stage.url()}/readyz`);
    return { status: response.status, body: Facts.parse(await response.json()) };
  };
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', slack: 'ok', acquire: 'ok' } });

  await stage.acquire.down();

  await stage.sees(async () => (await ready()).body['acquire'] === 'degraded', 'the outage');
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded', slack: 'ok' } });
  await stage.acquire.up();
  await stage.sees(async () => (await ready()).body['status'] === 'ok', 'the recovery');
});

test('nothing is acknowledged while the store takes no writes, and all of it is there afterwards', {
  timeout: 40_000,
}, async () => {
  const stage = await stageFor({ slack: { retries: [200, 3000, 6000] } });
  const { root, caseId } = await stage.thread();
  const unlock = lockStore(stage);

  stage.slack.say(ANNA, CHANNEL, 'It left this morning.', { threadTs: root });
  const webhook = await fromAcquire(stage, { body: `{"event":"case:new","data":{"caseId":"${caseId}"}}` });
  const slack = await fromSlack(stage, {
    body: new URLSearchParams(commandBody(stage)).toString(),
    type: 'application/x-www-form-urlencoded',
  });
  const readiness = await fetch(`${stage.url()}/readyz`);
  expect([webhook.status, readiness.status]).toEqual([503, 503]);
  expect([500, 503]).toContain(slack.status);
  unlock();

  await stage.sees(
    () => stage.acquire.snapshot().messages.some((row) => row.text === 'It left this morning.'),
    'the reply that Slack told again',
  );
  await stage.sees(async () => (await fetch(`${stage.url()}/readyz`)).status === 200, 'ready again');
});

test('a body that never ends holds nobody up', async () => {
  const stage = await stageFor();
  const slow = request(`${stage.url()}/webhooks/acquire`, { method: 'POST', headers: { 'content-length': '100' } });
  slow.on('error', () => undefined);
  slow.write('{');

  expect((await fetch(`${stage.url()}/healthz`)).status).toBe(200);

  slow.destroy();
  expect((await fromAcquire(stage, { body: '{}' })).status).toBe(200);
});

type Given = {
  readonly body?: string;
  readonly type?: string;
  /** Seconds. */
  readonly age?: number;
  readonly signature?: string | null;
  readonly timestamp?: null;
};

const fromSlack = (stage: Stage, { body = '{}', type = 'application/json', age = 0, signature, timestamp }: Given) => {
  const at = String(Math.floor(Date.now() / 1000) - age);
  const secret = stage.slack.workspace.app.signingSecret;
  const right = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
  return fetch(`${stage.url()}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      ...(timestamp === null ? {} : { 'x-slack-request-timestamp': at }),
      ...(signature === null ? {} : { 'x-slack-signature': signature ?? right }),
    },
  });
};

const fromAcquire = (stage: Stage, { body = '{}', signature }: Given) => {
  const right = createHmac('sha256', SECRET).update(body).digest('hex');
  return fetch(`${stage.url()}/webhooks/acquire`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'x-acquire-signature': signature ?? right }),
    },
  });
};

const commandBody = (stage: Stage): Record<string, string> => ({
  command: '/case',
  text: 'help',
  team_id: stage.slack.workspace.team.id,
  channel_id: CHANNEL,
  user_id: ANNA,
  trigger_id: `1.${Date.now()}`,
  api_app_id: stage.slack.workspace.app.id,
});

/** Another hand holds the database: every write fails, as on a full disk. */
const lockStore = (stage: Stage): (() => void) => {
  const other = new DatabaseSync(stage.database);
  other.exec('BEGIN IMMEDIATE');
  let held = true;
  const unlock = (): void => {
    if (held) other.exec('ROLLBACK');
    if (held) other.close();
    held = false;
  };
  onTestFinished(unlock);
  return unlock;
};

/** Events in the inbox whose lane is like this. */
const stored = (stage: Stage, lane: string): readonly { readonly state: string }[] => {
  const reader = new DatabaseSync(stage.database, { readOnly: true });
  const rows = reader.prepare('SELECT state FROM events WHERE lane LIKE ?').all(lane);
  reader.close();
  return rows.map((row) => ({ state: String(row['state']) }));
};
