import { type Backoff, backoffMs } from './backoff.ts';
import { type Failure, isPassing, nameOf } from './errors.ts';
import type { ClaimedDelivery, Finding, GateClosing, Instant, Prepared, Settled, Verdict } from './ports.ts';

/** The step took longer than its claim can wait. */
export class TookTooLong extends Error {
  constructor(step: string) {
    super(`${step} took too long`);
    this.name = 'TookTooLong';
  }
}

/** How long a side stays closed after each failure in a row; a person must mend a refused key, so it is asked rarely. */
const CLOSING: Backoff = { firstMs: 1_000, capMs: 60_000, jitter: 0.3 };
const REFUSED_MS = 60_000;
/** Whatever the other side asks for: a gate that opens at once is none. */
const LEAST_CLOSING_MS = 1_000;

const LOOKUP: Backoff = { firstMs: 2_000, capMs: 120_000, jitter: 0.3 };

/** Look-ups that break in a way nobody foresaw, before a person is asked. */
const LOOKUPS = 8;

/** Crashes after which a delivery, or an event, runs alone. */
const ALONE_AFTER = 3;

/** Crashes that it met alone, after which it is given up; after which nothing is even read. */
const DEAD_AFTER = 2;
const BLIND_AFTER = 5;

type Crashing = { readonly crashes: number; readonly crashesAlone: number };

/** It may be what kills the process, like all that was in work with it: from now on it runs alone. */
export function isSuspected({ crashes }: Crashing): boolean {
  return crashes >= ALONE_AFTER;
}

/** Only what was alone when the process died is at fault, as far as can be told. */
export function isConvicted({ crashesAlone }: Crashing): boolean {
  return crashesAlone >= DEAD_AFTER;
}

export const DEAD_OF_CRASHES: Settled = { type: 'dead', reason: 'crashes' };

/** It is not tried again; but while its outcome can be read, it is read. */
export function afterCrashes({ crashesAlone, open }: ClaimedDelivery): Settled | null {
  if (open === null) return DEAD_OF_CRASHES;

  return crashesAlone >= BLIND_AFTER ? { type: 'unknown', reason: 'crashes' } : null;
}

/** Turns what came of each step of an attempt into what the store is told. */
export type Judge = {
  readonly now: () => Instant;
  readonly random: () => number;
  /** How often the gate was closed in a row, this time included. */
  readonly closings: (gate: string) => number;
};

export function afterPrepare(
  judge: Judge,
  delivery: ClaimedDelivery,
  prepared: Exclude<Prepared, { type: 'go' }>,
): Settled {
  return prepared.type === 'retry' ? retryOf(judge, delivery, prepared) : prepared;
}

/** Nothing was sent yet, so a passing failure costs nothing and any other is a try that failed. */
export function afterPrepareThrew(judge: Judge, delivery: ClaimedDelivery, error: unknown): Settled {
  if (isPassing(error)) return snoozeOf(judge, delivery, error);

  return retryOf(judge, delivery, { type: 'retry', reason: nameOf(error) });
}

export function afterPerform(
  judge: Judge,
  delivery: ClaimedDelivery,
  outcome: { verdict: Verdict; leftMs: number },
): Settled {
  const { verdict, leftMs } = outcome;
  switch (verdict.type) {
    case 'retry':
      return retryOf(judge, delivery, verdict);
    case 'ambiguous':
      return { ...verdict, lookupAfterMs: leftMs, called: true };
    default:
      return verdict;
  }
}

/** Whatever was not foreseen may have happened after the effect. */
export function afterPerformThrew(
  judge: Judge,
  delivery: ClaimedDelivery,
  outcome: { error: unknown; leftMs: number },
): Settled {
  const { error, leftMs } = outcome;
  if (isPassing(error) && error.facts.effect === 'none') return snoozeOf(judge, delivery, error);

  return afterPerform(judge, delivery, { verdict: { type: 'ambiguous', reason: nameOf(error) }, leftMs });
}

/** Null: it was not done, try it now. */
export function afterLookup(judge: Judge, open: { lookups: number }, finding: Finding): Settled | null {
  switch (finding.type) {
    case 'absent':
      return null;
    case 'found':
      return { ...finding, type: 'delivered' };
    case 'dead':
      return finding;
    case 'undecided':
      return { type: 'unknown', reason: finding.reason };
    case 'later':
      return { ...finding, type: 'ambiguous', lookupAfterMs: finding.gate ? 0 : lookupMs(judge, open) };
  }
}

export function afterLookupThrew(
  judge: Judge,
  delivery: ClaimedDelivery,
  outcome: { error: unknown; lookups: number },
): Settled {
  const { error, lookups } = outcome;
  const reason = nameOf(error);
  const gate = isPassing(error) ? closingOf(judge, delivery, error) : null;
  if (gate !== null) return { type: 'ambiguous', reason, lookupAfterMs: 0, gate };
  if (!isPassing(error) && lookups + 1 >= LOOKUPS) return { type: 'unknown', reason };

  return { type: 'ambiguous', reason, lookupAfterMs: lookupMs(judge, outcome) };
}

/** A wait that holds neither worker nor lease: nothing can be known before the attempt's deadline. */
export function beforeDeadline(judge: Judge, open: { deadline: Instant }): Settled | null {
  const ms = open.deadline - judge.now();
  return ms > 0 ? { type: 'ambiguous', reason: 'an attempt is open', lookupAfterMs: ms } : null;
}

function retryOf(judge: Judge, { attempts }: ClaimedDelivery, retry: Extract<Verdict, { type: 'retry' }>): Settled {
  return { ...retry, afterMs: retry.afterMs ?? backoffMs(attempts + 1, judge.random()), counted: true };
}

function snoozeOf(judge: Judge, delivery: ClaimedDelivery, failure: Failure): Settled {
  const gate = closingOf(judge, delivery, failure);
  if (gate !== null) return { type: 'snooze', reason: failure.message, gate };

  const afterMs = failure.facts.retryAfterMs ?? backoffMs(1, judge.random(), CLOSING);
  return { type: 'retry', reason: failure.message, afterMs, counted: false };
}

/** The widest gate stands for the side. */
function closingOf(judge: Judge, { gates }: ClaimedDelivery, failure: Failure): GateClosing | null {
  const [side] = gates;
  if (side === undefined) return null;

  const { kind, retryAfterMs } = failure.facts;
  const backoff = kind === 'auth' ? REFUSED_MS : backoffMs(judge.closings(side), judge.random(), CLOSING);
  const ms = retryAfterMs === undefined ? backoff : Math.max(retryAfterMs, LEAST_CLOSING_MS);
  return { key: side, until: judge.now() + ms, reason: failure.message };
}

function lookupMs(judge: Judge, { lookups }: { lookups: number }): number {
  return backoffMs(lookups + 1, judge.random(), LOOKUP);
}
