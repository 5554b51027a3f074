import { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request as byHttp } from 'node:http';
import { request as byHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { createGunzip } from 'node:zlib';

/**
 * Calls of the vendors' APIs, over connections that stay open. On Node's own client, for most of casebridge's work is such
 * calls, and `fetch` takes twice the time for one. Redirects are not followed: keys go to the origin that was named.
 */

export type HttpCall = {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** For all of it, the body of the answer included. */
  readonly timeoutMs: number;
  /** Of the answer, unpacked. */
  readonly mostBytes: number;
};

/** `text` is null when there is more of it than was asked for. */
export type HttpAnswer = {
  readonly status: number;
  readonly statusText: string;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string | null;
};

/** No whole answer came in time. */
export class TimedOut extends Error {
  constructor() {
    super('no answer in time');
    this.name = 'TimedOut';
  }
}

/** Tries once. Rejects with what is wrong with the connection, or `TimedOut`. */
export const makeCall = ({ url, method, headers, body, timeoutMs, mostBytes }: HttpCall): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { server, path } = placeOf(url);
    const send = server.protocol === 'https:' ? byHttps : byHttp;
    const request = send({ ...server, path, method, headers: { ...headers, 'accept-encoding': 'gzip' } });
    const timer = setTimeout(() => fail(new TimedOut()), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    request.on('error', fail);
    request.on('response', (answer) => {
      collect(answer, mostBytes).then((text) => {
        clearTimeout(timer);
        // What is left is not read.
        if (text === null) request.destroy();
        resolve({
          status: answer.statusCode ?? 0,
          statusText: answer.statusMessage ?? '',
          headers: answer.headers,
          text,
        });
      }, fail);
    });
    request.end(body);
  });

type Server = Pick<RequestOptions, 'protocol' | 'hostname' | 'port' | 'auth'>;

/** By origin: a few, that were configured. To take an address apart takes as long as half of the rest of a call. */
const servers = new Map<string, Server>();
const MOST_SERVERS = 20;

const placeOf = (url: string): { readonly server: Server; readonly path: string } => {
  const from = url.indexOf('/', url.indexOf('//') + 2);
  const origin = from < 0 ? url : url.slice(0, from);
  const known = servers.get(origin);
  const { protocol, hostname, port, auth } = known ?? urlToHttpOptions(new URL(origin));
  const server = known ?? { protocol, hostname, port, auth };
  if (known === undefined && servers.size < MOST_SERVERS) servers.set(origin, server);
  return { server, path: from < 0 ? '/' : url.slice(from) };
};

const collect = (answer: IncomingMessage, mostBytes: number): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const body = unpacked(answer, reject);
    answer.on('error', reject);
    body.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > mostBytes) resolve(null);
      else chunks.push(chunk);
    });
    body.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });

const unpacked = (answer: IncomingMessage, failed: (error: Error) => void): Readable => {
  if (answer.headers['content-encoding'] !== 'gzip') return answer;
  return answer.pipe(createGunzip()).on('error', failed);
};
