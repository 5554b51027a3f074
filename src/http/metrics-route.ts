import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { keptFor } from './limits.ts';

/** A page made a moment ago is good enough: nobody can keep the store busy by asking. */
const KEPT_MS = 1_000;

export type MetricsPage = { readonly render: () => Promise<string>; readonly contentType: string };

/** Without a token only this machine is answered; behind a proxy on the same machine a token is needed. */
export const metricsRoute = (page: MetricsPage, token: string | undefined) => {
  const current = keptFor(KEPT_MS, page.render);

  return {
    path: '/metrics',
    method: 'GET' as const,
    handler: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      if (!mayRead(request, token)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer', 'content-length': 0 });
        response.end();
        return;
      }
      const body = await current();
      response.writeHead(200, {
        'content-type': page.contentType,
        'cache-control': 'no-store',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    },
  };
};

const mayRead = (request: IncomingMessage, token: string | undefined): boolean =>
  token === undefined
    ? isLoopback(request.socket.remoteAddress)
    : timingSafeEqual(digest(request.headers.authorization?.replace(/^bearer /i, '') ?? ''), digest(token));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isLoopback = (address: string | undefined): boolean =>
  address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';
