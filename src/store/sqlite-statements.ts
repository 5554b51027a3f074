import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Result, Statement, Steps } from './steps.ts';

/** Runs steps on one SQLite database, at once. Each statement is prepared once. */
export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run<T>(steps: Steps<T>): T {
    let next = steps.next();
    while (!next.done) next = steps.next(this.#execute(next.value));
    return next.value;
  }

  /** Every statement used so far: what a test asks the query planner about. */
  texts(): string[] {
    return [...this.#prepared.keys()].map(inSqlite);
  }

  #execute({ text, values, wants }: Statement): Result {
    const statement = this.#prepare(text);
    if (wants === 'rows') return { rows: statement.all(values), changes: 0 };

    return { rows: [], changes: Number(statement.run(values).changes) };
  }

  #prepare(text: string): StatementSync {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;

    const prepared = this.#database.prepare(inSqlite(text));
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

/** One writer needs no row locks; its `max` of several values is what others call `greatest`. */
function inSqlite(text: string): string {
  return text.replaceAll(/\s+FOR UPDATE(?: SKIP LOCKED)?/g, '').replaceAll('greatest(', 'max(');
}
