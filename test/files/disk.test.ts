import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDisk } from '../../src/files/disk.ts';

const KEY = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const FREE = { limit: 1000, size: null };

const diskFor = (quota = 10_000, folder = mkdtempSync(join(tmpdir(), 'casebridge-files-'))) => {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, disk: createDisk({ folder: join(folder, 'files'), quota, now: Date.now }) };
};

const text = async (body: AsyncIterable<Uint8Array> | undefined): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

async function* broken(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('the connection is gone');
}

test('gives back what was put there, for nobody else on this machine to read', async () => {
  const { disk, folder } = diskFor();

  await disk.put(KEY, [Buffer.from('first '), Buffer.from('second')], FREE);

  const stored = await disk.read(KEY);
  expect(stored?.size).toBe(12);
  expect(await text(stored?.body)).toBe('first second');
  expect(await disk.has({ key: KEY, size: 12 })).toBe(true);
  expect(await disk.has({ key: KEY, size: 11 })).toBe(false);
  expect(statSync(join(folder, 'files', 'aa', KEY)).mode & 0o077).toBe(0);
});

test('knows nothing of a key that was never put, and removes one twice', async () => {
  const { disk } = diskFor();

  expect(await disk.read(KEY)).toBeNull();
  await disk.put(KEY, [Buffer.from('x')], FREE);
  await disk.remove(KEY);
  await disk.remove(KEY);

  expect(await disk.read(KEY)).toBeNull();
});

test.each([
  ['more than the limit', [Buffer.alloc(1001)], FREE, 'too_large'],
  ['an announced size above the limit', [Buffer.alloc(1)], { limit: 1000, size: 1001 }, 'too_large'],
  ['less than announced', [Buffer.alloc(4)], { limit: 1000, size: 5 }, 'size_mismatch'],
  ['more than announced', [Buffer.alloc(6)], { limit: 1000, size: 5 }, 'size_mismatch'],
] as const)('refuses %s and keeps nothing of it', async (_what, body, limits, word) => {
  const { disk, folder } = diskFor();

  await expect(disk.put(KEY, body, limits)).rejects.toMatchObject({ facts: { kind: 'permanent', word } });

  expect(filesBelow(folder)).toEqual([]);
});

test('keeps nothing of a body that broke off, and what was there before stays whole', async () => {
  const { disk, folder } = diskFor();
  await disk.put(KEY, [Buffer.from('whole')], FREE);

  await expect(disk.put(KEY, broken(), FREE)).rejects.toMatchObject({ facts: { kind: 'transient' } });

  expect(await text((await disk.read(KEY))?.body)).toBe('whole');
  expect(filesBelow(folder)).toEqual([KEY]);
});

test('holds all files together below the quota, and goes on once there is room', async () => {
  const { disk } = diskFor(1500);
  await disk.put(KEY, [Buffer.alloc(1000)], FREE);

  await expect(disk.put(OTHER, [Buffer.alloc(600)], FREE)).rejects.toMatchObject({
    facts: { kind: 'place', word: 'FILES_QUOTA_MB' },
  });
  await disk.remove(KEY);
  await disk.put(OTHER, [Buffer.alloc(600)], FREE);

  expect((await disk.read(OTHER))?.size).toBe(600);
});

/** Whatever it is given, once it is asked to go on. */
const slowly = (...chunks: readonly Buffer[]) => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
  async function* body(): AsyncGenerator<Uint8Array> {
    begin();
    await going;
    yield* chunks;
  }
  return { body: body(), begun, goOn };
};

test.each([
  ['of unknown size', null],
  ['whose size was announced', 700],
])('holds files %s below the quota that come at once', async (_what, size) => {
  const { disk, folder } = diskFor(1000);
  const first = slowly(Buffer.alloc(400), Buffer.alloc(300));
  const stored = disk.put(KEY, first.body, { limit: 1000, size });
  await first.begun;
  const second = slowly(Buffer.alloc(400), Buffer.alloc(300));
  const refused = disk.put(OTHER, second.body, { limit: 1000, size }).then(
    () => null,
    (error: unknown) => error,
  );
  await Promise.race([second.begun, refused]);
  first.goOn();
  expect(await stored).toEqual({ size: 700 });
  second.goOn();

  expect(await refused).toMatchObject({ facts: { kind: 'place', word: 'FILES_QUOTA_MB' } });
  expect(filesBelow(folder)).toEqual([KEY]);
});

test('what broke off, was refused or was replaced takes up no room', async () => {
  const { disk } = diskFor(1000);
  await disk.put(KEY, [Buffer.alloc(400)], FREE);
  for (let at = 0; at < 3; at += 1) {
    await expect(disk.put(OTHER, broken(), { limit: 1000, size: 500 })).rejects.toThrow('failed');
    await expect(disk.put(OTHER, [Buffer.alloc(601)], FREE)).rejects.toThrow('FILES_QUOTA_MB');
    await disk.put(KEY, [Buffer.alloc(500)], FREE);
  }

  await disk.put(OTHER, [Buffer.alloc(500)], FREE);
  await expect(disk.put('c'.repeat(32), [Buffer.alloc(1)], FREE)).rejects.toMatchObject({ facts: { kind: 'place' } });
});

test('counts what an earlier life has left', async () => {
  const { folder, disk } = diskFor(1500);
  await disk.put(KEY, [Buffer.alloc(1000)], FREE);

  const again = diskFor(1500, folder).disk;

  await expect(again.put(OTHER, [Buffer.alloc(600)], FREE)).rejects.toMatchObject({ facts: { kind: 'place' } });
});

test('names what is old, and clears away what a dying process left half written', async () => {
  const { disk, folder } = diskFor();
  await disk.put(KEY, [Buffer.from('old')], FREE);
  await disk.put(OTHER, [Buffer.from('new')], FREE);
  mkdirSync(join(folder, 'files', 'cc'), { recursive: true });
  const partial = join(folder, 'files', 'cc', `${'c'.repeat(32)}.1.part`);
  writeFileSync(partial, 'half');
  for (const path of [partial, join(folder, 'files', 'aa', KEY)]) utimesSync(path, 1, 1);

  const old = [];
  for await (const key of disk.olderThan(60_000)) old.push(key);

  expect(old).toEqual([KEY]);
  expect(filesBelow(folder).toSorted()).toEqual([KEY, OTHER]);
});

test.each(['../../etc/passwd', '..', `${'a'.repeat(31)}/`, '', 'A'.repeat(32)])(
  'takes no key like “%s”',
  async (key) => {
    const { disk } = diskFor();

    await expect(async () => disk.read(key)).rejects.toThrow(TypeError);
  },
);

test('a folder that cannot be written to holds files up, and loses none', async () => {
  const { folder } = diskFor();
  writeFileSync(join(folder, 'in the way'), '');
  const disk = createDisk({ folder: join(folder, 'in the way', 'files'), quota: 1000, now: Date.now });

  await expect(disk.put(KEY, [Buffer.from('x')], FREE)).rejects.toMatchObject({ facts: { effect: 'none' } });
});
