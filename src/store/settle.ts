import { LeaseLost, Overtaken, Preceded } from '../delivery/errors.ts';
import type { Attempt, ClaimedDelivery, DeliveryState, GateClosing, Settled } from '../delivery/ports.ts';
import { type DeliveryRow, lockDelivery } from './delivery-rows.ts';
import { askedWithGates, closeGate } from './gates.ts';
import { fenceOf, freeLane, HEAD_OF_LANE, heldBy } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { addNews, isWanted, nextReminder, remindersIn } from './news.ts';
import { writeRecords } from './record-writes.ts';
import { int, toJson, whole } from './rows.ts';
import { asked, inOrder, run, type Steps } from './steps.ts';

/** How long a lease outlives its attempt's deadline. */
const LEASE_MARGIN_MS = 10_000;

const HELD = `
  SELECT claimed.seq, delivery_lanes.leased_until FROM delivery_lanes
  JOIN deliveries AS claimed ON claimed.seq = delivery_lanes.head
  WHERE delivery_lanes.lane = :lane AND delivery_lanes.token = :token AND claimed.id = :id FOR UPDATE`;

/**
 * What heads the lane; whether another goes before it, for one that was open heads its lane until it is looked up, and
 * whoever opens it again knows that it was not done; and whether an event does. By a statement of its own, which sees
 * what was committed before the lane was locked.
 */
const BEFORE_IT = `
  SELECT (${HEAD_OF_LANE}) AS head,
    CASE WHEN EXISTS (
      SELECT 1 FROM deliveries
      WHERE lane = :lane AND state = 'owed' AND attempting = 0 AND position < claimed.position
    ) THEN 1 ELSE 0 END AS sooner,
    CASE WHEN EXISTS (
      SELECT 1 FROM events WHERE lane = claimed.after_lane AND state = 'owed' AND position <= claimed.position
    ) THEN 1 ELSE 0 END AS preceded
  FROM delivery_lanes JOIN deliveries AS claimed ON claimed.seq = delivery_lanes.head
  WHERE delivery_lanes.lane = :lane`;

export function* openAttempt({ id, lane, token }: ClaimedDelivery, attempt: Attempt): Steps<void> {
  const [[held] = [], [before = {}] = []] = yield* asked([
    { text: HELD, values: { id, lane, token } },
    { text: BEFORE_IT, values: { lane } },
  ]);
  if (held === undefined) throw new LeaseLost(`delivery ${id}`);
  const seq = int(held, 'seq');
  if (before['head'] !== seq || int(before, 'sooner') === 1) throw new Overtaken(`delivery ${id}`);
  if (int(before, 'preceded') === 1) throw new Preceded(`delivery ${id}`);
  yield* run(
    `UPDATE deliveries SET attempting = 1, tried = 1, baseline = :baseline, deadline = :deadline, lookups = 0,
       due = :deadline WHERE seq = :seq`,
    { seq, baseline: toJson(attempt.baseline), deadline: whole(attempt.deadline) },
  );
  const until = whole(attempt.deadline + LEASE_MARGIN_MS);
  // As a rule the claim's own lease is long enough.
  if (int(held, 'leased_until') < until) {
    yield* run(`UPDATE delivery_lanes SET leased_until = :until WHERE lane = :lane`, { lane, until });
  }
}

