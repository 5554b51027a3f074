import { AsyncLocalStorage } from 'node:async_hooks';
import type { CaseReading } from '../core/event.ts';
import type { CaseId } from '../core/ids.ts';
import type { Helpdesk } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';

/** Reading of cases within one budget, the most urgent first; a reading serves everybody who asked before it began. */

/** `nudged`: told by a webhook. `active`: the customer wrote lately. `list`: pages of the list. `sweep`: the rest. */
export type Urgency = 'nudged' | 'active' | 'list' | 'sweep';
const URGENCIES: readonly Urgency[] = ['nudged', 'active', 'list', 'sweep'];

/** Readings kept for those who ask a moment later, at most so many and so long. */
const KEPT = 500;
const KEPT_MS = 60_000;

/** So long `readSoon` waits for its turn; then it says how long others are before it, within limits. */
const SOON_MS = 250;
/** And so long for the reading itself. */
const READING_MS = 1_000;
const AHEAD_MS = 250;
const AGAIN_MS = { least: 1_000, most: 5_000 } as const;

/** Every so many turns the least urgent goes first: many active cases must not hide new ones for ever. */
const LEAST_EVERY = 3;

export type ReadBudget = { readonly perSecond: number; readonly burst: number };

/** What reading may cost: its turn pays for the first request of a piece of work, the others are owed. */
export type ReadTurns = {
  /** Does the work when there is room for it. */
  within<T>(urgency: Urgency, work: () => Promise<T>): Promise<T>;
  /** A request has been sent; it counts when it belongs to such work. Says to which. */
  spent(): Urgency | null;
  /** Pieces of work that wait for their turn. */
  waiting(): number;
  stop(): void;
};

export type CaseReads = Pick<ReadTurns, 'within' | 'waiting' | 'stop'> & {
  /** Reads a case, or gives a reading that began at or after `since`. Null when there is no such case. */
  read(id: CaseId, options: { readonly urgency: Urgency; readonly since: number }): Promise<Read>;
  /**
   * The same for who has others behind them: rejects with what passes (`isBusy`) when it is not its turn within a
   * moment, or Acquire is slow. It keeps its place, and who asks again later for the same `since` finds the reading.
   */
  readSoon(id: CaseId, options: { readonly urgency: Urgency; readonly since: number }): Promise<Read>;
  /** Told of every reading, whoever asked for it. */
  onReading(listener: (reading: CaseReading, began: number) => void): void;
};

export type Read = { readonly reading: CaseReading | null; readonly began: number };

type Kept = { readonly began: number; readonly reading: Promise<CaseReading | null> };

export const createCaseReads = (options: {
  readonly helpdesk: Pick<Helpdesk, 'readCase'>;
  readonly turns: ReadTurns;
  readonly now: () => number;
}): CaseReads => {
  const { helpdesk, turns, now } = options;
  const kept = new Map<CaseId, Kept>();
  const listeners = new Set<(reading: CaseReading, began: number) => void>();

  const keep = (id: CaseId, made: Kept): void => {
    kept.delete(id);
    kept.set(id, made);
    for (const [oldest, { began }] of kept) {
      if (kept.size <= KEPT && now() - began < KEPT_MS) break;
      kept.delete(oldest);
    }
    made.reading.catch(() => {
      if (kept.get(id) === made) kept.delete(id);
    });
  };

  const keptSince = (id: CaseId, since: number): Kept | null => {
    const known = kept.get(id);
    return known !== undefined && known.began >= since ? known : null;
  };

  const readNow = async (id: CaseId, since: number): Promise<Read> => {
    // Somebody else may have begun a reading while this one waited for its turn.
    const meanwhile = keptSince(id, since);
    if (meanwhile !== null) return { reading: await meanwhile.reading, began: meanwhile.began };
    const made = { began: now(), reading: helpdesk.readCase(id) };
    keep(id, made);
    const reading = await made.reading;
    if (reading !== null) for (const listener of listeners) listener(reading, made.began);
    return { reading, began: made.began };
  };

  /** Readings that were asked for by `readSoon` and are not there yet. */
  const coming = new Map<CaseId, Coming>();

  const start = (id: CaseId, { urgency, since }: Asked): Coming => {
    const turn = Promise.withResolvers<boolean>();
    const done = turns.within(urgency, () => {
      turn.resolve(true);
      return readNow(id, since);
    });
    const mine = { turn: turn.promise, done };
    coming.set(id, mine);
    const over = (): void => {
      turn.resolve(true);
      if (coming.get(id) === mine) coming.delete(id);
    };
    done.then(over, over);
    return mine;
  };

  const readSoon = async (id: CaseId, asked: Asked): Promise<Read> => {
    const known = keptSince(id, asked.since);
    if (known !== null) return { reading: await inTime(known.reading), began: known.began };
    const { turn, done } = coming.get(id) ?? start(id, asked);
    if (!(await isWithin(turn, SOON_MS))) throw notYet(turns.waiting());
    const read = await inTime(done);
    // It had begun before that which is to be read.
    return read.began >= asked.since ? read : readSoon(id, asked);
  };

  return {
    async read(id, { urgency, since }) {
      const known = keptSince(id, since);
      if (known !== null) return { reading: await known.reading, began: known.began };
      return turns.within(urgency, () => readNow(id, since));
    },
    readSoon,
    onReading: (listener) => void listeners.add(listener),
    within: (urgency, work) => turns.within(urgency, work),
    waiting: () => turns.waiting(),
    stop: () => turns.stop(),
  };
};

