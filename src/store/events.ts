import { randomUUID } from 'node:crypto';
import { LeaseLost } from '../delivery/errors.ts';
import type { ClaimedEvent, Instant, NewEvent, Settlement } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { int, intOrNull, json, type Row, text, toJson, whole } from './rows.ts';
import { all, first, inOrder, run, type Steps } from './steps.ts';

/** Timers that arrive in one claim, so that a thousand of them do not hold up the rest. */
const ARRIVALS = 200;

/** The steps of one transaction, ended by storing the events that they caused. */
export function* withNews<T>(ledger: Ledger, steps: (ledger: Ledger) => Steps<T>): Steps<T> {
  const result = yield* steps(ledger);
  if (ledger.news.length > 0) yield* putEvents(ledger, ledger.news);
  return result;
}

/** `beside`: lanes that the transaction needs besides, locked together with those of the events. */
export function* putEvents(
  ledger: Ledger,
  events: readonly NewEvent[],
  beside: readonly string[] = [],
): Steps<boolean[]> {
  const arriving = events.filter((event) => !isTimer(ledger, event)).map(({ lane }) => lane);
  const lanes = inOrder([...arriving, ...beside]);
  const idle = new Set<string>();
  for (const lane of lanes) if ((yield* enterLane(lane)) === 'idle') idle.add(lane);

  const news: boolean[] = [];
  for (const event of events) news.push(yield* putEvent(ledger, event));
  // Where something waits already, what comes behind it changes nothing.
  for (const lane of lanes)
    if (idle.has(lane) && (yield* refreshLane(ledger, lane)) === 'ready') ledger.announce('events');
  if (arriving.length < events.length) ledger.wake('events');
  return news;
}

function isTimer(ledger: Ledger, { due }: NewEvent): boolean {
  return due !== undefined && due > ledger.now;
}

/** Locks the lane, which is there from now on: ids and places of a lane are in the order of commits. */
function* enterLane(lane: string): Steps<string> {
  // As a rule it is there, and a lock costs less than a row that is written again as it was.
  const there = yield* first(`SELECT phase FROM event_lanes WHERE lane = :lane FOR UPDATE`, { lane });
  if (there !== undefined) return text(there, 'phase');

  const row = yield* first(
    `INSERT INTO event_lanes (lane) VALUES (:lane) ON CONFLICT (lane) DO UPDATE SET lane = excluded.lane
     RETURNING phase`,
    { lane },
  );
  return text(row ?? {}, 'phase');
}

function* putEvent(ledger: Ledger, event: NewEvent): Steps<boolean> {
  const timer = isTimer(ledger, event);
  const isNew = yield* run(
    `INSERT INTO events (key, lane, position, payload, state, place, due, received_at)
     VALUES (:key, :lane, :position, :payload, :state, ${timer ? '0' : `nextval('ticks')`}, :due, :now)
     ON CONFLICT (key) DO NOTHING`,
    {
      key: event.key,
      lane: event.lane,
      position: event.position ?? '',
      payload: toJson(event.payload),
      state: timer ? 'timer' : 'owed',
      due: whole(event.due ?? ledger.now),
      now: ledger.now,
    },
  );
  return isNew > 0;
}

export function* claimEvents(ledger: Ledger, limit: number, leaseMs: number): Steps<ClaimedEvent[]> {
  const { now } = ledger;
  yield* takeInTimers(ledger);
  yield* rescueEventLanes(ledger, { leasedUntil: now });
  yield* run(
    `UPDATE event_lanes SET phase = 'ready' WHERE lane IN (
       SELECT lane FROM event_lanes WHERE phase = 'later' AND run_at <= :now FOR UPDATE SKIP LOCKED)`,
    { now },
  );
  const lanes = yield* all(
    `SELECT lane, head FROM event_lanes WHERE phase = 'ready' ORDER BY served LIMIT :limit FOR UPDATE SKIP LOCKED`,
    { limit },
  );

  const claims: ClaimedEvent[] = [];
  for (const lane of lanes) claims.push(yield* claim(lane, now + leaseMs));
  return claims;
}

function* takeInTimers(ledger: Ledger): Steps<void> {
  const due = yield* all(
    `SELECT id, lane FROM events WHERE state = 'timer' AND due <= :now ORDER BY due LIMIT ${ARRIVALS}
     FOR UPDATE SKIP LOCKED`,
    { now: ledger.now },
  );
  const lanes = inOrder(due.map((timer) => text(timer, 'lane')));
  for (const lane of lanes) yield* enterLane(lane);
  for (const timer of due) {
    yield* run(`UPDATE events SET state = 'owed', place = nextval('ticks') WHERE id = :id`, { id: int(timer, 'id') });
  }
  for (const lane of lanes) yield* refreshLane(ledger, lane);
  if (due.length === ARRIVALS) ledger.wake('events');
}

