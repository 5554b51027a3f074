import type { ByteAnswer, Files, SendForBytes } from '../core/files.ts';
import { Failure, type FailureFacts } from '../delivery/errors.ts';
import { Forbidden } from './outward.ts';

/** Fetches what a message of a case names by an address. No key of ours goes with it. */

const REDIRECTS = 3;
const DEFAULT_TYPE = 'application/octet-stream';

export const createDownload =
  (send: SendForBytes): Files['download'] =>
  async (url, signal) => {
    try {
      const answer = await followed(send, url, signal);
      const { 'content-type': type, 'content-length': length, 'content-encoding': encoding } = answer.headers;
      if (encoding !== undefined && encoding !== 'identity') return await refused(answer, 'encoded');
      const size = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : null;
      return { type: type ?? DEFAULT_TYPE, size, body: answer.body };
    } catch (error) {
      throw failureOf(error);
    }
  };

/** Every step of a chain of redirects is judged like the first. */
const followed = async (send: SendForBytes, url: string, signal: AbortSignal): Promise<ByteAnswer> => {
  let next = url;
  for (let step = 0; step <= REDIRECTS; step += 1) {
    const headers = { accept: '*/*', 'accept-encoding': 'identity' };
    const answer = await send({ url: next, method: 'GET', headers, body: null, signal });
    const { location } = answer.headers;
    if (answer.status === 200) return answer;
    if (answer.status < 300 || answer.status >= 400) return refused(answer, `HTTP ${answer.status}`);
    await answer.discard();
    if (location === undefined || !URL.canParse(location, next)) throw failure({ kind: 'permanent', word: 'redirect' });
    next = new URL(location, next).href;
  }
  throw failure({ kind: 'permanent', word: 'too_many_redirects' });
};

const refused = async (answer: ByteAnswer, word: string): Promise<never> => {
  await answer.discard();
  const { status } = answer;
  const wait = answer.headers['retry-after'];
  if (status === 429 || status === 503) {
    const retryAfterMs = wait !== undefined && /^\d{1,6}$/.test(wait) ? Number(wait) * 1000 : undefined;
    throw failure({ kind: 'rate_limited', status, retryAfterMs });
  }
  if (status >= 500 || status === 408) throw failure({ kind: 'transient', status });
  throw failure({ kind: status === 404 || status === 410 ? 'not_found' : 'permanent', status, word });
};

const failure = (facts: Pick<FailureFacts, 'kind' | 'word' | 'status' | 'retryAfterMs' | 'cause'>): Failure =>
  new Failure({ ...facts, side: 'files', attempted: 'fetch a file', effect: 'none' });

const failureOf = (error: unknown): Failure => {
  if (error instanceof Failure) return error;
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof Forbidden) return failure({ kind: 'permanent', word: 'private_address' });
  }
  if (error instanceof TypeError) return failure({ kind: 'permanent', word: 'bad_address' });
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return failure({ kind: code === 'ENOTFOUND' ? 'not_found' : 'transient', word: code });
};
