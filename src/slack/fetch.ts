import type { FetchFunction } from '@slack/web-api';
import { type HttpAnswer, makeCall } from '../calls.ts';

/** Slack's answers are pages of messages at most. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** What Slack's client calls Slack by: as much of `fetch` as it uses. */
export const fetchWithin =
  (timeoutMs: number): FetchFunction =>
  async (url, { method = 'GET', headers = {}, body = null, redirect } = {}) => {
    if (body instanceof FormData) throw new TypeError('no call of ours sends a file in a form');
    const answer = await makeCall({ url: String(url), method, headers, body, timeoutMs, mostBytes: MAX_ANSWER_BYTES });
    const { status, statusText, text } = answer;
    if (text === null) throw new TypeError('the answer is too large');
    if (redirect === 'error' && status >= 300 && status < 400) throw new TypeError('Slack redirects');
    return {
      ok: status >= 200 && status < 300,
      status,
      statusText,
      url: String(url),
      headers: headersOf(answer),
      text: async () => text,
      json: async () => JSON.parse(text),
      // For compressed exports, which nobody here asks for.
      arrayBuffer: async () => new TextEncoder().encode(text).buffer,
    };
  };

type Headers = Awaited<ReturnType<FetchFunction>>['headers'];

const headersOf = ({ headers }: HttpAnswer): Headers => {
  const get = (name: string): string | null => {
    const value = headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  };
  return { get, entries: () => Object.keys(headers).map((name): [string, string] => [name, get(name) ?? '']) };
};
