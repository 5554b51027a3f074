import { whole } from './rows.ts';
import type { Ledger } from './ledger.ts';
import { first, run, type Steps } from './steps.ts';

/**
 * One process leads in what only one should do at a time. A lease, not a lock of its session: one that is frozen
 * keeps its session, but not its lease.
 */
export function* takeLead({ now }: Ledger, name: string, lease: { holder: string; forMs: number }): Steps<boolean> {
  const row = yield* first(
    `INSERT INTO leads (name, holder, leased_until) VALUES (:name, :holder, :until)
     ON CONFLICT (name) DO UPDATE SET holder = :holder, leased_until = :until
       WHERE leads.holder = :holder OR leads.leased_until <= :now
     RETURNING name`,
    { name, holder: lease.holder, until: whole(now + lease.forMs), now },
  );
  return row !== undefined;
}

/** Gives up all that the process leads in, so that another need not wait. */
export function* leaveLeads(holder: string): Steps<void> {
  yield* run(`DELETE FROM leads WHERE holder = :holder`, { holder });
}
