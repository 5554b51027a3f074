import ky from 'ky';
import { z } from 'zod';
import { parsedJson, readText } from '../core/foreign-text.ts';
import type { Failure } from '../delivery/errors.ts';
import { type Asked, failureOf, type Trouble } from './failure.ts';

/** One call of Acquire's REST API, described so that a failure can name it without naming anybody. */
export type Request = {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As documented, `{id}` standing for `id`. */
  readonly path: string;
  readonly id?: string;
  /** The case or contact that it is about, where the path does not name it. */
  readonly about?: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly body?: unknown;
  /** A POST that changes nothing, such as a search. */
  readonly readsOnly?: boolean;
};

/** Tries once; resolves with the `data` of the answer as the schema gives it, rejects only with `Failure`. */
export type Call = <T>(request: Request, data: z.ZodType<T>) => Promise<T>;

export type Connection = {
  readonly origin: string;
  readonly apiKey: string;
  /** For the whole call, the body of the answer included. */
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Told of each request, at the moment it is sent. */
  readonly onRequest?: () => void;
  /** Told how each ended. */
  readonly onAnswer?: (ms: number, failure: Failure | null) => void;
};

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const Envelope = z.object({ data: z.unknown() });

// Some bodies say `success: false` under a status of 200 (deleting notes and snoozes), the old envelope beside `data`.
const SaysNo = z.union([
  z.object({ success: z.literal(false) }),
  z.object({ data: z.object({ success: z.literal(false) }) }),
]);

export const connect = ({ origin, apiKey, timeoutMs, now, onRequest, onAnswer }: Connection): Call => {
  const api = ky.create({
    prefix: `${origin.replace(/\/+$/, '')}/api/v1`,
    headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json' },
    // Retries have one owner, the outbox.
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    // The key goes to this origin only.
    redirect: 'manual',
  });

  const exchange = async (request: Request): Promise<Answer> => {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    try {
      const response = await api(pathOf(request), {
        method: request.verb,
        searchParams: (request.query ?? []).map(([name, value]) => [name, value]),
        signal: deadline.signal,
        ...(request.body === undefined ? {} : { json: request.body }),
      });
      const { status } = response;
      const retryAfter = response.headers.get('retry-after');
      const text = await readText(response.body, MAX_ANSWER_BYTES);
      return text === null ? { trouble: 'unreadable', status, what: 'size' } : { status, text, retryAfter };
    } catch (error) {
      return deadline.signal.aborted ? { trouble: 'timeout' } : { trouble: 'broken', error };
    } finally {
      clearTimeout(timer);
    }
  };

  return async (request, data) => {
    const asked = askedOf(request);
    onRequest?.();
    const began = performance.now();
    const answer = await exchange(request);
    const read = 'trouble' in answer ? answer : readAnswer(answer, data);
    const failure = 'trouble' in read ? failureOf(asked, read, now()) : null;
    onAnswer?.(performance.now() - began, failure);
    if ('data' in read) return read.data;
    throw failure;
  };
};

type Whole = { readonly status: number; readonly text: string; readonly retryAfter: string | null };
type Answer = Whole | Trouble;

const readAnswer = <T>(answer: Whole, data: z.ZodType<T>): { readonly data: T } | Trouble => {
  const { status } = answer;
  if (status < 200 || status > 299) return { trouble: 'refused', ...answer };
  const json = parsedJson(answer.text);
  if (json === undefined) return { trouble: 'unreadable', status, what: 'json' };
  if (SaysNo.safeParse(json).success) return { trouble: 'refused', ...answer };
  const parsed = data.safeParse(Envelope.safeParse(json).data?.data);
  return parsed.success ? { data: parsed.data } : { trouble: 'unreadable', status, what: 'shape' };
};

const askedOf = ({ verb, path, readsOnly }: Request): Asked => ({
  attempted: `${verb} ${path}`,
  changes: verb !== 'GET' && readsOnly !== true,
});

const pathOf = ({ path, id }: Request): string =>
  id === undefined ? path : path.replace('{id}', encodeURIComponent(id));
