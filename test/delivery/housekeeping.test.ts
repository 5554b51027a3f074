import { expect, it, vi } from 'vitest';
import { createHousekeeping } from '../../src/delivery/housekeeping.ts';
import type { DeliveryStore, Json, Order } from '../../src/delivery/ports.ts';
import { openEngine } from './engine.ts';

const HOUR = 3_600_000;
const retention = { textMs: HOUR, deadTextMs: HOUR, keyMs: HOUR };
const quick = { remindMs: 5, ordersMs: 5, purgeMs: 5 };

it('reminds of what waits and forgets what is old', async () => {
  const engine = await openEngine();
  const { store, log } = engine;
  await engine.owe({ id: 'waiting', remindAfter: { owed: [HOUR] } });
  engine.start(createHousekeeping({ store, log, retention, onOrder: async () => null, ...quick }));
  expect(await store.counts()).toMatchObject({ events: { owed: 0, handled: 1 } });
  engine.skip(HOUR);

  await vi.waitFor(async () => expect(await store.counts()).toMatchObject({ events: { owed: 1, handled: 0 } }));
});

it('answers the orders of operators, also those that fail', async () => {
  const engine = await openEngine();
  const answers: [number, Json][] = [];
  const orders: Order[][] = [
    [
      { id: 1, order: 'good' },
      { id: 2, order: 'bad' },
    ],
  ];
  const store: DeliveryStore = {
    ...engine.store,
    takeOrders: async () => orders.shift() ?? [],
    finishOrder: async (id, answer) => {
      answers.push([id, answer]);
    },
  };
  const onOrder = async ({ order }: Order): Promise<Json> => {
    if (order === 'bad') throw new RangeError('content');
    return { did: order };
  };
  engine.start(createHousekeeping({ store, log: engine.log, retention, onOrder, ...quick }));

  await vi.waitFor(() =>
    expect(answers).toEqual([
      [1, { did: 'good' }],
      [2, { error: 'RangeError' }],
    ]),
  );
});
