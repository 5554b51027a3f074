import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Conflict } from '../../src/delivery/errors.ts';
import type { DeliveryStore, NewEvent } from '../../src/delivery/ports.ts';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import type { Tables } from '../../src/store/ledger.ts';
import { openPostgresTables } from '../../src/store/postgres-tables.ts';
import { first, run, type Steps } from '../../src/store/steps.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const event = (key: string, lane = key): NewEvent => ({ key, lane, payload: null });

describe.skipIf(whyNoPostgres() !== null)('writes and reads of one turn on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  const opened: Tables[] = [];
  afterEach(async () => {
    for (const tables of opened.splice(0)) await tables.close();
    await server.sql('DROP SCHEMA IF EXISTS casebridge CASCADE');
  });

  async function open(): Promise<{ tables: Tables; store: DeliveryStore }> {
    const tables = await openPostgresTables({ url: server.url });
    opened.push(tables);
    return { tables, store: createDeliveryStore(tables) };
  }

  it('share a transaction, and a connection', async () => {
    const { tables } = await open();
    const transaction = () => first('SELECT CAST(pg_current_xact_id() AS TEXT) AS one');
    const connection = () => first('SELECT pg_backend_pid() AS one');

    const written = await Promise.all([1, 2, 3].map(() => tables.write(transaction)));
    const read = await Promise.all([1, 2, 3].map(() => tables.read(connection)));

    expect(new Set(written.map((row) => row?.['one'])).size).toBe(1);
    expect(new Set(read.map((row) => row?.['one'])).size).toBe(1);
  });

  it('fail alone when they are refused', async () => {
    const { tables, store } = await open();
    await store.put([event('claimed')]);
    const [claimed] = await store.claimEvents(1, 1_000);
    if (claimed === undefined) throw new Error('nothing was claimed');
    const records = [{ namespace: 'links', key: 'k', value: 1, was: 'other' }];

    const outcomes = await Promise.allSettled([
      store.put([event('before')]),
      store.settleEvent(claimed, { outcome: 'handled', deliveries: [], changes: [], records, events: [event('lost')] }),
      tables.write(() => first(`INSERT INTO events (key) VALUES ('half a row') RETURNING id`)),
      store.put([event('after')]),
    ]);
    const reads = await Promise.allSettled([
      tables.read(() => first('SELECT 1 AS one')),
      tables.read(() => first('SELECT one FROM nowhere')),
      tables.read(() => first('SELECT 1 AS one')),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: expect.any(Conflict) });
    expect(await store.put([event('before'), event('lost'), event('after')])).toEqual([false, true, false]);
    expect(reads.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('are not stored when a statement is refused whose answer nobody waited for', async () => {
    const { tables, store } = await open();
    function* half(): Steps<void> {
      yield* run(`INSERT INTO records (namespace, key, value) VALUES ('n', 'k', 'whole')`);
      yield* run(`INSERT INTO events (key) VALUES ('half a row')`);
    }

    await expect(tables.write(half)).rejects.toThrow('null value');

    expect(
      await tables.read(() => first(`SELECT key FROM records WHERE namespace = 'n' AND key = 'k'`)),
    ).toBeUndefined();
    expect(await store.put([event('next')])).toEqual([true]);
  });

  it('do not wait for the one that meets a lock', async () => {
    const { store } = await open();
    await store.put([event('held')]);
    const other = new Client({ connectionString: server.url, options: '-c search_path=casebridge' });
    await other.connect();
    await other.query(`BEGIN; SELECT lane FROM event_lanes WHERE lane = 'held' FOR UPDATE`);

    const done: string[] = [];
    const putting = Promise.all(
      ['held', 'free', 'too'].map(async (lane) => {
        await store.put([event(`next in ${lane}`, lane)]);
        done.push(lane);
      }),
    );
    await pause(500);
    const before = [...done];
    await other.query('COMMIT');
    await putting;
    await other.end();

    expect(before.toSorted()).toEqual(['free', 'too']);
    expect(done.at(-1)).toBe('held');
  });
});
