import type { GateClosing, Instant } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { int, intOrNull, type Row, text, textOrNull, whole } from './rows.ts';
import { aboutList, all, ask, asked, first, inOrder, type Question, run, type Steps } from './steps.ts';

/** A gate's row; a gate without a row is open and unused. */
export type Gate = {
  readonly key: string;
  readonly closedUntil: Instant | null;
  /** The lane that holds the one passage of a half-open gate. */
  readonly probe: string | null;
  readonly tat: Instant;
  readonly closedSince: Instant | null;
  readonly closedMs: number;
};

/**
 * Whoever writes a gate holds this: all gates are one to the others, so that several of them are taken in any order.
 * Reading them needs no lock, and an open gate without a pace is never written.
 */
export function* lockGates(): Steps<void> {
  yield* first(`SELECT name FROM mutexes WHERE name = 'gates' FOR UPDATE`);
}

export function* readGates(keys: readonly string[]): Steps<Gate[]> {
  const wanted = inOrder(keys);
  return wanted.length === 0 ? [] : gatesIn(wanted, yield* ask(GATES(wanted)));
}

const GATES = aboutList(
  (names) => `SELECT key, closed_until, probe, tat, closed_since, closed_ms FROM gates WHERE key IN (${names})`,
);

function gatesIn(keys: readonly string[], rows: readonly Row[]): Gate[] {
  const stored = new Map(rows.map((row) => [text(row, 'key'), readGate(row)]));
  return keys.map((key) => stored.get(key) ?? unused(key));
}

/** One question, answered together with what its gates are at that moment. */
export function* askedWithGates(
  question: Question,
  keys: readonly string[],
): Steps<{ readonly row: Row | undefined; readonly gates: readonly Gate[] }> {
  const wanted = inOrder(keys);
  const [rows = [], gates = []] = yield* asked(wanted.length === 0 ? [question] : [question, GATES(wanted)]);
  return { row: rows[0], gates: gatesIn(wanted, gates) };
}

function unused(key: string): Gate {
  return { key, closedUntil: null, probe: null, tat: 0, closedSince: null, closedMs: 0 };
}

function* readOne(key: string): Steps<Gate> {
  const [gate] = yield* readGates([key]);
  return gate ?? unused(key);
}

function readGate(row: Row): Gate {
  return {
    key: text(row, 'key'),
    closedUntil: intOrNull(row, 'closed_until'),
    probe: textOrNull(row, 'probe'),
    tat: int(row, 'tat'),
    closedSince: intOrNull(row, 'closed_since'),
    closedMs: int(row, 'closed_ms'),
  };
}

/** When the gate lets the next one through; infinity while a half-open gate's one passage is taken. */
export function opensAt(ledger: Ledger, gate: Gate): Instant {
  if (gate.closedUntil !== null && gate.probe !== null) return Number.POSITIVE_INFINITY;

  const pace = ledger.pace(gate.key);
  const paced = pace === null ? 0 : gate.tat - (pace.burst - 1) * pace.intervalMs;
  return Math.max(gate.closedUntil ?? 0, paced);
}

/** The gate after one passage: taken from the pace (GCRA), and the only one of a half-open gate. */
export function passed(ledger: Ledger, gate: Gate, lane: string): Gate {
  const pace = ledger.pace(gate.key);

  return {
    ...gate,
    tat: pace === null ? gate.tat : whole(Math.max(ledger.now, gate.tat) + pace.intervalMs),
    probe: gate.closedUntil === null ? null : lane,
  };
}

/** The same as `closedMs`, within a statement that names `gate` and `now`. */
export const CLOSED_MS = `coalesce((
  SELECT closed_ms + CASE WHEN closed_since IS NULL THEN 0 ELSE greatest(0, :now - closed_since) END
  FROM gates WHERE key = :gate), 0)`;

/** How long the gate has been closed in all, up to now. */
export function closedMs(ledger: Ledger, gate: Gate | undefined): number {
  if (gate === undefined) return 0;

  return gate.closedMs + (gate.closedSince === null ? 0 : Math.max(0, ledger.now - gate.closedSince));
}

