import { readRecord, storeRecord } from '../bridge/records.ts';
import type { AccountId } from '../core/ids.ts';
import type { Ground } from './ground.ts';

/** Whom our keys write as, kept for the next life of the app. */

export type SenderMemory = {
  readonly ids: ReadonlySet<string>;
  readonly keys: Readonly<Record<string, string>>;
  readonly learn: (id: string, key: string | null) => void;
};

export const senderMemory = async (ground: Ground, account: AccountId): Promise<SenderMemory> => {
  const { records } = ground;
  const stored = async () => (await readRecord(records, 'own_senders', account))?.value;
  const known = await stored();
  const ids = new Set(known?.ids ?? []);
  const keys = new Map(Object.entries(known?.keys ?? {}));
  let writing: Promise<void> = Promise.resolve();

  /** Other processes add to the same record. */
  const store = async (): Promise<void> => {
    const others = await stored();
    const value = {
      version: 1 as const,
      ids: [...new Set([...(others?.ids ?? []), ...ids])],
      keys: { ...others?.keys, ...Object.fromEntries(keys) },
    };
    await storeRecord(records, 'own_senders', { key: account, value });
  };

  return {
    ids,
    keys: Object.fromEntries(keys),
    learn: (id, key) => {
      ids.add(id);
      if (key !== null) keys.set(key, id);
      writing = writing.catch(() => undefined).then(store);
      ground.inBackground(writing, 'store an own sender');
    },
  };
};
