import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WatchedDelivery, WatchedEvent } from '../../src/sandbox/deliveries-watch.ts';
import type { Story } from '../../src/sandbox/line-stories.ts';
import { storiesOf } from '../../src/sandbox/line-stories.ts';
import { order } from '../../src/sandbox/orders.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { setStage } from '../../src/sandbox/stage.ts';
import { stuckOn } from '../../src/sandbox/stuck.ts';

/** What casebridge does is told as it does it, joined from the wire, the store and the log. */

/** Nothing takes long; a machine with other work may. */
const PATIENCE_MS = 40_000;

let stage: Stage;
let root: string;

beforeAll(async () => {
  stage = await setStage({ inherited: process.env, socketMode: false, messageWebhooks: false, keep: null });
  stage.acquire.openCase(stage.acquire.contact().id, { text: 'Hello' });
  root =
    (
      await stage.slack.sees(
        () => stage.slack.thread(C.support, stage.slack.messages(C.support)[0]?.ts ?? '')[1],
        'the thread',
      )
    ).thread_ts ?? '';
}, 60_000);
afterAll(() => stage.stop());

const says = (text: string) => stage.slack.say(U.anna, C.support, text, { threadTs: root });

/** The story whose deliveries are all there, as far as `isDone` says. */
const storyWith = (isDone: (story: Story) => boolean) =>
  stage.slack.sees(() => stage.line.stories().find(isDone), 'the story', PATIENCE_MS);

const did = (story: Story, does: string, state: string) =>
  story.deliveries.some((delivery) => delivery.does === does && delivery.state === state);

test('a reply is one story: received, stored, acknowledged, decided, attempted and delivered, in that order', async () => {
  const { ts } = says('On its way');
  const story = await storyWith(
    (one) => one.deliveries.some(({ id }) => id.includes(ts)) && did(one, 'set_receipt', 'delivered'),
  );

  const reply = story.deliveries.find(({ does }) => does === 'add_message');
  const [attempt] = reply?.tries ?? [];
  expect(story).toMatchObject({ from: 'Slack', what: 'message', state: 'handled', answer: '200', tries: 1 });
  expect(reply).toMatchObject({ state: 'delivered' });
  expect(attempt?.outcome).toBe('delivered');
  const moments = [story.receivedAt, story.storedAt, story.acknowledgedAt].map(Number);
  expect(moments.toSorted((a, b) => a - b)).toEqual(moments);
  const later = [story.storedAt, story.decidedAt, attempt?.at, reply?.settledAt].map(Number);
  expect(later.toSorted((a, b) => a - b)).toEqual(later);
});

test('a new case is one story, from what told of it to the thread and its first message', async () => {
  const told = await storyWith(({ what, decidedAt }) => what === 'case:new' && decidedAt !== null);
  expect(told).toMatchObject({ from: 'Acquire', answer: '200', state: 'handled' });
  expect(Number(told.storedAt)).toBeLessThanOrEqual(Number(told.acknowledgedAt));

  // Whichever was worked on first: webhook, the one of its status, or a reading in between.
  const started = await storyWith((one) => did(one, 'start_thread', 'delivered'));
  expect(started.deliveries.map(({ does }) => does).slice(0, 2)).toEqual(['start_thread', 'post']);
});

test('what is found by reading says so', async () => {
  const [kase] = stage.acquire.account.cases.keys();
  // A webhook about the case that is still on its way leads to a reading of its own: then it is that one's story.
  const isOver = ({ state }: Story) => state !== 'pending' && state !== 'owed';
  await stage.slack.sees(() => stage.line.stories().every(isOver), 'calm', PATIENCE_MS);
  stage.acquire.customerWrites(kase ?? 0, 'Are you there?');

  const story = await storyWith((one) => one.from === 'reading' && did(one, 'post', 'delivered'));
  expect(story).toMatchObject({ receivedAt: null, acknowledgedAt: null, tries: 0 });
});

test('a command is in the line with the time in which it was answered', async () => {
  await stage.slack.command(U.anna, C.support, '/case', 'list');

  const story = await storyWith((one) => one.what === '/case' && did(one, 'answer', 'delivered'));
  expect(story).toMatchObject({ from: 'Slack', answer: '200', state: 'handled' });
});

