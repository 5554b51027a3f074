import { writeSync } from 'node:fs';
import { createInbox } from '../../src/delivery/inbox.ts';
import { openStore } from '../../src/store/open.ts';

// Stores events and says which are acknowledged, until it is killed.
const [path = '', life = ''] = process.argv.slice(2);
const store = await openStore({ kind: 'sqlite', path });
const PLAIN = { mode: 'fifo', position: null, gates: [], state: 'owed', tell: 'nothing', keyFor: 'lane' } as const;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

createInbox({
  store: store.deliveries,
  handle: async ({ key }) => ({
    outcome: 'handled',
    deliveries: [{ id: key, lane: key, effect: key, ...PLAIN }],
    changes: [],
    records: [{ namespace: 'seen', key, value: true, was: null }],
    events: [],
  }),
  log: quiet,
}).start();

for (let n = 0; ; n += 1) {
  const keys = Array.from({ length: 1 + (n % 7) }, (_, k) => `${life}-${n}-${k}`);
  await Promise.all(
    keys.map(async (key) => {
      await store.deliveries.put([{ key, lane: `lane-${n % 5}`, payload: { text: 'x'.repeat(500) } }]);
      writeSync(1, `${key}\n`);
    }),
  );
}
