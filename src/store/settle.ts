import { Overtaken, Preceded } from '../delivery/errors.ts';
import type { Attempt, ClaimedDelivery, DeliveryState, GateClosing, Settled } from '../delivery/ports.ts';
import { type DeliveryRow, lockDelivery } from './delivery-rows.ts';
import { closeGate } from './gates.ts';
import { fence, freeLane, HEAD_OF_LANE } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { nextReminder, remindersIn, tellState } from './news.ts';
import { writeRecords } from './record-writes.ts';
import { int, toJson, whole } from './rows.ts';
import { first, inOrder, run, type Steps } from './steps.ts';

/** How long a lease outlives its attempt's deadline. */
const LEASE_MARGIN_MS = 10_000;

/**
 * What heads the lane; whether another goes before it, for one that was open heads its lane until it is looked up, and
 * whoever opens it again knows that it was not done; and whether an event does.
 */
const BEFORE_IT = `
  SELECT (${HEAD_OF_LANE}) AS head,
    CASE WHEN EXISTS (
      SELECT 1 FROM deliveries WHERE lane = :lane AND state = 'owed' AND attempting = 0 AND position < :position
    ) THEN 1 ELSE 0 END AS sooner,
    CASE WHEN EXISTS (
      SELECT 1 FROM deliveries JOIN events ON events.lane = deliveries.after_lane AND events.state = 'owed'
        AND events.position <= :position
      WHERE deliveries.seq = :seq
    ) THEN 1 ELSE 0 END AS preceded`;

export function* openAttempt(claim: ClaimedDelivery, attempt: Attempt): Steps<void> {
  const { seq, lane, position } = yield* fence(claim);
  // By a statement of its own, which sees what was committed before the lane was locked.
  const now = (yield* first(BEFORE_IT, { seq, lane, position })) ?? {};
  if (now['head'] !== seq || int(now, 'sooner') === 1) throw new Overtaken(`delivery ${claim.id}`);
  if (int(now, 'preceded') === 1) throw new Preceded(`delivery ${claim.id}`);
  yield* run(
    `UPDATE deliveries SET attempting = 1, tried = 1, baseline = :baseline, deadline = :deadline, lookups = 0,
       due = :deadline WHERE seq = :seq`,
    { seq, baseline: toJson(attempt.baseline), deadline: whole(attempt.deadline) },
  );
  // As a rule the claim's own lease is long enough.
  yield* run(`UPDATE delivery_lanes SET leased_until = :until WHERE lane = :lane AND leased_until < :until`, {
    lane,
    until: whole(attempt.deadline + LEASE_MARGIN_MS),
  });
}

export function* settleDelivery(ledger: Ledger, claim: ClaimedDelivery, verdict: Settled): Steps<void> {
  const delivery = yield* fence(claim);

  switch (verdict.type) {
    case 'delivered':
      yield* writeRecords(ledger, verdict.records ?? []);
      yield* leaveTogether(ledger, delivery, {
        leaving: { state: 'delivered', reason: null, receipt: toJson(verdict.receipt) },
        also: verdict.also,
      });
      break;
    case 'retry':
      yield* closeAttempt(ledger, delivery, { ...verdict, dueIn: verdict.afterMs });
      break;
    case 'snooze':
      yield* closeGate(ledger, verdict.gate);
      yield* closeAttempt(ledger, delivery, {
        reason: verdict.reason,
        counted: false,
        dueIn: gateMs(ledger, delivery, verdict.gate),
      });
      break;
    case 'ambiguous':
      if (verdict.gate !== undefined) yield* closeGate(ledger, verdict.gate);
      yield* putOff(ledger, delivery, verdict);
      break;
    case 'hold':
      yield* leaveTogether(ledger, delivery, {
        leaving: { state: 'held', reason: verdict.reason, receipt: null },
        also: verdict.also,
      });
      break;
    case 'dead':
      yield* writeRecords(ledger, verdict.records ?? []);
      yield* leaveLane(ledger, delivery, {
        state: 'dead',
        reason: verdict.reason,
        receipt: verdict.receipt === undefined ? null : toJson(verdict.receipt),
      });
      break;
    case 'unknown':
    case 'dropped':
      yield* leaveLane(ledger, delivery, { state: verdict.type, reason: verdict.reason, receipt: null });
      break;
  }
  yield* freeLane(ledger, delivery.lane, { gates: delivery.gates, delivered: verdict.type === 'delivered' });
}

