import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openPostgresTables } from '../../src/store/postgres-tables.ts';
import { statementsUsed } from '../../src/store/postgres-statements.ts';
import { createDrill, exercise, medianClaimMs } from './exercise.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const IDLE = 100_000;

/** Lanes of every phase but those that a claim may take. */
const CROWD = [
  `INSERT INTO casebridge.delivery_lanes (lane, rank, phase) SELECT 'idle ' || n, 0, 'idle' FROM generate_series(1, ${IDLE}) AS n`,
  `INSERT INTO casebridge.delivery_lanes (lane, rank, phase, gate) SELECT 'parked ' || n, 0, 'parked', 'shut' FROM generate_series(1, ${IDLE}) AS n`,
  `INSERT INTO casebridge.delivery_lanes (lane, rank, phase, run_at) SELECT 'later ' || n, 0, 'later', 9e15 FROM generate_series(1, ${IDLE}) AS n`,
];

describe.skipIf(whyNoPostgres() !== null)('the cost of a claim on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('does not grow with idle, parked and later lanes; every statement finds by an index', {
    timeout: 60_000,
  }, async () => {
    const drill = createDrill();
    const tables = await openPostgresTables({ url: server.url, now: () => drill.now, pace: drill.pace });
    const store = createDeliveryStore(tables);
    await exercise(store, drill);
    const alone = await medianClaimMs(store, 'alone');
    await server.sql(...CROWD);

    const crowded = await medianClaimMs(store, 'crowded');
    process.stdout.write(
      `claim and settle: ${alone.toFixed(2)} ms alone, ${crowded.toFixed(2)} ms beside ${3 * IDLE} other lanes\n`,
    );
    expect(crowded).toBeLessThan(alone * 5 + 5);
    for (const statement of statementsUsed()) expect(await planOf(statement), statement.text).not.toContain('Seq Scan');
    await tables.close();
  });

  /** The plan for any values; `EXPLAIN (GENERIC_PLAN)` says it only from version 16 on. */
  async function planOf({ text, names }: ReturnType<typeof statementsUsed>[number]): Promise<string> {
    const values = names.length === 0 ? '' : `(${names.map(() => 'NULL').join(', ')})`;
    const rows = await server.rows(
      `SET search_path = casebridge; SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;
       PREPARE asked AS ${text}; EXPLAIN EXECUTE asked${values}`,
    );
    return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
  }
});
