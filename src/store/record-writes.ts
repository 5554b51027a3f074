import { isDeepStrictEqual } from 'node:util';
import { Conflict } from '../delivery/errors.ts';
import type { Json, RecordWrite } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { intOrNull, type Row, text, toJson } from './rows.ts';
import { changed, first, run, type Steps } from './steps.ts';

/** Writes records in the envelope that Keyv reads, so that they commit together with what they belong to. */
export function* writeRecords(ledger: Ledger, writes: readonly RecordWrite[]): Steps<void> {
  for (const write of writes.toSorted(byKey)) {
    if (write.was === undefined) yield* put(write);
    else yield* putIfStill(ledger, write);
  }
}

/** Records that two transactions write are locked by both in one order; several writes of one stay in theirs. */
function byKey(a: RecordWrite, b: RecordWrite): number {
  const [one, other] = [JSON.stringify([a.namespace, a.key]), JSON.stringify([b.namespace, b.key])];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function* putIfStill(ledger: Ledger, write: RecordWrite): Steps<void> {
  const { namespace, key } = write;
  const row = yield* first(
    `SELECT value, expires FROM records WHERE namespace = :namespace AND key = :key FOR UPDATE`,
    { namespace, key },
  );
  if (!isStill(ledger, row, write.was)) throw new Conflict(namespace);
  if (row !== undefined || write.value === null) return yield* put(write);

  // There is no row to lock: of two that find none, the one that comes second finds the other's.
  const added = yield* changed(
    `INSERT INTO records (namespace, key, value, expires) VALUES (:namespace, :key, :value, NULL)
     ON CONFLICT (namespace, key) DO NOTHING`,
    { namespace, key, value: toJson({ value: write.value }) },
  );
  if (added === 0) throw new Conflict(namespace);
}

function isStill(ledger: Ledger, row: Row | undefined, was: Json | undefined): boolean {
  // What was read from this very text is written as it was.
  if (row?.['expires'] === null && row['value'] === toJson({ value: was })) return true;

  return isDeepStrictEqual(valueOf(ledger, row), plain(was));
}

function valueOf(ledger: Ledger, row: Row | undefined): unknown {
  if (row === undefined) return null;

  const expires = intOrNull(row, 'expires');
  if (expires !== null && expires <= ledger.now) return null;

  const envelope: unknown = JSON.parse(text(row, 'value'));
  return typeof envelope === 'object' && envelope !== null && 'value' in envelope ? envelope.value : null;
}

/** As it would come back from the store: members that are undefined are not there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function* put({ namespace, key, value }: RecordWrite): Steps<void> {
  if (value === null) {
    yield* run(`DELETE FROM records WHERE namespace = :namespace AND key = :key`, { namespace, key });
    return;
  }
  yield* run(
    `INSERT INTO records (namespace, key, value, expires) VALUES (:namespace, :key, :value, NULL)
     ON CONFLICT (namespace, key) DO UPDATE SET value = excluded.value, expires = NULL`,
    { namespace, key, value: toJson({ value }) },
  );
}
