import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { parsedJson, wholeBody } from '../core/foreign-text.ts';
import { isNestedTooDeep } from '../core/nesting.ts';
import { SafeResponse } from './safe-response.ts';

/** Slack's events are below 100 kB; nothing that is signed comes near this. */
const BODY_LIMIT = 1024 * 1024;
const REQUEST_LIMIT_MS = 30_000;
/** For the lines before the body: whoever is slower holds a connection for nothing. */
const HEADERS_LIMIT_MS = 10_000;
const CHECK_EVERY_MS = 2_000;
const HEADERS_LIMIT = 100;
const CONNECTIONS_LIMIT = 2_000;
/** Longer than a load balancer's own, so that it never writes into a connection that we are closing. */
const KEEP_ALIVE_MS = 65_000;
/** Slack refuses older ones too; Bolt checks only that side. https://docs.slack.dev/authentication/verifying-requests-from-slack */
const CLOCK_TOLERANCE_S = 300;

/** Another way in through the same server. `path` is exact, or ends in `/*`. A rejection becomes 500. */
export type Route = {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;
};

export type ServerOptions = {
  readonly routes: readonly Route[];
  readonly failed: (what: string, error: unknown) => void;
};

/** One server for everything: also in Socket Mode, where Slack itself does not come through it. */
export const createHttpServer = ({ routes, failed }: ServerOptions): Server => {
  const options = { connectionsCheckingInterval: CHECK_EVERY_MS, ServerResponse: SafeResponse };
  const server = createServer(options, (request, response) => {
    serve(routes, request, response).catch((error: unknown) => {
      failed(`answer ${request.method ?? ''} request`, error);
      if (response.headersSent) response.destroy();
      else answer(response, 500);
    });
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = HEADERS_LIMIT_MS;
  server.maxHeadersCount = HEADERS_LIMIT;
  server.maxConnections = CONNECTIONS_LIMIT;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
};

const serve = async (routes: readonly Route[], request: IncomingMessage, response: ServerResponse): Promise<void> => {
  // As a rule it is one of them, letter by letter.
  const path = routes.some((route) => route.path === request.url) ? (request.url ?? '') : pathOf(request.url);
  const there = routes.filter((route) => matches(route.path, path));
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const route = there.find((candidate) => candidate.method === method);
  if (route !== undefined) return await route.handler(request, response);
  answer(response, there.length > 0 ? 405 : 404);
};

const pathOf = (url = ''): string =>
  URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : '';

const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;

export const answer = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { 'content-length': 0 });
  response.end();
};

/** A request whose body was read. */
export type Told = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly rawBody: Buffer;
  /** The same. */
  readonly text: string;
};

export type SlackRoute = {
  readonly path: string;
  readonly accepting: () => boolean;
  readonly now: () => number;
  readonly listener: RequestListener;
  readonly isSigned: (told: Told) => boolean;
  /** Asked first; false when it is not for it to take. */
  readonly callback: (told: Told) => Promise<boolean>;
  readonly refused: (status: number, bearsSignature: boolean) => void;
  /** Slack's challenge came. Bolt answers it, and tells nobody. */
  readonly verified: () => void;
};

/** The way to Bolt, behind what Bolt does not check. */
export const slackRoute = (route: SlackRoute): Route => ({
  path: route.path,
  method: 'POST',
  async handler(request, response) {
    const { accepting, now, listener, isSigned, callback, refused, verified } = route;
    response.once('finish', () => {
      if (response.statusCode >= 400) refused(response.statusCode, 'x-slack-signature' in request.headers);
    });
    if (!accepting()) return answer(response, 503);
    if (isFromTheFuture(request, now())) return answer(response, 401);
    const rawBody = await readBody(request);
    if (rawBody === null) return answer(response, 413);
    dropCharset(request);
    const text = rawBody.toString();
    const told = { request, response, rawBody, text };
    if (!isObject(text, request.headers['content-type'])) return answer(response, isSigned(told) ? 400 : 401);
    if (await callback(told)) return;
    if (isChallenge(text) && isSigned(told)) verified();
    // Bolt takes a body that was read already from this property.
    listener(Object.assign(request, { rawBody }), response);
  },
});

const isChallenge = (text: string): boolean => {
  if (!text.includes('url_verification')) return false;
  const body = parsedJson(text);
  return typeof body === 'object' && body !== null && 'type' in body && body.type === 'url_verification';
};

const isFromTheFuture = (request: IncomingMessage, now: number): boolean =>
  Number(request.headers['x-slack-request-timestamp'] ?? 0) > now / 1000 + CLOCK_TOLERANCE_S;

/** Null when it is too long. */
const readBody = async (request: IncomingMessage): Promise<Buffer | null> => {
  const whole = await wholeBody(request);
  if (whole !== null) return whole.length > BODY_LIMIT ? null : whole;
  const chunks: Uint8Array[] = [];
  let size = 0;
  // The connection must outlive a body that is too long: who still writes into a closed one sees no answer.
  const stream: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > BODY_LIMIT) {
      request.resume();
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Bolt 5.1 knows a form only without `; charset=…`, which proxies like to add. */
const dropCharset = (request: IncomingMessage): void => {
  const [type] = request.headers['content-type']?.split(';') ?? [];
  if (type !== undefined) request.headers['content-type'] = type.trim().toLowerCase();
};

/** Bolt reads fields of whatever the JSON is, and `null` would end the process. */
const isObject = (body: string, type: string | undefined): boolean => {
  if (type !== 'application/x-www-form-urlencoded') return isReadable(body);
  const payload = new URLSearchParams(body).get('payload');
  return payload === null || isReadable(payload);
};

const isReadable = (json: string): boolean => /^\s*\{/.test(json) && !isNestedTooDeep(json);
