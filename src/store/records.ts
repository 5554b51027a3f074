import { Keyv } from 'keyv';
import type { Tables } from './ledger.ts';
import { type Row, text } from './rows.ts';
import { all, asked, changed, first, run, type Steps } from './steps.ts';

/** Rows that an iterator reads at once. */
const PAGE = 200;

/** Records of one namespace, in the table that settlements write to. An outage throws; it never reads as "not there". */
export function openRecords(tables: Tables, namespace: string): Keyv {
  return new Keyv({
    store: recordStore(tables, namespace),
    namespace,
    // The namespace is a column: Keyv's prefix takes a key that begins like one for a prefixed one (src/index.ts).
    useKeyPrefix: false,
    // Without it Keyv 5 answers an outage with undefined (src/index.ts, `get`).
    throwOnErrors: true,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
}

const READ = `SELECT value FROM records WHERE namespace = :namespace AND key = :key`;

/** Keyv's store: envelopes in, envelopes out. One object per namespace, for Keyv writes its own onto it. */
function recordStore(tables: Tables, namespace: string) {
  function* read(key: string): Steps<string | undefined> {
    const row = yield* first(READ, { namespace, key });
    return row && text(row, 'value');
  }

  function* readAll(keys: readonly string[]): Steps<(string | undefined)[]> {
    const found = yield* asked(keys.map((key) => ({ text: READ, values: { namespace, key } })));
    return found.map(([row]) => row && text(row, 'value'));
  }

  function* has(key: string): Steps<boolean> {
    const row = yield* first(
      `SELECT 1 AS one FROM records
       WHERE namespace = :namespace AND key = :key AND (expires IS NULL OR expires > :now)`,
      { namespace, key, now: Date.now() },
    );
    return row !== undefined;
  }

  function* set(key: string, value: string, ttl: number | undefined): Steps<boolean> {
    yield* run(
      `INSERT INTO records (namespace, key, value, expires) VALUES (:namespace, :key, :value, :expires)
       ON CONFLICT (namespace, key) DO UPDATE SET value = :value, expires = :expires`,
      { namespace, key, value, expires: ttl === undefined ? null : Date.now() + ttl },
    );
    return true;
  }

  function* remove(keys: readonly string[]): Steps<boolean> {
    let removed = true;
    for (const key of keys.toSorted()) {
      const rows = yield* changed(`DELETE FROM records WHERE namespace = :namespace AND key = :key`, {
        namespace,
        key,
      });
      removed &&= rows > 0;
    }
    return removed;
  }

  function* clear(): Steps<void> {
    yield* run(`DELETE FROM records WHERE namespace = :namespace`, { namespace });
  }

  function pageAfter(after: string): Promise<readonly Row[]> {
    return tables.read(() =>
      all(`SELECT key, value FROM records WHERE namespace = :namespace AND key > :after ORDER BY key LIMIT ${PAGE}`, {
        namespace,
        after,
      }),
    );
  }

  return {
    namespace,
    // Keyv makes iterators only for dialects that it knows.
    opts: { dialect: 'sqlite', url: '' },

    get: (key: string) => tables.read(() => read(key)),
    // Without its own getMany Keyv 5 reads an outage as undefined, whatever throwOnErrors says.
    getMany: (keys: string[]) => tables.read(() => readAll(keys)),
    has: (key: string) => tables.read(() => has(key)),
    // Keyv itself judges by the clock of this process whether a value has expired, hence Date.now.
    set: (key: string, value: string, ttl?: number) => tables.write(() => set(key, value, ttl)),
    delete: (key: string) => tables.write(() => remove([key])),
    deleteMany: (keys: string[]) => tables.write(() => remove(keys)),
    clear: () => tables.write(clear),
    /** By key, so that what is written or deleted meanwhile neither skips nor repeats another. */
    async *iterator(): AsyncGenerator<[string, string]> {
      let page: readonly Row[] = [];
      let after = '';
      do {
        page = await pageAfter(after);
        for (const row of page) {
          after = text(row, 'key');
          yield [after, text(row, 'value')];
        }
      } while (page.length === PAGE);
    },
  };
}
