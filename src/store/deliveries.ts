import type { NewDelivery } from '../delivery/ports.ts';
import { closedMs, readGates } from './gates.ts';
import { refreshLane } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { nextReminder } from './news.ts';
import { text, toJson, whole } from './rows.ts';
import { all, first, listed, run, type Steps } from './steps.ts';

/** The end of a lane in which nothing has a position; the empty text would begin it. */
const NOWHERE = '0';

/**
 * Stores what is owed, in lanes that the transaction has entered. A known id is nothing new, whatever became of it: a
 * reading of a long case brings twenty of those with each that is new, so all are looked for at once.
 */
export function* putDeliveries(ledger: Ledger, deliveries: readonly NewDelivery[]): Steps<void> {
  if (deliveries.length === 0) return;

  const { names, values } = listed(deliveries.map(({ id }) => id));
  const rows = yield* all(`SELECT id FROM deliveries WHERE id IN (${names})`, values);
  const known = new Set(rows.map((row) => text(row, 'id')));
  for (const delivery of deliveries) {
    if (known.has(delivery.id)) continue;
    known.add(delivery.id);
    yield* putDelivery(ledger, delivery);
  }
}

function* putDelivery(ledger: Ledger, delivery: NewDelivery): Steps<void> {
  const { id, lane, mode, state } = delivery;
  const { now } = ledger;
  const { position, late } = yield* place(delivery);
  const suspect = delivery.suspect !== undefined;
  const remindAfter = delivery.remindAfter ?? {};
  const [firstGate] = yield* readGates(delivery.gates.slice(0, 1));
  yield* run(
    `INSERT INTO deliveries (id, lane, mode, position, turn, effect, gates, after_lane, state, reason, baseline, deadline, due,
       late, tell, remind_after, remind_at, closed_before, keep, created_at, waiting_since)
     VALUES (:id, :lane, :mode, :position, nextval('ticks'), :effect, :gates, :after, :state, :reason, :baseline, :deadline,
       :due, :late, :tell, :remindAfter, :remindAt, :closedBefore, :keep, :now, :now)
     ON CONFLICT (id) DO NOTHING`,
    {
      id,
      lane,
      mode,
      position,
      effect: toJson(delivery.effect),
      gates: toJson(delivery.gates),
      after: delivery.after ?? null,
      state,
      reason: delivery.reason ?? null,
      baseline: suspect ? toJson(delivery.suspect) : null,
      deadline: suspect ? now : null,
      now,
      due: whole(Math.max(now, delivery.due ?? now)),
      late: late ? 1 : 0,
      tell: delivery.tell,
      remindAfter: toJson(remindAfter),
      remindAt: nextReminder(remindAfter[state], now, now),
      closedBefore: closedMs(ledger, firstGate),
      keep: mode === 'newest' ? 'text' : delivery.keyFor,
    },
  );
  if (mode === 'newest' && state === 'owed') yield* supersede(ledger, lane, id);
  yield* refreshLane(ledger, lane);
}

/** Where it stands in its lane; what has no position of its own goes to the end of what is there now. */
function* place({ lane, mode, position, state }: NewDelivery): Steps<{ position: string; late: boolean }> {
  const row = yield* first(
    `UPDATE delivery_lanes SET rank = :rank, ended_at = NULL, top = greatest(top, coalesce(:position, top))
     WHERE lane = :lane RETURNING top, done`,
    { lane, position, rank: mode === 'newest' ? 1 : 0 },
  );
  if (row === undefined) throw new Error('a delivery was put into a lane that was not entered');

  if (position === null) return { position: text(row, 'top') || NOWHERE, late: false };
  // The empty position goes first by intent.
  const late = mode === 'fifo' && state === 'owed' && position !== '' && isBelow(position, text(row, 'done'));
  return { position, late };
}

/** As both databases compare: by bytes, not by UTF-16 units. */
function isBelow(position: string, other: string): boolean {
  return Buffer.compare(Buffer.from(position), Buffer.from(other)) < 0;
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
