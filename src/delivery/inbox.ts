import { isConvicted, isSuspected } from './attempt.ts';
import { type Backoff, backoffMs } from './backoff.ts';
import { Conflict, isPassing, LeaseLost, nameOf, NotStored } from './errors.ts';
import { keepTrying } from './keep-trying.ts';
import type { ClaimedEvent, DeliveryLog, DeliveryStore, Instant, Settlement, Worker } from './ports.ts';
import { createSolitude, type Solitude } from './solitude.ts';
import { createWorker } from './worker.ts';

export type InboxOptions = {
  readonly store: DeliveryStore;
  /**
   * Decides what follows from an event. Called again with the same event after a `Conflict`, a crash or a failure, so
   * what it does besides returning must bear repeating.
   */
  readonly handle: (event: ClaimedEvent) => Promise<Settlement>;
  /** An alarm: the event failed again and again, and is kept for a person. */
  readonly onDead?: (event: ClaimedEvent, reason: string) => void;
  readonly log: DeliveryLog;
  /** Shared with the outbox: what may be the cause of crashes runs beside neither. */
  readonly solitude?: Solitude;
  /** Lanes worked on at once. */
  readonly concurrency?: number;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  readonly now?: () => Instant;
  readonly random?: () => number;
};

/** Decisions made anew at once after a conflict, before the event steps back. */
const CONFLICTS = 5;

/** Failures of our own after which an event is dead. */
const FAILURES = 8;

const LATER: Backoff = { firstMs: 500, capMs: 60_000, jitter: 0.3 };

/** What passes may have passed already: everything behind this event waits as well. */
const PASSING: Backoff = { firstMs: 500, capMs: 5_000, jitter: 0.3 };

type Clock = { readonly until: Instant; readonly now: () => Instant };

/** Turns stored events into deliveries: the only place where effects are decided. */
export function createInbox(options: InboxOptions): Worker {
  const { store, log, onDead } = options;
  const leaseMs = options.leaseMs ?? 60_000;
  const now = options.now ?? (() => store.now());
  const random = options.random ?? Math.random;

  async function run(event: ClaimedEvent): Promise<void> {
    const clock = { until: now() + leaseMs, now };
    try {
      if (isSuspected(event)) await keepTrying(() => store.noteEventAlone(event), clock);
      if (isConvicted(event)) await giveUp(event, { reason: 'crashes', error: null }, clock);
      else await decide(event, clock);
    } catch (error) {
      if (error instanceof LeaseLost)
        log.warn({ event: event.key, lane: event.lane }, 'an event took longer than its lease');
      else await stepBack(event, error, clock);
    }
  }

  async function decide(event: ClaimedEvent, clock: Clock): Promise<void> {
    for (let round = 1; ; round += 1) {
      try {
        const settlement = await options.handle(event);
        await keepTrying(() => store.settleEvent(event, settlement), clock);
        return;
      } catch (error) {
        if (!(error instanceof Conflict) || round === CONFLICTS) throw error;
      }
    }
  }

  /** Gives the event back, to be tried later in its place; or gives it up. */
  async function stepBack(event: ClaimedEvent, error: unknown, clock: Clock): Promise<void> {
    const passing = isPassing(error) || error instanceof NotStored;
    if (!passing && event.failures + 1 >= FAILURES) return giveUp(event, { reason: nameOf(error), error }, clock);

    const asked = isPassing(error) ? error.facts.retryAfterMs : undefined;
    const { attempts, failures } = event;
    const backoff = passing ? backoffMs(attempts + 1, random(), PASSING) : backoffMs(failures + 1, random(), LATER);
    const afterMs = asked ?? backoff;
    await keepTrying(() => store.returnEvent(event, { afterMs, counted: !passing }), clock);
    // What only waits for its turn is told once.
    if (asked === undefined || attempts === 0)
      log.warn({ event: event.key, lane: event.lane, error, nextMs: afterMs }, 'an event is put off');
  }

  /** Kept for a person. */
  async function giveUp(event: ClaimedEvent, why: { reason: string; error: unknown }, clock: Clock): Promise<void> {
    await keepTrying(() => store.settleEvent(event, deadBecause(why.reason)), clock);
    log.error({ event: event.key, lane: event.lane, ...why, outcome: 'dead' }, 'an event is given up');
    onDead?.(event, why.reason);
  }

  return createWorker<ClaimedEvent>({
    name: 'inbox',
    slots: options.concurrency ?? 8,
    pollMs: options.pollMs ?? 1_000,
    log,
    now,
    solitude: options.solitude ?? createSolitude(),
    claim: (limit) => store.claimEvents(limit, leaseMs),
    mustBeAlone: isSuspected,
    run,
    handBack: (event) => store.returnEvent(event, { afterMs: 0, counted: false }),
    nextDue: () => store.nextDue('events'),
    listen: (wake) => store.onWork((what) => what === 'events' && wake()),
  });
}

function deadBecause(reason: string): Settlement {
  return { outcome: 'dead', reason, deliveries: [], changes: [], records: [], events: [] };
}
