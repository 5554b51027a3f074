import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryStore, Json } from '../delivery/ports.ts';
import { idsOfLane, type KeptRecord, type KeptText, recordsAfter, textsAfter } from './data.ts';
import type { Ledger, Tables } from './ledger.ts';
import { type Measured, measureAll, type Measures } from './measures.ts';
import type { Database } from './open.ts';
import { answerOf, leaveOrder } from './orders.ts';
import { openPostgresBeside } from './postgres-tables.ts';
import { openBeside } from './sqlite.ts';
import { readRecord } from './record-reads.ts';
import { explaining } from './sqlite-errors.ts';
import { StoreUnusable } from './unusable.ts';
import { countAll, type EventView, listDeliveries, listEvents, viewDelivery, viewGates } from './views.ts';

/** How often a command looks whether its order has been answered. */
const LOOK_MS = 50;

/** What the operator's commands see of a store, whether or not the app runs on it. They change nothing but by orders. */
export type StoreReader = Pick<DeliveryStore, 'view' | 'list' | 'gates' | 'counts'> & {
  /** The latest events, without what they tell. */
  readonly events: (limit: number) => Promise<readonly EventView[]>;
  /** Leaves an order for the app; resolves to its number. */
  readonly order: (order: Json) => Promise<number>;
  /** Texts that are still kept, a page at a time, after that row. */
  readonly texts: (table: 'events' | 'deliveries', after: number) => Promise<readonly KeptText[]>;
  /** Records of a namespace, a page at a time, after that key. */
  readonly records: (namespace: string, after: string) => Promise<readonly KeptRecord[]>;
  readonly idsOfLane: (lane: string) => Promise<readonly string[]>;
  readonly measure: (what: Measured) => Promise<Measures>;
  /** One record; undefined when there is none. */
  readonly record: (namespace: string, key: string) => Promise<Json | undefined>;
  /** The app's answer; undefined when nobody gave one in time. */
  readonly answer: (id: number, waitMs: number) => Promise<Json | undefined>;
  readonly close: () => Promise<void>;
};

export async function readStore(database: Database): Promise<StoreReader> {
  const { read, write, close } =
    database.kind === 'sqlite' ? openSqliteBeside(database.path) : await openPostgresBeside(database.url);

  return {
    view: (id) => read(() => viewDelivery(id)),
    list: (filter) => read(() => listDeliveries(filter)),
    gates: () => read(viewGates),
    counts: () => read(countAll),
    events: (limit) => read(() => listEvents(limit)),
    texts: (table, after) => read(() => textsAfter(table, after)),
    records: (namespace, after) => read(() => recordsAfter(namespace, after)),
    idsOfLane: (lane) => read(() => idsOfLane(lane)),
    measure: (what) => read(() => measureAll(database.kind, what, Date.now())),
    record: (namespace, key) => read(() => readRecord(namespace, key)),
    order: (order) => write((ledger) => leaveOrder(ledger, order)),
    answer: async (id, waitMs) => {
      const end = performance.now() + waitMs;
      for (;;) {
        const answer = await read(() => answerOf(id));
        if (answer !== undefined) return answer;
        if (performance.now() >= end) return undefined;
        await pause(LOOK_MS);
      }
    },
    close,
  };
}

/** Each statement stands alone: the app holds the file, and is not to be held up. */
function openSqliteBeside(path: string): Pick<Tables, 'read' | 'write' | 'close'> {
  if (!existsSync(path))
    throw new StoreUnusable(path, 'there is no such file: start casebridge once, or check DATABASE_URL');

  const { database, statements } = openBeside(path);
  const ledger = (): Ledger => ({
    now: Date.now(),
    rests: false,
    pace: () => null,
    wake: () => undefined,
    announce: () => undefined,
    news: [],
  });

  return {
    read: async (steps) => explaining(path, () => statements.run(steps())),
    write: async (steps) => explaining(path, () => statements.run(steps(ledger()))),
    close: async () => database.close(),
  };
}
