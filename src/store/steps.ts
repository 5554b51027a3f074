import type { Row } from './rows.ts';

/**
 * What the store does is written once for both databases, as steps: a generator that yields statements and is given
 * their results. SQLite runs them at once; PostgreSQL is waited for where a step asks for an answer (`all`, `first`,
 * `asked`, `changed`), and told the rest along with what is asked next (`run`, `hear`). Neither shows in the steps.
 *
 * The statements are in the words that both know. Two come from PostgreSQL and are translated for SQLite (sqlite.ts):
 * `greatest`, and `FOR UPDATE`, since SQLite has one writer and no row locks. Locks are taken in this order, by all:
 * lanes of deliveries (sorted), deliveries, records (sorted), the mutex of the gates, lanes of events (sorted), events.
 */
export type Steps<T> = Generator<readonly Statement[], T, readonly Result[]>;

export type Values = Readonly<Record<string, string | number | null>>;

/** Values are named: `:lane` takes `{ lane }`. */
export type Statement = {
  readonly text: string;
  readonly values: Values;
  readonly wants: 'rows' | 'changes' | 'nothing';
  /** Told what comes of it, instead of the steps, which go on meanwhile; at the latest before the commit. */
  readonly heard?: (result: Result) => void;
};

export type Result = { readonly rows: readonly Row[]; readonly changes: number };

export function* all(text: string, values: Values = {}): Steps<readonly Row[]> {
  const [result] = yield [{ text, values, wants: 'rows' }];
  return result?.rows ?? [];
}

export function* first(text: string, values: Values = {}): Steps<Row | undefined> {
  const [result] = yield [{ text, values, wants: 'rows' }];
  return result?.rows[0];
}

/** Several questions at once, done one after another: each sees what those before it have done. */
export function* asked(questions: readonly Question[]): Steps<readonly (readonly Row[])[]> {
  if (questions.length === 0) return [];

  const results = yield questions.map((question) => ({ ...question, wants: 'rows' }));
  return results.map(({ rows }) => rows);
}

export type Question = Pick<Statement, 'text' | 'values'>;

/** How many rows it changed. */
export function* changed(text: string, values: Values = {}): Steps<number> {
  const [result] = yield [{ text, values, wants: 'changes' }];
  return result?.changes ?? 0;
}

/** Nobody waits for word of it: what comes next is sent along, and fails if this does. */
export function* run(text: string, values: Values = {}): Steps<void> {
  yield [{ text, values, wants: 'nothing' }];
}

/** The same, told what it gave before the transaction commits. */
export function* hear({ text, values }: Question, heard: (rows: readonly Row[]) => void): Steps<void> {
  yield [{ text, values, wants: 'rows', heard: ({ rows }) => heard(rows) }];
}

/** The same, told how many rows it changed. */
export function* hearChanged({ text, values }: Question, heard: (changes: number) => void): Steps<void> {
  yield [{ text, values, wants: 'changes', heard: ({ changes }) => heard(changes) }];
}

/** A question about a list, `IN (${names})`; its text is made once for each length of one. */
export function aboutList(text: (names: string) => string): (list: readonly (string | number)[]) => Question {
  const texts = new Map<number, string>();

  return (list) => {
    const made = texts.get(list.length) ?? text(list.map((_, n) => `:item${n}`).join(', '));
    texts.set(list.length, made);
    return { text: made, values: Object.fromEntries(list.map((value, n) => [`item${n}`, value])) };
  };
}

/** The rows of one question. */
export function* ask({ text, values }: Question): Steps<readonly Row[]> {
  return yield* all(text, values);
}

/** In the order in which locks are taken. */
export function inOrder(lanes: readonly string[]): string[] {
  return [...new Set(lanes)].toSorted();
}
