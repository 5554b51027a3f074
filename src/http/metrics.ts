import { timingSafeEqual, createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Counts } from '../delivery/ports.ts';

/** Prometheus metrics. Labels are words of ours, never ids or text, so that their number is bounded. */

export type Metrics = {
  readonly registry: Registry;
  readonly attempted: (side: string, outcome: string, ms: number) => void;
  readonly told: (source: string, outcome: string) => void;
};

export const createMetrics = (counts: () => Promise<Counts>): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  const attempts = new Counter({
    name: 'casebridge_attempts_total',
    help: 'Attempts by side and outcome',
    labelNames: ['side', 'outcome'],
    registers,
  });
  const duration = new Histogram({
    name: 'casebridge_attempt_seconds',
    help: 'Duration of attempts',
    labelNames: ['side'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10],
    registers,
  });
  const events = new Counter({
    name: 'casebridge_told_total',
    help: 'What was told to us, by source and outcome',
    labelNames: ['source', 'outcome'],
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'casebridge_deliveries',
      help: 'Deliveries by state',
      labelNames: ['state'],
      registers: [],
      async collect() {
        for (const [state, count] of Object.entries((await counts()).deliveries)) this.set({ state }, count);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'casebridge_events',
      help: 'Events of the inbox by state',
      labelNames: ['state'],
      registers: [],
      async collect() {
        for (const [state, count] of Object.entries((await counts()).events)) this.set({ state }, count);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'casebridge_oldest_owed_timestamp_seconds',
      help: 'When the oldest delivery still owed was stored; 0 when nothing is owed',
      registers: [],
      async collect() {
        this.set(((await counts()).oldestOwed ?? 0) / 1000);
      },
    }),
  );
  return {
    registry,
    attempted(side, outcome, ms) {
      attempts.inc({ side, outcome });
      duration.observe({ side }, ms / 1000);
    },
    told: (source, outcome) => events.inc({ source, outcome }),
  };
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const isLoopback = (address: string | undefined): boolean =>
  address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1';

/** Without a token only this machine is answered; behind a proxy on the same machine a token is needed. */
export const metricsRoute = (metrics: Metrics, token: string | undefined) => ({
  path: '/metrics',
  method: 'GET' as const,
  handler: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = request.headers.authorization ?? '';
    const allowed =
      token === undefined
        ? isLoopback(request.socket.remoteAddress)
        : timingSafeEqual(digest(given), digest(`Bearer ${token}`));
    if (!allowed) {
      response.writeHead(401, { 'www-authenticate': 'Bearer', 'content-length': 0 });
      response.end();
      return;
    }
    const body = await metrics.registry.metrics();
    response.writeHead(200, {
      'content-type': metrics.registry.contentType,
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  },
});
