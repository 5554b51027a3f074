import { randomUUID } from 'node:crypto';
import { LeaseLost } from '../delivery/errors.ts';
import type { ClaimedEvent, Instant, NewEvent, Settlement } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { earliest, int, json, type Row, text, toJson, whole } from './rows.ts';
import { aboutList, all, ask, asked, first, hearChanged, inOrder, run, type Steps } from './steps.ts';

/** Timers that arrive in one claim, so that a thousand of them do not hold up the rest. */
const ARRIVALS = 200;

/** The steps of one transaction, ended by storing the events that they caused. */
export function* withNews<T>(ledger: Ledger, steps: (ledger: Ledger) => Steps<T>): Steps<T> {
  const result = yield* steps(ledger);
  if (ledger.news.length > 0) yield* putEvents(ledger, ledger.news);
  return result;
}

export function* putEvents(ledger: Ledger, events: readonly NewEvent[]): Steps<boolean[]> {
  return yield* putInto(ledger, yield* enterEventLanes(lanesOf(ledger, events)), events);
}

/** The lanes that the events enter; a timer enters its own when it is due. */
export function lanesOf(ledger: Ledger, events: readonly NewEvent[]): string[] {
  return events.filter((event) => !isTimer(ledger, event)).map(({ lane }) => lane);
}

/** Stores events in lanes that the transaction has entered. When it is committed, the result says which were new. */
export function* putInto(ledger: Ledger, lanes: EventLanes, events: readonly NewEvent[]): Steps<boolean[]> {
  const news = events.map(() => false);
  for (const [n, event] of events.entries()) {
    yield* putEvent(ledger, event, () => {
      news[n] = true;
    });
  }
  const arriving = inOrder(lanesOf(ledger, events));
  // Where something waits already, what comes behind it changes nothing.
  for (const lane of arriving.filter((one) => lanes.get(one)?.['phase'] === 'idle')) {
    yield* refreshLane(ledger, lane, () => ledger.announce('events'));
  }
  if (events.some((event) => isTimer(ledger, event))) ledger.wake('events');
  return news;
}

function isTimer(ledger: Ledger, { due }: NewEvent): boolean {
  return due !== undefined && due > ledger.now;
}

/** Lanes that the transaction has locked, as they were then. */
export type EventLanes = ReadonlyMap<string, Row>;

const ENTER = `
  INSERT INTO event_lanes (lane) VALUES (:lane) ON CONFLICT (lane) DO UPDATE SET lane = excluded.lane
  RETURNING phase, head, token`;

/**
 * Locks the lanes, which are there from now on: ids and places of a lane are in the order of commits. By one statement for
 * each, in order: a lane that goes away between two of them would have to be locked behind later ones.
 */
export function* enterEventLanes(lanes: readonly string[]): Steps<EventLanes> {
  const wanted = inOrder(lanes);
  const entered = yield* asked(wanted.map((lane) => ({ text: ENTER, values: { lane } })));
  return new Map(wanted.map((lane, n) => [lane, entered[n]?.[0] ?? {}]));
}

const putWith = (place: string): string => `
  INSERT INTO events (key, lane, position, payload, state, place, due, received_at)
  VALUES (:key, :lane, :position, :payload, :state, ${place}, :due, :now) ON CONFLICT (key) DO NOTHING`;
const PUT = putWith(`nextval('ticks')`);
const PUT_TIMER = putWith('0');

function* putEvent(ledger: Ledger, event: NewEvent, isNew: () => void): Steps<void> {
  const timer = isTimer(ledger, event);
  const values = {
    key: event.key,
    lane: event.lane,
    position: event.position ?? '',
    payload: toJson(event.payload),
    state: timer ? 'timer' : 'owed',
    due: whole(event.due ?? ledger.now),
    now: ledger.now,
  };
  yield* hearChanged({ text: timer ? PUT_TIMER : PUT, values }, (changes) => {
    if (changes > 0) isNew();
  });
}

