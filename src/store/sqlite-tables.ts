import type { Instant, Pace } from '../delivery/ports.ts';
import { createBell } from './bell.ts';
import { rescueEventLanes, withNews } from './events.ts';
import { resetGates } from './gates.ts';
import { rescueLanes } from './lanes.ts';
import type { Ledger, Tables, Work } from './ledger.ts';
import { releaseOrders } from './orders.ts';
import { lastSeen, putBack } from './put-back.ts';
import { openSqlite, type SqliteFile } from './sqlite.ts';
import { explained, explaining } from './sqlite-errors.ts';
import { first, type Steps } from './steps.ts';

export type SqliteOptions = {
  readonly path: string;
  /** Which gates have a pace; by default none. */
  readonly pace?: (gate: string) => Pace;
  readonly now?: () => Instant;
};

/** A clock that goes back by less is not worth a word: nothing waits much longer for it. */
const PUT_BACK_MS = 5_000;

/** The tables in one SQLite file, and the file itself. */
export async function openSqliteTables(options: SqliteOptions): Promise<{ tables: Tables; file: SqliteFile }> {
  const bell = createBell();
  const woken = new Set<Work>();
  const file = openSqlite(options.path, () => {
    const works = [...woken];
    woken.clear();
    bell.ring(works);
  });
  try {
    const tables = tablesOn(file, options, { listen: bell.listen, wake: (what) => void woken.add(what) });
    await tables.write(takeOver);
    return { tables, file };
  } catch (error) {
    file.close();
    throw explained(options.path, error);
  }
}

type Waking = { readonly listen: Tables['onWork']; readonly wake: Ledger['wake'] };

function tablesOn(
  file: SqliteFile,
  { path, now = Date.now, pace = () => null }: SqliteOptions,
  { listen, wake }: Waking,
): Tables {
  const { commits, statements } = file;
  statements.countFrom(statements.run(lastTick()));

  const ledger = (): Ledger => ({
    now: now(),
    pace,
    rests: false,
    wake,
    // Nobody else runs on this file.
    announce: () => undefined,
    news: [],
  });

  let latest = statements.run(lastSeen());
  /** Of the same transaction as what comes next. */
  const followClock = (): void => {
    const ms = latest - now();
    latest = ms > PUT_BACK_MS ? now() : Math.max(latest, now());
    if (ms <= PUT_BACK_MS) return;
    // Not stored: the next write finds it put back again.
    commits.write(() => statements.run(putBack(ledger(), ms))).catch(() => (latest += ms));
  };

  return {
    write: (steps, sync) => {
      followClock();
      return commits.write(() => statements.run(withNews(ledger(), steps)), sync);
    },
    read: async (steps) => explaining(path, () => statements.run(steps())),
    now,
    onWork: listen,
    close: async () => file.close(),
  };
}

/** Whoever ran on this file before is gone, since we hold its lock. */
function* takeOver(ledger: Ledger): Steps<void> {
  yield* rescueEventLanes(ledger, { leasedUntil: Number.MAX_SAFE_INTEGER });
  yield* rescueLanes(ledger, { leasedUntil: Number.MAX_SAFE_INTEGER });
  yield* resetGates(ledger);
  yield* releaseOrders();
}

/** The last number that `nextval` gave in an earlier life of the file: the order of arrivals and turns of what waits, and of services. */
function* lastTick(): Steps<number> {
  const row = yield* first(`
    SELECT max(
      (SELECT coalesce(max(place), 0) FROM events WHERE state = 'owed'),
      (SELECT coalesce(max(served), 0) FROM event_lanes),
      (SELECT coalesce(max(turn), 0) FROM deliveries WHERE state = 'owed'),
      (SELECT coalesce(max(served), 0) FROM delivery_lanes)
    ) AS last`);

  return Number(row?.['last'] ?? 0);
}
