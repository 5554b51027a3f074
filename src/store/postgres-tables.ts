import type { Client, Pool } from 'pg';
import { NotStored } from '../delivery/errors.ts';
import type { Instant, Pace } from '../delivery/ports.ts';
import { createBell } from './bell.ts';
import type { Ledger, Tables, Work } from './ledger.ts';
import { createPool, once } from './postgres.ts';
import { createCommits } from './postgres-commits.ts';
import { ClockPutBack, putBackBefore, putBackOnce } from './postgres-put-back.ts';
import { createServerClock } from './postgres-clock.ts';
import { fromServer, isLost, sorted } from './postgres-errors.ts';
import { listen } from './postgres-listener.ts';
import { createReads } from './postgres-reads.ts';
import { checkSchema, migrate } from './postgres-schema.ts';
import { Exchange, runSteps } from './postgres-statements.ts';
import { lastSeen } from './put-back.ts';
import { int } from './rows.ts';
import { first } from './steps.ts';

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
  const { start, ...tables } = tablesOf(createPool(options.url), options, (woken, announced) => {
    bell.ring(woken);
    listener.announce(announced);
  });
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

function tablesOf(pool: Pool, { pace = () => null, now }: PostgresOptions, tell: Tell): Started {
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

  async function onConnection<T>(work: (client: Client) => Promise<T>): Promise<T> {
    if (closed) throw new NotStored(new Error('the store is closed'));

    const client = await fromServer(pool.connect());
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isLost(error) || !(await isRolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Several that find the clock put back at once wait for one of them. */
  function followClock(): Promise<void> {
    puttingBack ??= inOneGo(async (client) => {
      const { now: at, tookMs } = await begin(new Exchange(client));
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
      const { now: at, tookMs } = await begin(new Exchange(client));
      clock.hear(at, tookMs);
      const before = await runSteps(client, putBackBefore());
      timesBack = before.times;
      const seen = await runSteps(client, lastSeen());
      if (now !== undefined || seen - at <= PUT_BACK_MS || seen === before.seen) return;
      timesBack = await putBackOnce(client, ledgerAt(at), { times: timesBack, ms: seen - at });
    });

  async function inOneGo(work: (client: Client) => Promise<void>): Promise<void> {
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
    write: createCommits({
      onConnection,
      ledgerAt,
      followClock,
      committed: tell,
      begin: async (exchange, lockMs) => {
        const read = await begin(exchange, lockMs);
        if (clock.hear(read.now, read.tookMs) > 0) throw new ClockPutBack();
        return read.now;
      },
    }),
    read: createReads(onConnection),
    now: () => now?.() ?? clock.now(),
    close: async () => {
      if (closed) return;
      closed = true;
      await pool.end();
    },
  };
}

/** Told after a commit: what it made claimable here, and what other processes do not know of. */
type Tell = (woken: ReadonlySet<Work>, announced: ReadonlySet<Work>) => void;
type Started = Omit<Tables, 'onWork'> & { readonly start: () => Promise<void> };

const NOW = 'SELECT CAST(floor(extract(epoch FROM clock_timestamp()) * 1000) AS BIGINT) AS now';

type Begun = { readonly now: Instant; readonly tookMs: number };

async function begin(exchange: Exchange, lockMs: number | null = null): Promise<Begun> {
  const asked = performance.now();
  const limit = lockMs === null ? '' : `; SET LOCAL lock_timeout = ${lockMs}`;
  const [, row] = await Promise.all([exchange.say(`BEGIN${limit}`), exchange.run(first(NOW))]);
  return { now: int(row ?? {}, 'now'), tookMs: performance.now() - asked };
}

async function isRolledBack(client: Client): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
