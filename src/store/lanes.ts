import { LeaseLost } from '../delivery/errors.ts';
import type { ClaimedDelivery, Instant } from '../delivery/ports.ts';
import { columnsOf, type DeliveryRow, deliveryBySeq, readDelivery } from './delivery-rows.ts';
import { leaveGates } from './gates.ts';
import type { Ledger } from './ledger.ts';
import { int, intOrNull, type Row, text, whole } from './rows.ts';
import { all, first, inOrder, run, type Steps } from './steps.ts';

/** Locks the lanes, which are there from now on; resolves to those in which nothing waits. */
export function* enterLanes(lanes: readonly string[]): Steps<string[]> {
  const idle: string[] = [];
  for (const lane of inOrder(lanes)) {
    const row = yield* first(
      `INSERT INTO delivery_lanes (lane, rank) VALUES (:lane, 0) ON CONFLICT (lane) DO UPDATE SET lane = excluded.lane
       RETURNING phase`,
      { lane },
    );
    if (text(row ?? {}, 'phase') === 'idle') idle.push(lane);
  }
  return idle;
}

/** The delivery if the claim still holds; its token is the fence against a worker that comes too late. */
export function* fence(claim: ClaimedDelivery): Steps<DeliveryRow> {
  const { id, lane, token } = claim;
  const row = yield* first(
    `SELECT ${columnsOf('claimed')} FROM delivery_lanes JOIN deliveries AS claimed ON claimed.seq = delivery_lanes.head
     WHERE delivery_lanes.lane = :lane AND delivery_lanes.token = :token AND claimed.id = :id FOR UPDATE`,
    { lane, token, id },
  );
  if (row === undefined) throw new LeaseLost(`delivery ${id}`);

  return readDelivery(row);
}

/** Nothing else is in work beside this claim: should nobody end it, that counts against it. */
export function* noteAlone(claim: ClaimedDelivery): Steps<void> {
  yield* fence(claim);
  yield* run(`UPDATE delivery_lanes SET alone = 1 WHERE lane = :lane`, { lane: claim.lane });
}

/** What the end of a claim means for its gates, and for the lane. */
export type Ending = {
  readonly gates: readonly string[];
  readonly delivered: boolean;
};

/** Ends the claim of the lane, whoever has it. */
export function* freeLane(ledger: Ledger, lane: string, { gates, delivered }: Ending): Steps<void> {
  yield* leaveGates(ledger, gates, { lane, delivered });
  yield* showHead(ledger, lane, '');
}

/** Frees the lane from a claim of this very delivery, if there is one. */
export function* takeFromWorker(ledger: Ledger, { lane, seq, gates }: DeliveryRow): Steps<void> {
  const claimed = yield* first(
    `SELECT 1 AS one FROM delivery_lanes WHERE lane = :lane AND phase = 'claimed' AND head = :seq`,
    { lane, seq },
  );
  if (claimed) yield* freeLane(ledger, lane, { gates, delivered: false });
}

/** Sets the lane's phase from its head; a claimed lane stays as it is until its claim ends. */
export function* refreshLane(ledger: Ledger, lane: string): Steps<void> {
  yield* showHead(ledger, lane, `AND phase <> 'claimed'`);
}

/** What comes next in a lane: the open attempt if there is one, else the lowest position. */
const HEAD = `FROM deliveries WHERE lane = :lane AND state = 'owed' ORDER BY attempting DESC, position, turn LIMIT 1`;
export const HEAD_OF_LANE = `SELECT seq ${HEAD}`;

function headOf(lane: string): Steps<Row | undefined> {
  return first(`SELECT seq, due ${HEAD}`, { lane });
}

/** A parked lane stays parked until its head is another; `unless` names the lanes that stay as they are besides. */
function* showHead(ledger: Ledger, lane: string, unless: string): Steps<void> {
  const head = yield* headOf(lane);
  if (head === undefined) {
    yield* run(
      `UPDATE delivery_lanes SET phase = 'idle', head = NULL, ${NOBODYS}, run_at = NULL
       WHERE lane = :lane AND phase <> 'idle' ${unless}`,
      { lane },
    );
    return;
  }

  const seq = int(head, 'seq');
  const due = int(head, 'due');
  if (due > ledger.now) {
    yield* run(
      `UPDATE delivery_lanes SET phase = 'later', head = :seq, ${NOBODYS}, run_at = :due
       WHERE lane = :lane ${unless}`,
      { lane, seq, due },
    );
  } else {
    yield* run(
      `UPDATE delivery_lanes SET phase = 'ready', head = :seq, ${NOBODYS}, run_at = NULL
       WHERE lane = :lane AND NOT (phase = 'parked' AND head = :seq) ${unless}`,
      { lane, seq },
    );
  }
  ledger.wake('deliveries');
}

const NOBODYS = 'token = NULL, leased_until = NULL, gate = NULL';

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
    yield* freeLane(ledger, text(row, 'lane'), { gates: head?.gates ?? [], delivered: false });
  }
}

export function* nextLaneDue(): Steps<Instant | null> {
  const row = yield* first(`
    SELECT min(at) AS at FROM (
      SELECT min(run_at) AS at FROM delivery_lanes WHERE phase = 'later'
      UNION ALL SELECT min(leased_until) FROM delivery_lanes WHERE phase = 'claimed'
    ) AS moments`);

  return row === undefined ? null : intOrNull(row, 'at');
}