/** What has become due: mostly nothing, and one question is less than three. */
const DUE = `
  SELECT
    CASE WHEN EXISTS (SELECT 1 FROM events WHERE state = 'timer' AND due <= :now) THEN 1 ELSE 0 END AS timers,
    CASE WHEN EXISTS (SELECT 1 FROM event_lanes WHERE phase = 'claimed' AND leased_until <= :now) THEN 1 ELSE 0 END AS lost,
    CASE WHEN EXISTS (SELECT 1 FROM event_lanes WHERE phase = 'later' AND run_at <= :now) THEN 1 ELSE 0 END AS later`;

const READY = `
  UPDATE event_lanes SET phase = 'ready' WHERE lane IN (
    SELECT lane FROM event_lanes WHERE phase = 'later' AND run_at <= :now FOR UPDATE SKIP LOCKED)`;

export function* claimEvents(ledger: Ledger, limit: number, leaseMs: number): Steps<ClaimedEvent[]> {
  const { now } = ledger;
  const waiting = { text: WAITING, values: { limit } };
  const [[due = {}] = [], ready = []] = yield* asked([{ text: DUE, values: { now } }, waiting]);
  const isAsBefore = !Object.values(due).includes(1);
  if (int(due, 'timers') === 1) yield* takeInTimers(ledger);
  if (int(due, 'lost') === 1) yield* rescueEventLanes(ledger, { leasedUntil: now });
  if (int(due, 'later') === 1) yield* run(READY, { now });
  const lanes = isAsBefore ? ready : yield* ask(waiting);
  return lanes.length === 0 ? [] : yield* claimHeads(lanes, now + leaseMs);
}

const WAITING = `
  SELECT lane, head FROM event_lanes WHERE phase = 'ready' ORDER BY served LIMIT :limit FOR UPDATE SKIP LOCKED`;

const HEADS = aboutList(
  (names) => `SELECT id, key, lane, payload, received_at, attempts, failures, crashes, crashes_alone FROM events
    WHERE id IN (${names})`,
);

function* takeInTimers(ledger: Ledger): Steps<void> {
  const due = yield* all(
    `SELECT id, lane FROM events WHERE state = 'timer' AND due <= :now ORDER BY due LIMIT ${ARRIVALS}
     FOR UPDATE SKIP LOCKED`,
    { now: ledger.now },
  );
  const lanes = inOrder(due.map((timer) => text(timer, 'lane')));
  yield* enterEventLanes(lanes);
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
    yield* run(
      `UPDATE events SET attempts = attempts + 1, crashes = crashes + 1, crashes_alone = crashes_alone + :alone
       WHERE id = :id`,
      { id: int(row, 'head'), alone: int(row, 'alone') },
    );
    yield* freeLane(ledger, text(row, 'lane'));
  }
}

/** Attempts are counted when they end: until then nothing is written to an event. */
function* claimHeads(lanes: readonly Row[], until: Instant): Steps<ClaimedEvent[]> {
  const heads = yield* ask(HEADS(lanes.map((lane) => int(lane, 'head'))));
  const byLane = new Map(heads.map((head) => [text(head, 'lane'), head]));

  const claims: ClaimedEvent[] = [];
  for (const row of lanes) {
    const lane = text(row, 'lane');
    const head = byLane.get(lane);
    if (head === undefined) throw new Error('an event lane points to an event that is gone');
    const token = randomUUID();
    yield* run(
      `UPDATE event_lanes SET phase = 'claimed', token = :token, leased_until = :until, alone = 0,
         served = nextval('ticks') WHERE lane = :lane`,
      { token, until: whole(until), lane },
    );
    claims.push(claimOf(head, token));
  }
  return claims;
}

function claimOf(row: Row, token: string): ClaimedEvent {
  return {
    id: int(row, 'id'),
    key: text(row, 'key'),
    lane: text(row, 'lane'),
    payload: json(row, 'payload'),
    token,
    receivedAt: int(row, 'received_at'),
    attempts: int(row, 'attempts'),
    failures: int(row, 'failures'),
    crashes: int(row, 'crashes'),
    crashesAlone: int(row, 'crashes_alone'),
  };
}

