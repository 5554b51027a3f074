import { existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Client } from 'pg';
import { behindLinks, nearestFolder, refusal } from './place.ts';
import { once } from './postgres.ts';
import { STEPS } from './schema.ts';
import { explained } from './sqlite-errors.ts';
import { StoreUnusable } from './unusable.ts';
import type { Database } from './open.ts';

/** What can be found out about a store without opening it as the app does; nothing in it is changed. */

export type StoreFacts = {
  /** Null: nothing is there yet, and the first start will create it. */
  readonly version: number | null;
  readonly knownVersion: number;
  /** Why it cannot be written to; null when it can. */
  readonly unwritable: string | null;
  /** A process of casebridge works on it now; null where that cannot be told. */
  readonly running: boolean | null;
  readonly freeBytes: number | null;
  /** The database server's clock, where it is not this machine's. */
  readonly serverNow: number | null;
};

/** Rejects with `StoreUnusable` when it is not a store of ours, or cannot be reached. */
export const inspectStore = async (database: Database): Promise<StoreFacts> =>
  database.kind === 'sqlite' ? inspectFile(resolve(database.path)) : once(database.url, inspectServer);

const inspectFile = (path: string): StoreFacts => {
  const folder = nearestFolder(path);
  const facts = { knownVersion: STEPS.length, freeBytes: freeBytes(folder), serverNow: null };
  if (!existsSync(path)) return { ...facts, version: null, unwritable: refusal(folder, true), running: false };
  if (!statSync(path).isFile()) throw new StoreUnusable(path, 'it is not a file: DATABASE_URL must name one');
  const version = fileVersion(path);
  return {
    ...facts,
    version,
    unwritable: refusal(dirname(path), true) ?? refusal(path, false),
    running: isLocked(path),
  };
};

const freeBytes = (folder: string): number | null => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
};

const fileVersion = (path: string): number => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
    const events = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'delivery_lanes'`).get();
    if (tables > 0 && events === undefined)
      throw new StoreUnusable(path, 'it is a database of another program: choose another file');
    return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  } catch (error) {
    throw explained(path, error);
  } finally {
    database?.close();
  }
};

/** Looks without waiting, and lets go at once. */
const isLocked = (path: string): boolean => {
  const file = `${behindLinks(path)}.lock`;
  if (!existsSync(file)) return false;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE; ROLLBACK');
    return false;
  } catch {
    return true;
  } finally {
    database?.close();
  }
};

const FACTS = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only,
  to_regnamespace('casebridge') IS NOT NULL AS schema_there,
  has_database_privilege(current_database(), 'CREATE') AS may_create,
  EXISTS (SELECT 1 FROM pg_class WHERE relname = 'schema_version'
    AND relnamespace = to_regnamespace('casebridge')) AS there,
  coalesce(has_schema_privilege(to_regnamespace('casebridge')::oid, 'USAGE'), false) AS may_read,
  coalesce(has_schema_privilege(to_regnamespace('casebridge')::oid, 'CREATE'), false) AS may_write,
  floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now`;

type ServerFacts = Readonly<
  Record<'read_only' | 'schema_there' | 'may_create' | 'there' | 'may_read' | 'may_write', boolean>
> & {
  readonly now: number;
};

const inspectServer = async (client: Client): Promise<StoreFacts> => {
  const [facts] = (await client.query<ServerFacts>(FACTS)).rows;
  if (facts === undefined) throw new TypeError('the server answered with nothing');
  const stored =
    facts.there && facts.may_read
      ? await client.query<{ version: number }>('SELECT version FROM casebridge.schema_version')
      : undefined;
  const version = stored?.rows[0]?.version;
  return {
    version: version ?? null,
    knownVersion: STEPS.length,
    unwritable: whyNot(facts),
    running: null,
    freeBytes: null,
    serverNow: facts.now,
  };
};

const whyNot = ({ read_only, schema_there, may_create, may_write }: ServerFacts): string | null => {
  if (read_only) return 'the server is read-only: DATABASE_URL must name the primary';
  if (schema_there && !may_write) return 'its user may not write the schema "casebridge": make it the owner';
  if (!schema_there && !may_create) return 'its user may not create the schema: GRANT CREATE ON DATABASE … TO it';
  return null;
};