/** Frees lanes whose lease has run out: their workers are gone or frozen. */
export function* rescueEventLanes(ledger: Ledger, lost: { leasedUntil: Instant }): Steps<void> {
  const lanes = yield* all(
    `SELECT lane, head, alone FROM event_lanes WHERE phase = 'claimed' AND leased_until <= :until FOR UPDATE SKIP LOCKED`,
    { until: whole(lost.leasedUntil) },
  );
  for (const row of lanes) {
    yield* run(`UPDATE events SET crashes = crashes + 1, crashes_alone = crashes_alone + :alone WHERE id = :id`, {
      id: int(row, 'head'),
      alone: int(row, 'alone'),
    });
    yield* freeLane(ledger, text(row, 'lane'));
  }
}

function* claim(lane: Row, until: Instant): Steps<ClaimedEvent> {
  const token = randomUUID();
  const id = int(lane, 'head');
  yield* run(
    `UPDATE event_lanes SET phase = 'claimed', token = :token, leased_until = :until, alone = 0,
       served = nextval('ticks') WHERE lane = :lane`,
    { token, until: whole(until), lane: text(lane, 'lane') },
  );
  const row = yield* first(
    `UPDATE events SET attempts = attempts + 1 WHERE id = :id
     RETURNING key, lane, payload, received_at, attempts, failures, crashes, crashes_alone`,
    { id },
  );
  if (row === undefined) throw new Error('an event lane points to an event that is gone');

  return {
    id,
    key: text(row, 'key'),
    lane: text(row, 'lane'),
    payload: json(row, 'payload'),
    token,
    receivedAt: int(row, 'received_at'),
    attempts: int(row, 'attempts') - 1,
    failures: int(row, 'failures'),
    crashes: int(row, 'crashes'),
    crashesAlone: int(row, 'crashes_alone'),
  };
}

export function* closeEvent(ledger: Ledger, event: ClaimedEvent, { outcome, reason }: Settlement): Steps<void> {
  yield* run(`UPDATE events SET state = :state, reason = :reason, settled_at = :now WHERE id = :id`, {
    state: outcome,
    reason: reason ?? null,
    now: ledger.now,
    id: event.id,
  });
  yield* freeLane(ledger, event.lane);
}

export function* returnEvent(
  ledger: Ledger,
  event: ClaimedEvent,
  again: { readonly afterMs: number; readonly counted: boolean },
): Steps<void> {
  yield* fenceEvent(event);
  yield* run(
    `UPDATE events SET due = :due, failures = failures + :counted, crashes = 0, crashes_alone = 0
     WHERE id = :id`,
    {
      due: whole(ledger.now + again.afterMs),
      counted: again.counted ? 1 : 0,
      id: event.id,
    },
  );
  yield* freeLane(ledger, event.lane);
}

export function* fenceEvent(event: ClaimedEvent): Steps<void> {
  const lane = yield* first(`SELECT head, token FROM event_lanes WHERE lane = :lane FOR UPDATE`, { lane: event.lane });
  if (lane?.['token'] !== event.token || lane['head'] !== event.id) throw new LeaseLost(`event ${event.key}`);
}

/** Nothing else is in work beside this event: should nobody end its claim, that counts against it. */
export function* noteEventAlone(event: ClaimedEvent): Steps<void> {
  yield* fenceEvent(event);
  yield* run(`UPDATE event_lanes SET alone = 1 WHERE lane = :lane`, { lane: event.lane });
}

export function* nextEventDue(): Steps<Instant | null> {
  const row = yield* first(`
    SELECT min(at) AS at FROM (
      SELECT min(due) AS at FROM events WHERE state = 'timer'
      UNION ALL SELECT min(run_at) FROM event_lanes WHERE phase = 'later'
      UNION ALL SELECT min(leased_until) FROM event_lanes WHERE phase = 'claimed'
    ) AS moments`);

  return row === undefined ? null : intOrNull(row, 'at');
}

function* freeLane(ledger: Ledger, lane: string): Steps<void> {
  yield* showHead(ledger, lane, '');
}

/** Sets the lane's phase from its head, and tells it; a claimed lane stays as it is until its claim ends. */
function refreshLane(ledger: Ledger, lane: string): Steps<string> {
  return showHead(ledger, lane, `AND phase <> 'claimed'`);
}

function* showHead(ledger: Ledger, lane: string, unless: string): Steps<string> {
  const head = yield* first(`SELECT id, due FROM events WHERE lane = :lane AND state = 'owed' ORDER BY place LIMIT 1`, {
    lane,
  });
  if (head === undefined) {
    yield* run(`DELETE FROM event_lanes WHERE lane = :lane ${unless}`, { lane });
    return 'gone';
  }

  const due = int(head, 'due');
  const phase = due > ledger.now ? 'later' : 'ready';
  const changed = yield* run(
    `UPDATE event_lanes SET phase = :phase, head = :head, run_at = :due, token = NULL, leased_until = NULL
     WHERE lane = :lane ${unless}`,
    { lane, phase, head: int(head, 'id'), due },
  );
  if (changed === 0) return 'claimed';
  ledger.wake('events');
  return phase;
}
