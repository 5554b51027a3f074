import type { NewDelivery } from '../delivery/ports.ts';
import { CLOSED_MS } from './gates.ts';
import { refreshLane } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { nextReminder } from './news.ts';
import { text, toJson, whole } from './rows.ts';
import { aboutList, ask, run, type Steps } from './steps.ts';

/** The end of a lane in which nothing has a position; the empty text would begin it. */
const NOWHERE = '0';

/**
 * Stores what is owed, in lanes that the transaction has entered. A known id is nothing new, whatever became of it: a
 * reading of a long case brings twenty of those with each that is new, so all are looked for at once.
 */
export function* putDeliveries(ledger: Ledger, deliveries: readonly NewDelivery[]): Steps<void> {
  if (deliveries.length === 0) return;

  const rows = yield* ask(KNOWN(deliveries.map(({ id }) => id)));
  const known = new Set(rows.map((row) => text(row, 'id')));
  const lanes = new Set<string>();
  for (const delivery of deliveries) {
    if (known.has(delivery.id)) continue;
    known.add(delivery.id);
    lanes.add(delivery.lane);
    yield* putDelivery(ledger, delivery);
  }
  for (const lane of lanes) yield* refreshLane(ledger, lane);
}

const KNOWN = aboutList((names) => `SELECT id FROM deliveries WHERE id IN (${names})`);

/** Where it stands in its lane: what has no position of its own goes to the end of what is there now. */
const PLACE = `(SELECT coalesce(:position, CASE top WHEN '' THEN '${NOWHERE}' ELSE top END)
  FROM delivery_lanes WHERE delivery_lanes.lane = :lane)`;

/** As both databases compare: by bytes, not by UTF-16 units. */
const LATE = `(SELECT CASE WHEN :sortedBy < done THEN 1 ELSE 0 END FROM delivery_lanes WHERE delivery_lanes.lane = :lane)`;

const INSERT = `
  INSERT INTO deliveries (id, lane, mode, position, turn, effect, gates, after_lane, state, reason, baseline, deadline, due,
    late, tell, remind_after, remind_at, closed_before, keep, created_at, waiting_since)
  VALUES (:id, :lane, :mode, ${PLACE}, nextval('ticks'), :effect, :gates, :after, :state, :reason, :baseline, :deadline,
    :due, ${LATE}, :tell, :remindAfter, :remindAt, ${CLOSED_MS}, :keep, :now, :now)
  ON CONFLICT (id) DO NOTHING`;

function* putDelivery(ledger: Ledger, delivery: NewDelivery): Steps<void> {
  const { id, lane, mode, position, state } = delivery;
  const { now } = ledger;
  const suspect = delivery.suspect !== undefined;
  const remindAfter = delivery.remindAfter ?? {};
  yield* run(
    `UPDATE delivery_lanes SET rank = :rank, ended_at = NULL, top = greatest(top, coalesce(:position, top))
     WHERE lane = :lane`,
    { lane, position, rank: mode === 'newest' ? 1 : 0 },
  );
  yield* run(INSERT, {
    id,
    lane,
    mode,
    position,
    // The empty position goes first by intent.
    sortedBy: mode === 'fifo' && state === 'owed' && position !== '' ? position : null,
    effect: toJson(delivery.effect),
    gates: toJson(delivery.gates),
    after: delivery.after ?? null,
    state,
    reason: delivery.reason ?? null,
    baseline: suspect ? toJson(delivery.suspect) : null,
    deadline: suspect ? now : null,
    now,
    due: whole(Math.max(now, delivery.due ?? now)),
    tell: delivery.tell,
    remindAfter: toJson(remindAfter),
    remindAt: nextReminder(remindAfter[state], now, now),
    gate: delivery.gates[0] ?? null,
    keep: mode === 'newest' ? 'text' : delivery.keyFor,
  });
  if (mode === 'newest' && state === 'owed') yield* supersede(ledger, lane, id);
}

/** Drops what the new one replaces, but for what is in a worker's hands or may have been done. */
function* supersede(ledger: Ledger, lane: string, id: string): Steps<void> {
  yield* run(
    `UPDATE deliveries SET state = 'dropped', reason = 'superseded', settled_at = :now, remind_at = NULL,
       baseline = NULL, deadline = NULL
     WHERE lane = :lane AND state = 'owed' AND attempting = 0 AND id <> :id
       AND seq IS DISTINCT FROM (SELECT head FROM delivery_lanes WHERE lane = :lane AND phase = 'claimed')`,
    { now: ledger.now, lane, id },
  );
}
