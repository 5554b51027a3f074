import type {
  Counts,
  DeliveryFilter,
  DeliveryState,
  DeliveryView,
  GateView,
  Instant,
  Json,
} from '../delivery/ports.ts';
import { COLUMNS, type DeliveryRow, deliveryById, readDelivery } from './delivery-rows.ts';
import { COUNT } from './measures.ts';
import { int, intOrNull, json, type Row, text, textOrNull } from './rows.ts';
import { all, first, type Steps } from './steps.ts';

const ALL_STATES: readonly DeliveryState[] = ['owed', 'held', 'dead', 'unknown', 'dropped', 'delivered'];

export function* viewDelivery(id: string): Steps<DeliveryView | null> {
  const delivery = yield* deliveryById(id);
  return delivery === undefined ? null : asView(delivery);
}

/** The latest first, unless the order of the lane is asked for. */
export function* listDeliveries(filter: DeliveryFilter): Steps<DeliveryView[]> {
  const { states = ALL_STATES, lane, attempting = false, inOrder = false, limit } = filter;
  const rows: Row[] = [];
  for (const state of states) rows.push(...(yield* some(state, { lane, attempting, inOrder, limit })));

  const found = rows.map(readDelivery);
  const sorted = inOrder ? found : found.toSorted((a, b) => b.createdAt - a.createdAt || b.seq - a.seq);
  return sorted.slice(0, limit).map(asView);
}

type Wanted = {
  readonly lane: string | undefined;
  readonly attempting: boolean;
  readonly inOrder: boolean;
  readonly limit: number;
};

function some(state: DeliveryState, { lane, attempting, inOrder, limit }: Wanted): Steps<readonly Row[]> {
  if (lane === undefined) {
    return all(`SELECT ${COLUMNS} FROM deliveries WHERE state = :state ORDER BY created_at DESC LIMIT :limit`, {
      state,
      limit,
    });
  }
  return all(
    `SELECT ${COLUMNS} FROM deliveries WHERE lane = :lane AND state = '${state}'${attempting ? ' AND attempting = 1' : ''}
     ORDER BY ${inOrder || attempting ? 'attempting DESC, position, turn' : newestFirst(state)} LIMIT :limit`,
    { lane, limit },
  );
}

/** A sum has no index: no planner goes through a lane, most of which is done, for the newest of what it owes. */
function newestFirst(state: DeliveryState): string {
  return state === 'owed' ? 'seq + 0 DESC' : 'seq DESC';
}

function asView(delivery: DeliveryRow): DeliveryView {
  const effect: Json = JSON.parse(delivery.effect);
  const receipt: Json = delivery.receipt === null ? null : JSON.parse(delivery.receipt);

  return {
    id: delivery.id,
    lane: delivery.lane,
    position: delivery.position,
    state: delivery.state,
    reason: delivery.reason,
    effect,
    receipt,
    attempts: delivery.attempts,
    tried: delivery.tried,
    attempting: delivery.attempting,
    baseline: delivery.attempting && delivery.baseline !== null ? JSON.parse(delivery.baseline) : null,
    suspect: delivery.baseline !== null && !delivery.attempting,
    createdAt: delivery.createdAt,
    settledAt: delivery.settledAt,
  };
}

/** An event as people see it: what it tells stays out. */
export type EventView = {
  readonly key: string;
  readonly lane: string;
  /** The kind of event; null when its content is no longer kept. */
  readonly type: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly attempts: number;
  readonly receivedAt: Instant;
  readonly settledAt: Instant | null;
};

/** The latest first; timers that are not due are left out. */
export function* listEvents(limit: number): Steps<EventView[]> {
  const rows = yield* all(
    `SELECT key, lane, payload, state, reason, attempts, received_at, settled_at FROM events
     ORDER BY id DESC LIMIT :limit`,
    { limit },
  );
  return rows.map(asEvent).filter(({ state }) => state !== 'timer');
}

function asEvent(row: Row): EventView {
  const payload = json(row, 'payload');
  const type = typeof payload === 'object' && payload !== null && 'type' in payload ? payload['type'] : null;
  return {
    key: text(row, 'key'),
    lane: text(row, 'lane'),
    type: typeof type === 'string' ? type : null,
    state: text(row, 'state'),
    reason: textOrNull(row, 'reason'),
    attempts: int(row, 'attempts'),
    receivedAt: int(row, 'received_at'),
    settledAt: intOrNull(row, 'settled_at'),
  };
}

/** Gates that are closed or have somebody waiting. */
export function* viewGates(): Steps<GateView[]> {
  const rows = yield* all(
    `SELECT key, closed_until, reason, waiting FROM (
       SELECT gates.*, (SELECT count(*) FROM delivery_lanes WHERE gate = gates.key) AS waiting FROM gates
     ) AS viewed WHERE closed_until IS NOT NULL OR waiting > 0 ORDER BY key`,
  );
  return rows.map((row) => ({
    key: text(row, 'key'),
    closedUntil: intOrNull(row, 'closed_until'),
    reason: textOrNull(row, 'reason'),
    waiting: int(row, 'waiting'),
  }));
}

export function* countAll(): Steps<Counts> {
  const late = yield* first(`SELECT count(*) AS n FROM deliveries WHERE late = 1`);

  return {
    events: {
      owed: (yield* count('events', 'owed')) + (yield* count('events', 'timer')),
      handled: yield* count('events', 'handled'),
      ignored: yield* count('events', 'ignored'),
      dead: yield* count('events', 'dead'),
    },
    deliveries: {
      owed: yield* count('deliveries', 'owed'),
      held: yield* count('deliveries', 'held'),
      delivered: yield* count('deliveries', 'delivered'),
      dead: yield* count('deliveries', 'dead'),
      unknown: yield* count('deliveries', 'unknown'),
      dropped: yield* count('deliveries', 'dropped'),
    },
    oldestOwed: yield* oldestOwed(),
    late: int(late ?? {}, 'n'),
  };
}

function* count(table: 'events' | 'deliveries', state: string): Steps<number> {
  const row = yield* first(COUNT[table](state));
  return int(row ?? {}, 'n');
}

function* oldestOwed(): Steps<Instant | null> {
  const row = yield* first(`SELECT min(created_at) AS at FROM deliveries WHERE state = 'owed'`);
  return row === undefined ? null : intOrNull(row, 'at');
}
