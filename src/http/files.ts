import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { essenceOf, fileName, type FileRef } from '../core/files.ts';

/**
 * `GET /files/<token>/<name>`: a file that an agent sent, for whoever has its link. Whatever is not there looks the same:
 * unknown, over, taken back, another name, another form of address.
 */

const MINUTE = 60_000;
/** Of one link, so that nobody makes us serve a file to the world. */
const REQUESTS_A_MINUTE = 30;
/** Guesses of one address; nobody who has a link comes near it. */
const MISSES_A_MINUTE = 60;
const TRANSFERS_AT_ONCE = 40;
/** Counted at once, at most; beyond that the oldest are forgotten. */
const COUNTED = 10_000;
/** Whoever takes nothing for so long is let go. */
const SILENCE_MS = 30_000;

/** The whole address, as it was asked for: nothing is unescaped or put right on the way. */
const ADDRESS = /^\/files\/([A-Za-z0-9_-]{43})\/([A-Za-z0-9._-]{1,80})$/;

/** Types that no browser takes for a page or a program; everything else is only bytes. */
const HARMLESS =
  /^(?:image\/(?:png|jpeg|gif|webp|heic|heif|bmp|tiff)|(?:audio|video)\/[a-z0-9.+-]+|text\/(?:plain|csv)|application\/(?:pdf|zip|msword|vnd\.[a-z0-9.+-]+))$/;

export type FileRoute = {
  /** What a link leads to; null when it leads nowhere. */
  find(link: { readonly token: string; readonly name: string }): Promise<FileRef | null>;
  /** Null when the bytes are not on this machine. */
  read(key: string): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> } | null>;
  now(): number;
  /** Bytes that should have been there. */
  missing(key: string): void;
};

export const fileRoute = (options: FileRoute) => {
  const ofLink = createCount(REQUESTS_A_MINUTE, () => options.now());
  const ofGuesser = createCount(MISSES_A_MINUTE, () => options.now());
  let transfers = 0;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, token = '', name = ''] = ADDRESS.exec(request.url ?? '') ?? [];
    const file = token === '' ? null : await options.find({ token, name });
    if (file === null)
      return ofGuesser.isWithin(request.socket.remoteAddress ?? '') ? refuse(response, 404) : refuse(response, 429);
    if (!ofLink.isWithin(token)) return refuse(response, 429);
    if (transfers >= TRANSFERS_AT_ONCE) return refuse(response, 503);
    const stored = await options.read(file.key);
    if (stored === null || stored.size !== file.size) {
      options.missing(file.key);
      await stored?.body[Symbol.asyncIterator]().return?.();
      return refuse(response, 404);
    }
    response.writeHead(200, headersOf(file));
    transfers += 1;
    try {
      await send(request, response, stored.body);
    } finally {
      transfers -= 1;
    }
  };

  return { path: '/files/*', method: 'GET' as const, handler: serve };
};

const send = async (
  request: IncomingMessage,
  response: ServerResponse,
  body: AsyncIterable<Uint8Array>,
): Promise<void> => {
  if (request.method === 'HEAD') {
    await body[Symbol.asyncIterator]().return?.();
    response.end();
    return;
  }
  response.setTimeout(SILENCE_MS, () => response.destroy());
  // Who went away in the middle is no failure of ours.
  await pipeline(Readable.from(body), response).catch(() => response.destroy());
};

/** Nothing of it is run, kept, or told to anybody: not by the browser, nor by what stands between. */
const ALWAYS = {
  'cache-control': 'private, no-store',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
} as const;

const headersOf = ({ name, type, size }: FileRef) => ({
  ...ALWAYS,
  'content-type': HARMLESS.test(essenceOf(type)) ? essenceOf(type) : 'application/octet-stream',
  'content-length': size,
  'content-disposition': dispositionOf(fileName(name)),
  // A download begins anew: files are small enough, and parts would each need the checks of the whole.
  'accept-ranges': 'none',
});

/** The name in plain letters for old programs, and as it is for others (RFC 6266). */
const dispositionOf = (name: string): string => {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^ -~]+/g, '_')
    .replaceAll(/["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
};

const REASONS = { 404: 'Not found', 429: 'Too many requests', 503: 'Busy' } as const;

const refuse = (response: ServerResponse, status: keyof typeof REASONS): void => {
  const body = `${REASONS[status]}\n`;
  response.writeHead(status, {
    ...ALWAYS,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...(status === 404 ? {} : { 'retry-after': '60' }),
  });
  response.end(body);
};

/** How often something happened for somebody within the minute. */
const createCount = (most: number, now: () => number) => {
  const counts = new Map<string, { readonly since: number; count: number }>();
  return {
    isWithin(who: string): boolean {
      const known = counts.get(who);
      if (known === undefined || now() - known.since >= MINUTE) {
        counts.delete(who);
        counts.set(who, { since: now(), count: 1 });
        const [oldest] = counts.keys();
        if (counts.size > COUNTED && oldest !== undefined) counts.delete(oldest);
        return true;
      }
      known.count += 1;
      return known.count <= most;
    },
  };
};
