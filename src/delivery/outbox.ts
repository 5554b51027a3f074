import {
  afterCrashes,
  afterLookup,
  afterLookupThrew,
  afterPerform,
  afterPerformThrew,
  afterPrepare,
  afterPrepareThrew,
  beforeDeadline,
  DEAD_OF_CRASHES,
  isConvicted,
  isSuspected,
  type Judge,
  TookTooLong,
} from './attempt.ts';
import { Conflict, LeaseLost, NotStored, Overtaken, Preceded } from './errors.ts';
import { keepTrying } from './keep-trying.ts';
import type {
  ClaimedDelivery,
  DeliveryLog,
  DeliveryStore,
  Destination,
  Instant,
  Prepared,
  Settled,
  Worker,
} from './ports.ts';
import { createSolitude, type Solitude } from './solitude.ts';
import { createWorker } from './worker.ts';

/** What is logged and measured of an attempt. */
export type AttemptFacts = {
  readonly delivery: string;
  readonly lane: string;
  /** Which try it is. */
  readonly attempt: number;
  readonly outcome: Settled['type'];
  readonly ms: number;
};

/** The gaps between two steps, where a test may pull the plug. */
export type Gap = 'claimed' | 'looked-up' | 'prepared' | 'opened' | 'performed' | 'settled';

export type OutboxOptions = {
  readonly store: DeliveryStore;
  readonly destinationOf: (delivery: ClaimedDelivery) => Destination;
  readonly log: DeliveryLog;
  /** Shared with the inbox: what may be the cause of crashes runs beside neither. */
  readonly solitude?: Solitude;
  /** Lanes worked on at once. */
  readonly concurrency?: number;
  readonly leaseMs?: number;
  /** From the start of an attempt to the moment after which nothing of it can still take effect. */
  readonly attemptMs?: number;
  readonly pollMs?: number;
  readonly now?: () => Instant;
  readonly random?: () => number;
  readonly onAttempt?: (facts: AttemptFacts) => void;
  readonly crashPoint?: (gap: Gap) => void;
};

/** An effect may land this long after the other side was last heard of; the rest of the attempt is for the call. */
const LATE_EFFECT_MS = 8_000;

/** The share of a lease that a step before the attempt may take. */
const STEP_SHARE = 2 / 3;

const NOT_STORED_AGAIN_MS = 1_000;

/** What was looked up and not found is no longer an open attempt: it takes its place in the lane again. */
const OVERTAKEN: Settled = { type: 'retry', reason: 'another goes before it', afterMs: 0, counted: false };

const PRECEDED: Settled = { type: 'retry', reason: 'events before it wait', afterMs: 150, counted: false };

const STILL_IN_HAND: Settled = { type: 'ambiguous', reason: 'an attempt is on its way', lookupAfterMs: 1_000 };

