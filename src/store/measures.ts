import type { Instant } from '../delivery/ports.ts';
import { int, intOrNull, text } from './rows.ts';
import { all, first, type Steps, type Values } from './steps.ts';

/** What is measured of a store while it works: each statement has an index, and counts only what is not done yet. */

export type Measures = {
  readonly deliveries: Readonly<Record<'owed' | 'held' | 'dead' | 'unknown', number>>;
  readonly events: Readonly<Record<'owed' | 'timer' | 'dead', number>>;
  readonly late: number;
  readonly sides: ReadonlyMap<string, SideMeasures>;
  readonly closedGates: number;
  readonly openLinks: number;
  /** Of everything stored, on disk. */
  readonly bytes: number;
};

export type SideMeasures = {
  readonly owed: number;
  readonly oldestOwedMs: number | null;
  readonly parkedLanes: number;
  /** Closed, or on trial. */
  readonly closed: boolean;
  readonly closedMs: number;
};

export type Measured = {
  /** Keys of the widest gates. */
  readonly sides: readonly string[];
  /** The namespace of the records that stand for open links. */
  readonly openLinks: string;
};

/** Asked of each database in its own words. */
const BYTES = {
  sqlite: `SELECT page_count * page_size AS n FROM pragma_page_count(), pragma_page_size()`,
  postgres: `SELECT CAST(coalesce(sum(pg_total_relation_size(oid)), 0) AS BIGINT) AS n FROM pg_class
    WHERE relnamespace = to_regnamespace(current_schema()) AND relkind = 'r'`,
};

export function* measureAll(kind: keyof typeof BYTES, { sides, openLinks }: Measured, now: Instant): Steps<Measures> {
  const parked = yield* parkedLanes();
  const measured = new Map<string, SideMeasures>();
  for (const side of sides) measured.set(side, yield* measureSide(side, { parked, now }));

  return {
    deliveries: {
      owed: yield* countState('deliveries', 'owed'),
      held: yield* countState('deliveries', 'held'),
      dead: yield* countState('deliveries', 'dead'),
      unknown: yield* countState('deliveries', 'unknown'),
    },
    events: {
      owed: yield* countState('events', 'owed'),
      timer: yield* countState('events', 'timer'),
      dead: yield* countState('events', 'dead'),
    },
    late: yield* count(`SELECT count(*) AS n FROM deliveries WHERE late = 1`),
    sides: measured,
    closedGates: yield* count(`SELECT count(*) AS n FROM gates WHERE closed_until IS NOT NULL`),
    openLinks: yield* count(`SELECT count(*) AS n FROM records WHERE namespace = :namespace`, { namespace: openLinks }),
    bytes: yield* count(BYTES[kind]),
  };
}

function* count(statement: string, values: Values = {}): Steps<number> {
  return int((yield* first(statement, values)) ?? {}, 'n');
}

const countState = (table: 'events' | 'deliveries', state: string): Steps<number> => count(COUNT[table](state));

/** The state is part of the statement: what waits, and what is settled, stand in indexes of their own. */
export const COUNT = {
  deliveries: (state: string): string => `SELECT count(*) AS n FROM deliveries WHERE state = '${state}'`,
  events: (state: string): string =>
    `SELECT count(*) AS n FROM events WHERE state = '${state}'${
      state === 'owed' || state === 'timer' ? '' : ' AND settled_at IS NOT NULL'
    }`,
};

function* parkedLanes(): Steps<ReadonlyMap<string, number>> {
  const rows = yield* all(`SELECT gate, count(*) AS n FROM delivery_lanes WHERE gate IS NOT NULL GROUP BY gate`);
  return new Map(rows.map((row) => [text(row, 'gate'), int(row, 'n')]));
}

type Found = { readonly parked: ReadonlyMap<string, number>; readonly now: Instant };

function* measureSide(side: string, { parked, now }: Found): Steps<SideMeasures> {
  const owed = yield* first(
    `SELECT count(*) AS n, min(created_at) AS oldest FROM deliveries
     WHERE state = 'owed' AND gates >= :first AND gates < :next`,
    // Gates are stored as a JSON list, the widest first; in the order of bytes, the number sign follows the quote.
    { first: `["${side}"`, next: `["${side}#` },
  );
  const oldest = owed === undefined ? null : intOrNull(owed, 'oldest');
  const gate = yield* first(`SELECT closed_until, closed_since, closed_ms FROM gates WHERE key = :side`, { side });
  const since = gate === undefined ? null : intOrNull(gate, 'closed_since');

  return {
    owed: int(owed ?? {}, 'n'),
    oldestOwedMs: oldest === null ? null : Math.max(0, now - oldest),
    parkedLanes: [...parked].reduce((sum, [key, lanes]) => (isOf(side, key) ? sum + lanes : sum), 0),
    closed: gate !== undefined && gate['closed_until'] !== null,
    closedMs: (gate === undefined ? 0 : int(gate, 'closed_ms')) + (since === null ? 0 : Math.max(0, now - since)),
  };
}

const isOf = (side: string, gate: string): boolean => gate === side || gate.startsWith(`${side}:`);
