import { accessSync, constants, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupUnusable } from './unusable.ts';

/** The file of a backup, line by line. */

const OWNER_ONLY = 0o600;
/** Characters that are gathered before they are written. */
const PIECE = 256 * 1024;

export type CopyFile = {
  readonly write: (line: string) => Promise<void>;
  /** Puts the file, whole and on the disk, into its place. */
  readonly end: () => Promise<void>;
  /** Leaves nothing behind. */
  readonly drop: () => Promise<void>;
};

/** Rejects with `BackupUnusable`, as its functions do, when something is there already or nothing can be written there. */
export const beginCopy = async (path: string): Promise<CopyFile> => {
  refuseWhatIsThere(path);
  const beside = `${path}.${process.pid}`;
  const file = await writing(path, () => open(beside, 'wx', OWNER_ONLY));
  let gathered = '';
  const flush = async (): Promise<void> => {
    const piece = gathered;
    gathered = '';
    await writing(path, () => file.writeFile(piece));
  };

  return {
    write: async (line) => {
      gathered += `${line}\n`;
      if (gathered.length > PIECE) await flush();
    },
    end: async () => {
      await flush();
      await writing(path, () => file.sync());
      await file.close();
      refuseWhatIsThere(path);
      await writing(path, () => rename(beside, path));
      await syncFolder(dirname(path));
    },
    drop: async () => {
      await file.close().catch(() => undefined);
      await rm(beside, { force: true });
    },
  };
};

/** For the backup that is to be read. */
export const checkReadable = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new BackupUnusable(path, 'cannot be read: there is no such file');
  if (!found.isFile()) throw new BackupUnusable(path, 'cannot be read: it is not a file');
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new BackupUnusable(path, `cannot be read (${codeOf(error)}): let the user that runs this read it`, error);
  }
};

const refuseWhatIsThere = (path: string): void => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) throw new BackupUnusable(path, 'cannot be written: it is a folder, name a file');
  if (found !== undefined)
    throw new BackupUnusable(path, 'cannot be written: it is there already, name another or take that one away');
};

/** A name in a folder lasts when the folder is on the disk, too; some systems cannot do that, or do it anyway. */
const syncFolder = async (folder: string): Promise<void> => {
  const opened = await open(folder, 'r').catch(() => null);
  await opened?.sync().catch(() => undefined);
  await opened?.close();
};

const FIXES: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on its disk',
  EDQUOT: 'make room on its disk',
  EACCES: 'name a file where you may write',
  EPERM: 'name a file where you may write',
  EROFS: 'name a file where you may write',
};

const writing = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    const fix = FIXES[code] ?? 'name a file in a folder that exists';
    throw new BackupUnusable(path, `cannot be written (${code}): ${fix}`, error);
  }
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
