import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** Serves the page: its files, what it shows as a stream of states, and what people do on it. Loopback only. */

const PUSH_MS = 60;
const LARGEST_ACT = 65_536;

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['page.html', 'text/html; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/dom.js': ['dom.js', 'text/javascript; charset=utf-8'],
  '/blocks.js': ['blocks.js', 'text/javascript; charset=utf-8'],
  '/dates.js': ['dates.js', 'text/javascript; charset=utf-8'],
  '/message.js': ['message.js', 'text/javascript; charset=utf-8'],
  '/slack-side.js': ['slack-side.js', 'text/javascript; charset=utf-8'],
  '/acquire-side.js': ['acquire-side.js', 'text/javascript; charset=utf-8'],
  '/modal.js': ['modal.js', 'text/javascript; charset=utf-8'],
  '/ledger.js': ['ledger.js', 'text/javascript; charset=utf-8'],
};

/** What customers write is shown here: nothing on the page may run or load anything that we did not write. */
const PROTECTION = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

export interface PageOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Everything that the page shows, as JSON. */
  readonly state: () => unknown;
  /** Does what a person wants; what it throws is told to that person. */
  readonly perform: (act: unknown) => Promise<unknown>;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface Page {
  readonly url: string;
  readonly close: () => Promise<void>;
}

export async function startPage(options: PageOptions): Promise<Page> {
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(options, streams, { request, response }).catch(() => {
      if (!response.headersSent) say(response, 500, { error: 'the sandbox failed' });
    });
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');

  let due: NodeJS.Timeout | undefined;
  const push = (): void => {
    due = undefined;
    if (streams.size === 0) return;
    const message = eventOf(options.state());
    for (const stream of streams) stream.write(message);
  };
  const unsubscribe = options.subscribe(() => {
    due ??= setTimeout(push, PUSH_MS);
  });

  return {
    url: `http://127.0.0.1:${portOf(server.address())}/`,
    close: async () => {
      unsubscribe();
      clearTimeout(due);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const eventOf = (state: unknown): string => `data: ${JSON.stringify(state)}\n\n`;

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('the page has no port');
  return address.port;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(options: PageOptions, streams: Set<ServerResponse>, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  if (!isOurs(request)) return say(response, 403, { error: 'this page answers its own address and origin only' });
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (request.method === 'POST' && path === '/act') return act(options, exchange);
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(response, 405, { error: 'no such action' });
  if (path === '/state') return say(response, 200, options.state());
  if (path === '/changes') return openStream(options, streams, exchange);
  const file = FILES[path];
  if (file === undefined) return say(response, 404, { error: 'nothing is here' });
  const [name, type] = file;
  const content = await readFile(new URL(name, import.meta.url));
  response.writeHead(200, { ...PROTECTION, 'content-type': type }).end(content);
}

/**
 * Any web site may point a name of its own at 127.0.0.1 (DNS rebinding) or send a request here from its own pages: the
 * name asked for must be this machine's, and so must the origin, where a browser names one.
 */
function isOurs({ headers, socket, method }: IncomingMessage): boolean {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? '')) return false;
  const { origin } = headers;
  if (origin === undefined) return method !== 'POST';
  return origin === `http://${headers.host}`;
}

async function act(options: PageOptions, { request, response }: Exchange): Promise<void> {
  if (request.headers['content-type'] !== 'application/json') return say(response, 415, { error: 'JSON only' });
  const body = await readAct(request);
  if (body === undefined) return say(response, 400, { error: 'this is not JSON, or too much of it' });
  try {
    say(response, 200, { ok: true, result: await options.perform(body) });
  } catch (error) {
    say(response, 200, { ok: false, error: error instanceof Error ? error.message : 'it failed' });
  }
}

async function readAct(request: IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > LARGEST_ACT) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function openStream(options: PageOptions, streams: Set<ServerResponse>, { response }: Exchange): void {
  response.writeHead(200, { ...PROTECTION, 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(eventOf(options.state()));
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

function say(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { ...PROTECTION, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
