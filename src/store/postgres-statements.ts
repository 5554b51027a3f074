import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { fromServer } from './postgres-errors.ts';
import type { Result, Statement, Steps } from './steps.ts';

type Numbered = { readonly name: string; readonly text: string; readonly names: readonly string[] };

/** Statements with numbered values, by their text; the server prepares each once per connection, by its name. */
const known = new Map<string, Numbered>();

/**
 * What one connection is told, in order, and what it answers. All that is told without waiting for an answer goes out
 * as one piece, and is answered as one: there and back is most of what a short statement costs.
 */
export class Exchange {
  readonly #client: Client;
  /** The first that failed: within a transaction nothing is done after it. */
  #failure: { readonly error: unknown } | null = null;
  /** Answers that nobody waits for. */
  readonly #unawaited: Promise<Result>[] = [];
  #corked = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** When it resolves, statements whose answers nobody waits for may still be under way. */
  async run<T>(steps: Steps<T>): Promise<T> {
    let next = steps.next();
    while (!next.done) {
      const answers = next.value.map((statement) => this.#query(statement));
      if (next.value.some(isAwaited)) {
        next = steps.next(await Promise.all(answers));
      } else {
        this.#keep(answers);
        next = steps.next([]);
      }
    }
    return next.value;
  }

  /** What gives no answer but that it was done. */
  async say(text: string): Promise<void> {
    await this.#send(() => this.#client.query(text));
  }

  /** Resolves when all that was told was done. */
  async end(): Promise<void> {
    await Promise.all(this.#unawaited);
  }

  #keep(answers: readonly Promise<Result>[]): void {
    // Whoever asks for the end is told.
    for (const answer of answers) answer.catch(() => undefined);
    this.#unawaited.push(...answers);
  }

  async #query(statement: Statement): Promise<Result> {
    const { name, text, names } = numbered(statement);
    const values = names.map((value) => statement.values[value] ?? null);
    const { rows, rowCount } = await this.#send(() => this.#client.query<Row>({ name, text, values }));
    const result = { rows, changes: rowCount ?? 0 };
    statement.heard?.(result);
    return result;
  }

  #send<T>(query: () => Promise<T>): Promise<T> {
    this.#cork();
    return this.#heard(fromServer(query()));
  }

  async #heard<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // What comes after the first failure only fails for it.
      this.#failure ??= { error };
      throw this.#failure.error;
    }
  }

  /** The driver writes each statement by itself; those of one turn go out together. */
  #cork(): void {
    if (this.#corked) return;

    const { stream } = this.#client.connection;
    stream.cork();
    this.#corked = true;
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork();
    });
  }
}

type Row = Record<string, unknown>;

const isAwaited = ({ wants, heard }: Statement): boolean => wants !== 'nothing' && heard === undefined;

/** Runs steps on one connection, in a transaction of the caller's or in none. */
export async function runSteps<T>(client: Client, steps: Steps<T>): Promise<T> {
  const exchange = new Exchange(client);
  const result = await exchange.run(steps);
  await exchange.end();
  return result;
}

function numbered({ text: named }: Statement): Numbered {
  const before = known.get(named);
  if (before !== undefined) return before;

  const names: string[] = [];
  const text = named.replaceAll(/:([a-z]\w*)/gi, (_match, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const after: Numbered = { name: createHash('sha1').update(text).digest('hex'), text, names };
  known.set(named, after);
  return after;
}

/** Every statement used so far, with the names of its values: what a test asks the query planner about. */
export function statementsUsed(): readonly Numbered[] {
  return [...known.values()];
}
