import { Client, type ClientConfig, type CustomTypesConfig, Pool, types } from 'pg';
import { explained } from './postgres-errors.ts';
import { SCHEMA } from './postgres-schema.ts';
import { StoreUnusable } from './unusable.ts';

/** Connections that one process uses at most, besides the one that listens. */
const CONNECTIONS = 10;

const CONNECT_MS = 5_000;
const STATEMENT_MS = 15_000;

/** How long a start waits for another one that changes the schema. */
const MIGRATION_MS = 60_000;

/** A process that is frozen inside a transaction holds up the others for this long; then the server ends it. */
const FROZEN_MS = 3_000;

/** Longer than a frozen process holds a lock. */
const LOCK_MS = 8_000;

/** `INT8`: moments and numbers fit into doubles; the driver hands them over as text otherwise. */
const withNumbers: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format)),
};

/**
 * All statements have an index. A table that was empty when it was last looked at must not lead to plans that read it
 * whole, nor a guess about their cost to compiling them. `synchronous_commit` stays as strict as the server has it.
 */
const SETTINGS = `-c search_path=${SCHEMA} -c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan`;

export function settingsOf(url: string): ClientConfig {
  const address = new URL(url);
  const theirs = address.searchParams.get('options') ?? '';
  // What an address says goes before what is said beside it, and would leave none of our own.
  address.searchParams.delete('options');

  return {
    connectionString: address.href,
    options: `${theirs} ${SETTINGS}`.trim(),
    types: withNumbers,
    application_name: 'casebridge',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + CONNECT_MS,
    lock_timeout: LOCK_MS,
    idle_in_transaction_session_timeout: FROZEN_MS,
    keepAlive: true,
    // A statement goes out while those before it are not answered yet.
    pipeline: true,
  };
}

export function createPool(url: string): Pool {
  const pool = new Pool({ ...settingsOf(url), max: CONNECTIONS });
  // The next use opens another connection; without listeners a lost one would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** A connection of its own for what is done before the store is open; its troubles are explained. */
export async function once<T>(url: string, work: (client: Client, place: string) => Promise<T>): Promise<T> {
  const place = placeOf(url);
  const client = new Client({ ...settingsOf(url), lock_timeout: MIGRATION_MS, statement_timeout: 0, query_timeout: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client, place);
  } catch (error) {
    throw explained(place, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server and the database, without user and password. */
function placeOf(url: string): string {
  const place = URL.parse(url);
  if (place === null) throw new StoreUnusable(null, 'expected postgres://user:password@host:5432/database');

  return `postgres://${place.host}${place.pathname}`;
}
