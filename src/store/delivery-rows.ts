import type { DeliveryState, Instant, Reminders } from '../delivery/ports.ts';
import { int, intOrNull, reminders, type Row, text, textOrNull, texts } from './rows.ts';
import { first, type Steps } from './steps.ts';

/** A delivery as the engine needs it; its texts are read only where they are used. */
export type DeliveryRow = {
  readonly seq: number;
  readonly id: string;
  readonly lane: string;
  readonly newest: boolean;
  readonly position: string;
  readonly state: DeliveryState;
  readonly gates: readonly string[];
  readonly effect: string;
  readonly receipt: string | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly crashes: number;
  readonly crashesAlone: number;
  readonly tried: boolean;
  /** An attempt of ours is open. */
  readonly attempting: boolean;
  /** To be looked up first. */
  readonly baseline: string | null;
  readonly deadline: Instant | null;
  readonly lookups: number;
  readonly late: boolean;
  readonly tell: string;
  readonly told: number;
  readonly remindAfter: Reminders;
  /** When it became owed, or held. */
  readonly waitingSince: Instant;
  readonly closedBefore: number;
  readonly createdAt: Instant;
  readonly settledAt: Instant | null;
  readonly blank: boolean;
};

/** By name: a replica of a later version may add columns while this one runs. */
export const COLUMNS = `seq, id, lane, mode, position, state, gates, effect, receipt, reason, attempts, crashes, tried,
  attempting, baseline, deadline, lookups, late, tell, told, remind_after, closed_before, created_at, settled_at, blank,
  waiting_since, crashes_alone`;

export function columnsOf(table: string): string {
  return COLUMNS.replaceAll(/\w+/g, (column) => `${table}.${column}`);
}

const STATES: readonly DeliveryState[] = ['owed', 'held', 'delivered', 'dead', 'unknown', 'dropped'];

export function readDelivery(row: Row): DeliveryRow {
  return {
    seq: int(row, 'seq'),
    id: text(row, 'id'),
    lane: text(row, 'lane'),
    newest: text(row, 'mode') === 'newest',
    position: text(row, 'position'),
    state: stateOf(row),
    gates: texts(row, 'gates'),
    effect: text(row, 'effect'),
    receipt: textOrNull(row, 'receipt'),
    reason: textOrNull(row, 'reason'),
    attempts: int(row, 'attempts'),
    crashes: int(row, 'crashes'),
    crashesAlone: int(row, 'crashes_alone'),
    tried: int(row, 'tried') === 1,
    attempting: int(row, 'attempting') === 1,
    baseline: textOrNull(row, 'baseline'),
    deadline: intOrNull(row, 'deadline'),
    lookups: int(row, 'lookups'),
    late: int(row, 'late') === 1,
    tell: text(row, 'tell'),
    told: int(row, 'told'),
    remindAfter: reminders(row, 'remind_after'),
    waitingSince: intOrNull(row, 'waiting_since') ?? int(row, 'created_at'),
    closedBefore: int(row, 'closed_before'),
    createdAt: int(row, 'created_at'),
    settledAt: intOrNull(row, 'settled_at'),
    blank: int(row, 'blank') === 1,
  };
}

function stateOf(row: Row): DeliveryState {
  const state = STATES.find((known) => known === row['state']);
  if (state === undefined) throw new TypeError('a delivery is in no known state');
  return state;
}

export function* deliveryById(id: string): Steps<DeliveryRow | undefined> {
  const row = yield* first(`SELECT ${COLUMNS} FROM deliveries WHERE id = :id`, { id });
  return row && readDelivery(row);
}

export function* deliveryBySeq(seq: number): Steps<DeliveryRow | undefined> {
  const row = yield* first(`SELECT ${COLUMNS} FROM deliveries WHERE seq = :seq`, { seq });
  return row && readDelivery(row);
}

/** The delivery, which nobody else changes until the end of the transaction. */
export function* lockDelivery(id: string): Steps<DeliveryRow | undefined> {
  const row = yield* first(`SELECT ${COLUMNS} FROM deliveries WHERE id = :id FOR UPDATE`, { id });
  return row && readDelivery(row);
}
