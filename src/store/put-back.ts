import type { Instant } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { intOrNull } from './rows.ts';
import { first, run, type Steps } from './steps.ts';

/** What ends after a span of time, by table. A timer is none of it: it was set for a time of day. */
const ENDS = [
  ['events', ['due'], `state = 'owed'`],
  ['event_lanes', ['run_at', 'leased_until'], 'true'],
  ['deliveries', ['due', 'deadline', 'remind_at', 'waiting_since'], `state IN ('owed', 'held')`],
  ['delivery_lanes', ['run_at', 'leased_until'], 'true'],
  ['gates', ['closed_until', 'closed_since', 'tat', 'wake_at'], 'true'],
  ['orders', ['taken_until'], 'answered_at IS NULL'],
  ['leads', ['leased_until'], 'true'],
] as const;

/** The clock was put back by `ms`: what waits until a moment that is now far away waits as long as it was meant to. */
export function* putBack({ now }: Ledger, ms: number): Steps<void> {
  for (const [table, columns, which] of ENDS) {
    const changes = columns.map(
      (column) => `${column} = CASE WHEN ${column} > :now THEN ${column} - :ms ELSE ${column} END`,
    );
    const concerned = columns.map((column) => `${column} > :now`).join(' OR ');
    yield* run(`UPDATE ${table} SET ${changes.join(', ')} WHERE ${which} AND (${concerned})`, { now, ms });
  }
}

/** The latest moment that an earlier life of the store has seen, nearly. */
export function* lastSeen(): Steps<Instant> {
  const row = yield* first(`SELECT received_at FROM events ORDER BY id DESC LIMIT 1`);
  return row === undefined ? 0 : (intOrNull(row, 'received_at') ?? 0);
}
