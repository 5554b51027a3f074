import { LeaseLost } from '../delivery/errors.ts';
import type { ClaimedDelivery, Instant } from '../delivery/ports.ts';
import { columnsOf, type DeliveryRow, deliveryBySeq, readDelivery } from './delivery-rows.ts';
import { type Gate, leaveGates, readGates } from './gates.ts';
import type { Ledger } from './ledger.ts';
import { earliest, int, type Row, text, whole } from './rows.ts';
import { all, ask, first, hear, inOrder, type Question, run, type Steps } from './steps.ts';

const ENTER = `
  INSERT INTO delivery_lanes (lane, rank) VALUES (:lane, 0) ON CONFLICT (lane) DO UPDATE SET alone = delivery_lanes.alone
  RETURNING phase`;

/** Locks the lanes, which are there from now on; `isIdle` is told, before the commit, of each in which nothing waits. */
export function* enterLanes(lanes: readonly string[], isIdle: () => void = () => undefined): Steps<void> {
  for (const lane of inOrder(lanes)) {
    yield* hear({ text: ENTER, values: { lane } }, ([row]) => {
      if (text(row ?? {}, 'phase') === 'idle') isIdle();
    });
  }
}

/** Asks for the delivery if the claim still holds; its token is the fence against a worker that comes too late. */
export function fenceOf({ id, lane, token }: ClaimedDelivery): Question {
  return { text: FENCE, values: { id, lane, token } };
}

const FENCE = `
  SELECT ${columnsOf('claimed')} FROM delivery_lanes JOIN deliveries AS claimed ON claimed.seq = delivery_lanes.head
  WHERE delivery_lanes.lane = :lane AND delivery_lanes.token = :token AND claimed.id = :id FOR UPDATE`;

export function heldBy({ id }: ClaimedDelivery, row: Row | undefined): DeliveryRow {
  if (row === undefined) throw new LeaseLost(`delivery ${id}`);

  return readDelivery(row);
}

/** Nothing else is in work beside this claim: should nobody end it, that counts against it. */
export function* noteAlone(claim: ClaimedDelivery): Steps<void> {
  const [row] = yield* ask(fenceOf(claim));
  heldBy(claim, row);
  yield* run(`UPDATE delivery_lanes SET alone = 1 WHERE lane = :lane`, { lane: claim.lane });
}

/** What the end of a claim means for its gates, as they were just read, and for the lane. */
export type Ending = {
  readonly gates: readonly Gate[];
  readonly delivered: boolean;
  /** A position that was, or may have been, done. */
  readonly done?: string;
};

/** Ends the claim of the lane, whoever has it. */
export function* freeLane(ledger: Ledger, lane: string, { gates, delivered, done = '' }: Ending): Steps<void> {
  yield* leaveGates(ledger, gates, { lane, delivered });
  yield* run(SHOW_NEXT, { lane, done, now: ledger.now });
  ledger.wake('deliveries');
}

/** Frees the lane from a claim of this very delivery, if there is one. */
export function* takeFromWorker(ledger: Ledger, { lane, seq, gates }: DeliveryRow): Steps<void> {
  const claimed = yield* first(
    `SELECT 1 AS one FROM delivery_lanes WHERE lane = :lane AND phase = 'claimed' AND head = :seq`,
    { lane, seq },
  );
  if (claimed) yield* freeLane(ledger, lane, { gates: yield* readGates(gates), delivered: false });
}

/** What comes next in a lane: the open attempt if there is one, else the lowest position. */
const HEAD = `FROM deliveries WHERE lane = :lane AND state = 'owed' ORDER BY attempting DESC, position, turn LIMIT 1`;
export const HEAD_OF_LANE = `SELECT seq ${HEAD}`;

const NEXT = `
  phase = coalesce((SELECT CASE WHEN due > :now THEN 'later' ELSE 'ready' END ${HEAD}), 'idle'),
  (head, run_at) = (SELECT seq, CASE WHEN due > :now THEN due END ${HEAD}),
  token = NULL, leased_until = NULL, gate = NULL`;

const SHOW_NEXT = `UPDATE delivery_lanes SET ${NEXT}, done = greatest(done, :done) WHERE lane = :lane`;

/** A parked lane stays parked until its head is another. */
const SHOW_HEAD = `
  UPDATE delivery_lanes SET ${NEXT}
  WHERE lane = :lane AND phase <> 'claimed' AND (phase <> 'parked' OR head IS DISTINCT FROM (${HEAD_OF_LANE}))`;

/** Sets the lane's phase from its head; a claimed lane stays as it is until its claim ends. */
export function* refreshLane(ledger: Ledger, lane: string): Steps<void> {
  yield* run(SHOW_HEAD, { lane, now: ledger.now });
  ledger.wake('deliveries');
}

/** Frees lanes whose lease has run out: their workers are gone or frozen. */
export function* rescueLanes(ledger: Ledger, lost: { readonly leasedUntil: Instant }): Steps<void> {
  const lanes = yield* all(
    `SELECT lane, head, alone FROM delivery_lanes WHERE phase = 'claimed' AND leased_until <= :until
     FOR UPDATE SKIP LOCKED`,
    { until: whole(lost.leasedUntil) },
  );
  for (const row of lanes) {
    const head = yield* deliveryBySeq(int(row, 'head'));
    yield* run(`UPDATE deliveries SET crashes = crashes + 1, crashes_alone = crashes_alone + :alone WHERE seq = :seq`, {
      seq: int(row, 'head'),
      alone: int(row, 'alone'),
    });
    const gates = yield* readGates(head?.gates ?? []);
    yield* freeLane(ledger, text(row, 'lane'), { gates, delivered: false });
  }
}

/** When a lane can be tried, or its claim is lost. */
export function* nextDeliveryDue(): Steps<Instant | null> {
  const row = yield* first(`
    SELECT (SELECT min(run_at) FROM delivery_lanes WHERE phase = 'later') AS later,
      (SELECT min(leased_until) FROM delivery_lanes WHERE phase = 'claimed') AS lost,
      (SELECT min(wake_at) FROM gates WHERE wake_at IS NOT NULL) AS opening`);

  return row === undefined ? null : earliest(row, ['later', 'lost', 'opening']);
}
