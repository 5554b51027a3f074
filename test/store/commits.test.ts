import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { Conflict, NotStored } from '../../src/delivery/errors.ts';
import type { NewEvent } from '../../src/delivery/ports.ts';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqliteTables } from '../../src/store/sqlite-tables.ts';
import { first } from '../../src/store/steps.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

const event = (key: string, size = 10): NewEvent => ({ key, lane: key, payload: 'x'.repeat(size) });

it('lets one refused write fail alone among those of its turn', async () => {
  const { tables } = await openSqliteTables({ path: join(folder(), 'store.db') });
  const store = createDeliveryStore(tables);
  await store.put([event('claimed')]);
  const [claimed] = await store.claimEvents(1, 1_000);
  if (claimed === undefined) throw new Error('nothing was claimed');
  const records = [{ namespace: 'links', key: 'k', value: 1, was: 'other' }];

  const outcomes = await Promise.allSettled([
    store.put([event('before')]),
    store.settleEvent(claimed, { outcome: 'handled', deliveries: [], changes: [], records, events: [event('lost')] }),
    tables.write(() => first(`INSERT INTO events (key) VALUES ('half a row')`)),
    store.put([event('after')]),
  ]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  expect(outcomes[1]).toMatchObject({ reason: expect.any(Conflict) });
  expect(await store.put([event('before'), event('lost'), event('after')])).toEqual([false, true, false]);
  await store.close();
});

it('rejects every waiter of a turn that cannot be stored, and recovers when there is room again', async () => {
  const { tables, file } = await openSqliteTables({ path: join(folder(), 'store.db') });
  const store = createDeliveryStore(tables);
  const pages = Number(file.database.prepare('PRAGMA page_count').get()?.['page_count']);
  file.database.exec(`PRAGMA max_page_count = ${pages + 4}`);

  const outcomes = await Promise.allSettled([
    store.put([event('small')]),
    store.put([event('big', 1_000_000)]),
    store.put([event('later')]),
  ]);
  expect(outcomes).toMatchObject(['small', 'big', 'later'].map(() => ({ reason: expect.any(NotStored) })));
  expect(await store.counts()).toMatchObject({ events: { owed: 0 } });
  expect(await store.put([event('small')])).toEqual([true]);

  file.database.exec('PRAGMA max_page_count = 100000');
  expect(await store.put([event('big', 1_000_000)])).toEqual([true]);
  await store.close();
});

it('takes nothing for stored while the disk cannot be trusted', async () => {
  const path = join(folder(), 'store.db');
  const { tables } = await openSqliteTables({ path });
  const store = createDeliveryStore(tables);
  await store.put([event('before')]);
  // Whoever reads keeps the log from being moved into the file, which is the other way to be sure.
  const reader = new DatabaseSync(path);
  reader.exec('BEGIN; SELECT count(*) FROM events');
  const works = failingDisk();
  const later = { ...event('later'), due: Date.now() + 3_600_000 };

  await expect(store.put([later])).rejects.toThrow(NotStored);
  // It is known by now, so that nothing is left to be written.
  await expect(store.put([later])).rejects.toThrow(NotStored);
  works();
  // Nor is a sync believed that comes after one that failed.
  await expect(store.put([later])).rejects.toThrow(NotStored);
  reader.close();
  expect(await store.put([later])).toEqual([false]);

  expect(await store.counts()).toMatchObject({ events: { owed: 2 } });
  await store.close();
});

/** Until what it answers is called. */
function failingDisk(): () => void {
  const { fdatasync } = fs;
  const failing = (_file: number, done: (error: Error) => void): void => void setImmediate(done, new Error('EIO'));
  Object.defineProperty(fs, 'fdatasync', { value: failing });
  syncBuiltinESMExports();
  return () => {
    Object.defineProperty(fs, 'fdatasync', { value: fdatasync });
    syncBuiltinESMExports();
  };
}

it('says whether it can be written to', async () => {
  const store = await openStore({ kind: 'sqlite', path: join(folder(), 'store.db') });
  expect(await store.writable()).toBe(true);

  await store.close();
  expect(await store.writable()).toBe(false);
  await expect(store.deliveries.put([event('late')])).rejects.toThrow(NotStored);
});