/** Takes what is owed to its destination. */
export function createOutbox(options: OutboxOptions): Worker {
  const { store, log, destinationOf, onAttempt, crashPoint = () => undefined } = options;
  const leaseMs = options.leaseMs ?? 30_000;
  const attemptMs = options.attemptMs ?? 18_000;
  const now = options.now ?? (() => store.now());
  const judge = createJudge(now, options.random ?? Math.random);
  /** Claims whose attempt is open, by token, with its deadline: those are settled or looked up, never handed back. */
  const opened = new Map<string, Instant>();
  /** Deliveries on the way in this process, by their lease or without. */
  const inHand = new Set<string>();
  let stopping = false;

  /** One attempt, step by step; each step either settles it or leads to the next. */
  async function run(delivery: ClaimedDelivery): Promise<void> {
    const started = now();
    crashPoint('claimed');
    // The process was frozen, or the clock was put forward: the lease ran out while our own call is still on its way.
    if (inHand.has(delivery.id)) return store.settleDelivery(delivery, STILL_IN_HAND);

    inHand.add(delivery.id);
    try {
      if (isSuspected(delivery)) await noteAlone(delivery);
      const settled = await attempt(delivery);
      if (settled === 'handed back') return;

      await settle(delivery, settled, started);
      crashPoint('settled');
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      log.warn({ delivery: delivery.id, lane: delivery.lane }, 'an attempt lost its lease and was dropped');
    } finally {
      opened.delete(delivery.token);
      inHand.delete(delivery.id);
    }
  }

  /** What cannot be noted is not begun: its crash would tell nothing. */
  function noteAlone(delivery: ClaimedDelivery): Promise<void> {
    return keepTrying(() => store.noteAlone(delivery), { until: now() + leaseMs, now });
  }

  async function attempt(delivery: ClaimedDelivery): Promise<Settled | 'handed back'> {
    const givenUp = isConvicted(delivery) ? afterCrashes(delivery) : null;
    if (givenUp) return givenUp;
    const destination = destinationFor(delivery);
    if (isSettled(destination)) return destination;
    const done = delivery.open && (await lookUp(delivery, delivery.open, destination));
    if (done) return done;
    if (isConvicted(delivery)) return DEAD_OF_CRASHES;

    const prepared = await prepare({ ...delivery, open: null }, destination);
    if (prepared.type !== 'go') return prepared;
    if (stopping) {
      await store.returnDelivery(delivery);
      return 'handed back';
    }

    const deadline = now() + attemptMs;
    try {
      await store.openAttempt(delivery, { baseline: prepared.baseline, deadline });
    } catch (error) {
      if (error instanceof Overtaken) return OVERTAKEN;
      if (error instanceof Preceded) return PRECEDED;
      if (!(error instanceof NotStored)) throw error;
      return { type: 'retry', reason: 'not stored', afterMs: NOT_STORED_AGAIN_MS, counted: false };
    }
    opened.set(delivery.token, deadline);
    crashPoint('opened');
    return perform(delivery, destination, { plan: prepared.plan, deadline });
  }

  /** A delivery that leads nowhere fails like any other that cannot be prepared, or looked up. */
  function destinationFor(delivery: ClaimedDelivery): Destination | Settled {
    try {
      return destinationOf(delivery);
    } catch (error) {
      if (delivery.open === null) return afterPrepareThrew(judge, delivery, error);
      return afterLookupThrew(judge, delivery, { error, lookups: delivery.open.lookups });
    }
  }

  type Open = NonNullable<ClaimedDelivery['open']>;

  async function lookUp(delivery: ClaimedDelivery, open: Open, destination: Destination): Promise<Settled | null> {
    const wait = beforeDeadline(judge, open);
    if (wait !== null) return wait;

    try {
      const finding = await inTime('look-up', leaseMs * STEP_SHARE, destination.lookup(delivery, open.baseline));
      crashPoint('looked-up');
      return afterLookup(judge, open, finding);
    } catch (error) {
      return afterLookupThrew(judge, delivery, { error, lookups: open.lookups });
    }
  }

  async function prepare(
    delivery: ClaimedDelivery,
    destination: Destination,
  ): Promise<Settled | Extract<Prepared, { type: 'go' }>> {
    try {
      const prepared = await inTime('preparation', leaseMs * STEP_SHARE, destination.prepare(delivery));
      crashPoint('prepared');
      return prepared.type === 'go' ? prepared : afterPrepare(judge, delivery, prepared);
    } catch (error) {
      return afterPrepareThrew(judge, delivery, error);
    }
  }

  async function perform(
    delivery: ClaimedDelivery,
    destination: Destination,
    { plan, deadline }: { plan: Extract<Prepared, { type: 'go' }>['plan']; deadline: Instant },
  ): Promise<Settled> {
    // The clock may be put forward or back while the call is on its way; what is under way takes its time all the same.
    const ends = performance.now() + (deadline - now());
    const leftMs = (): number => Math.max(0, Math.ceil(ends - performance.now()));
    try {
      const giveUp = deadline - Math.min(LATE_EFFECT_MS, attemptMs / 2);
      // Frozen between the commit and here: somebody else may look it up by now, so nothing may be sent any more.
      if (now() >= giveUp) return { type: 'retry', reason: 'too late to begin', afterMs: 0, counted: false };
      const verdict = await inTime('the call', deadline - now(), destination.perform(delivery, plan, giveUp));
      crashPoint('performed');
      return afterPerform(judge, delivery, { verdict, leftMs: leftMs() });
    } catch (error) {
      return afterPerformThrew(judge, delivery, { error, leftMs: leftMs() });
    }
  }

  async function settle(delivery: ClaimedDelivery, settled: Settled, started: Instant): Promise<void> {
    const clock = { until: now() + leaseMs, now };
    let told = settled;
    try {
      await keepTrying(() => store.settleDelivery(delivery, told), clock);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      // Done, but its records were changed meanwhile: found again by a look-up, which reads them anew.
      told = { type: 'ambiguous', reason: error.message, lookupAfterMs: attemptMs };
      await keepTrying(() => store.settleDelivery(delivery, told), clock);
    }
    judge.learn(delivery, told);
    report(delivery, told, now() - started);
  }

  function report(delivery: ClaimedDelivery, settled: Settled, ms: number): void {
    const { id, lane, attempts } = delivery;
    const facts: AttemptFacts = { delivery: id, lane, attempt: attempts + 1, outcome: settled.type, ms };
    log.info({ ...facts, ...nextOf(settled) }, 'delivery attempted');
    onAttempt?.(facts);
  }

  /** The process ends: an attempt on its way is left to a look-up, which need not wait for the lease. */
  async function handBack(delivery: ClaimedDelivery): Promise<void> {
    const deadline = opened.get(delivery.token);
    if (deadline === undefined) return store.returnDelivery(delivery);

    const lookupAfterMs = Math.max(0, deadline - now());
    await store.settleDelivery(delivery, { type: 'ambiguous', reason: 'stopped meanwhile', lookupAfterMs });
  }

  const worker = createWorker<ClaimedDelivery>({
    name: 'outbox',
    slots: options.concurrency ?? 8,
    pollMs: options.pollMs ?? 1_000,
    log,
    now,
    solitude: options.solitude ?? createSolitude(),
    claim: (limit) => store.claimDeliveries(limit, leaseMs),
    mustBeAlone: isSuspected,
    run,
    handBack,
    nextDue: () => store.nextDue('deliveries'),
    listen: (wake) => store.onWork((what) => what === 'deliveries' && wake()),
  });

  return {
    start: () => worker.start(),
    stop: (limitMs) => {
      stopping = true;
      return worker.stop(limitMs);
    },
  };
}

