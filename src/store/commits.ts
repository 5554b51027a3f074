import type { DatabaseSync } from 'node:sqlite';
import { NotStored } from '../delivery/errors.ts';

type Write = { readonly run: () => void; readonly done: () => void; readonly failed: (error: unknown) => void };

/**
 * Group commit: all writes of one turn of the event loop share one transaction, hence one fsync. Each stands in a
 * savepoint of its own, so that one that is refused fails alone; a failing commit fails all of them.
 */
export class Commits {
  readonly #database: DatabaseSync;
  readonly #committed: () => void;
  #waiting: Write[] = [];
  #closed = false;

  /** `committed` is called after each commit, before its waiters go on. */
  constructor(database: DatabaseSync, committed: () => void) {
    this.#database = database;
    this.#committed = committed;
  }

  /** Resolves when what `work` wrote is durable. `work` runs later in this turn and must not wait for anything. */
  write<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new NotStored(new Error('the store is closed')));

    return new Promise<T>((resolve, reject) => {
      let finish: () => void = () => undefined;
      const run = (): void => {
        const result = work();
        finish = () => resolve(result);
      };
      this.#waiting.push({ run, done: () => finish(), failed: reject });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Commits what waits, then refuses everything. */
  close(): void {
    this.#flush();
    this.#closed = true;
  }

  #flush(): void {
    const turn = this.#waiting;
    this.#waiting = [];
    if (turn.length === 0) return;

    const refused = new Map<Write, unknown>();
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const write of turn) this.#attempt(write, refused);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#rollBack();
      for (const write of turn) write.failed(new NotStored(error));
      return;
    }

    this.#committed();
    for (const write of turn) {
      if (refused.has(write)) write.failed(refused.get(write));
      else write.done();
    }
  }

  #attempt(write: Write, refused: Map<Write, unknown>): void {
    this.#database.exec('SAVEPOINT one');
    try {
      write.run();
    } catch (error) {
      if (endsTransaction(error) || !this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO one');
      refused.set(write, error);
    }
    this.#database.exec('RELEASE one');
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, or the next BEGIN says what is wrong.
    }
  }
}

/**
 * Errors after which SQLite may have rolled back more than the statement: NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT,
 * FULL, CANTOPEN (https://sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
 */
const ENDING = new Set([7, 8, 9, 10, 11, 13, 14]);

function endsTransaction(error: unknown): boolean {
  return isSqliteError(error) && ENDING.has(error.errcode & 0xff);
}

export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}
