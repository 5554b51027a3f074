import type { Pool, PoolClient } from 'pg';
import { NotStored } from '../delivery/errors.ts';
import type { Instant, Pace } from '../delivery/ports.ts';
import { createBell } from './bell.ts';
import { withNews } from './events.ts';
import type { Ledger, Tables, Work } from './ledger.ts';
import { createPool, once } from './postgres.ts';
import { ClockPutBack, putBackBefore, putBackOnce } from './postgres-put-back.ts';
import { createServerClock } from './postgres-clock.ts';
import { fromServer, isWorthAgain, sorted, spoils } from './postgres-errors.ts';
import { CHANNEL, listen } from './postgres-listener.ts';
import { checkSchema, migrate } from './postgres-schema.ts';
import { runSteps } from './postgres-statements.ts';
import { lastSeen } from './put-back.ts';
import type { Steps } from './steps.ts';

export type PostgresOptions = {
  readonly url: string;
  /** Which gates have a pace; by default none. */
  readonly pace?: (gate: string) => Pace;
  /** For tests: instead of the server's clock. */
  readonly now?: () => Instant;
};

/** A clock that goes back by less is not worth a word: nothing waits much longer for it. */
const PUT_BACK_MS = 5_000;

/** The tables in the schema of one database, which any number of processes share. */
export async function openPostgresTables(options: PostgresOptions): Promise<Tables> {
  await once(options.url, migrate);
  const bell = createBell();
  const listener = listen(options.url, (what) => bell.ring([what]));
  const { start, ...tables } = tablesOf(createPool(options.url), options, bell.ring);
  await start();

  return {
    ...tables,
    onWork: bell.listen,
    close: async () => {
      await listener.close();
      await tables.close();
    },
  };
}

/** For the operator's commands: the same tables, of exactly our schema. */
export async function openPostgresBeside(url: string): Promise<Pick<Tables, 'read' | 'write' | 'close'>> {
  await once(url, checkSchema);
  return tablesOf(createPool(url), { url }, () => undefined);
}

function tablesOf(
  pool: Pool,
  { pace = () => null, now }: PostgresOptions,
  ring: (works: Iterable<Work>) => void,
): Omit<Tables, 'onWork'> & { readonly start: () => Promise<void> } {
  const clock = createServerClock();
  /** How often what waits was put back with the server's clock. */
  let timesBack = 0;
  let puttingBack: Promise<void> | null = null;
  let closed = false;

  const ledgerAt = (at: Instant): Ledger => ({
    now: now?.() ?? at,
    pace,
    rests: clock.rests(),
    wake: () => undefined,
    announce: () => undefined,
    news: [],
  });

  async function write<T>(steps: (ledger: Ledger) => Steps<T>): Promise<T> {
    for (let round = 1; ; round += 1) {
      try {
        return await onConnection((client) => transaction(client, steps));
      } catch (error) {
        if (!(error instanceof ClockPutBack) && !isWorthAgain(error, round)) throw sorted(error);
        if (error instanceof ClockPutBack) await following();
      }
    }
  }

  async function transaction<T>(client: PoolClient, steps: (ledger: Ledger) => Steps<T>): Promise<T> {
    const read = await begin(client);
    if (clock.hear(read.now, read.tookMs) > 0) throw new ClockPutBack();
    const woken = new Set<Work>();
    const announced = new Set<Work>();
    const ledger: Ledger = {
      ...ledgerAt(read.now),
      wake: (what) => void woken.add(what),
      announce: (what) => void announced.add(what),
    };
    const result = await runSteps(client, withNews(ledger, steps));
    const notices = [...announced].map((what) => `NOTIFY ${CHANNEL}, '${what}'; `);
    await fromServer(client.query(`${notices.join('')}COMMIT`));
    ring(woken);
    return result;
  }

  async function onConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    if (closed) throw new NotStored(new Error('the store is closed'));

    const client = await fromServer(pool.connect());
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = spoils(error) || !(await isRolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Several that find the clock put back at once wait for one of them. */
  function following(): Promise<void> {
    puttingBack ??= inOneGo(async (client) => {
      const { now: at, tookMs } = await begin(client);
      // One that finds it late may come when it is done.
      const ms = clock.hear(at, tookMs);
      if (ms === 0) return;
      timesBack = await putBackOnce(client, ledgerAt(at), { times: timesBack, ms });
      clock.adopt(at);
    }).finally(() => {
      puttingBack = null;
    });
    return puttingBack;
  }

  /** What an earlier process has stored may be of a time that is yet to come. */
  const start = (): Promise<void> =>
    inOneGo(async (client) => {
      const { now: at, tookMs } = await begin(client);
      clock.hear(at, tookMs);
      const before = await runSteps(client, putBackBefore());
      timesBack = before.times;
      const seen = await runSteps(client, lastSeen());
      if (now !== undefined || seen - at <= PUT_BACK_MS || seen === before.seen) return;
      timesBack = await putBackOnce(client, ledgerAt(at), { times: timesBack, ms: seen - at });
    });

  async function inOneGo(work: (client: PoolClient) => Promise<void>): Promise<void> {
    try {
      await onConnection(async (client) => {
        await work(client);
        await fromServer(client.query('COMMIT'));
      });
    } catch (error) {
      throw sorted(error);
    }
  }

  return {
    start,
    write,
    read: async (steps) => {
      try {
        return await onConnection((client) => runSteps(client, steps()));
      } catch (error) {
        throw sorted(error);
      }
    },
    now: () => now?.() ?? clock.now(),
    close: async () => {
      if (closed) return;
      closed = true;
      await pool.end();
    },
  };
}

/** Two statements in one round trip: there and back is most of what a short transaction costs. */
const BEGIN = 'BEGIN; SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now';

async function begin(client: PoolClient): Promise<{ readonly now: Instant; readonly tookMs: number }> {
  const asked = performance.now();
  const begun: unknown = await fromServer(client.query(BEGIN));
  return { now: momentIn(begun), tookMs: performance.now() - asked };
}

/** The driver answers several statements with a list of results, which its types do not say. */
function momentIn(results: unknown): Instant {
  const last: unknown = Array.isArray(results) ? results.at(-1) : undefined;
  const rows = typeof last === 'object' && last !== null && 'rows' in last ? last.rows : undefined;
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (typeof row !== 'object' || row === null || !('now' in row) || typeof row.now !== 'number') {
    throw new TypeError('the server did not say what time it is');
  }
  return row.now;
}

async function isRolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
