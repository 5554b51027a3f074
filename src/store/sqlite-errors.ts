import { NotStored } from '../delivery/errors.ts';
import { isSqliteError } from './commits.ts';
import { StoreUnusable } from './unusable.ts';

const BUSY = 5;
const READ_ONLY = 8;
const DAMAGED = 11;
const FULL = 13;
const NOT_OPENED = 14;
const NOT_A_DATABASE = 26;

/** Why a store file cannot be used, in words for who runs it; what is no error of SQLite's stays as it is. */
export function explained(path: string, error: unknown): unknown {
  if (error instanceof NotStored && isSqliteError(error.cause)) return explained(path, error.cause);
  if (!isSqliteError(error)) return error;
  return new StoreUnusable(path, problemOf(error), error);
}

export function explaining<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explained(path, error);
  }
}

function problemOf({ errcode, message }: Error & { readonly errcode: number }): string {
  switch (errcode & 0xff) {
    case NOT_A_DATABASE:
      return 'it is not a SQLite database: choose another file, or restore a backup';
    case DAMAGED:
      return 'it is damaged: stop casebridge, put the file aside, and restore a backup into a new one';
    case BUSY:
      return 'another program holds it: try again in a moment';
    case READ_ONLY:
    case NOT_OPENED:
      return `${message}: let the user that runs casebridge read and write it, and its folder`;
    case FULL:
      return `${message}: make room on its disk`;
    default:
      return `${message}: check its folder, its permissions and the space on its disk`;
  }
}
