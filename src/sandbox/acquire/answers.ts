import type { z } from 'zod';
import type { ErrorBodyStyle, Variants } from './options.ts';

/** A request that Acquire would refuse: the documented type word, and a text that nobody documented. */
export class Refusal extends Error {
  readonly status: number;
  readonly word: string;

  constructor(status: number, word: string, text: string) {
    super(text);
    this.name = 'Refusal';
    this.status = status;
    this.word = word;
  }
}

export const invalidInput = (text: string): Refusal => new Refusal(400, 'ERROR_INVALID_INPUT', text);

export const duplicate = (text: string): Refusal => new Refusal(400, 'ERROR_DUPLICATE_RECORD_FOUND', text);

export const unauthorized = (): Refusal => new Refusal(401, 'ERROR_UNAUTHORIZED', 'The API key is missing or wrong.');

export const noRoute = (): Refusal => new Refusal(404, 'ERROR_NOT_FOUND', 'Nothing is served here.');

export const notFound = (variants: Variants, what: string): Refusal =>
  new Refusal(variants.notFound, 'ERROR_RECORD_NOT_FOUND', `${what} was not found.`);

/** The error page of Acquire gives these words; other statuses are what a proxy in front of it would answer. */
const words: Record<number, string> = {
  400: 'ERROR_INVALID_INPUT',
  401: 'ERROR_UNAUTHORIZED',
  403: 'ERROR_UNAUTHORIZED_ACCESS',
  500: 'ERROR_SERVER_ERROR',
};

export const refusalOf = (status: number): Refusal =>
  new Refusal(status, words[status] ?? '', `The request was answered with ${status}.`);

export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw invalidInput(problems.join('; '));
}

// No error body of the current API was ever published, so every style that any page hints at can be chosen.
export function errorBody(style: ErrorBodyStyle, refusal: Refusal): { contentType: string; text: string } {
  const { status, word, message } = refusal;
  const json = (body: unknown): { contentType: string; text: string } => ({
    contentType: 'application/json; charset=utf-8',
    text: JSON.stringify(body),
  });
  switch (style) {
    case 'errors-array':
      return json({ errors: [{ status: String(status), title: word, details: message }] });
    case 'error-object':
      return json({ error: { type: word, message } });
    case 'error-text':
      return json({ error: `${word}: ${message}` });
    case 'message':
      return json({ statusCode: status, message, type: word });
    case 'legacy':
      return json({ success: false, error: { code: word, message }, data: null });
    case 'plain-text':
      return { contentType: 'text/plain; charset=utf-8', text: `${word} ${message}`.trim() };
    case 'empty':
      return { contentType: 'text/plain; charset=utf-8', text: '' };
    default:
      return style satisfies never;
  }
}
