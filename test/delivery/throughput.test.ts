import { expect, it, vi } from 'vitest';
import { createInbox } from '../../src/delivery/inbox.ts';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Destination } from '../../src/delivery/ports.ts';
import { openEngine } from './engine.ts';

const EVENTS = 2_000;
const LANES = 50;

it('takes thousands of events through inbox and outbox, and says how fast', { timeout: 60_000 }, async () => {
  const engine = await openEngine();
  const { store, log } = engine;
  const destination: Destination = {
    prepare: async () => ({ type: 'go', baseline: null, plan: null }),
    perform: async () => ({ type: 'delivered', receipt: null }),
    lookup: async () => ({ type: 'absent' }),
  };
  engine.start(
    createInbox({ store, log, handle: async ({ key, lane }) => ({ ...HANDLED, deliveries: [owed(key, lane)] }) }),
  );
  engine.start(createOutbox({ store, log, destinationOf: () => destination }));

  const start = performance.now();
  const keys = Array.from({ length: EVENTS }, (_, n) => `${n}`);
  await Promise.all(keys.map((key, n) => store.put([{ key, lane: `lane ${n % LANES}`, payload: 'x'.repeat(700) }])));
  const stored = performance.now();
  await vi.waitFor(async () => expect(await store.counts()).toMatchObject({ deliveries: { delivered: EVENTS } }), {
    timeout: 50_000,
    interval: 20,
  });
  const done = performance.now();

  const perSecond = (ms: number): number => Math.round((EVENTS / ms) * 1_000);
  process.stdout.write(`${perSecond(stored - start)} stored/s, ${perSecond(done - start)} handled and delivered/s\n`);
});

const HANDLED = { outcome: 'handled', changes: [], records: [], events: [] } as const;

const owed = (id: string, lane: string) =>
  ({
    id,
    lane,
    mode: 'fifo',
    position: id.padStart(8, '0'),
    effect: 'x'.repeat(700),
    gates: ['side'],
    state: 'owed',
    tell: 'nothing',
    keyFor: 'lane',
  }) as const;
