import { Failure, type FailureFacts, type FailureKind } from '../delivery/errors.ts';

/** What was asked of Acquire, in words that may be logged. */
export type Asked = {
  /** Verb and documented path: `POST crm/messenger/chat/close`. */
  readonly attempted: string;
  /** False for what only reads: then a failure had no effect, whatever it was. */
  readonly changes: boolean;
};

export type Trouble =
  /** An answer that is not a success; also one that says 200 and `success: false`. */
  | { readonly trouble: 'refused'; readonly status: number; readonly text: string; readonly retryAfter: string | null }
  /** No whole answer came. */
  | { readonly trouble: 'broken'; readonly error: unknown }
  | { readonly trouble: 'timeout' }
  /** A success that does not say what it should. `shape`: JSON, but not as documented. */
  | { readonly trouble: 'unreadable'; readonly status: number; readonly what: 'size' | 'json' | 'shape' };

const WORD = /ERROR_[A-Z_]{1,50}/;
const WORD_IS_NEAR = 20_000;

// Errors of a connection that never came to be: nothing can have been sent on it.
const UNSENT_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'UND_ERR_CONNECT_TIMEOUT']);
const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|^ERR_SSL_WRONG_VERSION|HANDSHAKE/;
const SAFE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/**
 * Every way in which a call can fail, as a `Failure`. The vendor's own text and the client library's messages (they
 * hold addresses with ids of people) stay here: a failure has no `cause`.
 */
export const failureOf = (asked: Asked, trouble: Trouble, now: number): Failure => {
  const facts = factsOf(trouble, now);
  const effect = asked.changes ? facts.effect : 'none';
  return new Failure({ ...facts, effect, side: 'acquire', attempted: asked.attempted });
};

type Sorted = Omit<FailureFacts, 'side' | 'attempted'>;

const factsOf = (trouble: Trouble, now: number): Sorted => {
  switch (trouble.trouble) {
    case 'refused':
      return refusal(trouble, now);
    case 'timeout':
      return { kind: 'transient', effect: 'possible', word: 'TIMEOUT' };
    case 'broken':
      return broken(trouble.error);
    case 'unreadable':
      return unreadable(trouble);
    default:
      return trouble satisfies never;
  }
};

const refusal = (trouble: Extract<Trouble, { trouble: 'refused' }>, now: number): Sorted => {
  const { status, text, retryAfter } = trouble;
  const word = WORD.exec(text.slice(0, WORD_IS_NEAR))?.[0];
  const kind = kindOf(status, word);
  const saidNo = status >= 200 && status < 300 ? true : undefined;
  const effect = saidNo || mayHaveHappened(status, word) ? 'possible' : 'none';
  const waits = kind === 'rate_limited' || status === 503;
  return { kind, effect, status, word, saidNo, retryAfterMs: waits ? waitOf(retryAfter, now) : undefined };
};

const kindOf = (status: number, word: string | undefined): FailureKind => {
  if (status === 401) return 'auth';
  if (status === 429) return 'rate_limited';
  if (status >= 500 || status === 408 || status === 425 || word === 'ERROR_SERVER_ERROR') return 'transient';
  // A redirect is somebody in between, or an account that moved: the side's trouble, not the content's.
  if (status >= 300 && status < 400) return 'transient';
  // Whether it is the key's is found out elsewhere (refusals.ts): the answer does not tell.
  if (status === 403) return 'permanent';
  // A missing object comes as 404 or as 400 with this word (Acquire's page of errors knows both).
  if (status === 404 || word === 'ERROR_RECORD_NOT_FOUND') return 'not_found';
  return 'permanent';
};

const mayHaveHappened = (status: number, word: string | undefined): boolean =>
  status >= 500 || status === 408 || status === 302 || status === 303 || word === 'ERROR_SERVER_ERROR';

/** A zero, or a date that has passed, is no leave to call without a pause. */
const SHORTEST_WAIT_MS = 1_000;

/** `Retry-After` is a number of seconds or a date. */
const waitOf = (given: string | null, now: number): number | undefined => {
  if (given === null) return undefined;
  const ms = /^\d{1,9}$/.test(given.trim()) ? Number(given) * 1_000 : Date.parse(given) - now;
  return Number.isNaN(ms) ? undefined : Math.max(ms, SHORTEST_WAIT_MS);
};

const broken = (error: unknown): Sorted => {
  const chain = causesOf(error);
  const codes = chain.map(codeOf).filter((code) => code !== undefined);
  const unsent = chain.some(neverConnected);
  return { kind: 'transient', effect: unsent ? 'none' : 'possible', word: codes.find((code) => SAFE_CODE.test(code)) };
};

const unreadable = ({ status, what }: Extract<Trouble, { trouble: 'unreadable' }>): Sorted => {
  const word = what === 'size' ? 'ANSWER_TOO_LARGE' : 'UNREADABLE_ANSWER';
  // Not JSON is something else that answers in Acquire's place, and passes; another shape will be the same next time.
  return { kind: what === 'json' ? 'transient' : 'permanent', effect: 'possible', status, word };
};

const MAX_CAUSES = 8;

const causesOf = (error: unknown): readonly object[] => {
  const chain: object[] = [];
  let next = error;
  while (typeof next === 'object' && next !== null && chain.length < MAX_CAUSES) {
    chain.push(next);
    next = 'cause' in next ? next.cause : undefined;
  }
  return chain;
};

const codeOf = (error: object): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

const neverConnected = (error: object): boolean => {
  // Several addresses were tried: all of them must have failed to connect.
  if (error instanceof AggregateError) {
    return (
      error.errors.length > 0 &&
      error.errors.every((one) => typeof one === 'object' && one !== null && neverConnected(one))
    );
  }
  if ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo')) return true;
  const code = codeOf(error);
  return code !== undefined && (UNSENT_CODES.has(code) || TLS_CODE.test(code));
};
