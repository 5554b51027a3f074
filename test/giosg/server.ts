import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** A server that answers as a test says, and what it was asked. */
export type OddServer = {
  readonly origin: string;
  readonly asked: readonly IncomingMessage[];
  readonly stop: () => Promise<void>;
};

export const oddServer = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<OddServer> => {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => void server.close(done));
    },
  };
};

export const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/giosg/${name}.json`, import.meta.url), 'utf8'));
