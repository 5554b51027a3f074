import type { RecordStore } from '../bridge/records.ts';
import type { Json, RecordWrite } from '../delivery/ports.ts';
import type { Store } from '../store/open.ts';

/** Some hundred threads that are written in, with all that is asked about each message. */
const MOST = 5_000;
/** Forgotten at once: to find the first of a map takes the longer the more was taken out before it. */
const AT_ONCE = 500;

/** A store, and its records as the app reads them. Who writes past these two is not noticed. */
export type Remembered = { readonly store: Store; readonly records: RecordStore };

/**
 * Remembers the records that were read last, and that there were none, until somebody writes them. Only for a store that
 * no other process writes to. What is being written is not remembered: until that is over, each reads for himself.
 */
export const rememberRecords = (store: Store, plain: RecordStore): Remembered => {
  const known = new Map<string, Promise<Json | undefined>>();
  /** How many are writing each at this moment. */
  const writing = new Map<string, number>();

  const begin = (names: readonly string[]): void => {
    for (const name of names) {
      known.delete(name);
      writing.set(name, (writing.get(name) ?? 0) + 1);
    }
  };
  const end = (names: readonly string[]): void => {
    for (const name of names) {
      const left = (writing.get(name) ?? 1) - 1;
      if (left === 0) writing.delete(name);
      else writing.set(name, left);
    }
  };
  const during = async <T>(names: readonly string[], write: () => Promise<T>): Promise<T> => {
    begin(names);
    try {
      return await write();
    } finally {
      end(names);
    }
  };

  const keep = (name: string, reading: Promise<Json | undefined>): void => {
    known.set(name, reading);
    reading.catch(() => {
      if (known.get(name) === reading) known.delete(name);
    });
    if (known.size > MOST) forgetOldest();
  };

  const forgetOldest = (): void => {
    for (const oldest of known.keys()) {
      known.delete(oldest);
      if (known.size <= MOST - AT_ONCE) return;
    }
  };

  const get: RecordStore['get'] = (namespace, key) => {
    const name = nameOf({ namespace, key });
    const before = known.get(name);
    // Whatever is asked for again is among the last to be forgotten.
    if (before !== undefined) {
      known.delete(name);
      known.set(name, before);
      return before;
    }
    const reading = plain.get(namespace, key);
    if (!writing.has(name)) keep(name, reading);
    return reading;
  };

  const { deliveries } = store;
  return {
    store: {
      ...store,
      deliveries: {
        ...deliveries,
        settleEvent: (event, settlement) =>
          during(namesOf(settlement.records), () => deliveries.settleEvent(event, settlement)),
        settleDelivery: (delivery, settled) =>
          during(namesOf('records' in settled ? settled.records : []), () =>
            deliveries.settleDelivery(delivery, settled),
          ),
      },
      erase: (what) => during(namesOf(what.records), () => store.erase(what)),
      forget: async (namespace, before, limit) => {
        // Which ones these are is not known beforehand.
        const dropAll = (): void => {
          for (const name of known.keys()) if (name.startsWith(nameOf({ namespace, key: '' }))) known.delete(name);
        };
        dropAll();
        return store.forget(namespace, before, limit).finally(dropAll);
      },
    },
    records: {
      get,
      set: (namespace, key, value) => during([nameOf({ namespace, key })], () => plain.set(namespace, key, value)),
      remove: (namespace, key) => during([nameOf({ namespace, key })], () => plain.remove(namespace, key)),
      entries: (namespace) => plain.entries(namespace),
    },
  };
};

const nameOf = ({ namespace, key }: Pick<RecordWrite, 'namespace' | 'key'>): string => `${namespace} ${key}`;

const namesOf = (writes: readonly RecordWrite[] = []): readonly string[] => writes.map(nameOf);
