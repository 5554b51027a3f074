import { NotStored } from './errors.ts';
import type { DeliveryLog, Instant, Worker } from './ports.ts';

/** What a worker takes, and what it does with each. */
export type Work<Claim> = {
  /** Facts for the log. */
  readonly name: 'inbox' | 'outbox';
  readonly slots: number;
  /** The longest pause between two looks at the store, should a call to wake be lost. */
  readonly pollMs: number;
  readonly log: DeliveryLog;
  readonly now: () => Instant;
  readonly claim: (limit: number) => Promise<readonly Claim[]>;
  /** Whether nothing else may be in work beside it: should the process die, it is known why. */
  readonly mustBeAlone: (claim: Claim) => boolean;
  /** Ends the claim whatever happens; what it throws is only logged. */
  readonly run: (claim: Claim) => Promise<void>;
  /** Called instead of `run`, or while it still runs when time is up. */
  readonly handBack: (claim: Claim) => Promise<void>;
  readonly nextDue: () => Promise<Instant | null>;
  listen(wake: () => void): () => void;
};

/** Shortest pause before a claim that found nothing is made again. */
const SHORTEST_MS = 5;

/** Keeps up to `slots` claims in work; sleeps until it is woken or something is due. */
export function createWorker<Claim>(work: Work<Claim>): Worker {
  const inFlight = new Map<Claim, Promise<void>>();
  /** Claims that go one by one when nothing else is in flight; nothing is claimed until they are through. */
  const solitary: Claim[] = [];
  let alone: Claim | undefined;
  let stopping = false;
  let unlisten: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  let pumping: Promise<void> | null = null;
  let again = false;

  const wake = (): void => {
    again = true;
    pumping ??= pump().finally(() => {
      pumping = null;
      // A call that came after the last look is not lost.
      if (again) wake();
    });
  };

  async function pump(): Promise<void> {
    while (again) {
      again = false;
      if (stopping) break;
      try {
        await fill();
      } catch (error) {
        // The store itself tells, once, that it takes no writes.
        if (!(error instanceof NotStored)) work.log.error({ worker: work.name, error }, 'nothing could be claimed');
        sleep(work.pollMs);
      }
    }
    again = false;
  }

  async function fill(): Promise<void> {
    beginAlone();
    const free = work.slots - inFlight.size;
    if (free <= 0 || solitary.length > 0 || alone !== undefined) return;

    const claims = await work.claim(free);
    for (const claim of claims) {
      if (stopping) await handBack(claim);
      else if (work.mustBeAlone(claim)) solitary.push(claim);
      else begin(claim);
    }
    beginAlone();
    if (claims.length < free) sleep(untilDue(await work.nextDue()));
  }

  function untilDue(due: Instant | null): number {
    return due === null ? work.pollMs : Math.min(Math.max(due - work.now(), SHORTEST_MS), work.pollMs);
  }

  function sleep(ms: number): void {
    clearTimeout(timer);
    if (!stopping) timer = setTimeout(wake, ms);
  }

  function beginAlone(): void {
    if (inFlight.size > 0) return;

    alone = solitary.shift();
    if (alone !== undefined) begin(alone);
  }

  function begin(claim: Claim): void {
    const done = work
      .run(claim)
      .catch((error: unknown) => work.log.error({ worker: work.name, error }, 'a claim was left to its lease'))
      .finally(() => {
        inFlight.delete(claim);
        wake();
      });
    inFlight.set(claim, done);
  }

  async function handBack(claim: Claim): Promise<void> {
    try {
      await work.handBack(claim);
    } catch (error) {
      work.log.warn({ worker: work.name, error }, 'a claim could not be handed back');
    }
  }

  return {
    start: () => {
      unlisten = work.listen(wake);
      wake();
    },
    stop: async (limitMs) => {
      stopping = true;
      unlisten();
      clearTimeout(timer);
      await within(limitMs, Promise.all([pumping, ...inFlight.values()]));
      await Promise.all([...solitary, ...inFlight.keys()].map(handBack));
    },
  };
}

/** Waits for the work, but not longer than that. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
