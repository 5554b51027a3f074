import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Result, Statement, Steps } from './steps.ts';

type Prepared = { readonly statement: StatementSync; readonly names: readonly string[] };

/** Runs steps on one SQLite database, at once. Each statement is prepared once. */
export class SqliteStatements {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();
  #ticks = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** What `nextval('ticks')` counts on from. */
  countFrom(ticks: number): void {
    this.#ticks = ticks;
  }

  run<T>(steps: Steps<T>): T {
    let next = steps.next();
    while (!next.done) next = steps.next(next.value.map((statement) => this.#execute(statement)));
    return next.value;
  }

  /** Every statement used so far: what a test asks the query planner about. */
  texts(): string[] {
    return [...this.#prepared.keys()].map((text) => positional(text).text);
  }

  #execute(asked: Statement): Result {
    const result = this.#answer(asked);
    asked.heard?.(result);
    return result;
  }

  #answer({ text, values, wants }: Statement): Result {
    const { statement, names } = this.#prepare(text);
    const given = names.map((name) => (name === TICK ? (this.#ticks += 1) : (values[name] ?? null)));
    if (wants === 'rows') return { rows: statement.all(...given), changes: 0 };

    return { rows: [], changes: Number(statement.run(...given).changes) };
  }

  #prepare(text: string): Prepared {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;

    const { text: sql, names } = positional(text);
    const prepared = { statement: this.#database.prepare(sql), names };
    this.#prepared.set(text, prepared);
    return prepared;
  }
}

/** No name of a value. */
const TICK = 'nextval()';

/** Values by their places: to find each by its name takes as long as a short statement. */
function positional(text: string): { text: string; names: readonly string[] } {
  const names: string[] = [];
  const sql = inSqlite(text).replaceAll(/nextval\('ticks'\)|:([a-z]\w*)/gi, (_match, name: string | undefined) => {
    names.push(name ?? TICK);
    return '?';
  });
  return { text: sql, names };
}

/**
 * One writer needs no row locks; its `max` of several values is what others call `greatest`. A bare value as a limit is
 * looked at when a plan is made, so the statement would be prepared anew for each (sqlite/src/expr.c, `sqlite3ExprIsInteger`).
 */
function inSqlite(text: string): string {
  return text
    .replaceAll(/\s+FOR UPDATE(?: SKIP LOCKED)?/g, '')
    .replaceAll('greatest(', 'max(')
    .replaceAll(/\bLIMIT (:\w+)/g, 'LIMIT $1 + 0');
}
