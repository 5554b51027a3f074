import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultKinds } from '../../src/sandbox/faults.ts';
import { rehearsals } from '../../src/sandbox/rehearsals/all.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { setStage } from '../../src/sandbox/stage.ts';

/** Each fault as the other end of the wire meets it. The app runs, and lives through all of them. */

/** Where `prlimit` is. */
const isFillable = faultKinds().some(({ id }) => id === 'store_full');

let stage: Stage;

beforeAll(async () => {
  stage = await setStage({ inherited: process.env, socketMode: false, messageWebhooks: false, keep: null });
}, 60_000);
afterAll(() => stage.stop());
afterEach(() => stage.faults.clear());

const QUICK_MS = 800;

/** What a caller meets: a status, or that nothing came. */
async function met(url: string, init: RequestInit = {}): Promise<number | 'refused' | 'silence'> {
  try {
    return (await fetch(url, { ...init, signal: AbortSignal.timeout(QUICK_MS) })).status;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'silence' : 'refused';
  }
}

const askSlack = async (method: string, params: Record<string, string> = {}) =>
  met(`${stage.slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stage.slack.workspace.app.botToken}` },
    body: new URLSearchParams(params),
  });

const askAcquire = async (path: string, body?: unknown) =>
  met(`${stage.acquire.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${stage.acquire.key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });

const readSlack = () => askSlack('auth.test');
const postInSlack = () => askSlack('chat.postMessage', { channel: C.general, text: 'by hand' });
const readAcquire = () => askAcquire('/crm/objects/case');
const sendToAcquire = () => askAcquire('/crm/messenger/chat/add-message', {});
const mailFromAcquire = () => askAcquire('/mail/add-message', {});
const app = (path: string) => met(`${stage.app.url}${path}`);
const isOn = (id: string) => stage.faults.list().find((fault) => fault.id === id);

test.each([
  ['slack_down', readSlack, 'refused', 200],
  ['slack_limits', readSlack, 429, 200],
  ['slack_slow', readSlack, 'silence', 200],
  ['slack_silent', postInSlack, 'silence', 200],
  ['acquire_down', readAcquire, 'refused', 200],
  ['acquire_limits', readAcquire, 429, 200],
  ['acquire_fails', readAcquire, 500, 200],
  ['acquire_refuses', sendToAcquire, 422, 400],
  ['acquire_slow', readAcquire, 'silence', 200],
  ['acquire_silent', sendToAcquire, 'silence', 400],
  ['acquire_lost', sendToAcquire, 'silence', 400],
  ['acquire_unseen', mailFromAcquire, 'silence', 400],
  ['acquire_key', readAcquire, 401, 200],
  ['app_killed', () => app('/healthz'), 'refused', 200],
  ['app_frozen', () => app('/healthz'), 'silence', 200],
] as const)('%s is met while it is on, and no longer', { timeout: 90_000 }, async (id, ask, during, after) => {
  await stage.faults.set(id, true);
  expect(await ask()).toBe(during);
  expect(isOn(id)).toMatchObject({ on: true });

  await stage.faults.set(id, false);
  expect(await ask()).toBe(after);
  expect(isOn(id)).toMatchObject({ on: false, since: null, hits: 0 });
});

test('slack_token makes Slack refuse the app’s token, until it works again', async () => {
  await stage.faults.set('slack_token', true);
  expect(stage.slack.workspace.app.authError).toBe('token_revoked');

  await stage.faults.set('slack_token', false);
  expect(stage.slack.workspace.app.authError).toBeUndefined();
});

test.each([
  ['events_lost', 'lost', 0],
  ['events_doubled', 'delivered', 2],
] as const)('%s: what a member writes is %s', async (id, state, tries) => {
  await stage.faults.set(id, true);
  const { ts } = stage.slack.say(U.anna, C.general, 'Does anybody hear this?');
  await stage.slack.eventsSettled();

  const event = stage.slack.deliveries.find((one) => one.event['ts'] === ts);
  expect(event?.state).toBe(state);
  expect(event?.attempts).toHaveLength(tries);
  expect(isOn(id)).toMatchObject({ hits: 1 });
});

test('events_reordered: of what a member writes the last comes first', async () => {
  const { slack } = stage;
  await stage.faults.set('events_reordered', true);
  const texts = ['first', 'second', 'third'];
  for (const text of texts) slack.say(U.anna, C.general, text);
  await slack.eventsSettled();

  const came = slack.deliveries
    .filter(({ event }) => texts.includes(String(event['text'])))
    .toSorted((a, b) => (a.attempts[0]?.at ?? 0) - (b.attempts[0]?.at ?? 0));
  expect(came.map(({ event }) => event['text'])).toEqual(texts.toReversed());
  expect(isOn('events_reordered')).toMatchObject({ hits: 3 });
});

test('acquire_unseen: a text message goes out, and the case shows it when that is over', async () => {
  const { acquire } = stage;
  const contact = acquire.contact({ phone: '+358401234567' });
  const kase = acquire.openCase(contact.id, { text: 'Hello', channel: 'sms' });
  await stage.faults.set('acquire_unseen', true);
  const sms = { From: acquire.account.numbers[0], To: '+358401234567', Body: 'Unseen', contactId: contact.id };
  expect(await askAcquire('/voip/send-sms', { ...sms, threadId: kase.id, timelineId: kase.timelineId })).toBe(
    'silence',
  );

  const rows = acquire.account.messagesByCase.get(kase.id) ?? [];
  expect(rows.map(({ text, hidden }) => [text, hidden.until > Date.now()])).toContainEqual(['Unseen', true]);
  await stage.faults.set('acquire_unseen', false);
  expect(rows.some(({ hidden }) => hidden.until > Date.now())).toBe(false);
});

test.each([
  ['webhooks_lost', ['lost', 'lost'], [0, 0]],
  ['webhooks_doubled', ['delivered', 'delivered'], [2, 2]],
  ['webhooks_absent', [], []],
] as const)('%s: webhooks of a new case are %s', async (id, states, tries) => {
  const { acquire } = stage;
  await stage.faults.set(id, true);
  const before = acquire.webhooks.log.length;
  acquire.openCase(acquire.contact().id, { text: 'Hello' });
  await acquire.webhooks.idle();

  const sent = acquire.webhooks.log.slice(before);
  expect(sent.map(({ state }) => state)).toEqual(states);
  expect(sent.map(({ attempts }) => attempts.length)).toEqual(tries);
});

test('webhooks_reordered: of three webhooks the last comes first', async () => {
  const { acquire } = stage;
  const agent = [...acquire.account.users.values()].find(({ role }) => role === 'agent');
  await stage.faults.set('webhooks_reordered', true);
  const before = acquire.webhooks.log.length;
  const { id } = acquire.openCase(acquire.contact().id, { text: 'Hello' });
  acquire.agentCloses(agent?.id ?? 0, id);
  await acquire.webhooks.idle();

  const came = acquire.webhooks.log
    .slice(before)
    .toSorted((a, b) => (a.attempts[0]?.at ?? 0) - (b.attempts[0]?.at ?? 0));
  expect(came.map(({ n }) => n - before)).toEqual([3, 2, 1]);
});

test.runIf(isFillable)(
  'store_full: the app takes nothing in, and goes on by itself when there is room',
  { timeout: 90_000 },
  async () => {
    const ready = () => app('/readyz');
    await stage.faults.set('store_full', true);
    await expect.poll(ready, { timeout: 40_000 }).toBe(503);
    await stage.faults.set('store_full', false);
    await expect.poll(ready, { timeout: 40_000 }).toBe(200);
  },
);

test('several faults are on at once, outlive a restart of the app, and end together', { timeout: 90_000 }, async () => {
  await stage.faults.set('slack_limits', true);
  await stage.faults.set('webhooks_doubled', true);
  await stage.faults.set('webhooks_lost', true);
  const { pid } = stage.app;
  await stage.app.restart();

  expect(stage.app.pid).not.toBe(pid);
  expect(stage.faults.active()).toEqual(['slack_limits', 'webhooks_doubled', 'webhooks_lost']);
  expect(stage.acquire.webhooks.weather).toEqual({ duplicate: 1, lose: 1 });
  expect(await readSlack()).toBe(429);

  await stage.faults.set('webhooks_doubled', false);
  expect(stage.acquire.webhooks.weather).toEqual({ lose: 1 });
  await stage.faults.clear();
  expect(stage.faults.active()).toEqual([]);
  expect(await readSlack()).toBe(200);
});

test('a fault counts what meets it, and a switch that is where it should be does nothing', async () => {
  await stage.faults.set('slack_limits', true);
  await readSlack();
  const { since, hits = 0 } = isOn('slack_limits') ?? {};
  await pause(5);
  await stage.faults.set('slack_limits', true);

  expect(hits).toBeGreaterThan(0);
  expect(isOn('slack_limits')?.since).toBe(since);
});

test('what cannot be switched is refused in words', { timeout: 90_000 }, async () => {
  await expect(stage.faults.set('earthquake', true)).rejects.toThrow(
    /there is no fault earthquake; there are: slack_down/,
  );
  await stage.faults.set('app_killed', true);
  await expect(stage.faults.set('app_frozen', true)).rejects.toThrow('the app is down');
});

test('every fault says what will happen, and has a name of its own on its side', () => {
  const names = faultKinds().map(({ side, name }) => `${side}: ${name}`);

  expect(new Set(names).size).toBe(names.length);
  for (const { says } of faultKinds()) expect(says).toMatch(/^[A-Zk].{30,}\.$/u);
});

test.runIf(isFillable)('docs/sandbox.md says how many faults and rehearsals there are', async () => {
  const page = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

  expect(page).toContain(`${faultKinds().length} switches`);
  expect(page).toContain(`${rehearsals().length} rehearsals`);
});