export function* closeEvent(ledger: Ledger, event: ClaimedEvent, { outcome, reason }: Settlement): Steps<void> {
  yield* run(
    `UPDATE events SET state = :state, reason = :reason, settled_at = :now, attempts = attempts + 1 WHERE id = :id`,
    { state: outcome, reason: reason ?? null, now: ledger.now, id: event.id },
  );
  yield* freeLane(ledger, event.lane);
}

export function* returnEvent(
  ledger: Ledger,
  event: ClaimedEvent,
  again: { readonly afterMs: number; readonly counted: boolean },
): Steps<void> {
  yield* fenceEvent(event);
  yield* run(
    `UPDATE events SET due = :due, attempts = attempts + 1, failures = failures + :counted, crashes = 0,
       crashes_alone = 0
     WHERE id = :id`,
    {
      due: whole(ledger.now + again.afterMs),
      counted: again.counted ? 1 : 0,
      id: event.id,
    },
  );
  yield* freeLane(ledger, event.lane);
}

function* fenceEvent(event: ClaimedEvent): Steps<void> {
  const lane = yield* first(`SELECT head, token FROM event_lanes WHERE lane = :lane FOR UPDATE`, { lane: event.lane });
  checkFence(event, lane);
}

/** The lane's token is the fence against a worker that comes too late. */
export function checkFence(event: ClaimedEvent, lane: Row | undefined): void {
  if (lane?.['token'] !== event.token || lane['head'] !== event.id) throw new LeaseLost(`event ${event.key}`);
}

/** Nothing else is in work beside this event: should nobody end its claim, that counts against it. */
export function* noteEventAlone(event: ClaimedEvent): Steps<void> {
  yield* fenceEvent(event);
  yield* run(`UPDATE event_lanes SET alone = 1 WHERE lane = :lane`, { lane: event.lane });
}

export function* nextEventDue(): Steps<Instant | null> {
  const row = yield* first(`
    SELECT (SELECT min(due) FROM events WHERE state = 'timer') AS timer,
      (SELECT min(run_at) FROM event_lanes WHERE phase = 'later') AS later,
      (SELECT min(leased_until) FROM event_lanes WHERE phase = 'claimed') AS lost`);

  return row === undefined ? null : earliest(row, ['timer', 'later', 'lost']);
}

function* freeLane(ledger: Ledger, lane: string): Steps<void> {
  yield* showHead(ledger, lane, { unless: '', shown: () => undefined });
}

/** Sets the lane's phase from its head; a claimed lane stays as it is until its claim ends. */
function* refreshLane(ledger: Ledger, lane: string, shown: () => void = () => undefined): Steps<void> {
  yield* showHead(ledger, lane, { unless: `AND phase <> 'claimed'`, shown });
}

const HEAD = `FROM events WHERE lane = :lane AND state = 'owed' ORDER BY place LIMIT 1`;

const SHOW = `
  UPDATE event_lanes SET token = NULL, leased_until = NULL,
    (phase, head, run_at) = (SELECT CASE WHEN due > :now THEN 'later' ELSE 'ready' END, id, due ${HEAD})
  WHERE lane = :lane`;

/** A lane in which nothing waits is gone. */
const FORGET = `
  DELETE FROM event_lanes WHERE lane = :lane
    AND NOT EXISTS (SELECT 1 FROM events WHERE events.lane = :lane AND state = 'owed')`;

type Showing = { readonly unless: string; readonly shown: () => void };

function* showHead(ledger: Ledger, lane: string, { unless, shown }: Showing): Steps<void> {
  yield* run(`${FORGET} ${unless}`, { lane });
  yield* hearChanged({ text: `${SHOW} ${unless}`, values: { lane, now: ledger.now } }, (changes) => {
    if (changes === 0) return;
    ledger.wake('events');
    shown();
  });
}
