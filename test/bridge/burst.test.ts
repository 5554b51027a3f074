import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { owe, paceOf } from '../../src/bridge/lanes.ts';
import { createToSlack } from '../../src/bridge/outbox/to-slack.ts';
import type { Bridge } from '../../src/bridge/context.ts';
import { AccountId, ChannelId, MessageId, positionOf, SlackTs, TeamId } from '../../src/core/ids.ts';
import { type Notice, say } from '../../src/core/notice.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import type { PostRequest } from '../../src/core/ports.ts';
import { plainRichText } from '../../src/core/rich-text.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { Failure } from '../../src/delivery/errors.ts';
import type {
  ClaimedDelivery,
  DeliveryStore,
  Destination,
  NewDelivery,
  RecordWrite,
} from '../../src/delivery/ports.ts';
import { openStore, type Store } from '../../src/store/open.ts';

/** Ten thousand messages at once on a clock of our own: the real store, the real paces, the real way to Slack. */

const SECOND = 1000;
const THREADS = 500;
const EACH = 20;
const LENGTH = 200;
const CHANNEL = ChannelId.parse('C1');
const TEAM = TeamId.parse('T1');
const ACCOUNT = AccountId.parse('acquire:acme');
const QUIET = `${TEAM}:${ACCOUNT}:${THREADS}`;

/** Tells itself apart from every other one. */
const textOf = (thread: number, index: number): string => `thread ${thread} message ${index} `.padEnd(LENGTH, 'x');

/** Slack refuses whatever this stands in. */
const DOOMED = textOf(600, 2);
const REFUSED = { kind: 'permanent', side: 'slack', attempted: 'chat.postMessage', effect: 'none' } as const;

const linkOf = (thread: number): string => `${TEAM}:${ACCOUNT}:${thread}`;
const rootTs = (thread: number) => SlackTs.parse(`1700000000.${String(thread).padStart(6, '0')}`);
const rowId = (thread: number, index: number) => MessageId.parse(String(1 + thread * 100 + index));

const written = (text: string): Notice => ({
  summary: text,
  parts: [{ part: 'rich', blocks: plainRichText(text) }],
});

const message = (thread: number, index: number, broadcast = false): NewDelivery => {
  const id = rowId(thread, index);
  return owe({
    id: `post:${linkOf(thread)}:${id}`,
    effect: {
      do: 'post',
      link: linkOf(thread),
      as: { name: 'Jo (customer)', icon: 'contact' },
      notice: written(textOf(thread, index)),
      messages: [id],
      broadcast,
    },
    position: `${positionOf(id)}:0000`,
    channel: CHANNEL,
  });
};

type World = {
  readonly store: Store;
  readonly toSlack: Destination;
  readonly posts: { readonly at: number; readonly request: PostRequest }[];
  readonly clock: { now: number };
};

const openWorld = async (): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-burst-'));
  const clock = { now: 1_800_000_000_000 };
  const store = await openStore(
    { kind: 'sqlite', path: join(folder, 'store.db') },
    { pace: paceOf, now: () => clock.now },
  );
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const posts: World['posts'] = [];
  const bridge = {
    chat: {
      team: TEAM,
      isShared: async () => false,
      post: async (request: PostRequest) => {
        if (request.notice.summary.includes(DOOMED)) throw new Failure(REFUSED);
        posts.push({ at: clock.now, request });
        return { ts: SlackTs.parse(`1800000000.${String(posts.length).padStart(6, '0')}`), thread: request.thread };
      },
    },
    helpdesk: { account: ACCOUNT },
    channels: () => channelsOf(CHANNEL, new Map([[CHANNEL, defaultSettings]])),
    store: store.deliveries,
    records: {
      get: (namespace: string, key: string) => store.records(namespace).get(key),
    },
    files: { stopping: new AbortController().signal },
    now: () => clock.now,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- posts in threads that stand use nothing else
  return { store, toSlack: createToSlack(bridge as unknown as Bridge), posts, clock };
};

/** As the handling of an event would owe them. */
const settle = async (
  store: DeliveryStore,
  groups: readonly (readonly NewDelivery[])[],
  records: readonly RecordWrite[] = [],
) => {
  const keys = groups.map((_, index) => `event:${store.now()}:${index}`);
  await store.put(keys.map((key) => ({ key, lane: key, payload: null })));
  const events = await store.claimEvents(groups.length, 30 * SECOND);
  const none = { outcome: 'handled', changes: [], events: [], records: [] } as const;
  await Promise.all(
    events.map((event, index) =>
      store.settleEvent(event, {
        ...none,
        deliveries: groups[index] ?? [],
        ...(index === 0 ? { records } : {}),
      }),
    ),
  );
};

const rootOf = (thread: number) => ({
  namespace: 'root',
  key: linkOf(thread),
  value: { version: 1, generation: 1, channel: CHANNEL, ts: rootTs(thread) },
});

