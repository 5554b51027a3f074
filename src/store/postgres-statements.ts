import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { fromServer } from './postgres-errors.ts';
import type { Statement, Steps } from './steps.ts';

type Numbered = { readonly name: string; readonly text: string; readonly names: readonly string[] };

/** Statements with numbered values, by their text; the server prepares each once per connection, by its name. */
const known = new Map<string, Numbered>();

/** Runs steps on one connection, waiting for each. */
export async function runSteps<T>(client: Pick<ClientBase, 'query'>, steps: Steps<T>): Promise<T> {
  let next = steps.next();
  while (!next.done) {
    const { name, text, names } = numbered(next.value);
    const { values } = next.value;
    const given = names.map((value) => values[value] ?? null);
    const result = await fromServer(client.query<Record<string, unknown>>({ name, text, values: given }));
    next = steps.next({ rows: result.rows, changes: result.rowCount ?? 0 });
  }
  return next.value;
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
