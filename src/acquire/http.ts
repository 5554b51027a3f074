import type { z } from 'zod';
import { makeCall, TimedOut } from '../calls.ts';
import { parsedJson } from '../core/foreign-text.ts';
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

/** What the answer is about; undefined where it has no envelope. */
const contentOf = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'data' in json ? json.data : undefined;

// Some bodies say `success: false` under a status of 200 (deleting notes and snoozes), the old envelope beside `data`.
const saysNo = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'success' in body && body.success === false;

export const connect = ({ origin, apiKey, timeoutMs, now, onRequest, onAnswer }: Connection): Call => {
  const api = `${origin.replace(/\/+$/, '')}/api/v1/`;
  const headers = { authorization: `Bearer ${apiKey}`, accept: 'application/json', 'user-agent': 'casebridge' };

  const exchange = async (request: Request): Promise<Answer> => {
    const { verb: method, body } = request;
    try {
      const answer = await makeCall({
        url: api + pathOf(request),
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        timeoutMs,
        mostBytes: MAX_ANSWER_BYTES,
      });
      const { status, text } = answer;
      if (text === null) return { trouble: 'unreadable', status, what: 'size' };
      return { status, text, retryAfter: answer.headers['retry-after'] ?? null };
    } catch (error) {
      return error instanceof TimedOut ? { trouble: 'timeout' } : { trouble: 'broken', error };
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
  const content = contentOf(json);
  if (saysNo(json) || saysNo(content)) return { trouble: 'refused', ...answer };
  const parsed = data.safeParse(content);
  return parsed.success ? { data: parsed.data } : { trouble: 'unreadable', status, what: 'shape' };
};

const askedOf = ({ verb, path, readsOnly }: Request): Asked => ({
  attempted: `${verb} ${path}`,
  changes: verb !== 'GET' && readsOnly !== true,
});

const pathOf = ({ path, id, query = [] }: Request): string => {
  const place = id === undefined ? path : path.replace('{id}', encodeURIComponent(id));
  if (query.length === 0) return place;
  return `${place}?${new URLSearchParams(query.map(([name, value]) => [name, value])).toString()}`;
};