/** Remembers how often each side failed in a row; forgotten with the process, which only makes it try sooner. */
function createJudge(
  now: () => Instant,
  random: () => number,
): Judge & { readonly learn: (delivery: ClaimedDelivery, settled: Settled) => void } {
  const closed = new Map<string, { readonly times: number; readonly until: Instant }>();
  /** Several that were on the way when the side failed are one failure of it. */
  const closings = (gate: string): number => {
    const before = closed.get(gate);
    if (before === undefined) return 1;
    return now() < before.until ? before.times : before.times + 1;
  };

  return {
    now,
    random,
    closings,
    learn: ({ gates }, settled) => {
      if (settled.type === 'delivered') for (const gate of gates) closed.delete(gate);
      const closing = 'gate' in settled ? settled.gate : undefined;
      if (closing !== undefined) closed.set(closing.key, { times: closings(closing.key), until: closing.until });
    },
  };
}

function isSettled(value: Destination | Settled): value is Settled {
  return 'type' in value;
}

/** What comes next, for the log. */
function nextOf(settled: Settled): Readonly<Record<string, unknown>> {
  switch (settled.type) {
    case 'delivered':
      return {};
    case 'retry':
      return { reason: settled.reason, nextMs: settled.afterMs };
    case 'snooze':
      return { reason: settled.reason, gate: settled.gate.key };
    case 'ambiguous':
      return { reason: settled.reason, nextMs: settled.lookupAfterMs };
    default:
      return { reason: settled.reason };
  }
}

async function inTime<T>(step: string, ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TookTooLong(step)), ms);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
