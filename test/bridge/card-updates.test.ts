import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refreshCard } from '../../src/bridge/threads/links.ts';
import type { Bridge } from '../../src/bridge/context.ts';
import { paceOf } from '../../src/bridge/lanes.ts';
import { createToSlack } from '../../src/bridge/outbox/to-slack.ts';
import { AccountId, ChannelId, linkKey, SlackTs, TeamId } from '../../src/core/ids.ts';
import type { Link } from '../../src/core/link.ts';
import type { Notice } from '../../src/core/notice.ts';
import { channelsOf, defaultSettings } from '../../src/core/settings.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import type { RecordWrite } from '../../src/delivery/ports.ts';
import { linkWith } from '../core/link-with.ts';

/** Many cards that change all the time, on a clock of our own: the real store, the real paces, the real way to Slack. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CARDS = 60;
const CHANGES = 700;
const CHANNEL = ChannelId.parse('C1');
/** chat.update is of tier 3: more than fifty a minute. slack.md 3.1 */
const BUDGET = 50;
const BURST = 10;

type Update = { readonly at: number; readonly card: number; readonly version: number };

const openWorld = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-cards-'));
  const clock = { now: 1_800_000_000_000 };
  const store = await openStore(
    { kind: 'sqlite', path: join(folder, 'store.db') },
    { pace: paceOf, now: () => clock.now },
  );
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const updates: Update[] = [];
  const bridge = {
    chat: {
      team: TeamId.parse('T1'),
      update: async ({ ts, notice }: { readonly ts: string; readonly notice: Notice }) => {
        updates.push({ at: clock.now, card: Number(ts.split('.')[1]), version: versionOn(notice) });
      },
    },
    helpdesk: { account: AccountId.parse('acquire:acme'), caseUrl: () => 'https://acme.example' },
    channels: () => channelsOf(CHANNEL, new Map([[CHANNEL, defaultSettings]])),
    store: store.deliveries,
    records: { get: (namespace: string, key: string) => store.records(namespace).get(key) },
    files: { stopping: new AbortController().signal },
    now: () => clock.now,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- cards of threads that stand use nothing else
  return { store, clock, updates, toSlack: createToSlack(bridge as unknown as Bridge) };
};

const versionOn = ({ summary }: Notice): number => Number(/version (\d+)$/u.exec(summary)?.[1]);

const linkOf = (card: number, version: number): Link =>
  linkWith('open', { chain: String(card + 1) }, { title: `version ${version}` });

const written = (link: Link): RecordWrite => ({
  namespace: 'link',
  key: linkKey(link),
  value: JSON.parse(JSON.stringify(link)),
});

const rootOf = (card: number): RecordWrite => ({
  namespace: 'root',
  key: linkKey(linkOf(card, 0)),
  value: {
    version: 1,
    generation: 1,
    channel: CHANNEL,
    ts: SlackTs.parse(`1700000000.${String(card).padStart(6, '0')}`),
  },
});

/** As an event would that changes a link. */
const change = async ({ deliveries: store }: Store, key: string, link: Link, more: readonly RecordWrite[] = []) => {
  await store.put([{ key, lane: key, payload: null }]);
  const [event] = await store.claimEvents(1, 30 * SECOND);
  if (event === undefined) throw new Error('no event');
  await store.settleEvent(event, {
    outcome: 'handled',
    changes: [],
    events: [],
    records: [written(link), ...more],
    deliveries: [refreshCard(linkKey(link), key)],
  });
};

test('cards that change all the time keep within Slack’s budget, wait no longer than others, and end at the last state', async () => {
  const { store, clock, updates, toSlack } = await openWorld();
  const began = clock.now;
  const newest = Array.from({ length: CARDS }, () => 0);
  for (let card = 0; card < CARDS; card += 1) await change(store, `start:${card}`, linkOf(card, 0), [rootOf(card)]);

  const work = async (): Promise<void> => {
    for (;;) {
      const claimed = await store.deliveries.claimDeliveries(8, 30 * SECOND);
      if (claimed.length === 0) return;
      for (const delivery of claimed) {
        const prepared = await toSlack.prepare(delivery);
        if (prepared.type !== 'go') throw new Error(`not prepared: ${prepared.type}`);
        const deadline = clock.now + 18 * SECOND;
        await store.deliveries.openAttempt(delivery, { baseline: prepared.baseline, deadline });
        const verdict = await toSlack.perform(delivery, prepared.plan, deadline);
        if (verdict.type !== 'delivered') throw new Error(`not done: ${verdict.type}`);
        await store.deliveries.settleDelivery(delivery, verdict);
      }
    }
  };

  for (let turn = 1; turn <= CHANGES; turn += 1) {
    // Some change all the time, the others once in a while.
    const card = turn % 10 === 0 ? (turn / 10) % CARDS : turn % 7;
    newest[card] = turn;
    await change(store, `change:${turn}`, linkOf(card, turn));
    clock.now += 450;
    await work();
  }
  const changed = clock.now;
  for (let left = 0; left < 120; left += 1) {
    clock.now += SECOND;
    await work();
  }

  for (const [at, { at: from }] of updates.entries()) {
    const within = updates.slice(at).filter((one) => one.at < from + MINUTE).length;
    expect(within).toBeLessThanOrEqual(BUDGET + BURST);
  }
  const shown = newest.map((_, card) => updates.findLast((one) => one.card === card)?.version);
  expect(shown).toEqual(newest);
  // All cards stand within the time that one update of each takes.
  const last = updates.at(-1)?.at ?? 0;
  expect(last - changed).toBeLessThanOrEqual(((CARDS * MINUTE) / BUDGET) * 1.2);
  expect(updates.length).toBeLessThan(((last - began) / MINUTE) * BUDGET + BURST);
}, 120_000);
