import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHousekeeping } from '../../src/delivery/housekeeping.ts';
import { createInbox } from '../../src/delivery/inbox.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { ClaimedEvent, Destination, NewDelivery, Settlement, Verdict, Worker } from '../../src/delivery/ports.ts';
import { openStore, type Store } from '../../src/store/open.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const EVENTS = 250;
const LANES = 12;
const REPLICAS = 3;
const HOUR = 3_600_000;

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe.skipIf(whyNoPostgres() !== null)('replicas at work on everything at once', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    // Writes that share a transaction leave a circle by themselves, after 30 ms: only one that stays is counted.
    server = await startPostgres({ deadlock_timeout: '5s' });
  }, 60_000);
  afterAll(() => server.stop());

  it('never stand in each other’s way for good, and bring all to its end', { timeout: 180_000 }, async () => {
    const pace = (gate: string) => (gate === 'paced' ? { intervalMs: 1, burst: 5 } : null);
    const stores = await Promise.all(
      Array.from({ length: REPLICAS }, () => openStore({ kind: 'postgres', url: server.url }, { pace })),
    );
    const workers = stores.flatMap(workersOn);
    for (const worker of workers) worker.start();

    const [first] = stores;
    if (first === undefined) throw new Error('no store');
    await Promise.all(
      stores.map(async ({ deliveries }, replica) => {
        for (let n = replica; n < EVENTS; n += REPLICAS) {
          await deliveries.put([{ key: `cause ${n}`, lane: `link ${n % LANES}`, payload: n }]);
        }
      }),
    );
    await vi.waitFor(
      async () => {
        const { deliveries, events } = await first.deliveries.counts();
        expect({ ...deliveries, waiting: events.owed, wrong: events.dead }).toMatchObject({
          delivered: EVENTS * 2,
          waiting: 0,
          wrong: 0,
        });
      },
      { timeout: 150_000, interval: 100 },
    );

    await Promise.all(workers.map((worker) => worker.stop(1_000)));
    for (const store of stores) await store.close();
    const [stats] = await server.rows(
      `SELECT deadlocks::int AS deadlocks FROM pg_stat_database WHERE datname = current_database()`,
    );
    expect(stats).toEqual({ deadlocks: 0 });
  });
});

function workersOn({ deliveries: store }: Store): Worker[] {
  return [
    createInbox({ store, handle, log: quiet, pollMs: 100 }),
    createOutbox({ store, destinationOf: () => fickle, log: quiet, attemptMs: 200, pollMs: 100 }),
    createHousekeeping({
      store,
      // Keys outlive the test however slow the machine is, or what is done would no longer be counted.
      retention: { textMs: 50, deadTextMs: HOUR, keyMs: HOUR },
      onOrder: async () => null,
      log: quiet,
      remindMs: 20,
      purgeMs: 20,
    }),
  ];
}

const News = z.object({ id: z.string(), state: z.string(), waitedMs: z.number().optional() });

/** One event owes to two lanes and writes records that others write; what is set aside is released by its news. */
async function handle(event: ClaimedEvent): Promise<Settlement> {
  const { key, payload } = event;
  const nothing = { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] } as const;
  const news = News.safeParse(payload).data;
  if (news !== undefined) {
    // A reminder may come after the release.
    const isAside = news.waitedMs === undefined && ['held', 'unknown', 'dead'].includes(news.state);
    const release = { type: 'release', id: news.id, effect: 'again' } as const;
    return { ...nothing, changes: isAside ? [release] : [] };
  }
  const n = Number(payload);
  const records = [n, n + 1].map((m) => ({ namespace: 'written', key: `${m % LANES}`, value: n }));
  return {
    ...nothing,
    deliveries: [owed(`${key} a`, n % LANES), owed(`${key} b`, (n * 5 + 3) % LANES)],
    records: n % 2 === 0 ? records : records.toReversed(),
  };
}

const owed = (id: string, lane: number): NewDelivery => ({
  id,
  lane: `${lane}`,
  mode: 'fifo',
  position: null,
  effect: id,
  gates: lane % 2 === 0 ? ['side', 'paced'] : ['paced', `own ${lane}`, 'side'],
  state: 'owed',
  tell: 'all',
  keyFor: lane % 3 === 0 ? 'days' : 'lane',
  remindAfter: { owed: [5, 50], held: [5] },
});

const fickle: Destination = {
  prepare: async () => ({ type: 'go', baseline: null, plan: null }),
  perform: async ({ gates }) => {
    await pause(Math.random() * 3);
    return verdictOf(Math.random(), gates);
  },
  lookup: async () => (Math.random() < 0.5 ? { type: 'found', receipt: 1 } : { type: 'undecided', reason: 'unread' }),
};

function verdictOf(chance: number, gates: readonly string[]): Verdict {
  const records = ['0', '1'].map((key) => ({ namespace: 'written', key, value: chance }));
  const key = gates[Math.floor(chance * 1_000) % gates.length] ?? 'side';
  if (chance < 0.1) return { type: 'snooze', reason: 'r', gate: { key, until: Date.now() + 30, reason: 'r' } };
  if (chance < 0.15) return { type: 'retry', reason: 'r', afterMs: 5 };
  if (chance < 0.2) return { type: 'ambiguous', reason: 'r' };
  if (chance < 0.25) return { type: 'hold', reason: 'r' };
  if (chance < 0.3) return { type: 'dead', reason: 'r' };
  return { type: 'delivered', receipt: 1, records: chance < 0.6 ? records : records.toReversed() };
}
