import { Failure } from '../delivery/errors.ts';

/**
 * Some of what we ask for was never published: names of states, relations, ways of reading. A server may stumble over
 * such a guess where another would refuse it, each time anew.
 */

/** So often in a row, for one failure may be anything. */
const TIMES = 2;

/** What stumbled is not asked for again before this. */
export const STUMBLED_REST_MS = 10 * 60_000;

export type Stumbles<T> = {
  /** Whether this failure is one more of a row that counts like a refusal. */
  isRefusal(what: T, error: unknown): boolean;
  worked(what: T): void;
};

export const countStumbles = <T>(): Stumbles<T> => {
  const inARow = new Map<T, number>();
  return {
    isRefusal(what, error) {
      if (!isServerError(error)) return false;
      const times = (inARow.get(what) ?? 0) + 1;
      inARow.set(what, times);
      return times >= TIMES;
    },
    worked: (what) => void inARow.delete(what),
  };
};

const isServerError = (error: unknown): boolean => {
  if (!(error instanceof Failure)) return false;
  const { status, word } = error.facts;
  // 502 to 504 come from what stands before the server: those are outages.
  return status === 500 || word === 'ERROR_SERVER_ERROR';
};
