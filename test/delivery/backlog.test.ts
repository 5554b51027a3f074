import { expect, it, vi } from 'vitest';
import { createInbox } from '../../src/delivery/inbox.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { ClaimedEvent, Destination, NewDelivery, Settlement } from '../../src/delivery/ports.ts';
import { openEngine } from './engine.ts';

/** More comes into a lane than can be worked on, for as long as the test lasts. */

const MESSAGES = 60;
const SENT = 20;
const LANE = 'thread';
const LANES = 160;
const SLOTS = 8;

it('sends what stands first while ever more waits behind it, each in one attempt', async () => {
  const engine = await openEngine();
  const { store, log } = engine;
  const sent: string[] = [];
  let prepared = 0;
  const there: Destination = {
    prepare: async () => {
      prepared += 1;
      return { type: 'go', baseline: null, plan: null };
    },
    perform: async ({ id }) => {
      sent.push(id);
      return { type: 'delivered', receipt: null };
    },
    lookup: async () => ({ type: 'absent' }),
  };
  // Each event that is worked on is followed by another: the lane is never empty.
  const handle = async ({ key }: ClaimedEvent): Promise<Settlement> => {
    const next = Number(key) + MESSAGES;
    await store.put([message(next)]);
    return { outcome: 'handled', deliveries: [reply(key)], changes: [], records: [], events: [] };
  };
  await store.put(Array.from({ length: MESSAGES }, (_, n) => message(n)));
  engine.start(createInbox({ store, log, handle }));
  engine.start(createOutbox({ store, log, destinationOf: () => there }));

  await vi.waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(SENT), { timeout: 5_000, interval: 5 });
  expect((await store.counts()).events.owed).toBeGreaterThanOrEqual(MESSAGES - 1);
  expect(sent).toEqual(sent.toSorted());
  expect(prepared - sent.length).toBeLessThanOrEqual(1);
});

it('takes what follows those that end together in one claim', async () => {
  const engine = await openEngine();
  const { store, log } = engine;
  await engine.owe(...Array.from({ length: LANES }, (_, n) => ({ id: `${n}`, lane: `lane ${n}` })));
  let claims = 0;
  const claimDeliveries: typeof store.claimDeliveries = (limit, leaseMs) => {
    claims += 1;
    return store.claimDeliveries(limit, leaseMs);
  };
  const there: Destination = {
    prepare: async () => ({ type: 'go', baseline: null, plan: null }),
    perform: async () => ({ type: 'delivered', receipt: null }),
    lookup: async () => ({ type: 'absent' }),
  };

  engine.start(
    createOutbox({ store: { ...store, claimDeliveries }, log, destinationOf: () => there, concurrency: SLOTS }),
  );
  await vi.waitFor(async () => expect((await store.counts()).deliveries.delivered).toBe(LANES), { timeout: 5_000 });
  expect(claims).toBeLessThan(1.5 * (LANES / SLOTS));
});

const positionOf = (n: number): string => `${n}`.padStart(8, '0');

const message = (n: number) => ({ key: positionOf(n), lane: LANE, position: positionOf(n), payload: null });

const reply = (id: string): NewDelivery => ({
  id,
  lane: 'case',
  mode: 'fifo',
  position: `${id}:0`,
  after: LANE,
  effect: null,
  gates: ['side'],
  state: 'owed',
  tell: 'nothing',
  keyFor: 'lane',
});
