import { randomUUID } from 'node:crypto';
import type { Keyv } from 'keyv';
import type { DeliveryStore, Instant, Pace } from '../delivery/ports.ts';
import { createDeliveryStore } from './delivery-store.ts';
import { leaveLeads, takeLead } from './leads.ts';
import { erase, type Erasure, forgetRecords } from './data.ts';
import type { Ledger, Tables } from './ledger.ts';
import { type Measured, measureAll, type Measures } from './measures.ts';
import { openRecords } from './records.ts';
import { openSqliteTables } from './sqlite-tables.ts';
import { run, type Steps } from './steps.ts';
import { type Trouble, watchWrites } from './trouble.ts';

export type Database =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string };

export type StoreOptions = {
  /** Which gates have a pace; by default none. */
  readonly pace?: (gate: string) => Pace;
  /** The clock of a SQLite store. Replicas on PostgreSQL go by the server's, whatever theirs say. */
  readonly now?: () => Instant;
  /** Told once when nothing can be stored any more, and once, with null, when it can again. */
  readonly onTrouble?: (trouble: Trouble | null) => void;
};

export type Store = {
  readonly deliveries: DeliveryStore;
  /** The same object for the same namespace. What a settlement's `RecordWrite` stored is read here. */
  readonly records: (namespace: string) => Keyv;
  /** Whether a write gets through to the disk right now. */
  readonly writable: () => Promise<boolean>;
  /** Whether this process is the one that does `name` for the next `forMs`; asked again before each round. */
  readonly lead: (name: string, forMs: number) => Promise<boolean>;
  /** What is in it, for metrics. */
  readonly measure: (what: Measured) => Promise<Measures>;
  /** Takes out what is kept about somebody; resolves to what could not go yet. */
  readonly erase: (what: Erasure) => Promise<readonly string[]>;
  /** Deletes at most `limit` records whose keys sort below `before`; resolves to how many. */
  readonly forget: (namespace: string, before: string, limit: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

export async function openStore(database: Database, options: StoreOptions = {}): Promise<Store> {
  const { onTrouble = () => undefined } = options;
  if (database.kind === 'postgres') {
    const { now: _, ...rest } = options;
    // With its driver, which most do not need.
    const { openPostgresTables } = await import('./postgres-tables.ts');
    const tables = watchWrites(await openPostgresTables({ ...rest, url: database.url }), onTrouble);
    return storeOn(tables, leadsOn(tables), 'postgres');
  }

  const opened = await openSqliteTables({ ...options, path: database.path });
  const tables = watchWrites(opened.tables, onTrouble);
  // The lock on its file makes it the only process.
  return storeOn(tables, { lead: async () => true, close: tables.close }, 'sqlite');
}

function storeOn(tables: Tables, { lead, close }: Pick<Store, 'lead' | 'close'>, kind: Database['kind']): Store {
  const opened = new Map<string, Keyv>();

  return {
    deliveries: createDeliveryStore(tables),
    records: (namespace) => {
      const records = opened.get(namespace) ?? openRecords(tables, namespace);
      opened.set(namespace, records);
      return records;
    },
    writable: () =>
      tables.write(touch).then(
        () => true,
        () => false,
      ),
    lead,
    erase: (what) => tables.write((ledger) => erase(ledger, what)),
    forget: (namespace, before, limit) => tables.write(() => forgetRecords(namespace, before, limit)),
    measure: (what) => tables.read(() => measureAll(kind, what, tables.now())),
    close,
  };
}

/** Gives up at the end what it leads, so that another need not wait; should that fail, the lease runs out. */
function leadsOn(tables: Tables): Pick<Store, 'lead' | 'close'> {
  const holder = randomUUID();
  let hasLed = false;

  return {
    lead: async (name, forMs) => {
      const leads = await tables.write((ledger) => takeLead(ledger, name, { holder, forMs }));
      hasLed ||= leads;
      return leads;
    },
    close: async () => {
      if (hasLed) await tables.write(() => leaveLeads(holder)).catch(() => undefined);
      await tables.close();
    },
  };
}

function* touch({ now }: Ledger): Steps<void> {
  yield* run(`INSERT INTO probe (id, at) VALUES (1, :now) ON CONFLICT (id) DO UPDATE SET at = :now`, { now });
}
