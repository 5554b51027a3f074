import { closeSync, fdatasync, fdatasyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CommitOptions, Commits, isSqliteError } from './commits.ts';
import { behindLinks, closeToOthers, keepToOwner } from './place.ts';
import { STEPS } from './schema.ts';
import { explained } from './sqlite-errors.ts';
import { SqliteStatements } from './sqlite-statements.ts';
import { StoreLocked, StoreUnusable } from './unusable.ts';

/** Marks a file as ours: "case". */
const APPLICATION_ID = 0x63617365;

/** How long a write waits for an operator's command that writes its order, in ms. */
const BUSY_MS = 2_000;

/** A page that changes often is then written once for many commits; the log stays below 16 MB. */
const CHECKPOINT_PAGES = 4_000;

const BUSY = 5;
const OWNER_ONLY = 0o700;

const LET_US_WRITE = 'let the user that runs casebridge write there, or change DATABASE_URL';

/** An open store file: all reads and writes of the process go through this one connection. */
export type SqliteFile = {
  readonly database: DatabaseSync;
  readonly statements: SqliteStatements;
  readonly commits: Commits;
  readonly close: () => void;
};

/** `committed` is called after each commit. */
export function openSqlite(given: string, committed: () => void): SqliteFile {
  const path = behindLinks(given);
  const unlock = lock(path);
  let database: DatabaseSync | undefined;
  try {
    keepToOwner(path);
    for (const kept of [`${path}-wal`, `${path}-shm`]) closeToOthers(kept);
    database = connect(path);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON;
      PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    migrate(database, path);
    return fileOf(database, { ...durability(database, path), committed, unlock });
  } catch (error) {
    database?.close();
    unlock();
    throw explained(path, error);
  }
}

/** For the operator's commands: the same file, without the lock, of exactly our schema. */
export function openBeside(path: string): Pick<SqliteFile, 'database' | 'statements'> {
  let database: DatabaseSync | undefined;
  try {
    database = connect(path);
    const version = schemaVersion(database, path);
    if (version !== STEPS.length) {
      throw new StoreUnusable(path, 'it was written by another version of casebridge: start this version once');
    }
    return { database, statements: new SqliteStatements(database) };
  } catch (error) {
    database?.close();
    throw explained(path, error);
  }
}

type Parts = CommitOptions & { readonly unlock: () => void; readonly letGo: () => void };

function fileOf(database: DatabaseSync, { unlock, letGo, ...options }: Parts): SqliteFile {
  const commits = new Commits(database, options);

  return {
    database,
    statements: new SqliteStatements(database),
    commits,
    close: () => {
      commits.close();
      letGo();
      database.close();
      unlock();
    },
  };
}

type Durability = Pick<Parts, 'sync' | 'syncNow' | 'letGo'>;

/**
 * The disk is waited for off the main thread: SQLite appends to its log without waiting (`synchronous = NORMAL`), and a
 * commit counts as durable when the log was synced after it. Checkpoints sync by themselves. What is in the log is lost
 * only from its end on, so it is all there up to the last sync (https://sqlite.org/wal.html, "Performance Considerations").
 */
function durability(database: DatabaseSync, path: string): Durability {
  // Some file systems cannot do it: there each commit waits for itself, as `FULL` says.
  if (textOf(database, 'journal_mode') !== 'wal') {
    return { sync: (done) => done(null), syncNow: () => undefined, letGo: () => undefined };
  }
  const log = openSync(`${path}-wal`, 'r+');
  database.exec('PRAGMA synchronous = NORMAL');
  // After a sync that failed a later one may say yes to what is lost (https://wiki.postgresql.org/wiki/Fsync_Errors).
  let distrusted = false;
  const settle = (error: unknown): unknown => {
    distrusted ||= error !== null;
    if (!distrusted) return null;
    try {
      moveLog(database);
      distrusted = false;
      return null;
    } catch (worse) {
      return worse;
    }
  };

  return {
    sync: (done) => fdatasync(log, (error) => done(settle(error))),
    syncNow: () => {
      fdatasyncSync(log);
      if (distrusted) moveLog(database);
    },
    letGo: () => closeSync(log),
  };
}

/** All that the log holds goes into the file itself, each synced by SQLite, and the log begins anew. */
function moveLog(database: DatabaseSync): void {
  // Whoever reads beside us keeps it from that: it is tried again soon, and nobody is to wait for it on this thread.
  database.exec('PRAGMA busy_timeout = 0');
  try {
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
    if (busy !== 0) throw new Error('the log could not be moved into the file');
  } finally {
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  }
}

/**
 * Holds a second SQLite file in an exclusive transaction: the kernel frees it however the process ends, and a copy of
 * the store takes no stale lock along.
 */
function lock(path: string): () => void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: OWNER_ONLY });
  } catch (error) {
    throw new StoreUnusable(path, `its folder cannot be created (${codeOf(error)}): ${LET_US_WRITE}`, error);
  }

  const file = `${path}.lock`;
  let database: DatabaseSync | undefined;
  try {
    keepToOwner(file);
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (isSqliteError(error) && (error.errcode & 0xff) === BUSY) throw new StoreLocked(path);
    throw new StoreUnusable(path, `its lock file ${file} cannot be written (${codeOf(error)}): ${LET_US_WRITE}`, error);
  }
  const held = database;
  return () => held.close();
}

function connect(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
}

function migrate(database: DatabaseSync, path: string): void {
  const version = schemaVersion(database, path);
  for (const [index, step] of STEPS.entries()) {
    if (index < version) continue;
    database.exec(`
      BEGIN IMMEDIATE;
      ${step}
      PRAGMA user_version = ${index + 1};
      PRAGMA application_id = ${APPLICATION_ID};
      COMMIT`);
  }
}

function schemaVersion(database: DatabaseSync, path: string): number {
  const version = pragma(database, 'user_version');
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (tables > 0 && pragma(database, 'application_id') !== APPLICATION_ID) {
    throw new StoreUnusable(path, 'it is a database of another program: choose another file');
  }
  if (version > STEPS.length) {
    throw new StoreUnusable(
      path,
      `it was written by a newer casebridge (schema ${version}, this one knows ${STEPS.length}): run that version, ` +
        'or start from a backup made before the update',
    );
  }
  return version;
}

function textOf(database: DatabaseSync, name: 'journal_mode'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function codeOf(error: unknown): string {
  if (isSqliteError(error)) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
