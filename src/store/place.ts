import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where a store lies on the disk, and who may read it there. */

const OWNER_ONLY = 0o600;
const OTHERS = 0o007;
const MOST_LINKS = 40;

/** SQLite keeps its log beside the file itself, not beside a link to it, and so must our lock: it is one store by any name. */
export function behindLinks(path: string, links = 0): string {
  try {
    if (links > MOST_LINKS || !lstatSync(path).isSymbolicLink()) return path;
    // What the link names may not be there yet.
    return behindLinks(resolve(realpathSync(dirname(path)), readlinkSync(path)), links + 1);
  } catch {
    return path;
  }
}

/**
 * Made before SQLite would make it for everybody to read; its log and index take the mode over. One that the group alone
 * may read was made so by somebody on purpose. What is wrong with a file is found out, and said, when it is opened.
 */
export function keepToOwner(path: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch {
    // It is there. It must not be opened: to close it again would free the locks that we hold on it.
    closeToOthers(path);
  }
}

export function closeToOthers(path: string): void {
  try {
    const file = statSync(path);
    if (!file.isFile() || (file.mode & OTHERS) === 0) return;
    if (file.uid === process.geteuid?.()) chmodSync(path, OWNER_ONLY);
  } catch {
    // It is not there, or out of our reach.
  }
}

/** The first start creates what is missing between it and the file. */
export const nearestFolder = (path: string): string => {
  const folder = dirname(path);
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(folder);
};

export type FolderTrouble = {
  /** What is there is no folder, and will not become one. */
  readonly isNone: boolean;
  readonly words: string;
};

/** Why nothing can be written into a folder that may not be there yet; null when it can. */
export const whyNoFolder = (folder: string): FolderTrouble | null => {
  const nearest = nearestFolder(join(resolve(folder), 'any'));
  const words = refusal(nearest, true);
  return words === null
    ? null
    : { words, isNone: statSync(nearest, { throwIfNoEntry: false })?.isDirectory() === false };
};

/** Why a file or folder that is there cannot be written to; null when it can. */
export const refusal = (path: string, isFolder: boolean): string | null => {
  try {
    if (statSync(path).isDirectory() !== isFolder) return `${path} is not a ${isFolder ? 'folder' : 'file'}`;
    accessSync(path, constants.W_OK | (isFolder ? constants.X_OK : constants.R_OK));
    return null;
  } catch (error) {
    return `${path}: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'}`;
  }
};
