import type { DeliveryStore, NewDelivery, Pace } from '../../src/delivery/ports.ts';

export const delivery = (id: string, lane: string, gates: readonly string[] = []): NewDelivery => ({
  id,
  lane,
  mode: 'fifo',
  position: null,
  effect: 'x'.repeat(200),
  gates,
  state: 'owed',
  tell: 'all',
  keyFor: 'lane',
  remindAfter: { owed: [1], held: [1] },
});

export async function follow(store: DeliveryStore, deliveries: readonly NewDelivery[]): Promise<void> {
  const key = `cause of ${deliveries[0]?.id}`;
  await store.put([{ key, lane: key, payload: null }]);
  const event = (await store.claimEvents(1_000, 60_000)).find((claimed) => claimed.key === key);
  if (event === undefined) throw new Error('the cause was not claimable');
  await store.settleEvent(event, { outcome: 'handled', deliveries, changes: [], records: [], events: [] });
}

/** The clock of a drill, and the paces it counts on. */
export type Drill = { now: number; readonly pace: (gate: string) => Pace };

export const createDrill = (): Drill => ({
  now: Date.now(),
  pace: (gate) => (gate === 'paced' ? { intervalMs: 1_000, burst: 1 } : null),
});

/** Has the store do everything that the engine asks of it, once. */
export async function exercise(store: DeliveryStore, drill: Drill): Promise<void> {
  await follow(store, [delivery('1', 'a', ['paced', 'side']), delivery('2', 'b', ['paced', 'side'])]);
  await follow(store, [{ ...delivery('3', 'n'), mode: 'newest' }]);
  const [first] = await store.claimDeliveries(1, 1_000);
  if (first === undefined) throw new Error('nothing was claimed');
  await store.openAttempt(first, { baseline: 1, deadline: drill.now });
  await store.settleDelivery(first, {
    type: 'snooze',
    reason: 'r',
    gate: { key: 'side', until: drill.now + 1, reason: 'r' },
  });
  drill.now += 60_000;
  const [again] = await store.claimDeliveries(1, 1_000);
  if (again === undefined) throw new Error('nothing was claimed');
  await store.settleDelivery(again, { type: 'delivered', receipt: 1 });
  await store.remind(10);
  await Promise.all([
    store.nextDue('events'),
    store.nextDue('deliveries'),
    store.openGate('side'),
    store.takeOrders(1),
  ]);
  const [event] = await store.claimEvents(1, 1_000);
  if (event) await store.returnEvent(event, { afterMs: 1, counted: true });
  drill.now += 10_000_000;
  await store.purge({ textMs: 1, deadTextMs: 1, keyMs: 1 }, 10);
}

/**
 * What fills a store and is none of a claim's business: lanes of every phase but those that it may take, and what is
 * done. Each statement is given how many.
 */
export const CROWD: readonly ((count: number) => string)[] = [
  (count) => `INSERT INTO delivery_lanes (lane, rank, phase) ${upTo(count)} SELECT 'idle ' || n, 0, 'idle' FROM crowd`,
  (count) => `INSERT INTO delivery_lanes (lane, rank, phase, gate)
    ${upTo(count)} SELECT 'parked ' || n, 0, 'parked', 'shut' FROM crowd`,
  (count) => `INSERT INTO delivery_lanes (lane, rank, phase, run_at)
    ${upTo(count)} SELECT 'later ' || n, 0, 'later', ${FAR} FROM crowd`,
  (count) => `INSERT INTO event_lanes (lane, phase, run_at)
    ${upTo(count)} SELECT 'later ' || n, 'later', ${FAR} FROM crowd`,
  (count) => `INSERT INTO events (key, lane, payload, state, place, due, received_at, settled_at)
    ${upTo(count)} SELECT 'done ' || n, 'lane 0', '0', 'handled', n, 0, 0, ${FAR} FROM crowd`,
  (count) => `INSERT INTO events (key, lane, payload, state, place, due, received_at)
    ${upTo(count)} SELECT 'timer ' || n, 'lane 0', '0', 'timer', 0, ${FAR}, 0 FROM crowd`,
  (count) => `INSERT INTO deliveries (id, lane, mode, position, turn, effect, gates, state, due, tell, remind_after,
      closed_before, keep, created_at, settled_at)
    ${upTo(count)} SELECT 'done ' || n, 'lane 0', 'fifo', '0', n, '0', '[]', 'delivered', 0, 'all', '{}', 0, 'lane', 0, ${FAR} FROM crowd`,
  (count) => `INSERT INTO records (namespace, key, value) ${upTo(count)} SELECT 'link', 'link ' || n, '{}' FROM crowd`,
  (count) => `INSERT INTO gates (key, closed_until, reason)
    ${upTo(count)} SELECT 'closed ' || n, ${FAR}, 'down' FROM crowd`,
];

const FAR = 9_000_000_000_000_000;

const upTo = (count: number): string =>
  `WITH RECURSIVE crowd (n) AS (SELECT 1 WHERE ${count} > 0 UNION ALL SELECT n + 1 FROM crowd WHERE n < ${count})`;

/** Events in several lanes, each with a delivery that follows, from their arrival until all is delivered. */
export async function workThrough(store: DeliveryStore, name: string): Promise<void> {
  for (let n = 0; n < WORK; n += 1) {
    await follow(store, [delivery(`${name}-${n}`, `lane ${n % 5}`, ['side'])]);
    const [claimed] = await store.claimDeliveries(1, 60_000);
    if (claimed === undefined) throw new Error('nothing was claimed');
    await store.openAttempt(claimed, { baseline: null, deadline: Date.now() + 1_000 });
    await store.settleDelivery(claimed, { type: 'delivered', receipt: null });
    const [news] = await store.claimEvents(1, 60_000);
    if (news === undefined) throw new Error('no news of the delivery');
    await store.settleEvent(news, { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] });
  }
}

const WORK = 20;
