import { join } from 'node:path';
import { type DatabaseSync, StatementSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import type { NewDelivery } from '../../src/delivery/ports.ts';
import { createDeliveryStore } from '../../src/store/delivery-store.ts';
import { openSqliteTables } from '../../src/store/sqlite-tables.ts';
import { CROWD, createDrill, delivery, exercise, workThrough } from './exercise.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

it('finds by an index whatever the engine asks for', async () => {
  const drill = createDrill();
  const { tables, file } = await openSqliteTables({
    path: join(folder(), 'store.db'),
    now: () => drill.now,
    pace: drill.pace,
  });
  const store = createDeliveryStore(tables);
  await exercise(store, drill);

  const scans = file.statements.texts().flatMap((statement) =>
    isForStart(statement)
      ? []
      : file.database
          .prepare(`EXPLAIN QUERY PLAN ${statement}`)
          .all()
          .map(({ detail }) => String(detail))
          .filter((detail) => detail.startsWith('SCAN ') && !isShort(detail))
          .map((detail) => `${detail}: ${statement}`),
  );
  expect(scans).toEqual([]);
  await store.close();
});

/** Made once per start. */
const isForStart = (statement: string): boolean =>
  statement.includes('AS last') || statement.includes('probe IS NOT NULL') || !/\b(?:WHERE|VALUES)\b/.test(statement);

/** Results in memory, and partial indexes that hold only what waits. */
const isShort = (detail: string): boolean =>
  /^SCAN (?:\(|CONSTANT|\w+ USING (?:COVERING )?INDEX (?:gates_wake|orders_open))/.test(detail);

it('looks at as many rows in a store that is full of other things as in an empty one', async () => {
  const visitsIn = async (crowd: number): Promise<number> => {
    const { tables, file } = await openSqliteTables({ path: join(folder(), `${crowd}.db`) });
    const visits = countVisits(file.database);
    const store = createDeliveryStore(tables);
    for (const statement of CROWD) file.database.exec(statement(crowd));
    await workThrough(store, 'before');

    const before = visits();
    await workThrough(store, 'counted');
    const counted = visits() - before;
    await store.close();
    return counted;
  };

  const alone = await visitsIn(0);

  expect(alone).toBeGreaterThan(100);
  expect(await visitsIn(2_000)).toBe(alone);
});

/** Makes each statement that is prepared from now on count the rows which it looks at behind its index. */
function countVisits(database: DatabaseSync): () => number {
  let visits = 0;
  database.function('visited', (_row) => {
    visits += 1;
    return 1;
  });
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => prepare(counting(sql));
  return () => visits;
}

const counting = (sql: string): string =>
  sql.replaceAll(
    /\b(?:FROM|UPDATE)\s+(?!SET\b)(\w+)\b[\s\S]*?\bWHERE\b/g,
    (whole, table: string) => `${whole} visited(${table}.${table === 'records' ? 'key' : 'rowid'}) AND`,
  );

it('asks once whether anything of what a reading brings again is new', async () => {
  const { tables } = await openSqliteTables({ path: join(folder(), 'store.db') });
  const store = createDeliveryStore(tables);
  const rows = Array.from({ length: 21 }, (_, n) => delivery(`post ${n}`, 'lane', ['side']));
  const statementsFor = async (key: string, deliveries: readonly NewDelivery[]): Promise<number> => {
    await store.put([{ key, lane: 'case', payload: null }]);
    const [event] = await store.claimEvents(1, 60_000);
    if (event === undefined) throw new Error('the event was not claimable');
    const asked = [vi.spyOn(StatementSync.prototype, 'all'), vi.spyOn(StatementSync.prototype, 'run')];
    await store.settleEvent(event, { outcome: 'handled', deliveries, changes: [], records: [], events: [] });
    const count = asked.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    for (const spy of asked) spy.mockRestore();
    return count;
  };
  await statementsFor('first', rows);

  const again = await statementsFor('again', rows);
  expect(again).toBeGreaterThan(0);
  expect(again).toBe(await statementsFor('one', rows.slice(0, 1)));
  await store.close();
});