const attempt = async ({ store, toSlack, clock }: World, delivery: ClaimedDelivery): Promise<void> => {
  const prepared = await toSlack.prepare(delivery);
  if (prepared.type !== 'go') throw new Error(`not prepared: ${prepared.type}`);
  const deadline = clock.now + 18 * SECOND;
  await store.deliveries.openAttempt(delivery, { baseline: prepared.baseline, deadline });
  const verdict = await toSlack.perform(delivery, prepared.plan, deadline);
  if (verdict.type === 'ambiguous') throw new Error(verdict.reason);
  const counted = verdict.type === 'retry' ? { ...verdict, afterMs: verdict.afterMs ?? 0, counted: true } : verdict;
  await store.deliveries.settleDelivery(delivery, counted);
};

/** Works until nothing is owed before `until`; the clock stands still while something can be done. */
const drain = async (world: World, until = Number.POSITIVE_INFINITY): Promise<void> => {
  const { store, clock } = world;
  for (;;) {
    const claimed = await store.deliveries.claimDeliveries(8, 30 * SECOND);
    await Promise.all(claimed.map((delivery) => attempt(world, delivery)));
    if (claimed.length > 0) continue;
    const due = await store.deliveries.nextDue('deliveries');
    if (due === null || due > until) return;
    clock.now = Math.max(clock.now, due);
  }
};

const shownIn = (world: World, thread: number): readonly string[] =>
  world.posts
    .filter(({ request }) => request.thread === rootTs(thread))
    .flatMap(({ request }) => request.notice.parts)
    .flatMap((part) => (part.part === 'rich' ? [plainTextOf(part.blocks)] : []));

test('ten thousand messages at once drain at the pace of Slack, and a quiet case waits seconds', async () => {
  const world = await openWorld();
  const { store, clock, posts } = world;
  const threads = Array.from({ length: THREADS }, (_, thread) => thread);
  const all = Array.from({ length: EACH }, (_, index) => index);
  // The quiet case was the last that anybody wrote to: nothing but its quiet speaks for it.
  await settle(store.deliveries, [[message(THREADS, 0)]], [...threads, THREADS].map(rootOf));
  await drain(world);
  posts.length = 0;
  clock.now += 60 * SECOND;
  const began = clock.now;
  await settle(
    store.deliveries,
    threads.map((thread) => all.map((index) => message(thread, index))),
  );

  await drain(world, began + 250 * SECOND);
  const asked = clock.now;
  await settle(store.deliveries, [[message(THREADS, 1)]]);
  await drain(world);

  const quiet = posts.find(({ request }) => request.marker.link === QUIET);
  const waited = ((quiet?.at ?? Number.POSITIVE_INFINITY) - asked) / SECOND;
  const took = (clock.now - began) / SECOND;
  const longest = Math.max(...posts.map(({ request }) => charactersOf(request)));
  process.stdout.write(
    `10,000 messages: ${posts.length} posts in ${took.toFixed(0)} s, the quiet case waited ${waited.toFixed(1)} s\n`,
  );
  expect(took).toBeLessThanOrEqual(550);
  expect(waited).toBeLessThan(5);
  expect(longest).toBeLessThanOrEqual(4000);
  for (const thread of threads) expect(shownIn(world, thread)).toEqual(all.map((index) => textOf(thread, index)));
  expect(await store.deliveries.counts()).toMatchObject({
    deliveries: { owed: 0, delivered: THREADS * EACH + 2 },
    late: 0,
  });
}, 60_000);

const charactersOf = ({ notice }: PostRequest): number =>
  notice.parts
    .flatMap((part) => (part.part === 'rich' ? [plainTextOf(part.blocks)] : []))
    .reduce((sum, text) => sum + text.length, 0);

test('only what waits, of one customer, and shown alike goes into one post', async () => {
  const world = await openWorld();
  const { store, clock, posts } = world;
  const line = owe({
    id: 'line',
    effect: { do: 'post', link: linkOf(0), as: null, notice: say('closed'), messages: [], broadcast: false },
    position: `${positionOf(rowId(0, 2))}:5`,
    channel: CHANNEL,
  });
  const inOrder = [0, 1, 2].map((index) => message(0, index));
  await settle(
    store.deliveries,
    [[...inOrder, line, message(0, 3), message(0, 4, true), message(0, 5, true)]],
    [rootOf(0)],
  );
  clock.now += 4 * SECOND;

  await drain(world);

  const sizes = posts.map(({ request }) => [request.notice.parts.length, request.broadcast]);
  expect(sizes).toEqual([
    [3, false],
    [1, false],
    [1, false],
    [2, true],
  ]);
  const records = await Promise.all(
    [0, 1, 2].map((index) => store.records('case_message').get(`${ACCOUNT}:${rowId(0, index)}`)),
  );
  expect(records).toMatchObject(inOrder.map(({ id }) => ({ delivery: id, ts: '1800000000.000001' })));
});

test('a message that Slack refuses dies alone, though it was joined with others', async () => {
  const world = await openWorld();
  const { store, clock } = world;
  await settle(store.deliveries, [[0, 1, 2, 3, 4].map((index) => message(600, index))], [rootOf(600)]);
  clock.now += 4 * SECOND;

  await drain(world);

  expect(shownIn(world, 600)).toEqual([0, 1, 3, 4].map((index) => textOf(600, index)));
  expect(await store.deliveries.list({ states: ['dead'], limit: 10 })).toMatchObject([{ id: message(600, 2).id }]);
});