test('what an event that was lost looks like: nothing after it', async () => {
  await stage.faults.set('events_lost', true);
  says('// Nobody hears this');
  await stage.faults.set('events_lost', false);

  const lost = await storyWith(({ state }) => state === 'lost');
  expect(lost).toMatchObject({ receivedAt: null, storedAt: null, acknowledgedAt: null, deliveries: [] });
});

const stuckWith = (state: string) =>
  stage.slack.sees(
    () => stuckOn(stage).find((one) => one.state === state && one.doors.length > 2),
    'what is stuck',
    PATIENCE_MS,
  );

const atCustomer = (text: string) => [...stage.acquire.account.messages.values()].filter((row) => row.text === text);

test('a dead letter is listed with the buttons of its thread, and one press sends it', {
  timeout: 90_000,
}, async () => {
  await stage.faults.set('acquire_refuses', true);
  says('Refused at first');
  const dead = await stuckWith('dead');
  await stage.faults.set('acquire_refuses', false);

  expect(dead.reason).toContain('HTTP 422');
  expect(dead.doors.map(({ label }) => label)).toEqual(['Retry', 'Keep inside', 'Redrive', 'Drop']);
  const retry = dead.doors[0]?.act;
  if (retry?.do !== 'press') throw new Error('no button');
  await stage.slack.click(retry.member, {
    channel: retry.channel,
    ts: retry.ts,
    actionId: retry.action,
    value: retry.value,
  });
  await stage.slack.sees(() => atCustomer('Refused at first').length > 0, 'it at the customer’s', PATIENCE_MS);
  expect(atCustomer('Refused at first')).toHaveLength(1);
});

test('what is held is dropped or sent by the operator’s own commands', { timeout: 90_000 }, async () => {
  stage.slack.say(U.anna, C.support, 'Shall I? @ben', { threadTs: root });
  const held = await stuckWith('held');
  expect(held.doors.map(({ label }) => label)).toEqual(['Send to customer', 'Keep inside', 'Redrive', 'Drop']);

  expect(await order(stage, 'drop', held.id)).toContain(held.id);
  await stage.slack.sees(() => stuckOn(stage).every(({ id }) => id !== held.id), 'it gone');
  await expect(order(stage, 'redrive', 'no-such-delivery')).rejects.toThrow('not done');
});

const event = (key: string, at: number): WatchedEvent => ({
  key,
  lane: 'a lane',
  type: 'member_wrote',
  state: 'handled',
  reason: null,
  attempts: 1,
  receivedAt: at - 1,
  settledAt: at,
});

const delivery = (id: string, at: number): WatchedDelivery => ({
  id,
  lane: 'a lane',
  state: 'delivered',
  reason: null,
  does: 'add_message',
  attempts: 0,
  attempting: false,
  createdAt: at,
  settledAt: at + 5,
});

test('of two events settled at one moment, a delivery follows from the one that its id names', () => {
  const stories = storiesOf({
    told: [],
    events: [event('slack:T:C:1.000001', 100), event('slack:T:C:2.000001', 100)],
    deliveries: [delivery('reply:T:C:2.000001:1', 100)],
    tries: new Map(),
    watchedAt: 0,
  });

  expect(stories.find(({ id }) => id === 'slack:T:C:2.000001')?.deliveries).toHaveLength(1);
  expect(stories.find(({ id }) => id === 'slack:T:C:1.000001')?.deliveries).toEqual([]);
});

test('what follows from the news of a delivery belongs to the story of that delivery', () => {
  const stories = storiesOf({
    told: [],
    events: [event('slack:T:C:1.000001', 100), event('news:reply:T:C:1.000001:1:delivered:1', 110)],
    deliveries: [delivery('reply:T:C:1.000001:1', 100), delivery('receipt:C:1.000001', 110)],
    tries: new Map(),
    watchedAt: 0,
  });

  expect(stories).toHaveLength(1);
  expect(stories[0]?.deliveries.map(({ id }) => id)).toEqual(['reply:T:C:1.000001:1', 'receipt:C:1.000001']);
});