/** Frees the lane as if it had not been claimed; the attempt, if one is open, stays open. */
export function* returnDelivery(ledger: Ledger, claim: ClaimedDelivery): Steps<void> {
  const { lane, gates } = yield* fence(claim);
  yield* freeLane(ledger, lane, { gates, delivered: false });
}

type Together = { readonly leaving: Leaving; readonly also: readonly string[] | undefined };

function* leaveTogether(ledger: Ledger, head: DeliveryRow, together: Together): Steps<void> {
  yield* leaveLane(ledger, head, together.leaving);
  yield* takeAlong(ledger, head, together);
}

/** What the head takes along leaves with it, unless something else became of it meanwhile. */
export function* takeAlong(ledger: Ledger, head: DeliveryRow, { leaving, also = [] }: Together): Steps<void> {
  for (const id of inOrder(also)) {
    const one = yield* lockDelivery(id);
    if (one?.lane === head.lane && one.state === 'owed') yield* leaveLane(ledger, one, { ...leaving, suspect: true });
  }
}

/** How a delivery comes to rest outside its lane. */
export type Leaving = {
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly receipt: string | null;
  /** What was suspect and is held was not looked up yet: it stays so. */
  readonly suspect?: boolean;
};

function* leaveLane(ledger: Ledger, delivery: DeliveryRow, leaving: Leaving): Steps<void> {
  // What only the newest of counts is nothing to ask a person about.
  const silent = delivery.newest && leaving.state !== 'delivered';
  yield* setAside(ledger, delivery, silent ? { ...leaving, state: 'dropped' } : leaving);
  if (!silent) yield* tellState(ledger, delivery, leaving.state);
}

export function* setAside(ledger: Ledger, delivery: DeliveryRow, leaving: Leaving): Steps<void> {
  const { state, reason, receipt, suspect = false } = leaving;
  const { now } = ledger;
  const isHeld = state === 'held';
  const forget = isHeld && suspect ? '' : ', baseline = NULL, deadline = NULL';
  yield* run(
    `UPDATE deliveries SET state = :state, reason = :reason, receipt = :receipt, settled_at = :settled,
       attempting = 0, waiting_since = :now, remind_at = :remindAt${forget}
     WHERE seq = :seq`,
    {
      seq: delivery.seq,
      state,
      reason,
      receipt,
      now,
      settled: isHeld ? null : now,
      remindAt: nextReminder(remindersIn(delivery, state), now, now),
    },
  );
  if (delivery.tried || delivery.baseline !== null || state === 'delivered') {
    yield* run(`UPDATE delivery_lanes SET done = greatest(done, :position) WHERE lane = :lane`, {
      lane: delivery.lane,
      position: delivery.position,
    });
  }
}

type Closing = { readonly reason: string; readonly counted: boolean; readonly dueIn: number };

function* closeAttempt(ledger: Ledger, { seq }: DeliveryRow, { reason, counted, dueIn }: Closing): Steps<void> {
  yield* run(
    `UPDATE deliveries SET attempting = 0, baseline = NULL, deadline = NULL, attempts = attempts + :counted,
       crashes = 0, crashes_alone = 0, reason = :reason, due = :due WHERE seq = :seq`,
    { seq, reason, counted: counted ? 1 : 0, due: whole(ledger.now + dueIn) },
  );
}

/** The gate holds the delivery back, unless it is none of its own: then its date does. */
function gateMs(ledger: Ledger, { gates }: DeliveryRow, gate: GateClosing): number {
  return gates.includes(gate.key) ? 0 : Math.max(0, gate.until - ledger.now);
}

function* putOff(ledger: Ledger, delivery: DeliveryRow, verdict: Extract<Settled, { type: 'ambiguous' }>): Steps<void> {
  const waitMs = verdict.gate === undefined ? 0 : gateMs(ledger, delivery, verdict.gate);
  const survived = verdict.called === true ? ', crashes = 0, crashes_alone = 0' : '';
  yield* run(
    `UPDATE deliveries SET lookups = lookups + :counted, reason = :reason, due = :due${survived} WHERE seq = :seq`,
    {
      seq: delivery.seq,
      reason: verdict.reason,
      counted: verdict.gate === undefined ? 1 : 0,
      due: whole(ledger.now + Math.max(verdict.lookupAfterMs, waitMs)),
    },
  );
}
