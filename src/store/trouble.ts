import { NotStored } from '../delivery/errors.ts';
import type { Tables } from './ledger.ts';

/** Why nothing can be stored; `reason` is the database's own constant words or code, never content. */
export type Trouble = { readonly reason: string; readonly error: NotStored };

/** A disk that is nearly full takes small writes and refuses large ones: that is one trouble, not many. */
const SETTLED_MS = 5_000;

/** Tells once that writes do not get through, and once, with null, that they do again. */
export function watchWrites(tables: Tables, tell: (trouble: Trouble | null) => void): Tables {
  let failedAt: number | null = null;
  let closed = false;

  const failed = (error: NotStored): void => {
    if (failedAt === null) tell({ reason: reasonOf(error.cause), error });
    failedAt = performance.now();
  };
  const stored = (): void => {
    if (failedAt === null || performance.now() - failedAt < SETTLED_MS) return;
    failedAt = null;
    tell(null);
  };

  return {
    ...tables,
    write: async (steps, sync) => {
      try {
        const result = await tables.write(steps, sync);
        stored();
        return result;
      } catch (error) {
        if (error instanceof NotStored && !closed) failed(error);
        throw error;
      }
    },
    close: () => {
      closed = true;
      return tables.close();
    },
  };
}

/** SQLite explains a code in words that hold nothing of the data; of PostgreSQL's errors the code alone is safe. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  if ('errstr' in cause && typeof cause.errstr === 'string') return cause.errstr;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}
