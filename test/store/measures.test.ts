import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/open.ts';
import { openStore } from '../../src/store/open.ts';
import { delivery, follow } from './exercise.ts';
import { temporaryFolders } from './folder.ts';
import { type PostgresServer, startPostgres, whyNoPostgres } from './postgres-server.ts';

/** What is owed to each side is counted to the last one, and what is done does not make counting slower. */

const folder = temporaryFolders();
const SIDES = { sides: ['slack', 'acquire'], openLinks: 'open_case' };
/** More than any sample would hold. */
const OWED = 12_000;
const DONE = 200_000;

const fill = (table: string, numbers: (most: number) => string): readonly string[] => [
  `INSERT INTO ${table} (id, lane, mode, position, turn, effect, gates, state, due, tell, remind_after,
     closed_before, keep, created_at, settled_at)
   SELECT 'done ' || n, 'done ' || n, 'fifo', '', n, 'null', '["slack","slack:chat.postMessage"]', 'delivered', 0,
     'nothing', '{}', 0, 'days', 1, 1 FROM ${numbers(DONE)}`,
  `INSERT INTO ${table} (id, lane, mode, position, turn, effect, gates, state, due, tell, remind_after,
     closed_before, keep, created_at)
   SELECT 'owed ' || n, 'owed', 'fifo', '', n, 'null',
     CASE WHEN n <= ${OWED} THEN '["slack","slack:chat.postMessage"]' WHEN n = ${OWED} + 1 THEN '["acquire"]'
       ELSE '["slacker"]' END,
     'owed', 0, 'nothing', '{}', 0, 'days', 1000 + n FROM ${numbers(OWED + 2)}`,
];

const measured = async (database: Database) => {
  const store = await openStore(database);
  await follow(store.deliveries, [delivery('young', 'young', ['acquire', 'acquire:write'])]);
  const { sides } = await store.measure(SIDES);
  await store.close();
  return sides;
};

const expectAll = (sides: Awaited<ReturnType<typeof measured>>): void => {
  expect(sides.get('slack')).toMatchObject({ owed: OWED });
  expect(sides.get('acquire')).toMatchObject({ owed: 2 });
  const ages = ['slack', 'acquire'].map((side) => Date.now() - (sides.get(side)?.oldestOwedMs ?? 0));
  // Of Slack the first that was put, of Acquire the one behind all of those.
  expect(Math.abs((ages[0] ?? 0) - 1_001)).toBeLessThan(10_000);
  expect(Math.abs((ages[1] ?? 0) - (1_001 + OWED))).toBeLessThan(10_000);
};

const STATEMENT = `SELECT count(*) AS n, min(created_at) AS oldest FROM deliveries
  WHERE state = 'owed' AND gates >= '["slack"' AND gates < '["slack#'`;

describe('on SQLite', () => {
  it('all of them are counted, by an index that holds nothing else', { timeout: 60_000 }, async () => {
    const path = join(folder(), 'store.db');
    await (await openStore({ kind: 'sqlite', path })).close();
    const file = new DatabaseSync(path);
    const numbers = (most: number): string =>
      `(WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < ${most}) SELECT n FROM up)`;
    for (const statement of fill('deliveries', numbers)) file.exec(statement);
    const plan = file.prepare(`EXPLAIN QUERY PLAN ${STATEMENT}`).all();
    file.close();

    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH deliveries USING COVERING INDEX deliveries_owed (state=? AND gates>? AND gates<?)',
    ]);
    expectAll(await measured({ kind: 'sqlite', path }));
  });
});

describe.skipIf(whyNoPostgres() !== null)('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('all of them are counted, by an index that holds nothing else', { timeout: 60_000 }, async () => {
    const database: Database = { kind: 'postgres', url: server.url };
    await (await openStore(database)).close();
    await server.sql(
      ...fill('casebridge.deliveries', (most) => `generate_series(1, ${most}) AS n`),
      'VACUUM (ANALYZE) casebridge.deliveries',
    );
    const plan = await server.rows(`SET search_path = casebridge; EXPLAIN ${STATEMENT}`);

    expect(plan.map((row) => String(row['QUERY PLAN'])).join('\n')).toContain('Index Only Scan using deliveries_owed');
    expectAll(await measured(database));
  });
});
