import { appendFileSync, readFileSync, writeSync } from 'node:fs';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Destination } from '../../src/delivery/ports.ts';
import { openStore } from '../../src/store/open.ts';

// Delivers to a file, which stands for the other side, until it is killed: by itself in the named gap, or from outside.
const [path = '', otherSide = '', gap = '', count = '0'] = process.argv.slice(2);
const { deliveries: store } = await openStore({ kind: 'sqlite', path });
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
let left = Number(count);

const lines = (): string[] => readFileSync(otherSide, 'utf8').split('\n').filter(Boolean);

const destination: Destination = {
  prepare: async () => ({ type: 'go', baseline: lines().length, plan: null }),
  perform: async ({ id }) => {
    if (id === 'poison') process.kill(process.pid, 'SIGKILL');
    appendFileSync(otherSide, `${id}\n`);
    await new Promise((resolve) => setTimeout(resolve, 3));
    return { type: 'delivered', receipt: id };
  },
  lookup: async ({ id }, baseline) =>
    lines().slice(Number(baseline)).includes(id) ? { type: 'found', receipt: id } : { type: 'absent' },
};

createOutbox({
  store,
  destinationOf: () => destination,
  log: quiet,
  attemptMs: 60,
  pollMs: 20,
  crashPoint: (reached) => {
    if (reached !== gap) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
}).start();
writeSync(1, 'started');

// Ends by itself when nothing is owed.
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  if ((await store.counts()).deliveries.owed === 0) process.exit(0);
}
