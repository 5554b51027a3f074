import type { Json, RecordWrite } from '../delivery/ports.ts';
import { applyChange } from './changes.ts';
import { lockDelivery } from './delivery-rows.ts';
import { enterLanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { writeRecords } from './record-writes.ts';
import { int, json, text } from './rows.ts';
import { aboutList, all, ask, changed, run, type Steps } from './steps.ts';

/** What is kept about people: finding it, row by row, and taking it out before its time. */

const PAGE = 500;

/** A text that is still kept; `row` is where to go on after it. */
export type KeptText = {
  readonly row: number;
  /** The delivery's id, or the event's key. */
  readonly id: string;
  readonly lane: string;
  readonly state: string;
  readonly at: number;
  readonly content: Json;
};

export function* textsAfter(table: 'events' | 'deliveries', after: number): Steps<readonly KeptText[]> {
  const rows = yield* all(
    table === 'events'
      ? `SELECT id AS row_id, key AS name, lane, state, received_at AS at, payload AS content FROM events
         WHERE id > :after AND blank = 0 ORDER BY id LIMIT ${PAGE}`
      : `SELECT seq AS row_id, id AS name, lane, state, created_at AS at, effect AS content FROM deliveries
         WHERE seq > :after AND blank = 0 ORDER BY seq LIMIT ${PAGE}`,
    { after },
  );
  return rows.map((row) => ({
    row: int(row, 'row_id'),
    id: text(row, 'name'),
    lane: text(row, 'lane'),
    state: text(row, 'state'),
    at: int(row, 'at'),
    content: json(row, 'content'),
  }));
}

export type KeptRecord = { readonly key: string; readonly value: Json };

/** Records of one namespace by key, a page at a time. */
export function* recordsAfter(namespace: string, after: string): Steps<readonly KeptRecord[]> {
  const rows = yield* all(
    `SELECT key, value FROM records WHERE namespace = :namespace AND key > :after ORDER BY key LIMIT ${PAGE}`,
    { namespace, after },
  );
  return rows.map((row) => ({ key: text(row, 'key'), value: valueIn(json(row, 'value')) }));
}

/** Out of Keyv's envelope. */
const valueIn = (envelope: Json): Json =>
  typeof envelope === 'object' && envelope !== null && 'value' in envelope ? (envelope['value'] ?? null) : null;

export function* idsOfLane(lane: string): Steps<readonly string[]> {
  const rows = yield* all(`SELECT id FROM deliveries WHERE lane = :lane`, { lane });
  return rows.map((row) => text(row, 'id'));
}

/** What is to go, by the keys of each. Records are written as given, on their conditions. */
export type Erasure = {
  readonly deliveries: readonly string[];
  readonly events: readonly string[];
  readonly records: readonly RecordWrite[];
};

/** Resolves to what could not go yet: on its way at this moment, or not worked on. */
export function* erase(ledger: Ledger, { deliveries, events, records }: Erasure): Steps<readonly string[]> {
  yield* enterLanes(yield* lanesOf(deliveries));
  const left: string[] = [];
  for (const id of deliveries) if (!(yield* eraseDelivery(ledger, id))) left.push(id);
  yield* writeRecords(ledger, records);
  for (const key of events) {
    const erased = yield* changed(
      `UPDATE events SET payload = 'null', blank = 1 WHERE key = :key AND state IN ('handled', 'ignored', 'dead')`,
      { key },
    );
    if (erased === 0) left.push(key);
  }
  return left;
}

function* lanesOf(ids: readonly string[]): Steps<string[]> {
  if (ids.length === 0) return [];
  const rows = yield* ask(LANES(ids));
  return rows.map((row) => text(row, 'lane'));
}

const LANES = aboutList((names) => `SELECT lane FROM deliveries WHERE id IN (${names})`);

/** Dropped without a word, for what would be told of it holds its text. */
function* eraseDelivery(ledger: Ledger, id: string): Steps<boolean> {
  const delivery = yield* lockDelivery(id);
  if (delivery === undefined) return true;
  const { seq, state, attempting } = delivery;
  if (attempting) return false;
  if (state !== 'delivered' && state !== 'dropped') {
    yield* run(`UPDATE deliveries SET tell = 'nothing', remind_at = NULL WHERE seq = :seq`, { seq });
    yield* applyChange(ledger, { type: 'drop', id, reason: 'erased' });
  }
  yield* run(`UPDATE deliveries SET effect = 'null', blank = 1 WHERE seq = :seq`, { seq });
  return true;
}

/** Deletes records of a namespace whose keys sort below `before`, so many at once. */
export function* forgetRecords(namespace: string, before: string, limit: number): Steps<number> {
  return yield* changed(
    `DELETE FROM records WHERE namespace = :namespace AND key IN (
       SELECT key FROM records WHERE namespace = :namespace AND key < :before ORDER BY key LIMIT :limit)`,
    { namespace, before, limit },
  );
}
