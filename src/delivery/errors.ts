/**
 * Failures of a call to another side, sorted by what the caller will do next. Each edge room translates its vendor's
 * errors into one of these in one function; nothing else about a vendor's error leaves its room.
 */

export type FailureKind =
  /** The other side or the way to it is down for now. */
  | 'transient'
  /** Asked to wait: `retryAfterMs`. */
  | 'rate_limited'
  /** Our key or token is refused. */
  | 'auth'
  /** The destination (channel, thread, case) does not take it: archived, deleted, not a member, closed. */
  | 'place'
  /** This content will never be taken. */
  | 'permanent'
  /** The thing named does not exist. */
  | 'not_found'
  /** Refused with a word that nobody has heard of: it may stand for something that passes. */
  | 'unheard_of';

/** Whether the other side may have done it: `none` only when that is certain. */
export type PossibleEffect = 'none' | 'possible';

export type FailureFacts = {
  readonly kind: FailureKind;
  /** The vendor's name, our word: slack, acquire, giosg. */
  readonly side: string;
  /** What was attempted: HTTP verb and path template, or the API method. Never ids of people, never content. */
  readonly attempted: string;
  readonly effect: PossibleEffect;
  readonly status?: number | undefined;
  /** A success by its status, and the body says no. */
  readonly saidNo?: true | undefined;
  /** The vendor's machine-readable word (`channel_not_found`, `ERROR_RECORD_NOT_FOUND`), never its prose. */
  readonly word?: string | undefined;
  /** At most `LONGEST_WAIT_MS` once it is a `Failure`. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
};

/** A mistaken header must not shut a side for a day: whoever asks for longer is asked again after this. */
const LONGEST_WAIT_MS = 15 * 60_000;

/** A call to another side failed. Its message is built from safe facts only and may be logged. */
export class Failure extends Error {
  readonly facts: FailureFacts;

  constructor(facts: FailureFacts) {
    const status = facts.status === undefined ? '' : ` with HTTP ${facts.status}`;
    const word = facts.word === undefined ? '' : ` (${facts.word})`;
    super(`${facts.side}: ${facts.attempted} failed${status}${word}`, { cause: facts.cause });
    this.name = 'Failure';
    const { retryAfterMs } = facts;
    this.facts =
      retryAfterMs === undefined ? facts : { ...facts, retryAfterMs: Math.min(retryAfterMs, LONGEST_WAIT_MS) };
  }
}

/** A record was not as the settlement expected it: read again and decide again. */
export class Conflict extends Error {
  constructor(namespace: string) {
    super(`a record of ${namespace} was changed meanwhile`);
    this.name = 'Conflict';
  }
}

/** The claim's lease ran out and somebody else has it now: drop what you were doing. */
export class LeaseLost extends Error {
  constructor(what: string) {
    super(`the lease on ${what} is lost`);
    this.name = 'LeaseLost';
  }
}

/** Something that goes before it came into the lane after the claim: give it back, nothing was begun. */
export class Overtaken extends Error {
  constructor(what: string) {
    super(`${what} is no longer first in its lane`);
    this.name = 'Overtaken';
  }
}

/** Events that go before it are stored and not worked on yet: what they lead to may have to go first. */
export class Preceded extends Error {
  constructor(what: string) {
    super(`${what} waits for events before it`);
    this.name = 'Preceded';
  }
}

/** A write could not be stored, for reasons of the store (disk, file): nothing of it was. Acknowledge nothing. */
export class NotStored extends Error {
  constructor(cause: unknown) {
    super(`not stored: ${cause instanceof Error ? cause.message : 'the database refused it'}`, { cause });
    this.name = 'NotStored';
  }
}

/** Failures that pass by themselves, or by an operator's hand, without any change to what was asked. */
export function isPassing(error: unknown): error is Failure {
  return error instanceof Failure && ['transient', 'rate_limited', 'auth'].includes(error.facts.kind);
}

/** Its class only, unless the message is made of safe facts: other messages may quote what they choked on. */
export function nameOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return error instanceof Error ? error.name : 'unknown error';
}
