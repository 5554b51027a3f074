import { NotStored } from './errors.ts';
import type { DeliveryLog, Instant, Worker } from './ports.ts';
import type { Solitude } from './solitude.ts';

/** What a worker takes, and what it does with each. */
export type Work<Claim> = {
  /** Facts for the log. */
  readonly name: 'inbox' | 'outbox';
  readonly slots: number;
  /** The longest pause between two looks at the store, should a call to wake be lost. */
  readonly pollMs: number;
  readonly log: DeliveryLog;
  readonly now: () => Instant;
  /** Shared by the workers of a process. */
  readonly solitude: Solitude;
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
  const { solitude } = work;
  const inFlight = new Map<Claim, Promise<void>>();
  /** Claims that wait until nothing else is in work; nothing is claimed until they are through. */
  const waiting = new Map<Claim, () => void>();
  const listening: (() => void)[] = [];
  let stopping = false;
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
      // Those that end in the same turn are followed by one claim, not by one each.
      if (inFlight.size > 0) await new Promise((resolve) => setImmediate(resolve));
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
    const free = work.slots - inFlight.size;
    if (free <= 0 || solitude.isTaken()) return;

    const claims = await work.claim(free);
    // Those who must be alone come last: they wait for all that is in work.
    for (const claim of claims.toSorted((a, b) => Number(work.mustBeAlone(a)) - Number(work.mustBeAlone(b)))) {
      if (stopping) await handBack(claim);
      // The other worker may have gone into solitude meanwhile.
      else if (work.mustBeAlone(claim) || solitude.isTaken()) queue(claim);
      else {
        solitude.enter();
        begin(claim);
      }
    }
    if (claims.length < free) sleep(untilDue(await work.nextDue()));
  }

  function untilDue(due: Instant | null): number {
    return due === null ? work.pollMs : Math.min(Math.max(due - work.now(), SHORTEST_MS), work.pollMs);
  }

  function sleep(ms: number): void {
    clearTimeout(timer);
    if (!stopping) timer = setTimeout(wake, ms);
  }

  function queue(claim: Claim): void {
    const turn = (): void => {
      waiting.delete(claim);
      begin(claim);
    };
    waiting.set(claim, turn);
    solitude.enterAlone(turn);
  }

  /** After `enter`, or in solitude. */
  function begin(claim: Claim): void {
    const done = work
      .run(claim)
      .catch((error: unknown) => work.log.error({ worker: work.name, error }, 'a claim was left to its lease'))
      .finally(() => {
        inFlight.delete(claim);
        solitude.leave();
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
      listening.push(work.listen(wake), solitude.onFree(wake));
      wake();
    },
    stop: async (limitMs) => {
      stopping = true;
      for (const unlisten of listening) unlisten();
      clearTimeout(timer);
      for (const turn of waiting.values()) solitude.forget(turn);
      await within(limitMs, Promise.all([pumping, ...inFlight.values()]));
      await Promise.all([...waiting.keys(), ...inFlight.keys()].map(handBack));
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
