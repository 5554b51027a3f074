import { randomUUID } from 'node:crypto';
import type { ClaimedDelivery, Instant, Json } from '../delivery/ports.ts';
import { COLUMNS, type DeliveryRow, readDelivery } from './delivery-rows.ts';
import { closedMs, type Gate, lockGates, openingGates, opensAt, passed, readGates, storeGate } from './gates.ts';
import { rescueLanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { int, type Row, text } from './rows.ts';
import { aboutList, all, ask, asked, first, run, type Steps } from './steps.ts';

/** Opening gates looked at in one claim. */
const GATES = 64;

/** Lanes tried in one claim beyond those it may return; what is left is tried in the next turn of the event loop. */
const TRIES = 200;

/** A lane that may be served, and what stands first in it. */
type Candidate = { readonly lane: string; readonly rank: number; readonly served: number; readonly head: DeliveryRow };

/** Lanes in the order of their service: those that are ready (gate null), or those parked at a gate that opens. */
type Queue = {
  readonly gate: string | null;
  waiting: Candidate[];
  /** All of its lanes were looked at. */
  isShort: boolean;
};

/** The gates that a claim has looked at, as it leaves them. `locked`: nobody else changes them until it commits. */
type GateBook = { readonly gates: Map<string, Gate>; readonly touched: Set<string>; locked: boolean };

/** What has become due: mostly nothing, and one question is less than three. */
const DUE = `
  SELECT
    CASE WHEN EXISTS (SELECT 1 FROM delivery_lanes WHERE phase = 'claimed' AND leased_until <= :now) THEN 1 ELSE 0 END AS lost,
    CASE WHEN EXISTS (SELECT 1 FROM delivery_lanes WHERE phase = 'later' AND run_at <= :now) THEN 1 ELSE 0 END AS later,
    CASE WHEN EXISTS (SELECT 1 FROM gates WHERE wake_at <= :now) THEN 1 ELSE 0 END AS opening`;

const READY = `
  UPDATE delivery_lanes SET phase = 'ready' WHERE lane IN (
    SELECT lane FROM delivery_lanes WHERE phase = 'later' AND run_at <= :now FOR UPDATE SKIP LOCKED)`;

/**
 * Takes the heads of lanes: first in first out before newest wins, then the lane served least recently. Lanes come
 * from those that are ready and from those parked at gates that open; one that a gate stops is parked there.
 *
 * Lanes are locked first, passing over those that somebody works on, and their heads are read by a later statement:
 * in one, the heads would be those of before the locks.
 */
export function* claimDeliveries(ledger: Ledger, limit: number, leaseMs: number): Steps<ClaimedDelivery[]> {
  const { now, rests } = ledger;
  if (rests) return [];

  const [[due = {}] = [], ready] = yield* asked([
    { text: DUE, values: { now } },
    { text: WAITING_READY, values: { limit } },
  ]);
  if (int(due, 'lost') === 1) yield* rescueLanes(ledger, { leasedUntil: now });
  if (int(due, 'later') === 1) yield* run(READY, { now });
  const book: GateBook = { gates: new Map(), touched: new Set(), locked: false };
  const opening = int(due, 'opening') === 1 ? yield* lockOpening(ledger, book) : [];

  const queues = [null, ...opening].map((gate): Queue => ({ gate, waiting: [], isShort: false }));
  const isAsBefore = int(due, 'lost') === 0 && int(due, 'later') === 0;
  for (const queue of queues) {
    yield* fill(ledger, queue, { book, limit, known: isAsBefore && queue.gate === null ? ready : undefined });
  }

  const claimed: ClaimedDelivery[] = [];
  for (let tries = 0; claimed.length < limit; tries += 1) {
    const next = leastRecentlyServed(queues);
    if (next === undefined) break;
    if (tries === limit + TRIES) {
      ledger.wake('deliveries');
      break;
    }

    const delivery = yield* tryLane(ledger, next.candidate, { book, until: now + leaseMs });
    if (delivery !== undefined) claimed.push(delivery);
    next.queue.waiting.shift();
    if (isShut(ledger, next.queue, book)) next.queue.waiting = [];
    else if (next.queue.waiting.length === 0 && !next.queue.isShort) yield* fill(ledger, next.queue, { book, limit });
  }
  for (const gate of book.gates.values()) if (book.touched.has(gate.key)) yield* storeGate(ledger, gate);
  return claimed;
}

/** The gates that may let through what is parked at them; whoever claims through one changes it. */
function* lockOpening(ledger: Ledger, book: GateBook): Steps<readonly string[]> {
  yield* lock(book);
  const opening = yield* openingGates(ledger, GATES);
  for (const key of opening) book.touched.add(key);
  yield* look(ledger, book, opening);
  return opening;
}

/** A gate that is open and has no pace is only read: claims that meet no other one need not wait for each other. */
function* look(ledger: Ledger, book: GateBook, keys: readonly string[]): Steps<void> {
  const unread = keys.filter((key) => !book.gates.has(key));
  for (const gate of yield* readGates(unread)) book.gates.set(gate.key, gate);
  if (book.locked || ![...book.gates.values()].some((gate) => isWritten(ledger, gate))) return;

  yield* lock(book);
  // Whoever had the lock before may have changed them.
  for (const gate of yield* readGates([...book.gates.keys()])) book.gates.set(gate.key, gate);
}

function isWritten(ledger: Ledger, { key, closedUntil }: Gate): boolean {
  return closedUntil !== null || ledger.pace(key) !== null;
}

function* lock(book: GateBook): Steps<void> {
  yield* lockGates();
  book.locked = true;
}

function isShut(ledger: Ledger, { gate }: Queue, book: GateBook): boolean {
  const state = gate === null ? undefined : book.gates.get(gate);
  return state !== undefined && opensAt(ledger, state) > ledger.now;
}

const waitingWhere = (which: string): string =>
  `SELECT lane, head, rank, served FROM delivery_lanes WHERE ${which} ORDER BY rank, served LIMIT :limit
   FOR UPDATE SKIP LOCKED`;
const WAITING_READY = waitingWhere(`phase = 'ready'`);
const WAITING_PARKED = waitingWhere('gate = :gate');

const HEADS = aboutList((names) => `SELECT ${COLUMNS} FROM deliveries WHERE seq IN (${names})`);

/** `known`: the lanes, if somebody has asked for them already. */
type Filling = { readonly book: GateBook; readonly limit: number; readonly known?: readonly Row[] | undefined };

function* fill(ledger: Ledger, queue: Queue, { book, limit, known }: Filling): Steps<void> {
  if (isShut(ledger, queue, book)) return;

  const { gate } = queue;
  const waiting =
    known ?? (yield* gate === null ? all(WAITING_READY, { limit }) : all(WAITING_PARKED, { limit, gate }));
  queue.isShort = waiting.length < limit;
  if (waiting.length === 0) return;
  const lanes = yield* withNewest(ledger, waiting, queue.gate === null ? undefined : book.gates.get(queue.gate));

  const heads = yield* ask(HEADS(lanes.map((lane) => int(lane, 'head'))));
  const bySeq = new Map(heads.map(readDelivery).map((head) => [head.seq, head]));
  queue.waiting = lanes.map((row) => {
    const head = bySeq.get(int(row, 'head'));
    if (head === undefined) throw new Error('a lane points to a delivery that is gone');
    return { lane: text(row, 'lane'), rank: int(row, 'rank'), served: int(row, 'served'), head };
  });
  yield* look(
    ledger,
    book,
    queue.waiting.flatMap(({ head }) => head.gates),
  );
}

/**
 * Every second passage of a pace goes to the lane whose head came last. In the order of service alone a quiet lane
 * would stand behind all that a burst has filled: minutes, where each passage takes a second.
 */
function* withNewest(ledger: Ledger, waiting: readonly Row[], gate: Gate | undefined): Steps<readonly Row[]> {
  const pace = gate === undefined ? null : ledger.pace(gate.key);
  const [oldest] = waiting;
  if (gate === undefined || pace === null || oldest === undefined) return waiting;

  const newest = yield* first(
    `SELECT lane, head, rank, served FROM delivery_lanes WHERE gate = :gate AND rank = 0 ORDER BY head DESC LIMIT 1
     FOR UPDATE SKIP LOCKED`,
    { gate: gate.key },
  );
  if (newest === undefined) return waiting;

  const others = waiting.filter((row) => text(row, 'lane') !== text(newest, 'lane'));
  // A busy gate is used up by one interval after another.
  const isItsTurn = Math.floor(gate.tat / pace.intervalMs) % 2 === 0;
  // Among the heads of several gates it stands for its own.
  const inTurn = { ...newest, served: int(oldest, 'served') };
  return isItsTurn ? [inTurn, ...others] : [...others.slice(0, 1), inTurn, ...others.slice(1)];
}

function leastRecentlyServed(queues: readonly Queue[]): { queue: Queue; candidate: Candidate } | undefined {
  const firsts = queues.flatMap((queue) => queue.waiting.slice(0, 1).map((candidate) => ({ queue, candidate })));
  const [best] = firsts.toSorted(
    (a, b) => a.candidate.rank - b.candidate.rank || a.candidate.served - b.candidate.served,
  );
  return best;
}

function* tryLane(
  ledger: Ledger,
  { lane, head }: Candidate,
  { book, until }: { book: GateBook; until: Instant },
): Steps<ClaimedDelivery | undefined> {
  const gates = head.gates.flatMap((key) => book.gates.get(key) ?? []);
  const stop = stoppedBy(ledger, gates);
  if (stop !== undefined) {
    yield* run(`UPDATE delivery_lanes SET phase = 'parked', gate = :key, run_at = NULL WHERE lane = :lane`, {
      lane,
      key: stop.key,
    });
    book.touched.add(stop.key);
    return undefined;
  }

  const token = randomUUID();
  yield* run(
    `UPDATE delivery_lanes SET phase = 'claimed', gate = NULL, run_at = NULL, token = :token, leased_until = :until,
       alone = 0, served = nextval('ticks') WHERE lane = :lane`,
    { lane, token, until },
  );
  for (const gate of gates) {
    if (gate.closedUntil === null && ledger.pace(gate.key) === null) continue;
    book.gates.set(gate.key, passed(ledger, gate, lane));
    book.touched.add(gate.key);
  }
  return claimOf(ledger, head, { token, closed: closedMs(ledger, gates[0]) - head.closedBefore });
}

/** The gate that stays shut the longest, so that the lane is not tried in vain when another opens before it. */
function stoppedBy(ledger: Ledger, gates: readonly Gate[]): Gate | undefined {
  const shut = gates.map((gate) => ({ gate, opens: opensAt(ledger, gate) })).filter(({ opens }) => opens > ledger.now);
  const [longest] = shut.toSorted((a, b) => (a.opens === b.opens ? 0 : b.opens - a.opens));
  return longest?.gate;
}

function claimOf(
  ledger: Ledger,
  row: DeliveryRow,
  { token, closed }: { token: string; closed: number },
): ClaimedDelivery {
  const effect: Json = JSON.parse(row.effect);

  return {
    id: row.id,
    lane: row.lane,
    mode: row.newest ? 'newest' : 'fifo',
    effect,
    gates: row.gates,
    token,
    createdAt: row.createdAt,
    attempts: row.attempts,
    tried: row.tried,
    crashes: row.crashes,
    crashesAlone: row.crashesAlone,
    open: openAttemptOf(row),
    usableMs: Math.max(0, ledger.now - row.waitingSince - closed),
  };
}

function openAttemptOf({ baseline, deadline, lookups }: DeliveryRow): ClaimedDelivery['open'] {
  if (baseline === null || deadline === null) return null;

  return { baseline: JSON.parse(baseline), deadline, lookups };
}
