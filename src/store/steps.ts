import type { Row } from './rows.ts';

/**
 * What the store does is written once for both databases, as steps: a generator that yields statements and is given
 * their results. SQLite runs them at once, PostgreSQL waits for each; neither shows in the steps.
 *
 * The statements are in the words that both know. Two come from PostgreSQL and are translated for SQLite (sqlite.ts):
 * `greatest`, and `FOR UPDATE`, since SQLite has one writer and no row locks. Locks are taken in this order, by all:
 * lanes of deliveries (sorted), deliveries, records (sorted), the mutex of the gates, lanes of events (sorted), events.
 */
export type Steps<T> = Generator<Statement, T, Result>;

export type Values = Readonly<Record<string, string | number | null>>;

/** Values are named: `:lane` takes `{ lane }`. */
export type Statement = {
  readonly text: string;
  readonly values: Values;
  readonly wants: 'rows' | 'changes';
};

export type Result = { readonly rows: readonly Row[]; readonly changes: number };

export function* all(text: string, values: Values = {}): Steps<readonly Row[]> {
  const { rows } = yield { text, values, wants: 'rows' };
  return rows;
}

export function* first(text: string, values: Values = {}): Steps<Row | undefined> {
  const { rows } = yield { text, values, wants: 'rows' };
  return rows[0];
}

/** How many rows it changed. */
export function* run(text: string, values: Values = {}): Steps<number> {
  const { changes } = yield { text, values, wants: 'changes' };
  return changes;
}

/** The names and values of a list: `IN (${names})`. */
export function listed<V extends string | number>(list: readonly V[]): { names: string; values: Record<string, V> } {
  const entries = list.map((value, n): [string, V] => [`item${n}`, value]);
  return { names: entries.map(([name]) => `:${name}`).join(', '), values: Object.fromEntries(entries) };
}

/** In the order in which locks are taken. */
export function inOrder(lanes: readonly string[]): string[] {
  return [...new Set(lanes)].toSorted();
}
