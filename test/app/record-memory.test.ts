import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Remembered, rememberRecords } from '../../src/app/record-memory.ts';
import type { RecordStore } from '../../src/bridge/records.ts';
import type { ClaimedEvent, Json, RecordWrite, Settlement } from '../../src/delivery/ports.ts';
import { openStore, type Store } from '../../src/store/open.ts';

let folder: string;
let store: Store;
let remembered: Remembered;
/** What was read from the store itself. */
let reads: string[];

const plain = (): RecordStore => ({
  get: (namespace, key) => {
    reads.push(key);
    return store.records(namespace).get(key);
  },
  set: async (namespace, key, value) => void (await store.records(namespace).set(key, value)),
  remove: async (namespace, key) => void (await store.records(namespace).delete(key)),
  async *entries() {
    // Nobody lists here.
  },
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'casebridge-'));
  store = await openStore({ kind: 'sqlite', path: join(folder, 'store.db') });
  reads = [];
  remembered = rememberRecords(store, plain());
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const claimed = async (): Promise<ClaimedEvent> => {
  await store.deliveries.put([{ key: 'event', lane: 'lane', payload: null }]);
  const [event] = await store.deliveries.claimEvents(1, 30_000);
  if (event === undefined) throw new Error('nothing to claim');
  return event;
};

const settlement = (...records: RecordWrite[]): Settlement => ({
  outcome: 'handled',
  deliveries: [],
  changes: [],
  events: [],
  records,
});

test('a record is read once, and so is that there is none', async () => {
  const { records } = remembered;
  await records.set('link', 'a', { version: 1 });

  const asked = [await records.get('link', 'a'), await records.get('link', 'a'), await records.get('link', 'b')];

  expect(asked).toEqual([{ version: 1 }, { version: 1 }, undefined]);
  expect(await records.get('link', 'b')).toBeUndefined();
  expect(reads).toEqual(['a', 'b']);
});

test.each<readonly [string, (value: Json | null) => Promise<unknown>]>([
  [
    'the settlement of an event',
    async (value) => {
      const write = { namespace: 'link', key: 'a', value };
      await remembered.store.deliveries.settleEvent(await claimed(), settlement(write));
    },
  ],
  [
    'an erasure',
    (value) =>
      remembered.store.erase({ deliveries: [], events: [], records: [{ namespace: 'link', key: 'a', value }] }),
  ],
  [
    'the app itself',
    (value) => (value === null ? remembered.records.remove('link', 'a') : remembered.records.set('link', 'a', value)),
  ],
])('what %s writes is read anew', async (_, write) => {
  await remembered.records.set('link', 'a', 'before');
  expect(await remembered.records.get('link', 'a')).toBe('before');

  await write('after');
  expect(await remembered.records.get('link', 'a')).toBe('after');

  expect(reads).toEqual(['a', 'a']);
});

test('what is deleted is not there any more', async () => {
  await remembered.records.set('link', 'a', 'before');
  await remembered.records.get('link', 'a');

  await remembered.records.remove('link', 'a');
  expect(await remembered.records.get('link', 'a')).toBeUndefined();

  await remembered.records.set('audit', '2026', 'before');
  await remembered.records.get('audit', '2026');
  expect(await remembered.store.forget('audit', '2027', 10)).toBe(1);
  expect(await remembered.records.get('audit', '2026')).toBeUndefined();
});

test('what is committed is seen before its writer is told', async () => {
  await remembered.records.set('link', 'a', 'before');
  await remembered.records.get('link', 'a');
  const settling = remembered.store.deliveries.settleEvent(
    await claimed(),
    settlement({ namespace: 'link', key: 'a', value: 'after' }),
  );

  const seen: unknown[] = [];
  while (seen.at(-1) !== 'after') {
    seen.push(await remembered.records.get('link', 'a'));
    expect(await remembered.records.get('link', 'a')).toBe(await store.records('link').get('a'));
    await new Promise((turn) => void setImmediate(turn));
  }
  await settling;

  expect(await remembered.records.get('link', 'a')).toBe('after');
});

test('a write that is refused leaves what stands in the store', async () => {
  await remembered.records.set('link', 'a', 'before');
  const write = { namespace: 'link', key: 'a', value: 'after', was: 'another' };

  const refused = remembered.store.deliveries.settleEvent(await claimed(), settlement(write));
  await expect(refused).rejects.toThrow('link');

  expect(await remembered.records.get('link', 'a')).toBe('before');
});

test('only so many are remembered, those that were asked for last', async () => {
  for (let n = 0; n <= 5_000; n += 1) {
    await remembered.records.get('link', `${n}`);
    await remembered.records.get('link', '0');
  }
  reads = [];

  await remembered.records.get('link', '0');
  await remembered.records.get('link', '5000');
  await remembered.records.get('link', '1');

  expect(reads).toEqual(['1']);
});
