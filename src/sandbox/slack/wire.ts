import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}
/** What goes out: anything JSON.stringify takes. */
export type Outgoing = Record<string, unknown>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A scalar as text; what is none is no text. */
export const textOf = (value: Json | undefined): string =>
  typeof value === 'object' || value === undefined ? '' : String(value);

export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.isBuffer(part) ? part : Buffer.from(String(part)));
  return Buffer.concat(parts);
}

export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

/** Strings and bytes go out as they are, everything else as JSON. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  const raw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
  const type = raw ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(reply.status, { 'content-type': type, ...reply.headers });
  response.end(raw ? reply.body : JSON.stringify(reply.body));
}

export interface Posting {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
}

/** `reason` is the word Slack puts into x-slack-retry-reason. */
export type PostOutcome =
  | { status: number; headers: Record<string, string | undefined>; body: string }
  | { reason: 'http_timeout' | 'connection_failed' };

const MAX_REDIRECTS = 2;

export async function post(posting: Posting, redirects = 0): Promise<PostOutcome | { reason: 'too_many_redirects' }> {
  const outcome = await postOnce(posting);
  if (!('status' in outcome) || outcome.status < 300 || outcome.status >= 400) return outcome;
  const location = outcome.headers['location'];
  if (location === undefined) return outcome;
  if (redirects === MAX_REDIRECTS) return { reason: 'too_many_redirects' };
  return post({ ...posting, url: new URL(location, posting.url).href }, redirects + 1);
}

function postOnce(posting: Posting): Promise<PostOutcome> {
  return new Promise((resolve) => {
    const request = http.request(posting.url, { method: 'POST', headers: posting.headers, agent: false });
    const timer = setTimeout(() => {
      resolve({ reason: 'http_timeout' });
      request.destroy();
    }, posting.timeoutMs);
    const settle = (outcome: PostOutcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    request.on('error', () => settle({ reason: 'connection_failed' }));
    request.on('response', (response) => {
      readBody(response).then(
        (body) => {
          const headers = { location: response.headers.location, noRetry: one(response.headers['x-slack-no-retry']) };
          settle({ status: response.statusCode ?? 0, headers, body: body.toString('utf8') });
        },
        () => settle({ reason: 'connection_failed' }),
      );
    });
    request.end(posting.body);
  });
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);
