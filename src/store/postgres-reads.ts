import type { Client } from 'pg';
import { isLost, sorted } from './postgres-errors.ts';
import { Exchange } from './postgres-statements.ts';
import { inTurns } from './postgres-turns.ts';
import type { Steps } from './steps.ts';

/** Connections that reads use at most. One that takes long holds up only those that came with it. */
const AT_ONCE = 4;

/** Reads that share one. */
const MOST = 64;

type OnConnection = (work: (client: Client) => Promise<void>) => Promise<void>;
type Read = {
  /** Resolves to why it failed, once its caller was told; to null as a rule. */
  readonly run: (client: Client) => Promise<unknown>;
  readonly failed: (error: unknown) => void;
};

/** Reads of one turn of the event loop are asked together, on one connection. Each statement stands alone. */
export function createReads(onConnection: OnConnection): <T>(steps: () => Steps<T>) => Promise<T> {
  const push = inTurns<Read>(
    async (reads) => {
      try {
        await onConnection(async (client) => {
          const failures = await Promise.all(reads.map((read) => read.run(client)));
          // A lost connection is not to be used again.
          for (const error of failures) if (isLost(error)) throw error;
        });
      } catch (error) {
        for (const read of reads) read.failed(error);
      }
    },
    { atOnce: AT_ONCE, most: MOST },
  );

  return (steps) =>
    new Promise((resolve, reject) => {
      const failed = (error: unknown): void => reject(sorted(error));
      const run = async (client: Client): Promise<unknown> => {
        try {
          resolve(await new Exchange(client).run(steps()));
          return null;
        } catch (error) {
          failed(error);
          return error;
        }
      };
      push({ run, failed });
    });
}