/** Stores what a claim made of a gate, and notes when lanes parked at it are to be tried. */
export function* storeGate(ledger: Ledger, gate: Gate): Steps<void> {
  yield* run(
    `INSERT INTO gates (key, tat, probe, wake_at) VALUES (:key, :tat, :probe, :wake)
     ON CONFLICT (key) DO UPDATE SET tat = :tat, probe = :probe, wake_at = :wake`,
    { key: gate.key, tat: gate.tat, probe: gate.probe, wake: yield* wakeOf(ledger, gate) },
  );
}

function* wakeOf(ledger: Ledger, gate: Gate): Steps<Instant | null> {
  const opens = opensAt(ledger, gate);
  if (!Number.isFinite(opens)) return null;

  const parked = yield* first(`SELECT 1 AS one FROM delivery_lanes WHERE gate = :key LIMIT 1`, { key: gate.key });
  return parked === undefined ? null : whole(opens);
}

function* rewake(ledger: Ledger, key: string): Steps<void> {
  const wake = yield* wakeOf(ledger, yield* readOne(key));
  yield* run(`UPDATE gates SET wake_at = :wake WHERE key = :key`, { key, wake });
}

/** A later end wins while the gate is closed: who was told to wait longer knows more. */
export function* closeGate(ledger: Ledger, { key, until, reason }: GateClosing): Steps<void> {
  yield* lockGates();
  yield* run(
    `INSERT INTO gates (key, closed_until, reason, failures, closed_since) VALUES (:key, :until, :reason, 1, :now)
     ON CONFLICT (key) DO UPDATE SET
       closed_until = CASE WHEN gates.closed_until > :now AND gates.closed_until > :until
         THEN gates.closed_until ELSE :until END,
       reason = :reason,
       failures = gates.failures + 1,
       closed_since = coalesce(gates.closed_since, :now)`,
    { key, until: whole(until), reason, now: ledger.now },
  );
  yield* rewake(ledger, key);
}

export function* openGate(ledger: Ledger, key: string): Steps<void> {
  yield* lockGates();
  yield* open(ledger, yield* readOne(key));
  ledger.wake('deliveries');
  ledger.announce('deliveries');
}

function* open(ledger: Ledger, gate: Gate): Steps<void> {
  if (gate.closedUntil === null) return;

  yield* run(
    `UPDATE gates SET closed_ms = :closed, closed_since = NULL, closed_until = NULL, reason = NULL, failures = 0,
       probe = NULL
     WHERE key = :key`,
    { key: gate.key, closed: closedMs(ledger, gate) },
  );
  yield* rewake(ledger, gate.key);
}

/** The claim of the lane has ended, whose gates were just read. Only a delivery shows that a half-open gate is open. */
export function* leaveGates(
  ledger: Ledger,
  gates: readonly Gate[],
  claim: { readonly lane: string; readonly delivered: boolean },
): Steps<void> {
  const concerned = (gate: Gate): boolean =>
    gate.closedUntil !== null && (gate.probe === claim.lane || (claim.delivered && gate.closedUntil <= ledger.now));
  if (!gates.some(concerned)) return;

  yield* lockGates();
  for (const gate of (yield* readGates(gates.map(({ key }) => key))).filter(concerned)) {
    if (claim.delivered && (gate.closedUntil ?? 0) <= ledger.now) yield* open(ledger, gate);
    else yield* giveBackPassage(ledger, gate.key);
  }
}

function* giveBackPassage(ledger: Ledger, key: string): Steps<void> {
  yield* run(`UPDATE gates SET probe = NULL WHERE key = :key`, { key });
  yield* rewake(ledger, key);
}

/** Gates that may let through lanes parked at them, those that waited longest first. */
export function* openingGates(ledger: Ledger, limit: number): Steps<string[]> {
  const rows = yield* all(`SELECT key FROM gates WHERE wake_at <= :now ORDER BY wake_at LIMIT :limit`, {
    now: ledger.now,
    limit,
  });
  return rows.map((row) => text(row, 'key'));
}

/** After a start of the only process: nobody is on the way through a gate. */
export function* resetGates(ledger: Ledger): Steps<void> {
  const rows = yield* all(
    `SELECT key FROM gates WHERE probe IS NOT NULL OR wake_at IS NOT NULL OR closed_until IS NOT NULL`,
  );
  yield* run(`UPDATE gates SET probe = NULL WHERE probe IS NOT NULL`);
  for (const row of rows) yield* rewake(ledger, text(row, 'key'));
}
