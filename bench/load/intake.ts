import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { percentile, rounded } from '../arithmetic.ts';
import { openConnection } from './connection.ts';
import { slackBody, slackRequest, webhookBody, webhookRequest } from './signed.ts';

// Load of the saturation rows: as many requests as so many connections can carry, each sent when the last was answered.
// Every request is another message, signed before the clock starts.

export const IntakeTerms = z.object({
  port: z.number(),
  kind: z.enum(['acquire', 'slack']),
  connections: z.number(),
  warmMs: z.number(),
  countMs: z.number(),
  /** Requests a second to be ready for. */
  atMost: z.number(),
  /** Bytes of a body, about. */
  bytes: z.number(),
});
export type IntakeTerms = z.infer<typeof IntakeTerms>;

export const IntakeResult = z.object({ requests: z.number(), perSecond: z.number(), p50: z.number(), p99: z.number() });
export type IntakeResult = z.infer<typeof IntakeResult>;

const LANES = 1_000;

const requestsFor = ({ kind, bytes, atMost, warmMs, countMs }: IntakeTerms): Buffer[] => {
  const count = Math.ceil((atMost * (warmMs + countMs)) / 1000);
  const began = Math.floor(Date.now() / 1000) - 3_600;
  const filling = (empty: number): string => 'x'.repeat(Math.max(0, bytes - empty));
  const said = (n: number, text: string) => webhookBody({ case: 1 + (n % LANES), id: 1_000 + n, text });
  const written = (n: number, text: string) =>
    slackBody({ ts: `${began}.${`${n}`.padStart(6, '0')}`, thread: `${began - 1 - (n % LANES)}.000001`, text });
  if (kind === 'acquire') {
    const text = filling(JSON.stringify(said(0, '')).length);
    return Array.from({ length: count }, (_, n) => webhookRequest(said(n, text)));
  }
  // The words stand in it twice: as text and as blocks.
  const text = filling(JSON.stringify(written(0, '')).length);
  const half = text.slice(0, text.length / 2);
  return Array.from({ length: count }, (_, n) => slackRequest(written(n, half)));
};

const load = async (terms: IntakeTerms, counting: (on: boolean) => void): Promise<IntakeResult> => {
  const requests = requestsFor(terms);
  const connections = await Promise.all(Array.from({ length: terms.connections }, () => openConnection(terms.port)));
  const took: number[] = [];
  let next = 0;
  const phase = { counts: false, over: false };

  const drive = async (send: (request: Buffer) => Promise<number>): Promise<void> => {
    while (!phase.over) {
      const request = requests[next];
      next += 1;
      if (request === undefined) throw new Error('more was answered than was made ready: raise atMost');
      const sent = performance.now();
      const status = await send(request);
      if (status !== 200) throw new Error(`a request was answered ${status}`);
      if (phase.counts) took.push(performance.now() - sent);
    }
  };

  const drivers = Promise.all(connections.map((connection) => drive(connection.send)));
  await Promise.race([drivers, pause(terms.warmMs)]);
  phase.counts = true;
  counting(true);
  const began = performance.now();
  await Promise.race([drivers, pause(terms.countMs)]);
  const ms = performance.now() - began;
  phase.counts = false;
  counting(false);
  phase.over = true;
  await drivers;
  for (const connection of connections) connection.close();
  return {
    requests: took.length,
    perSecond: rounded((took.length / ms) * 1000, 5),
    p50: rounded(percentile(took, 0.5)),
    p99: rounded(percentile(took, 0.99)),
  };
};

if (import.meta.main) {
  const terms = IntakeTerms.parse(JSON.parse(process.argv[2] ?? ''));
  const result = await load(terms, (on) => process.send?.(on ? 'counting' : 'counted'));
  process.send?.(result);
}
