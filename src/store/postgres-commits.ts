import type { Client } from 'pg';
import type { Instant } from '../delivery/ports.ts';
import { withNews } from './events.ts';
import type { Ledger, Work } from './ledger.ts';
import { isLost, isWorthAgain, sorted } from './postgres-errors.ts';
import { ClockPutBack } from './postgres-put-back.ts';
import { Exchange } from './postgres-statements.ts';
import { inTurns } from './postgres-turns.ts';
import type { Steps } from './steps.ts';

/** Transactions of one process that are under way at the same time. */
const AT_ONCE = 4;

/** Writes that share one transaction. */
const MOST = 32;

/**
 * How long those that share a transaction wait for a lock. Each takes its locks in the order that all keep to
 * (steps.ts), but behind those of the one before it: what might wait in a circle gives up at once and goes alone.
 */
const TOGETHER_LOCK_MS = 30;

type Parts = {
  readonly onConnection: <T>(work: (client: Client) => Promise<T>) => Promise<T>;
  /** What a transaction begins with; throws when the server's clock was put back. */
  readonly begin: (exchange: Exchange, lockMs: number | null) => Promise<Instant>;
  readonly ledgerAt: (at: Instant) => Ledger;
  /** Puts back what waits, as the server's clock was. */
  readonly followClock: () => Promise<void>;
  /** After a commit: what it made claimable here, and what others do not know of. */
  readonly committed: (woken: ReadonlySet<Work>, announced: ReadonlySet<Work>) => void;
};

type Write = {
  readonly run: (exchange: Exchange, ledger: Ledger) => Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

/**
 * Group commit: writes of one turn of the event loop, and those that come while others are under way, share a
 * transaction, one after another. When one of them is refused, or meets a lock, each goes alone.
 */
export function createCommits(parts: Parts): <T>(steps: (ledger: Ledger) => Steps<T>) => Promise<T> {
  const push = inTurns<Write>((writes) => carry(parts, writes, 1), { atOnce: AT_ONCE, most: MOST });

  return (steps) =>
    new Promise((resolve, reject) => {
      let finish: () => void = () => undefined;
      push({
        run: async (exchange, ledger) => {
          const result = await exchange.run(withNews(ledger, steps));
          finish = () => resolve(result);
        },
        done: () => finish(),
        failed: reject,
      });
    });
}

async function carry(parts: Parts, writes: readonly Write[], round: number): Promise<void> {
  try {
    await parts.onConnection((client) => transaction(parts, client, writes));
  } catch (error) {
    return await carryAfter(parts, writes, { error, round });
  }
  for (const write of writes) write.done();
}

type Failure = { readonly error: unknown; readonly round: number };

async function carryAfter(parts: Parts, writes: readonly Write[], { error, round }: Failure): Promise<void> {
  if (error instanceof ClockPutBack) {
    try {
      await parts.followClock();
    } catch (worse) {
      return refuse(writes, worse);
    }
    return await carry(parts, writes, round);
  }
  // Maybe all of them are stored: nobody heard.
  if (isLost(error)) return refuse(writes, sorted(error));
  if (writes.length === 1) {
    if (!isWorthAgain(error, round)) return refuse(writes, sorted(error));
    return await carry(parts, writes, round + 1);
  }
  // Not waited for: one that waits for a lock holds up nobody else.
  for (const write of writes) void carry(parts, [write], 1);
}

function refuse(writes: readonly Write[], error: unknown): void {
  for (const write of writes) write.failed(error);
}

async function transaction(parts: Parts, client: Client, writes: readonly Write[]): Promise<void> {
  const exchange = new Exchange(client);
  const now = await parts.begin(exchange, writes.length > 1 ? TOGETHER_LOCK_MS : null);
  const woken = new Set<Work>();
  const announced = new Set<Work>();
  for (const write of writes) {
    await write.run(exchange, {
      ...parts.ledgerAt(now),
      wake: (what) => void woken.add(what),
      announce: (what) => void announced.add(what),
    });
  }
  await exchange.say('COMMIT');
  await exchange.end();
  parts.committed(woken, announced);
}
