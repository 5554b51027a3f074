import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Changes } from './changes.ts';
import { follow } from './changes.ts';
import type { Parts } from './parts.ts';

/** Serves the page: its files, what it shows as a stream of changes, and what people do on it. Loopback only. */

const PUSH_MS = 60;
/** An act may carry a few files. */
const LARGEST_ACT = 6_000_000;

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
/** What lies beside this file and is the page's: never a source of the sandbox itself. */
const OWN_FILE = /^\/([a-z][a-z-]*\.(css|js|svg))$/;

/** Served as they were published; `page.html` says which name the page imports each by. */
const LIBRARIES: Readonly<Record<string, string>> = {
  '/library/preact.js': 'preact',
  '/library/hooks.js': 'preact/hooks',
  '/library/signals.js': '@preact/signals',
  '/library/signals-core.js': '@preact/signals-core',
  '/library/htm.js': 'htm',
};

/** What customers write is shown here: nothing on the page may run or load anything that we did not write. */
const protection = (importMap: string) => ({
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`,
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
});

export interface PageOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Everything that the page shows. */
  readonly state: () => Parts;
  /** Does what a person wants; what it throws is told to that person. */
  readonly perform: (act: unknown) => Promise<unknown>;
  readonly subscribe: (listener: () => void) => () => void;
}

export interface Page {
  readonly url: string;
  readonly close: () => Promise<void>;
}

interface Serving extends PageOptions {
  readonly streams: Set<ServerResponse>;
  readonly changes: Changes;
  readonly headers: ReturnType<typeof protection>;
}

export async function startPage(options: PageOptions): Promise<Page> {
  // One that is not installed is found out here, and not by somebody who looks at an empty page.
  for (const library of Object.values(LIBRARIES)) import.meta.resolve(library);
  const html = await readFile(new URL('page.html', import.meta.url), 'utf8');
  const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? '';
  const streams = new Set<ServerResponse>();
  const serving = { ...options, streams, changes: follow(options.state), headers: protection(importMap) };
  const server = createServer((request, response) => {
    answer(serving, { request, response }).catch(() => {
      if (!response.headersSent) say(serving, response, { status: 500, body: { error: 'the sandbox failed' } });
    });
  });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');

  let due: NodeJS.Timeout | undefined;
  const push = (): void => {
    due = undefined;
    tellChanges(serving);
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

function tellChanges({ streams, changes }: Serving): void {
  if (streams.size === 0) return;
  const changed = changes.next();
  if (changed === null) return;
  for (const stream of streams) stream.write(eventOf(changed));
}

const eventOf = (json: string): string => `data: ${json}\n\n`;

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('the page has no port');
  return address.port;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answer(serving: Serving, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const refuse = (status: number, error: string) => say(serving, response, { status, body: { error } });
  if (!isOurs(request)) return refuse(403, 'this page answers its own address and origin only');
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (request.method === 'POST' && path === '/act') return act(serving, exchange);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'no such action');
  if (path === '/state') return say(serving, response, { status: 200, body: serving.state() });
  if (path === '/changes') return openStream(serving, exchange);
  const found = await contentAt(path);
  if (found === undefined) return refuse(404, 'nothing is here');
  response.writeHead(200, { ...serving.headers, 'content-type': found.type }).end(found.content);
}

async function contentAt(path: string): Promise<{ type: string | undefined; content: Buffer } | undefined> {
  const library = LIBRARIES[path];
  if (library !== undefined) {
    const file = fileURLToPath(import.meta.resolve(library));
    return { type: TYPES['js'], content: await readFile(file) };
  }
  const [, name, ending = ''] = path === '/' ? ['', 'page.html', 'html'] : (OWN_FILE.exec(path) ?? []);
  if (name === undefined) return undefined;
  try {
    return { type: TYPES[ending], content: await readFile(new URL(name, import.meta.url)) };
  } catch {
    return undefined;
  }
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

async function act(serving: Serving, { request, response }: Exchange): Promise<void> {
  const tell = (status: number, body: object) => say(serving, response, { status, body });
  if (request.headers['content-type'] !== 'application/json') return tell(415, { error: 'JSON only' });
  const body = await readAct(request);
  if (body === undefined) return tell(400, { error: 'this is not JSON, or too much of it' });
  try {
    tell(200, { ok: true, result: await serving.perform(body) });
  } catch (error) {
    tell(200, { ok: false, error: error instanceof Error ? error.message : 'it failed' });
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

function openStream(serving: Serving, { response }: Exchange): void {
  response.writeHead(200, { ...serving.headers, 'content-type': 'text/event-stream; charset=utf-8' });
  // The others are told first what this one is about to see.
  tellChanges(serving);
  response.write(eventOf(serving.changes.whole()));
  serving.streams.add(response);
  response.on('close', () => serving.streams.delete(response));
}

interface Said {
  readonly status: number;
  readonly body: unknown;
}

function say({ headers }: Pick<Serving, 'headers'>, response: ServerResponse, { status, body }: Said): void {
  response.writeHead(status, { ...headers, 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
