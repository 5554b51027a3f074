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

export async function medianClaimMs(store: DeliveryStore, name: string): Promise<number> {
  await follow(
    store,
    Array.from({ length: 60 }, (_, n) => delivery(`${name}-${n}`, `${name}-${n % 5}`)),
  );
  const times: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const start = performance.now();
    const [claimed] = await store.claimDeliveries(1, 60_000);
    if (claimed === undefined) throw new Error('nothing was claimed');
    await store.settleDelivery(claimed, { type: 'delivered', receipt: null });
    times.push(performance.now() - start);
  }
  return times.toSorted((a, b) => a - b)[30] ?? 0;
}