type Asked = { readonly urgency: Urgency; readonly since: number };
/** `turn`: it is being read, or cannot be. */
type Coming = { readonly turn: Promise<boolean>; readonly done: Promise<Read> };

const isWithin = async (turn: Promise<boolean>, ms: number): Promise<boolean> => {
  const timeUp = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeUp.resolve(false), ms);
  try {
    return await Promise.race([turn, timeUp.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const inTime = async <T>(reading: Promise<T>): Promise<T> => {
  const isThere = reading.then(() => true);
  if (!(await isWithin(isThere, READING_MS))) throw notYet(0);
  return reading;
};

const BUSY = 'BUSY';

const notYet = (ahead: number): Failure =>
  new Failure({
    kind: 'transient',
    side: 'acquire',
    attempted: 'reading a case, with others before it',
    effect: 'none',
    word: BUSY,
    retryAfterMs: Math.min(AGAIN_MS.most, Math.max(AGAIN_MS.least, ahead * AHEAD_MS)),
  });

/** Nothing failed: the reading that was asked for is not there yet. */
export const isBusy = (error: unknown): boolean => error instanceof Failure && error.facts.word === BUSY;

type Waiter = { readonly go: () => void; readonly giveUp: (why: Error) => void };

/** A bucket of requests; those who wait are served by urgency, then in the order of their coming. */
export const createReadTurns = (budget: ReadBudget, now: () => number): ReadTurns => {
  const queues = new Map<Urgency, Waiter[]>(URGENCIES.map((urgency) => [urgency, []]));
  /** The work that a request belongs to, and whether its first one is paid for. */
  const work = new AsyncLocalStorage<{ readonly urgency: Urgency; paid: number }>();
  let tokens = budget.burst;
  let filledAt = now();
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const fill = (): void => {
    const at = now();
    tokens = Math.min(budget.burst, tokens + (Math.max(0, at - filledAt) * budget.perSecond) / 1000);
    filledAt = at;
  };
  let served = 0;
  const next = (): Waiter | undefined => {
    served += 1;
    for (const urgency of served % LEAST_EVERY === 0 ? URGENCIES.toReversed() : URGENCIES) {
      const waiter = queues.get(urgency)?.shift();
      if (waiter !== undefined) return waiter;
    }
    return undefined;
  };
  const waiting = (): number => [...queues.values()].reduce((sum, queue) => sum + queue.length, 0);
  const serve = (): void => {
    timer = null;
    fill();
    while (tokens >= 1 && waiting() > 0) {
      tokens -= 1;
      next()?.go();
    }
    if (waiting() > 0) timer = setTimeout(serve, Math.max(5, ((1 - tokens) * 1000) / budget.perSecond));
  };
  const take = (urgency: Urgency): Promise<void> =>
    new Promise((resolve, reject) => {
      if (stopped) return reject(stopping());
      queues.get(urgency)?.push({ go: resolve, giveUp: reject });
      if (timer === null) serve();
    });

  return {
    within: async (urgency, piece) => {
      await take(urgency);
      return work.run({ urgency, paid: 1 }, piece);
    },
    spent: () => {
      const mine = work.getStore();
      if (mine === undefined) return null;
      if (mine.paid > 0) mine.paid -= 1;
      else tokens -= 1;
      return mine.urgency;
    },
    waiting,
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
      for (let waiter = next(); waiter !== undefined; waiter = next()) waiter.giveUp(stopping());
    },
  };
};

const stopping = (): Failure =>
  new Failure({ kind: 'transient', side: 'acquire', attempted: 'reading while the app stops', effect: 'none' });