export function* settleDelivery(ledger: Ledger, claim: ClaimedDelivery, verdict: Settled): Steps<void> {
  const { row, gates } = yield* askedWithGates(fenceOf(claim), claim.gates);
  const delivery = heldBy(claim, row);

  switch (verdict.type) {
    case 'delivered':
      yield* writeRecords(ledger, verdict.records ?? []);
      yield* leaveTogether(ledger, delivery, {
        leaving: { state: 'delivered', reason: null, receipt: toJson(verdict.receipt) },
        also: verdict.also,
      });
      break;
    case 'retry':
      // A try that is not counted was given up before the call: nothing says yet that the process survives that.
      yield* closeAttempt(ledger, delivery, { ...verdict, survived: verdict.counted, dueIn: verdict.afterMs });
      break;
    case 'snooze':
      yield* closeGate(ledger, verdict.gate);
      yield* closeAttempt(ledger, delivery, {
        reason: verdict.reason,
        counted: false,
        survived: true,
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
  const delivered = verdict.type === 'delivered';
  const done = !STAYING.has(verdict.type) && mayBeDone(delivery, delivered) ? delivery.position : '';
  yield* freeLane(ledger, delivery.lane, { gates, delivered, done });
}

/** Verdicts after which the delivery is owed as before. */
const STAYING: ReadonlySet<Settled['type']> = new Set(['retry', 'snooze', 'ambiguous']);

function mayBeDone({ tried, baseline }: DeliveryRow, delivered: boolean): boolean {
  return delivered || tried || baseline !== null;
}

/** Frees the lane as if it had not been claimed; the attempt, if one is open, stays open. */
export function* returnDelivery(ledger: Ledger, claim: ClaimedDelivery): Steps<void> {
  const { row, gates } = yield* askedWithGates(fenceOf(claim), claim.gates);
  yield* freeLane(ledger, heldBy(claim, row).lane, { gates, delivered: false });
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
    if (one?.lane !== head.lane || one.state !== 'owed') continue;
    yield* leaveLane(ledger, one, { ...leaving, suspect: true });
    yield* markDone(one, leaving.state);
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
  const tells = !silent && isWanted({ ...delivery, state: leaving.state });
  yield* leave(ledger, delivery, { ...leaving, state: silent ? 'dropped' : leaving.state, tells });
  if (tells) addNews(ledger, { ...delivery, ...leaving, told: delivery.told + 1 });
}

export function* setAside(ledger: Ledger, delivery: DeliveryRow, leaving: Leaving): Steps<void> {
  yield* leave(ledger, delivery, { ...leaving, tells: false });
  yield* markDone(delivery, leaving.state);
}

function* markDone(delivery: DeliveryRow, state: DeliveryState): Steps<void> {
  const { lane, position } = delivery;
  if (!mayBeDone(delivery, state === 'delivered')) return;
  yield* run(`UPDATE delivery_lanes SET done = greatest(done, :position) WHERE lane = :lane`, { lane, position });
}

/** `tells`: its owner is told of it. */
function* leave(ledger: Ledger, delivery: DeliveryRow, leaving: Leaving & { readonly tells: boolean }): Steps<void> {
  const { state, reason, receipt, suspect = false, tells } = leaving;
  const { now } = ledger;
  const isHeld = state === 'held';
  yield* run(isHeld && suspect ? LEAVE : LEAVE_AND_FORGET, {
    seq: delivery.seq,
    state,
    reason,
    receipt,
    now,
    settled: isHeld ? null : now,
    remindAt: nextReminder(remindersIn(delivery, state), now, now),
    tells: tells ? 1 : 0,
  });
}

const leaveWith = (also: string): string => `
  UPDATE deliveries SET state = :state, reason = :reason, receipt = :receipt, settled_at = :settled, attempting = 0,
    waiting_since = :now, remind_at = :remindAt, told = told + :tells${also}
  WHERE seq = :seq`;
const LEAVE = leaveWith('');
const LEAVE_AND_FORGET = leaveWith(', baseline = NULL, deadline = NULL');

type Closing = {
  readonly reason: string;
  readonly counted: boolean;
  readonly survived: boolean;
  readonly dueIn: number;
};

function* closeAttempt(ledger: Ledger, { seq }: DeliveryRow, closing: Closing): Steps<void> {
  const { reason, counted, survived, dueIn } = closing;
  yield* run(
    `UPDATE deliveries SET attempting = 0, baseline = NULL, deadline = NULL, attempts = attempts + :counted${survived ? SURVIVED : ''},
       reason = :reason, due = :due WHERE seq = :seq`,
    { seq, reason, counted: counted ? 1 : 0, due: whole(ledger.now + dueIn) },
  );
}

const SURVIVED = ', crashes = 0, crashes_alone = 0';

/** The gate holds the delivery back, unless it is none of its own: then its date does. */
function gateMs(ledger: Ledger, { gates }: DeliveryRow, gate: GateClosing): number {
  return gates.includes(gate.key) ? 0 : Math.max(0, gate.until - ledger.now);
}

function* putOff(ledger: Ledger, delivery: DeliveryRow, verdict: Extract<Settled, { type: 'ambiguous' }>): Steps<void> {
  const waitMs = verdict.gate === undefined ? 0 : gateMs(ledger, delivery, verdict.gate);
  const survived = verdict.called === true ? SURVIVED : '';
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
