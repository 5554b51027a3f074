import { OWN_KEY_REFUSED } from '../core/ports.ts';
import type { Failure } from '../delivery/errors.ts';
import type { GateClosing, Verdict } from '../delivery/ports.ts';

/** What a failed call means for the delivery and for the way it went. */

const SECOND = 1000;
/** A side that cannot be reached is tried again after this; one delivery tries for all. */
const OUTAGE_MS = 2 * SECOND;
/** A refused key or token is tried again after this, in case somebody put it right. */
const REFUSED_MS = 30 * SECOND;
/** A channel or thread that takes nothing is tried again after this. */
const PLACE_MS = 60 * SECOND;
/** When a vendor asks to wait without saying how long. */
const RATE_LIMIT_MS = 30 * SECOND;
/** However soon a vendor says that it may be asked again. */
const SHORTEST_WAIT_MS = SECOND;

/** With pauses of up to five minutes that is half an hour; what is not taken by then never will be. */
const TRIES_UNHEARD_OF = 12;

export type Way = {
  /** Tries of this delivery that have failed before. */
  readonly attempts: number;
  /** Gate of the whole side. */
  readonly side: string;
  /** Gate of the place, for failures of the place only; null where a refusal is the delivery's own. */
  readonly place: string | null;
  /** Gate that a rate limit names; the side when absent. */
  readonly limited?: string;
  readonly now: number;
  /** It was tried before, and looked up where that left open what became of it. */
  readonly tried?: boolean;
};

/** The vendor's word for people: machine-readable, without content. */
export const reasonOf = (failure: Failure): string => {
  const { word, status, kind } = failure.facts;
  return word ?? (status === undefined ? kind : `HTTP ${status}`);
};

const closing = (
  key: string,
  until: number,
  failure: Failure,
): { type: 'snooze'; reason: string; gate: GateClosing } => ({
  type: 'snooze',
  reason: reasonOf(failure),
  gate: { key, until, reason: reasonOf(failure) },
});

export const verdictOf = (failure: Failure, way: Way): Verdict => {
  const { kind, effect, retryAfterMs, word, saidNo } = failure.facts;
  switch (kind) {
    case 'rate_limited':
      return closing(
        way.limited ?? way.side,
        way.now + Math.max(retryAfterMs ?? RATE_LIMIT_MS, SHORTEST_WAIT_MS),
        failure,
      );
    case 'auth':
      return closing(way.side, way.now + REFUSED_MS, failure);
    case 'transient':
      return effect === 'possible'
        ? { type: 'ambiguous', reason: reasonOf(failure) }
        : closing(way.side, way.now + OUTAGE_MS, failure);
    case 'place':
      return way.place === null
        ? { type: 'dead', reason: reasonOf(failure) }
        : closing(way.place, way.now + PLACE_MS, failure);
    case 'unheard_of':
      if (effect === 'possible') return { type: 'ambiguous', reason: reasonOf(failure) };
      return { type: way.attempts < TRIES_UNHEARD_OF ? 'retry' : 'dead', reason: reasonOf(failure) };
    case 'permanent':
    case 'not_found':
      // The next try is made with the common key.
      if (word === OWN_KEY_REFUSED) return { type: 'retry', reason: 'own key refused', afterMs: 0 };
      // An answer that cannot be read may stand for something that was done; so may a no, but not each time.
      if (effect === 'possible' && !(saidNo === true && way.tried === true))
        return { type: 'ambiguous', reason: reasonOf(failure) };
      return { type: 'dead', reason: reasonOf(failure) };
  }
};
