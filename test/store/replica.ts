import { writeSync } from 'node:fs';
import { Pool } from 'pg';
import { createOutbox } from '../../src/delivery/outbox.ts';
import type { Destination } from '../../src/delivery/ports.ts';
import { openStore } from '../../src/store/open.ts';

// One of several processes on one server: delivers to a table, which stands for the other side, until it is killed.
const [url = ''] = process.argv.slice(2);
const { deliveries: store } = await openStore({ kind: 'postgres', url });
const otherSide = new Pool({ connectionString: url, max: 4 });
otherSide.on('error', () => undefined);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const destination: Destination = {
  prepare: async ({ id, attempts }) => {
    if (Number(id.split('-')[1]) % 37 === 5 && attempts === 0) return { type: 'retry', reason: 'busy', afterMs: 50 };
    return { type: 'go', baseline: null, plan: null };
  },
  // What comes after its deadline is refused, as a call is that its caller has given up.
  perform: async ({ id, lane }, _plan, deadline) => {
    const added = await otherSide.query(
      `INSERT INTO public.effects (lane, id) SELECT $1, $2 WHERE extract(epoch FROM clock_timestamp()) * 1000 < $3`,
      [lane, id, deadline],
    );
    return added.rowCount === 1 ? { type: 'delivered', receipt: id } : { type: 'ambiguous', reason: 'late' };
  },
  lookup: async ({ id }) => {
    const found = await otherSide.query('SELECT 1 FROM public.effects WHERE id = $1', [id]);
    return found.rowCount === 0 ? { type: 'absent' } : { type: 'found', receipt: id };
  },
};

createOutbox({ store, destinationOf: () => destination, log: quiet, attemptMs: 400, leaseMs: 2_000 }).start();
writeSync(1, 'started');
