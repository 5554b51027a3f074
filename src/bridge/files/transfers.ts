import { backoffMs } from '../../delivery/backoff.ts';
import { Failure } from '../../delivery/errors.ts';

/**
 * Bytes on their way, beside the attempts of the deliveries that wait for them: a large file may take minutes, and an
 * attempt has seconds. What they bring is seen by nobody until a delivery makes it so; a process that dies begins anew.
 */

const SECOND = 1000;
const AT_ONCE = 4;
const LIMIT_MS = 600 * SECOND;
/** What is done and never asked for again is forgotten beyond so many. */
const KEPT = 1000;
const AGAIN = { firstMs: 2 * SECOND, capMs: 300 * SECOND, jitter: 0.3 };

export type Transfer<T> =
  | { readonly is: 'running' }
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'failed'; readonly failure: Failure; readonly againMs: number };

export type Transfers<T> = {
  /** Begins the work unless it was begun before; waits for it a moment, then says how it stands. */
  look(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<Transfer<T>>;
  /** What is known to be done without being asked for. */
  know(name: string, value: T): void;
  forget(name: string): void;
};

type Kept<T> = { state: Transfer<T>; readonly over: Promise<void> };

export const createTransfers = <T>(stopping: AbortSignal, waitMs = 200): Transfers<T> => {
  const kept = new Map<string, Kept<T>>();
  const failures = new Map<string, number>();
  const turns = createTurns(AT_ONCE);

  const begin = (name: string, work: (signal: AbortSignal) => Promise<T>): Kept<T> => {
    const run = async (): Promise<void> => {
      try {
        const signal = AbortSignal.any([stopping, AbortSignal.timeout(LIMIT_MS)]);
        entry.state = { is: 'done', value: await turns(() => work(signal)) };
        failures.delete(name);
      } catch (error) {
        const times = (failures.get(name) ?? 0) + 1;
        failures.set(name, times);
        entry.state = { is: 'failed', failure: failureOf(error), againMs: backoffMs(times, Math.random(), AGAIN) };
      }
    };
    const entry: Kept<T> = { state: { is: 'running' }, over: Promise.resolve().then(run) };
    return entry;
  };

  return {
    async look(name, work) {
      const entry = kept.get(name) ?? begin(name, work);
      kept.set(name, entry);
      await atMost(waitMs, entry.over);
      // What failed is begun anew when it is asked for again.
      if (entry.state.is === 'failed') kept.delete(name);
      return entry.state;
    },
    know(name, value) {
      kept.set(name, { state: { is: 'done', value }, over: Promise.resolve() });
      for (const [oldest, { state }] of kept) {
        if (kept.size <= KEPT) break;
        if (state.is === 'done' && oldest !== name) kept.delete(oldest);
      }
    },
    forget(name) {
      kept.delete(name);
      failures.delete(name);
    },
  };
};

/** At most so many at once; the others wait in order. */
const createTurns = (atOnce: number) => {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

const atMost = async (ms: number, work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
};

const failureOf = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure({ kind: 'transient', side: 'files', attempted: 'carry a file', effect: 'none', cause: error });
