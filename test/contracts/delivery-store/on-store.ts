import { afterEach, beforeEach } from 'vitest';
import type {
  ClaimedDelivery,
  ClaimedEvent,
  DeliveryStore,
  NewDelivery,
  Pace,
  Settled,
  Settlement,
} from '../../../src/delivery/ports.ts';

/** A store of its own for each test, on a clock that only the test moves, and what the tests do with it. */

export type StoreUnderTest = {
  readonly store: DeliveryStore;
  /** A record as its owner reads it. */
  record(namespace: string, key: string): Promise<unknown>;
  close(): Promise<void>;
};

export type OpenStore = (options: { now(): number; pace(gate: string): Pace }) => Promise<StoreUnderTest>;

export const LEASE_MS = 30_000;
export const HOUR = 3_600_000;

export type OnStore = ReturnType<typeof onStore>;

export function onStore(open: OpenStore) {
  let under: StoreUnderTest;
  let serial = 0;
  const noPaces: Record<string, Pace> = {};
  const on = {
    clock: 0,
    paces: noPaces,
    get store() {
      return under.store;
    },
    record: (namespace: string, key: string) => under.record(namespace, key),
  };

  beforeEach(async () => {
    on.clock = 1_700_000_000_000;
    on.paces = noPaces;
    serial = 0;
    under = await open({ now: () => on.clock, pace: (gate) => on.paces[gate] ?? null });
  });

  afterEach(() => under.close());

  /** Settles an event of its own with these parts. */
  async function follow(parts: Partial<Settlement>): Promise<void> {
    serial += 1;
    const lane = `test-${serial}`;
    await on.store.put([{ key: lane, lane, payload: null }]);
    const event = (await on.store.claimEvents(100, LEASE_MS)).find((claimed) => claimed.lane === lane);
    if (event === undefined) throw new Error('the test event was not claimable');
    try {
      await on.store.settleEvent(event, settlement(parts));
    } catch (error) {
      await on.store.settleEvent(event, settlement());
      throw error;
    }
  }

  async function claim(limit = 10): Promise<readonly ClaimedDelivery[]> {
    return on.store.claimDeliveries(limit, LEASE_MS);
  }

  async function claimOne(): Promise<ClaimedDelivery> {
    const [first] = await claim(1);
    if (first === undefined) throw new Error('nothing is claimable');
    return first;
  }

  async function claimOneEvent(): Promise<ClaimedEvent> {
    const [first] = await on.store.claimEvents(1, LEASE_MS);
    if (first === undefined) throw new Error('no event is claimable');
    return first;
  }

  async function settleNext(verdict: Settled = { type: 'delivered', receipt: null }): Promise<string> {
    const claimed = await claimOne();
    await on.store.openAttempt(claimed, { baseline: null, deadline: on.clock + 18_000 });
    await on.store.settleDelivery(claimed, verdict);
    return claimed.id;
  }

  async function drain(): Promise<string[]> {
    const order: string[] = [];
    for (;;) {
      const [next] = await claim(1);
      if (next === undefined) return order;
      order.push(next.id);
      await on.store.settleDelivery(next, { type: 'delivered', receipt: null });
    }
  }

  const snooze = (key: string, ms: number): Settled => ({
    type: 'snooze',
    reason: 'closed',
    gate: { key, until: on.clock + ms, reason: 'closed' },
  });

  const owe = (...deliveries: NewDelivery[]): Promise<void> => follow({ deliveries });

  return Object.assign(on, { follow, owe, claim, claimOne, claimOneEvent, settleNext, drain, snooze });
}

export const settlement = (parts: Partial<Settlement> = {}): Settlement => ({
  outcome: 'handled',
  deliveries: [],
  changes: [],
  records: [],
  events: [],
  ...parts,
});

export const delivery = (id: string, parts: Partial<NewDelivery> = {}): NewDelivery => ({
  id,
  lane: 'a',
  mode: 'fifo',
  position: null,
  effect: { text: id },
  gates: [],
  state: 'owed',
  tell: 'nothing',
  keyFor: 'lane',
  ...parts,
});

/** Found by reading: perhaps done before. */
export const caught = { suspect: 7 };

export const ids = (claims: readonly ClaimedDelivery[]): string[] => claims.map(({ id }) => id);

export const retry = (afterMs: number, counted = true): Settled => ({
  type: 'retry',
  reason: 'busy',
  afterMs,
  counted,
});
