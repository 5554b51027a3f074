import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Balancer = { readonly url: string; close(): void };

/** Who does not take a request within this is dead or frozen. */
const TAKES_MS = 1500;

/** A load balancer of the simplest kind: each request to the next process, past those that do not answer. */
export const balance = async (targets: () => readonly string[]): Promise<Balancer> => {
  let turn = 0;
  const pass = async (request: http.IncomingMessage, body: Buffer): Promise<Response | null> => {
    const urls = targets();
    for (let tried = 0; tried < urls.length; tried += 1) {
      turn += 1;
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        typeof value === 'string' && !['host', 'connection', 'content-length'].includes(name) ? [[name, value]] : [],
      );
      try {
        return await fetch(`${urls[turn % urls.length]}${request.url}`, {
          method: 'POST',
          headers,
          body: new Uint8Array(body),
          signal: AbortSignal.timeout(TAKES_MS),
        });
      } catch {
        // Dead or frozen: the next one.
      }
    }
    return null;
  };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void pass(request, Buffer.concat(chunks)).then(async (answer) => {
        response.writeHead(answer?.status ?? 502, {
          'content-type': answer?.headers.get('content-type') ?? 'text/plain',
        });
        response.end(answer === null ? '' : Buffer.from(await answer.arrayBuffer()));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
};
