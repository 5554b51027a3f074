import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { NotStored } from '../delivery/errors.ts';

/** Far more than a transaction takes whose pages go to the system's cache. */
const SLOW_MS = 20;

/** `awaited`: told when it is durable. `soon`: told when it is committed; it is made durable all the same. */
export type Sync = 'awaited' | 'soon';

type Write = {
  readonly sync: Sync;
  readonly run: () => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

export type CommitOptions = {
  /** Makes what was committed durable, off this thread; called with null when it is, with what is wrong otherwise. */
  readonly sync: (done: (error: unknown) => void) => void;
  /** The same at once, for the end; throws. */
  readonly syncNow: () => void;
  /** Called after each commit, before anybody is told. */
  readonly committed: () => void;
};

/**
 * Group commit: all writes of one turn of the event loop share one transaction, and all transactions that come while the
 * disk is waited for share its next sync. A write that is refused fails alone; a commit that fails, fails all of its writes.
 */
export class Commits {
  readonly #database: DatabaseSync;
  readonly #options: CommitOptions;
  readonly #changes: StatementSync;
  #changed = 0;
  #waiting: Write[] = [];
  #scheduled = false;
  /** Committed, and waiting for the sync that runs, or for the one after it. */
  #underWay: readonly Write[] = [];
  #behind: Write[] = [];
  #syncing = false;
  #isSlow = false;
  /** Something was committed since the last sync began. */
  #dirty = false;
  /** Not so after a sync that failed, whatever it was for. */
  #isTrusted = true;
  #closed = false;

  constructor(database: DatabaseSync, options: CommitOptions) {
    this.#database = database;
    this.#options = options;
    this.#changes = database.prepare('SELECT total_changes() AS n');
  }

  /** Resolves when what `work` wrote is stored. `work` runs later, maybe twice, and must not wait for anything. */
  write<T>(work: () => T, sync: Sync = 'awaited'): Promise<T> {
    if (this.#closed) return Promise.reject(new NotStored(new Error('the store is closed')));

    return new Promise<T>((resolve, reject) => {
      let finish: () => void = () => undefined;
      const run = (): void => {
        const result = work();
        finish = () => resolve(result);
      };
      this.#waiting.push({ sync, run, done: () => finish(), failed: reject });
      this.#schedule();
    });
  }

  /** Commits what waits, then refuses everything. */
  close(): void {
    this.#flush();
    this.#closed = true;
    const told = [...this.#underWay, ...this.#behind];
    this.#underWay = [];
    this.#behind = [];
    try {
      this.#options.syncNow();
      for (const write of told) write.done();
    } catch (error) {
      refuse(told, error);
    }
  }

  /**
   * Who waits for a sync that has not begun can as well be committed when it does, together with all who come till then.
   * Commits that take long hold up the thread: whoever waits for the sync of one is told before the next.
   */
  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return;
    if (this.#syncing && (this.#isSlow || !this.#waiting.some(({ sync }) => sync === 'soon'))) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed) return;
    const began = performance.now();
    const turn = this.#commit();
    this.#isSlow = performance.now() - began > SLOW_MS;
    if (turn.length === 0) return;

    this.#dirty ||= this.#hasChanged();
    const isDurable = !this.#dirty && !this.#syncing && this.#isTrusted;
    this.#options.committed();
    for (const { write, refusal } of turn) {
      if (refusal !== null) write.failed(refusal.error);
      else if (isDurable || write.sync === 'soon') write.done();
      else this.#behind.push(write);
    }
    this.#sync();
  }

  #sync(): void {
    if (this.#syncing || this.#closed || (!this.#dirty && this.#behind.length === 0)) return;

    this.#syncing = true;
    this.#dirty = false;
    this.#underWay = this.#behind;
    this.#behind = [];
    this.#options.sync((error) => {
      const told = this.#underWay;
      this.#underWay = [];
      this.#syncing = false;
      this.#isTrusted = error === null;
      if (error === null) for (const write of told) write.done();
      else refuse(told, error);
      this.#sync();
      this.#schedule();
    });
  }

  /** A claim that finds nothing writes nothing: the disk need not be waited for. */
  #hasChanged(): boolean {
    const before = this.#changed;
    this.#changed = Number(this.#changes.get()?.['n']);
    return this.#changed !== before;
  }

  /** The writes that are committed; those of a turn that could not be are told so, and are not among them. */
  #commit(): Turn {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return [];

    try {
      return this.#together(writes) ?? this.#oneByOne(writes);
    } catch (error) {
      this.#rollBack();
      refuse(writes, error);
      return [];
    }
  }

  /** Null when one of them is refused, which is rare: a savepoint for each would cost all the others. */
  #together(writes: readonly Write[]): Turn | null {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) write.run();
    } catch (error) {
      if (endsTransaction(error) || !this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK');
      return null;
    }
    this.#database.exec('COMMIT');
    return writes.map((write) => ({ write, refusal: null }));
  }

  #oneByOne(writes: readonly Write[]): Turn {
    this.#database.exec('BEGIN IMMEDIATE');
    const turn = writes.map((write) => ({ write, refusal: this.#attempt(write) }));
    this.#database.exec('COMMIT');
    return turn;
  }

  #attempt(write: Write): Refusal | null {
    let refusal: Refusal | null = null;
    this.#database.exec('SAVEPOINT one');
    try {
      write.run();
    } catch (error) {
      if (endsTransaction(error) || !this.#database.isTransaction) throw error;
      this.#database.exec('ROLLBACK TO one');
      refusal = { error };
    }
    this.#database.exec('RELEASE one');
    return refusal;
  }

  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, or the next BEGIN says what is wrong.
    }
  }
}

type Refusal = { readonly error: unknown };
type Turn = readonly { readonly write: Write; readonly refusal: Refusal | null }[];

const refuse = (writes: readonly Write[], error: unknown): void => {
  for (const write of writes) write.failed(new NotStored(error));
};

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
