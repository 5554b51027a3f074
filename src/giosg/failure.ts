import { Failure, type FailureFacts, type FailureKind } from '../delivery/errors.ts';

/** What was asked of giosg, in words that may be logged: verb and documented path, the token a placeholder. */
export type Asked = {
  readonly attempted: string;
  /** A visitor was named by an identity token, which a 400 is about. */
  readonly identifies: boolean;
};

export type Trouble =
  /** An answer that is not a success. Its body stays unread: no page says what is in it. */
  | { readonly trouble: 'refused'; readonly status: number; readonly retryAfter: string | null }
  /** No whole answer came. */
  | { readonly trouble: 'broken'; readonly error: unknown }
  | { readonly trouble: 'timeout' }
  /** A success that does not say what it should. `shape`: JSON, but not as documented. */
  | { readonly trouble: 'unreadable'; readonly status: number; readonly what: 'size' | 'json' | 'shape' };

/**
 * Every way in which a call can fail, as a `Failure`. The client library's messages hold the address, which holds the
 * identity token: a failure has no `cause`. Nothing here writes, so no failure had an effect.
 */
export const failureOf = (asked: Asked, trouble: Trouble, now: number): Failure =>
  new Failure({ ...factsOf(asked, trouble, now), effect: 'none', side: 'giosg', attempted: asked.attempted });

type Sorted = Omit<FailureFacts, 'side' | 'attempted' | 'effect'>;

const factsOf = (asked: Asked, trouble: Trouble, now: number): Sorted => {
  switch (trouble.trouble) {
    case 'refused':
      return refusal(asked, trouble, now);
    case 'timeout':
      return { kind: 'transient', word: 'TIMEOUT' };
    case 'broken':
      return { kind: 'transient', word: codeOf(trouble.error) };
    case 'unreadable':
      return unreadable(trouble);
    default:
      return trouble satisfies never;
  }
};

const refusal = (asked: Asked, trouble: Extract<Trouble, { trouble: 'refused' }>, now: number): Sorted => {
  const { status, retryAfter } = trouble;
  const kind = kindOf(status, asked);
  const waits = kind === 'rate_limited' || status === 503;
  return { kind, status, word: wordOf(status, asked), retryAfterMs: waits ? waitOf(retryAfter, now) : undefined };
};

const kindOf = (status: number, { identifies }: Asked): FailureKind => {
  // All three are an administrator's to mend, and stand between us and every case.
  if (status === 401 || status === 403 || (status === 400 && identifies)) return 'auth';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  // A redirect is somebody in between: it is not followed, the API token goes to one origin only.
  if (status >= 500 || status === 408 || status === 425 || (status >= 300 && status < 400)) return 'transient';
  return 'permanent';
};

/** giosg publishes no words for its refusals: these are ours, after the meaning that its pages give to each status. */
const wordOf = (status: number, { identifies }: Asked): string | undefined => {
  if (status === 400) return identifies ? 'IDENTITY_TOKEN_REFUSED' : undefined;
  if (status === 401) return 'API_TOKEN_REFUSED';
  return status === 403 ? 'NO_ACCESS_OR_SUBSCRIPTION' : undefined;
};

/** A zero, or a date that has passed, is no leave to call without a pause. */
const SHORTEST_WAIT_MS = 1_000;

/** `Retry-After` is a number of seconds or a date. */
const waitOf = (given: string | null, now: number): number | undefined => {
  if (given === null) return undefined;
  const ms = /^\d{1,9}$/.test(given.trim()) ? Number(given) * 1_000 : Date.parse(given) - now;
  return Number.isNaN(ms) ? undefined : Math.max(ms, SHORTEST_WAIT_MS);
};

const unreadable = ({ status, what }: Extract<Trouble, { trouble: 'unreadable' }>): Sorted => {
  const word = what === 'size' ? 'ANSWER_TOO_LARGE' : 'UNREADABLE_ANSWER';
  // Not JSON is something else that answers in giosg's place, and passes; another shape will be the same next time.
  return { kind: what === 'json' ? 'transient' : 'permanent', status, word };
};

const MAX_CAUSES = 8;
const SAFE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** The first machine-readable code along the causes. */
const codeOf = (error: unknown): string | undefined => {
  let next = error;
  for (let depth = 0; depth < MAX_CAUSES && typeof next === 'object' && next !== null; depth += 1) {
    if ('code' in next && typeof next.code === 'string' && SAFE_CODE.test(next.code)) return next.code;
    next = 'cause' in next ? next.cause : undefined;
  }
  return undefined;
};
