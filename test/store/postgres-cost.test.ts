import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openPostgresTables } from '../../src/store/postgres-tables.ts';
import { statementsUsed } from '../../src/store/postgres-statements.ts';
import { CROWD, createDrill, exercise, workThrough } from './exercise.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

const MANY = 20_000;

describe.skipIf(whyNoPostgres() !== null)('the cost of a claim on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('every statement finds by an index', { timeout: 60_000 }, async () => {
    const drill = createDrill();
    const tables = await openPostgresTables({ url: server.url, now: () => drill.now, pace: drill.pace });
    const store = createDeliveryStore(tables);
    await exercise(store, drill);

    for (const statement of statementsUsed()) expect(await planOf(statement), statement.text).not.toContain('Seq Scan');
    await tables.close();
  });

  it('looks at no more rows beside many lanes, events and gates than beside none', { timeout: 60_000 }, async () => {
    await server.sql('DROP SCHEMA IF EXISTS casebridge CASCADE');
    const alone = await visitsOf('alone');
    await server.sql(...CROWD.map((fill) => `SET search_path = casebridge; ${fill(MANY)}`), 'VACUUM ANALYZE');

    const crowded = await visitsOf('crowded');

    expect(alone).toBeGreaterThan(100);
    // Versions of rows that nobody has cleared away yet are looked at too, a few of each.
    expect(crowded).toBeLessThan(alone * 2);
  });

  /** Rows that indexes and scans have given to the work of one process, which tells when it ends. */
  async function visitsOf(name: string): Promise<number> {
    const before = await visitsSoFar();
    const tables = await openPostgresTables({ url: server.url });
    await workThrough(createDeliveryStore(tables), name);
    await tables.close();
    return (await visitsSoFar()) - before;
  }

  async function visitsSoFar(): Promise<number> {
    const [row] = await server.rows(
      `SELECT sum(seq_tup_read)::float + (SELECT sum(idx_tup_read)::float FROM pg_stat_user_indexes) AS visits
       FROM pg_stat_user_tables`,
    );
    return Number(row?.['visits']);
  }

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
