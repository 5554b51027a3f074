import type { Instant, Retention } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { int, text } from './rows.ts';
import { all, changed, first, type Steps, type Values } from './steps.ts';

/** Lanes looked at in one chunk. */
const LANES = 20;

/** Blanks texts and deletes keys that are old enough, at most `limit` rows; resolves to how many. */
export function* purge({ now }: Ledger, { textMs, deadTextMs, keyMs }: Retention, limit: number): Steps<number> {
  const before = (ms: number): { before: number } => ({ before: now - ms });
  const deadKeyMs = Math.max(keyMs, deadTextMs);
  const chores: readonly [(values: Values) => Steps<number>, Values][] = [
    [deletePassing, { ...before(textMs), keep: 'text', one: 'delivered', other: 'dropped' }],
    [deletePassing, { ...before(keyMs), keep: 'days', one: 'delivered', other: 'dropped' }],
    [deletePassing, { ...before(deadKeyMs), keep: 'days', one: 'dead', other: 'unknown' }],
    [(values) => changed(BLANK_DELIVERIES, values), { ...before(textMs), one: 'delivered', other: 'dropped' }],
    [(values) => changed(BLANK_DELIVERIES, values), { ...before(deadTextMs), one: 'dead', other: 'unknown' }],
    [(values) => changed(BLANK_EVENTS, values), { ...before(textMs), one: 'handled', other: 'ignored' }],
    [(values) => changed(BLANK_EVENTS, values), { ...before(deadTextMs), one: 'dead', other: 'dead' }],
    [(values) => changed(DELETE_EVENTS, values), { ...before(keyMs), one: 'handled', other: 'ignored' }],
    [(values) => changed(DELETE_EVENTS, values), { ...before(deadKeyMs), one: 'dead', other: 'dead' }],
    [(values) => changed(DELETE_ORDERS, values), before(keyMs)],
    [(values) => changed(DELETE_RECORDS, values), before(0)],
    [(values) => purgeEndedLanes(values), before(keyMs)],
  ];

  let purged = 0;
  for (const [chore, values] of chores) {
    if (purged < limit) purged += yield* chore({ ...values, limit: limit - purged });
  }
  return purged;
}

const BLANK_DELIVERIES = `
  UPDATE deliveries SET effect = 'null', blank = 1 WHERE seq IN (
    SELECT seq FROM deliveries
    WHERE state IN (:one, :other) AND blank = 0 AND settled_at <= :before LIMIT :limit FOR UPDATE SKIP LOCKED)`;

const BLANK_EVENTS = `
  UPDATE events SET payload = 'null', blank = 1 WHERE id IN (
    SELECT id FROM events
    WHERE state IN (:one, :other) AND blank = 0 AND settled_at <= :before LIMIT :limit FOR UPDATE SKIP LOCKED)`;

const DELETE_EVENTS = `
  DELETE FROM events WHERE id IN (
    SELECT id FROM events
    WHERE state IN (:one, :other) AND blank = 1 AND settled_at <= :before LIMIT :limit FOR UPDATE SKIP LOCKED)`;

const DELETE_ORDERS = `
  DELETE FROM orders WHERE id IN (
    SELECT id FROM orders WHERE answered_at <= :before LIMIT :limit FOR UPDATE SKIP LOCKED)`;

const DELETE_RECORDS = `
  DELETE FROM records WHERE (namespace, key) IN (
    SELECT namespace, key FROM records WHERE expires <= :before LIMIT :limit FOR UPDATE SKIP LOCKED)`;

/** What no link needs for ever: receipts, cards, answers. Their lanes go with them. */
function* deletePassing(values: Values): Steps<number> {
  const rows = yield* all(
    `DELETE FROM deliveries WHERE seq IN (
       SELECT seq FROM deliveries WHERE keep = :keep AND state IN (:one, :other) AND settled_at <= :before
       LIMIT :limit FOR UPDATE SKIP LOCKED)
     RETURNING lane`,
    values,
  );
  for (const lane of new Set(rows.map((row) => text(row, 'lane')))) yield* forgetLane(lane);
  return rows.length;
}

function* purgeEndedLanes({ before = null, limit = null }: Values): Steps<number> {
  const lanes = yield* all(
    `SELECT lane FROM delivery_lanes WHERE ended_at <= :before ORDER BY ended_at LIMIT ${LANES} FOR UPDATE SKIP LOCKED`,
    { before },
  );

  let purged = 0;
  for (const row of lanes) {
    const left = Number(limit) - purged;
    if (left <= 0) break;
    purged += yield* purgeLane(text(row, 'lane'), { before: Number(before), limit: left });
  }
  return purged;
}

function* purgeLane(lane: string, { before, limit }: { before: Instant; limit: number }): Steps<number> {
  const rows = yield* changed(
    `DELETE FROM deliveries WHERE seq IN (
       SELECT seq FROM deliveries
       WHERE lane = :lane AND state IN ('delivered', 'dropped', 'dead', 'unknown') AND settled_at <= :before
       LIMIT :limit)`,
    { lane, before, limit },
  );
  return rows + (yield* forgetLane(lane));
}

/** A lane that is being put into is left: it is no longer empty in a moment. */
function* forgetLane(lane: string): Steps<number> {
  const locked = yield* first(
    `SELECT lane FROM delivery_lanes WHERE lane = :lane AND phase = 'idle' FOR UPDATE SKIP LOCKED`,
    { lane },
  );
  if (locked === undefined) return 0;

  const left = yield* first(`SELECT count(*) AS n FROM deliveries WHERE lane = :lane`, { lane });
  return int(left ?? {}, 'n') === 0 ? yield* changed(`DELETE FROM delivery_lanes WHERE lane = :lane`, { lane }) : 0;
}
