import { nameOf, NotStored } from './errors.ts';
import type { DeliveryLog, DeliveryStore, Json, Order, Retention, Worker } from './ports.ts';

export type HousekeepingOptions = {
  readonly store: DeliveryStore;
  readonly retention: Retention;
  /** Carries out an operator's order. May get it twice around a crash. */
  readonly onOrder: (order: Order) => Promise<Json>;
  readonly log: DeliveryLog;
  readonly remindMs?: number;
  readonly ordersMs?: number;
  readonly purgeMs?: number;
};

/** Rows in one transaction, few enough to hold up nothing else. */
const REMINDERS = 100;
const ORDERS = 10;
const PURGED = 200;

/** Between two chunks of the same task. */
const BREATH_MS = 20;

/** What the store needs done now and then: reminders, operators' orders, retention. */
export function createHousekeeping(options: HousekeepingOptions): Worker {
  const { store, log } = options;

  async function takeOrders(): Promise<boolean> {
    const orders = await store.takeOrders(ORDERS);
    for (const order of orders) await store.finishOrder(order.id, await answer(order));

    return orders.length === ORDERS;
  }

  async function answer(order: Order): Promise<Json> {
    try {
      return await options.onOrder(order);
    } catch (error) {
      log.error({ order: order.id, error }, 'an order of the operator failed');
      return { error: nameOf(error) };
    }
  }

  const chores = [
    createChore(options.remindMs ?? 1_000, log, async () => (await store.remind(REMINDERS)) === REMINDERS),
    createChore(options.ordersMs ?? 500, log, takeOrders),
    createChore(options.purgeMs ?? 30_000, log, async () => (await store.purge(options.retention, PURGED)) === PURGED),
  ];

  return {
    start: () => {
      for (const chore of chores) chore.start();
    },
    stop: async (limitMs) => {
      await Promise.all(chores.map((chore) => chore.stop(limitMs)));
    },
  };
}

/** Does `work` every `ms`, and soon again while it says that there is more. */
function createChore(ms: number, log: DeliveryLog, work: () => Promise<boolean>): Worker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const turn = async (): Promise<void> => {
    let more = false;
    try {
      more = await work();
    } catch (error) {
      if (!(error instanceof NotStored)) log.error({ error }, 'housekeeping failed');
    }
    schedule(more ? BREATH_MS : ms);
  };

  const schedule = (delay: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      running = turn();
    }, delay);
  };

  return {
    start: () => schedule(0),
    stop: async (limitMs) => {
      stopped = true;
      clearTimeout(timer);
      let limit: NodeJS.Timeout | undefined;
      await Promise.race([running, new Promise((resolve) => (limit = setTimeout(resolve, limitMs)))]);
      clearTimeout(limit);
    },
  };
}
