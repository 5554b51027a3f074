import type { Client } from 'pg';
import { z } from 'zod';
import type { Ledger } from './ledger.ts';
import { fromServer } from './postgres-errors.ts';
import { runSteps } from './postgres-statements.ts';
import { lastSeen, putBack } from './put-back.ts';
import { readRecord } from './record-reads.ts';
import { writeRecords } from './record-writes.ts';
import type { Steps } from './steps.ts';

/** The server's clock was put back: the first process that sees it puts back what waits, once for all of them. */

/** The server's clock went back since it was last heard; nothing was done. */
export class ClockPutBack extends Error {
  constructor() {
    super("the server's clock was put back");
    this.name = 'ClockPutBack';
  }
}

/** Held while what waits is put back. An arbitrary number: "cloc". */
const LOCK = 0x636c6f63;

const NAMESPACE = 'clock';
const KEY = 'put-back';

/**
 * How often it was put back so far, by whom ever: whoever finds another number than it knew has nothing to do. `seen`:
 * the latest moment that was stored before.
 */
const PutBack = z.object({ times: z.number(), seen: z.number() });
type PutBack = z.infer<typeof PutBack>;

export function* putBackBefore(): Steps<PutBack> {
  return PutBack.safeParse(yield* readRecord(NAMESPACE, KEY)).data ?? { times: 0, seen: 0 };
}

type Known = { readonly times: number; readonly ms: number };

/** In a transaction that has begun; gives how often it was put back by now. */
export async function putBackOnce(client: Client, ledger: Ledger, { times, ms }: Known): Promise<number> {
  await fromServer(client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]));
  const before = await runSteps(client, putBackBefore());
  if (before.times !== times) return before.times;

  await runSteps(client, putBackBy(ledger, { times: times + 1, ms }));
  return times + 1;
}

function* putBackBy(ledger: Ledger, { times, ms }: Known): Steps<void> {
  yield* putBack(ledger, ms);
  const value: PutBack = { times, seen: yield* lastSeen() };
  yield* writeRecords(ledger, [{ namespace: NAMESPACE, key: KEY, value }]);
}
