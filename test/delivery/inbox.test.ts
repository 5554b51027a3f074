import { expect, it, vi } from 'vitest';
import { Failure } from '../../src/delivery/errors.ts';
import { createInbox, type InboxOptions } from '../../src/delivery/inbox.ts';
import type { ClaimedEvent, Settlement, Worker } from '../../src/delivery/ports.ts';
import { type Engine, openEngine } from './engine.ts';

const HANDLED: Settlement = { outcome: 'handled', deliveries: [], changes: [], records: [], events: [] };

function startInbox(engine: Engine, handle: InboxOptions['handle'], options: Partial<InboxOptions> = {}): Worker {
  const { store, log, now } = engine;
  return engine.start(createInbox({ store, handle, log, now, pollMs: 10, ...options }));
}

const tell = (engine: Engine, ...keys: readonly string[]): Promise<unknown> =>
  engine.store.put(keys.map((key) => ({ key, lane: key.slice(0, 1), payload: null })));

const handledAll = (engine: Engine, handled: number): Promise<void> =>
  vi.waitFor(async () => expect(await engine.store.counts()).toMatchObject({ events: { handled, owed: 0 } }), {
    timeout: 5_000,
    interval: 5,
  });

it('handles the events of a lane one after another, and several lanes at once', async () => {
  const engine = await openEngine();
  const order: string[] = [];
  let busy = 0;
  let busiest = 0;
  startInbox(engine, async ({ key }) => {
    busy += 1;
    busiest = Math.max(busiest, busy);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    order.push(key);
    busy -= 1;
    return HANDLED;
  });
  await tell(engine, ...[1, 2, 3, 4].flatMap((n) => [`a${n}`, `b${n}`, `c${n}`]));
  await handledAll(engine, 12);

  expect(busiest).toBe(3);
  for (const lane of ['a', 'b', 'c']) {
    expect(order.filter((key) => key.startsWith(lane))).toEqual([1, 2, 3, 4].map((n) => `${lane}${n}`));
  }
});

it('decides again at once when a record was changed meanwhile', async () => {
  const engine = await openEngine();
  let round = 0;
  startInbox(engine, async () => {
    round += 1;
    return { ...HANDLED, records: [{ namespace: 'links', key: 'k', value: 1, was: round < 3 ? 'other' : null }] };
  });
  await tell(engine, 'a1');
  await handledAll(engine, 1);

  expect(round).toBe(3);
});

it('tries without end while a side is down, and keeps the lane in order', async () => {
  const engine = await openEngine();
  const order: string[] = [];
  let down = 12;
  startInbox(engine, async ({ key }) => {
    down -= 1;
    if (down >= 0) {
      const attempted = 'GET /thing';
      throw new Failure({ kind: 'transient', side: 'there', attempted, effect: 'none', retryAfterMs: 1 });
    }
    order.push(key);
    return HANDLED;
  });
  await tell(engine, 'a1', 'a2');
  await handledAll(engine, 2);

  expect(order).toEqual(['a1', 'a2']);
});

it('gives up an event that made its handler fail eight times, alarms, and goes on', async () => {
  const engine = await openEngine();
  const dead: string[] = [];
  let failures = 0;
  const handle = async ({ key }: ClaimedEvent): Promise<Settlement> => {
    if (key !== 'a1') return HANDLED;
    failures += 1;
    throw new RangeError('quoting the text of the customer');
  };
  const onDead: InboxOptions['onDead'] = ({ key }, reason) => void dead.push(`${key}: ${reason}`);
  startInbox(engine, handle, { onDead, leaseMs: 1_000_000_000 });
  await tell(engine, 'a1', 'a2');

  await vi.waitFor(
    async () => {
      engine.skip(60_000);
      expect(await engine.store.counts()).toMatchObject({ events: { dead: 1, handled: 1 } });
    },
    { timeout: 5_000, interval: 10 },
  );
  expect(failures).toBe(8);
  expect(dead).toEqual(['a1: RangeError']);
});

it('hands back what is unfinished when it must stop', async () => {
  const engine = await openEngine();
  const handle = vi.fn<InboxOptions['handle']>(() => new Promise(() => undefined));
  const inbox = startInbox(engine, handle);
  await tell(engine, 'a1');
  await vi.waitFor(() => expect(handle).toHaveBeenCalledOnce());
  await inbox.stop(10);

  expect(await engine.store.claimEvents(1, 1_000)).toMatchObject([{ key: 'a1', failures: 0 }]);
});
