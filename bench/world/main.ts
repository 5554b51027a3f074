import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { openPool } from '../load/connection.ts';
import { portOf } from '../peers/quiet.ts';
import { answerTo } from './answers.ts';
import { createBacklog } from './backlog.ts';
import { change, createWorld } from './cases.ts';
import { type Reading, readingOf } from './readings.ts';
import { Talk, talk } from './talk.ts';

// Both vendors in one process, and the people who write there: minimal, and at once. The simulators of the sandbox are
// strict and keep everything, so they would be what is measured.

const world = createWorld();

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

const server = createServer((request, response) => {
  void (async () => {
    const [path = '', query] = (request.url ?? '').split('?');
    const name = path.replace(/\d+/g, '#');
    world.lastCallAt = performance.now();
    world.calls.set(name, (world.calls.get(name) ?? 0) + 1);
    const reading = readings === null ? null : readingOf(path);
    if (reading !== null) readings?.push(reading);
    const { status, body } = answerTo(world, { path, query: new URLSearchParams(query), body: await bodyOf(request) });
    const text = JSON.stringify(body);
    if (world.delayMs > 0) await pause(world.delayMs);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  })();
});
server.keepAliveTimeout = 60_000;

const Order = z.object({
  talk: Talk.optional(),
  set: z.object({ seeded: z.number(), open: z.number(), delayMs: z.number() }).partial().optional(),
  /** What was owed before is looked out for from now on, or told of. */
  backlog: z.enum(['watch', 'report']).optional(),
  /** Somebody of the helpdesk changes these cases. */
  change: z.array(z.number()).optional(),
  /** What casebridge reads is noted from now on, or told of. */
  readings: z.enum(['watch', 'report']).optional(),
});

let backlog = createBacklog();
let readings: Reading[] | null = null;

const watch = (): void => {
  backlog = createBacklog();
  world.calls.clear();
  world.arrived = backlog.note;
};

process.on('message', (message) => {
  const order = Order.safeParse(message).data;
  if (order?.set !== undefined) Object.assign(world, order.set);
  if (order?.backlog === 'watch') watch();
  if (order?.backlog === 'report') process.send?.(backlog.report(world.calls));
  if (order?.readings === 'watch') readings = [];
  if (order?.readings === 'report') process.send?.({ readings: readings ?? [] });
  for (const id of order?.change ?? []) change(world, id);
  if (order?.talk !== undefined) void play(order.talk);
});

const play = async (terms: Talk): Promise<void> => {
  const pool = openPool(terms.port);
  const result = await talk(world, terms, pool.send).catch((error: unknown) => ({ failed: String(error) }));
  pool.close();
  process.send?.(result);
};

server.listen(0, '127.0.0.1', () => process.send?.({ port: portOf(server) }));
