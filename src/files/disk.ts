import { randomUUID } from 'node:crypto';
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Files } from '../core/files.ts';
import { Failure, type FailureFacts } from '../delivery/errors.ts';

/**
 * Bytes on disk, each under a key of ours that says nothing of them. What is there is whole: bytes are written beside
 * their place and moved into it. What they are called and how long they stay is in the records of the store.
 */

const KEY = /^[a-f0-9]{32}$/;
/** Still being written, or left by a process that died meanwhile. */
const PARTIAL = '.part';

export type Disk = Omit<Files, 'download'>;

export type DiskOptions = {
  readonly folder: string;
  /** Bytes of all files together. */
  readonly quota: number;
  readonly now: () => number;
};

export const createDisk = ({ folder, quota, now }: DiskOptions): Disk => {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new TypeError('not the key of a file');
    return join(folder, key.slice(0, 2), key);
  };
  /** Counted once, then kept in mind; what another process adds to a shared folder is counted after the next start. */
  let used = 0;
  let counting: Promise<void> | null = null;
  const grow = (bytes: number): void => {
    used = Math.max(0, used + bytes);
  };
  const counted = (): Promise<void> => (counting ??= sizeOf(folder).then(grow));

  return {
    async put(key, body, limits) {
      const path = pathOf(key);
      const partial = `${path}.${randomUUID()}${PARTIAL}`;
      let taken = 0;
      // Before the bytes are there: files that come at once must not find the same room.
      const take = (bytes: number): void => {
        if (used + bytes > quota) throw full('FILES_QUOTA_MB');
        grow(bytes);
        taken += bytes;
      };
      try {
        await counted();
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const size = await write(partial, body, { ...limits, take });
        const replaced = await bytesIn(path);
        await rename(partial, path);
        grow(-replaced);
        return { size };
      } catch (error) {
        // What cannot be removed now stays counted until it is cleared away.
        const removed = await rm(partial, { force: true }).then(yes, no);
        if (removed) grow(-taken);
        throw failureOf(error);
      }
    },
    async read(key) {
      const size = await bytesIn(pathOf(key), null);
      return size === null ? null : { size, body: bytesOf(pathOf(key)) };
    },
    has: async ({ key, size }) => (await bytesIn(pathOf(key), null)) === size,
    async remove(key) {
      const size = await bytesIn(pathOf(key));
      await rm(pathOf(key), { force: true });
      grow(-size);
    },
    async *olderThan(ms) {
      for await (const { name, path } of filesBelow(folder)) {
        const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY, size: 0 }));
        if (mtimeMs > now() - ms) continue;
        if (KEY.test(name)) yield name;
        if (!name.endsWith(PARTIAL)) continue;
        await rm(path, { force: true });
        grow(-size);
      }
    },
  };
};

/** Opened when it is read: a stream that nobody reads would fail where nobody hears it. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path).catch((error: unknown) => {
    throw failureOf(error);
  });
  try {
    yield* file.createReadStream({ autoClose: false });
  } finally {
    await file.close();
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

type Limits = {
  readonly limit: number;
  /** As announced. */
  readonly size: number | null;
  /** Throws when there is no room for so many bytes more. */
  readonly take: (bytes: number) => void;
};

const write = async (
  path: string,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { limit, size, take }: Limits,
): Promise<number> => {
  if (size !== null && size > limit) throw refusal('too_large');
  // Of two files that come at once the first has its room, rather than both running out of it halfway.
  if (size !== null) take(size);
  const file = await open(path, 'wx', 0o600);
  try {
    let written = 0;
    for await (const chunk of body) {
      written += chunk.byteLength;
      if (written > limit) throw refusal('too_large');
      if (size !== null && written > size) throw refusal('size_mismatch');
      if (size === null) take(chunk.byteLength);
      await file.writeFile(chunk);
    }
    if (size !== null && written !== size) throw refusal('size_mismatch');
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
};

async function bytesIn(path: string): Promise<number>;
async function bytesIn(path: string, otherwise: null): Promise<number | null>;
async function bytesIn(path: string, otherwise: number | null = 0): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return otherwise;
    throw failureOf(error);
  }
}

const sizeOf = async (folder: string): Promise<number> => {
  let sum = 0;
  for await (const { path } of filesBelow(folder)) sum += await bytesIn(path);
  return sum;
};

async function* filesBelow(folder: string): AsyncGenerator<{ readonly name: string; readonly path: string }> {
  try {
    for await (const entry of await opendir(folder, { recursive: true }))
      if (entry.isFile()) yield { name: entry.name, path: join(entry.parentPath, entry.name) };
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw failureOf(error);
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

type Refused = Pick<FailureFacts, 'kind' | 'word'>;
const failure = ({ kind, word }: Refused, cause?: unknown): Failure =>
  new Failure({ kind, side: 'files', attempted: 'store a file', effect: 'none', word, cause });

const refusal = (word: string): Failure => failure({ kind: 'permanent', word });
/** It goes on as soon as there is room. */
const full = (word: string): Failure => failure({ kind: 'place', word });

const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return failure({ kind: 'place', word: code }, error);
  return failure({ kind: 'transient', word: code }, error);
};
