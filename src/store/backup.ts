import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { beginCopy, checkReadable } from './copy-file.ts';
import type { Database } from './open.ts';
import { parsedJson } from '../core/foreign-text.ts';
import { once } from './postgres.ts';
import { checkSchema } from './postgres-schema.ts';
import { runSteps } from './postgres-statements.ts';
import { openPostgresTables } from './postgres-tables.ts';
import { STEPS } from './schema.ts';
import { explaining } from './sqlite-errors.ts';
import { openBeside } from './sqlite.ts';
import { openSqliteTables } from './sqlite-tables.ts';
import { all, first, run, type Steps, type Values } from './steps.ts';
import { BackupUnusable, StoreUnusable } from './unusable.ts';

/**
 * A copy of everything in a store as it was at one moment, as lines of JSON: made while casebridge runs, and the same
 * whatever the database, so that it also moves a store from one to the other.
 */

/** Tables with the columns that order them. What only processes hold among themselves is not copied. */
const TABLES = {
  events: ['id'],
  event_lanes: ['lane'],
  deliveries: ['seq'],
  delivery_lanes: ['lane'],
  gates: ['key'],
  records: ['namespace', 'key'],
  orders: ['id'],
} as const;
type Table = keyof typeof TABLES;
const NAMES = Object.keys(TABLES).filter((name): name is Table => name in TABLES);

const PAGE = 500;

const Head = z.object({ casebridge: z.literal('backup'), schema: z.number().int() });
const Line = z.union([
  z.object({
    table: z.enum(['events', 'event_lanes', 'deliveries', 'delivery_lanes', 'gates', 'records', 'orders']),
    row: z.record(z.string().regex(/^[a-z_]+$/u), z.union([z.string(), z.number(), z.null()])),
  }),
  z.object({ rows: z.number().int() }),
]);

/** Resolves to the number of rows. The file is whole and on the disk, or not there at all; one that is there stays as it is. */
export const backUp = async (database: Database, path: string): Promise<number> => {
  if (database.kind === 'sqlite' && !existsSync(database.path))
    throw new StoreUnusable(database.path, 'there is no such file: check DATABASE_URL');
  const copy = await beginCopy(path);
  try {
    await copy.write(JSON.stringify({ casebridge: 'backup', schema: STEPS.length }));
    let rows = 0;
    await eachRow(database, async (table, row) => {
      rows += 1;
      await copy.write(JSON.stringify({ table, row }));
    });
    await copy.write(JSON.stringify({ rows }));
    await copy.end();
    return rows;
  } catch (error) {
    await copy.drop();
    throw error;
  }
};

type See = (table: Table, row: Values) => Promise<void>;
type Runner = <T>(steps: Steps<T>) => T | Promise<T>;

/** All of one moment: what is written meanwhile is not seen. */
const eachRow = async (database: Database, see: See): Promise<void> => {
  if (database.kind === 'postgres') {
    await once(database.url, async (client, place) => {
      await checkSchema(client, place);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await allRows((steps) => runSteps(client, steps), see);
      await client.query('COMMIT');
    });
    return;
  }
  const { database: file, statements } = openBeside(database.path);
  try {
    file.exec('BEGIN');
    await allRows((steps) => explaining(database.path, () => statements.run(steps)), see);
  } finally {
    file.close();
  }
};

const allRows = async (read: Runner, see: See): Promise<void> => {
  for (const table of NAMES) {
    for (let after: Values | null = null; ; ) {
      const page: readonly Values[] = await read(pageAfter(table, after));
      for (const row of page) await see(table, row);
      const last = page.at(-1);
      if (last === undefined) break;
      after = Object.fromEntries(TABLES[table].map((column) => [column, last[column] ?? null]));
    }
  }
};

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

function* pageAfter(table: Table, after: Values | null): Steps<readonly Values[]> {
  const columns = TABLES[table];
  const above = after === null ? '' : `WHERE (${columns.join(', ')}) > (${columns.map((one) => `:${one}`).join(', ')})`;
  const rows = yield* all(`SELECT * FROM ${table} ${above} ORDER BY ${columns.join(', ')} LIMIT ${PAGE}`, after ?? {});
  return rows.map((row) => Row.parse(row));
}

/**
 * Into a store in which there is nothing yet. Resolves to the number of rows. The file is read through before anything
 * is written; a restore that was cut off is begun anew, with another new store.
 */
export const restore = async (database: Database, path: string): Promise<number> => {
  const place = database.kind === 'sqlite' ? database.path : null;
  let expected = 0;
  for await (const rows of rowsIn(path)) expected += rows.length;
  const tables =
    database.kind === 'sqlite'
      ? (await openSqliteTables({ path: database.path })).tables
      : await openPostgresTables({ url: database.url });
  try {
    if (!(await tables.read(isEmpty)))
      throw new StoreUnusable(place, 'there is something in it: restore into a new store');
    for await (const rows of rowsIn(path)) await tables.write(() => putRows(rows));
    if (database.kind === 'postgres') await tables.write(setSequences);
    return expected;
  } finally {
    await tables.close();
  }
};

type TableRow = { readonly table: Table; readonly row: Values };

/** Page by page. Throws when it is no backup, of another schema, damaged, or cut off. */
async function* rowsIn(path: string): AsyncGenerator<readonly TableRow[]> {
  checkReadable(path);
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let page: TableRow[] = [];
  let count = 0;
  let end: number | null = null;
  let isHead = true;
  for await (const line of lines) {
    if (isHead) checkHead(line, path);
    const parsed = isHead ? null : Line.safeParse(parsedJson(line)).data;
    isHead = false;
    if (parsed === null) continue;
    if (parsed === undefined || end !== null) throw new BackupUnusable(path, 'is damaged: take another');
    if ('rows' in parsed) end = parsed.rows;
    else {
      count += 1;
      page.push(parsed);
    }
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (end !== count) throw new BackupUnusable(path, 'is cut off, its end is missing: take another');
  yield page;
}

function* isEmpty(): Steps<boolean> {
  for (const table of ['events', 'deliveries', 'records']) {
    if ((yield* first(`SELECT 1 AS one FROM ${table} LIMIT 1`)) !== undefined) return false;
  }
  return true;
}

function* putRows(rows: readonly TableRow[]): Steps<void> {
  for (const { table, row } of rows) {
    const columns = Object.keys(row);
    yield* run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `:${column}`).join(', ')})`,
      row,
    );
  }
}

/** Numbers go on above what was restored. */
function* setSequences(): Steps<void> {
  for (const [table, column] of [
    ['events', 'id'],
    ['deliveries', 'seq'],
    ['orders', 'id'],
  ] as const) {
    yield* all(
      `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), coalesce(max(${column}), 0) + 1, false) FROM ${table}`,
    );
  }
  yield* all(`SELECT setval('ticks', 1 + greatest(
    (SELECT coalesce(max(place), 0) FROM events), (SELECT coalesce(max(served), 0) FROM event_lanes),
    (SELECT coalesce(max(turn), 0) FROM deliveries), (SELECT coalesce(max(served), 0) FROM delivery_lanes)))`);
}

const checkHead = (line: string, path: string): void => {
  const head = Head.safeParse(parsedJson(line)).data;
  if (head === undefined)
    throw new BackupUnusable(path, 'is not one of casebridge: name a file that `data backup` wrote');
  if (head.schema === STEPS.length) return;
  throw new BackupUnusable(
    path,
    `was made with schema ${head.schema}, and this version has ${STEPS.length}: restore it with the version that made it, then update`,
  );
};
