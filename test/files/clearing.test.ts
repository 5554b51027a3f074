import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clearAway, linkedFile } from '../../src/bridge/files/file-links.ts';
import type { RecordStore } from '../../src/bridge/records.ts';
import { createDisk } from '../../src/files/disk.ts';
import { createDownload } from '../../src/files/download.ts';
import { createOutward } from '../../src/files/outward.ts';
import { openStore } from '../../src/store/open.ts';

const DAY = 24 * 60 * 60_000;
const TOKEN = 'A'.repeat(43);
const HASH = createHash('sha256').update(TOKEN).digest('hex');
const facts = { name: 'a.txt', type: 'text/plain', size: 5 };
const KEY = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

const worldFor = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-clearing-'));
  const path = join(folder, 'casebridge.db');
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const store = await openStore({ kind: 'sqlite', path }, { pace: () => null, now, onTrouble: () => undefined });
  const outward = createOutward(new Set());
  onTestFinished(async () => {
    await store.close();
    await outward.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const records: RecordStore = {
    get: (namespace, key) => store.records(namespace).get(key),
    set: async (namespace, key, value) => void (await store.records(namespace).set(key, value)),
    remove: async (namespace, key) => void (await store.records(namespace).delete(key)),
    async *entries(namespace) {
      yield* store.records(namespace).iterator?.(undefined) ?? [];
    },
  };
  const files = {
    ...createDisk({ folder: join(folder, 'files'), quota: 1e6, now }),
    download: createDownload(outward.send),
    settings: { publicUrl: null, limit: 1e6, linkMs: DAY },
    stopping: new AbortController().signal,
  };
  const put = (key: string) => files.put(key, [Buffer.from('bytes')], { limit: 10, size: null });
  const goOn = (ms: number): void => {
    ahead += ms;
  };
  return { world: { records, files, now }, put, goOn, folder };
};

test('bytes and links go when their time is over, and not before', async () => {
  const { world, put, goOn } = await worldFor();
  const { records, files, now } = world;
  await put(KEY);
  await put(OTHER);
  await records.set('file', KEY, { version: 1, ...facts, until: now() + DAY });
  await records.set('file', OTHER, { version: 1, ...facts, until: now() + 3 * DAY });
  await records.set('file_link', HASH, { version: 1, key: KEY, name: 'a', type: 'b', size: 5, until: now() + DAY });

  expect(await clearAway(world)).toBe(0);
  goOn(DAY + 1);
  expect(await clearAway(world)).toBe(2);

  expect(await files.read(KEY)).toBeNull();
  expect(await files.read(OTHER)).not.toBeNull();
  expect(await records.get('file_link', HASH)).toBeUndefined();
});

test('bytes that no record knows are kept for a day, while they may be on their way', async () => {
  const { world, put, folder } = await worldFor();
  await put(KEY);
  await put(OTHER);
  utimesSync(join(folder, 'files', 'aa', KEY), Date.now() / 1000 - 90_000, Date.now() / 1000 - 90_000);

  expect(await clearAway(world)).toBe(1);

  expect(await world.files.read(KEY)).toBeNull();
  expect(await world.files.read(OTHER)).not.toBeNull();
});

test('the store knows no token: who reads it cannot open a link', async () => {
  const { world } = await worldFor();
  const { records, now } = world;
  const file = { key: KEY, name: 'a b.pdf', type: 'application/pdf', size: 5 };
  await records.set('file_link', HASH, { version: 1, ...file, until: now() + DAY });

  expect(await linkedFile(records, { token: TOKEN, name: 'a-b.pdf', now: now() })).toEqual(file);
  expect(await linkedFile(records, { token: TOKEN, name: 'a.pdf', now: now() })).toBeNull();
  expect(await linkedFile(records, { token: HASH.slice(0, 43), name: 'a-b.pdf', now: now() })).toBeNull();
  expect(await linkedFile(records, { token: TOKEN, name: 'a-b.pdf', now: now() + DAY })).toBeNull();
});
