import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryStore, NewDelivery } from '../../src/delivery/ports.ts';
import { openStore } from '../../src/store/open.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

/** The long form: REPLICA_JOBS=20010. */
const JOBS = Number(process.env['REPLICA_JOBS'] ?? 1_500);
const LANES = 30;
const REPLICAS = 3;
const CHUNK = 100;
const KILL_MS = 2_000;
/** Longer than any lease: what the frozen one holds is taken over. */
const FROZEN_MS = 13_000;

describe.skipIf(whyNoPostgres() !== null)('several processes on one PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.sql(
      'CREATE TABLE effects (seq BIGSERIAL PRIMARY KEY, lane TEXT, id TEXT)',
      'CREATE INDEX ON effects (id)',
    );
  }, 60_000);
  afterAll(() => server.stop());

  const startReplica = async (): Promise<ChildProcess> => {
    const script = fileURLToPath(new URL('replica.ts', import.meta.url));
    const replica = spawn(process.execPath, [script, server.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(replica.stdout, 'data');
    return replica;
  };

  it('lose nothing, double nothing and keep the order while they are killed and frozen', {
    timeout: 300_000,
  }, async () => {
    const { deliveries: store, close } = await openStore({ kind: 'postgres', url: server.url });
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, startReplica));
    const began = performance.now();
    const all = oweAll(store);
    const work = { done: false, kills: 0 };
    const others = (async () => {
      while (!work.done) {
        await pause(KILL_MS);
        work.kills += 1;
        const victim = 1 + (work.kills % (REPLICAS - 1));
        replicas[victim]?.kill('SIGKILL');
        replicas[victim] = await startReplica();
      }
    })();
    const thawed = (async () => {
      do {
        replicas[0]?.kill('SIGSTOP');
        await pause(FROZEN_MS);
        replicas[0]?.kill('SIGCONT');
        await pause(1_000);
      } while (!work.done);
    })();

    await all;
    while ((await store.counts()).deliveries.owed > 0) await pause(100);
    work.done = true;
    const seconds = (performance.now() - began) / 1_000;
    await Promise.all([others, thawed]);
    for (const replica of replicas) replica.kill('SIGKILL');

    const effects = await server.rows('SELECT lane, id FROM effects ORDER BY seq');
    const wrong = Array.from({ length: LANES }, (_, lane) => {
      const ids = effects.filter((effect) => effect['lane'] === `${lane}`).map(({ id }) => String(id));
      return JSON.stringify(ids) === JSON.stringify(idsOf(lane)) ? [] : [{ lane, ids }];
    }).flat();
    expect(wrong).toEqual([]);
    expect((await store.counts()).deliveries).toMatchObject({ delivered: effects.length, dead: 0, unknown: 0 });
    process.stdout.write(
      `${JOBS} jobs, ${work.kills} kills, ${seconds.toFixed(0)} s, each delivered once and in order\n`,
    );
    await close();
  });
});

const idsOf = (lane: number): string[] => Array.from({ length: JOBS / LANES }, (_, n) => `${lane}-${n}`);

/** Owes chunk after chunk, some of it twice, while it is delivered. */
async function oweAll(store: DeliveryStore): Promise<void> {
  const jobs = Array.from({ length: JOBS / LANES }, (_, n) =>
    Array.from({ length: LANES }, (_lane, lane) => job(lane, n)),
  );
  const ordered = jobs.flat();
  for (let at = 0; at < ordered.length; at += CHUNK) {
    const key = `chunk ${at}`;
    await store.put([{ key, lane: key, payload: null }]);
    const [event] = await store.claimEvents(1, 60_000);
    if (event === undefined) throw new Error('the chunk was not claimable');
    const deliveries = [...ordered.slice(at, at + CHUNK), ...ordered.slice(at, at + 5)];
    await store.settleEvent(event, { outcome: 'handled', deliveries, changes: [], records: [], events: [] });
  }
}

const job = (lane: number, n: number): NewDelivery => ({
  id: `${lane}-${n}`,
  lane: `${lane}`,
  mode: 'fifo',
  position: `${n}`.padStart(6, '0'),
  effect: 'x'.repeat(300),
  gates: ['side'],
  state: 'owed',
  tell: 'nothing',
  keyFor: 'lane',
});
