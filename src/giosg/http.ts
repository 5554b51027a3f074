import type { z } from 'zod';
import { makeCall, TimedOut } from '../calls.ts';
import { parsedJson } from '../core/foreign-text.ts';
import { type Asked, failureOf, type Trouble } from './failure.ts';

/** One reading of giosg's REST API, described so that a failure can name it without naming anybody. */
export type Request = {
  /** As documented, each `{name}` standing for one of `parts`. */
  readonly path: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
};

/** Tries once; resolves with the answer as the schema gives it, rejects only with `Failure`. */
export type Call = <T>(request: Request, answer: z.ZodType<T>) => Promise<T>;

export type Connection = {
  readonly origin: string;
  readonly apiToken: string;
  /** For the whole call, the body of the answer included. */
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Told of each request, at the moment it is sent. */
  readonly onRequest: () => void;
};

/** The part of a path that must never be shown. */
const IDENTITY_PART = 'token';

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export const connect = ({ origin, apiToken, timeoutMs, now, onRequest }: Connection): Call => {
  const api = `${origin.replace(/\/+$/, '')}/api/v5/`;
  // "Token", not "Bearer": docs.giosg.com/getting_started/get_api_token
  const headers = { authorization: `Token ${apiToken}`, accept: 'application/json', 'user-agent': 'casebridge' };

  const exchange = async (request: Request): Promise<Answer> => {
    const url = api + pathOf(request);
    try {
      const answer = await makeCall({
        url,
        method: 'GET',
        headers,
        body: null,
        timeoutMs,
        mostBytes: MAX_ANSWER_BYTES,
      });
      const { status, text } = answer;
      if (status < 200 || status > 299)
        return { trouble: 'refused', status, retryAfter: answer.headers['retry-after'] ?? null };
      return text === null ? { trouble: 'unreadable', status, what: 'size' } : { status, text };
    } catch (error) {
      return error instanceof TimedOut ? { trouble: 'timeout' } : { trouble: 'broken', error };
    }
  };

  return async (request, schema) => {
    onRequest();
    const answer = await exchange(request);
    const read = 'trouble' in answer ? answer : readAnswer(answer, schema);
    if ('trouble' in read) throw failureOf(askedOf(request), read, now());
    return read.data;
  };
};

type Whole = { readonly status: number; readonly text: string };
type Answer = Whole | Trouble;

const readAnswer = <T>({ status, text }: Whole, schema: z.ZodType<T>): { readonly data: T } | Trouble => {
  const json = parsedJson(text);
  if (json === undefined) return { trouble: 'unreadable', status, what: 'json' };
  const parsed = schema.safeParse(json);
  return parsed.success ? { data: parsed.data } : { trouble: 'unreadable', status, what: 'shape' };
};

const askedOf = ({ path, parts }: Request): Asked => ({
  attempted: `GET ${path}`,
  identifies: IDENTITY_PART in parts,
});

const pathOf = ({ path, parts, query = {} }: Request): string => {
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''));
  const asked = new URLSearchParams(query).toString();
  return asked === '' ? place : `${place}?${asked}`;
};
