import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What the app owes, has done or has set aside, as its own command line tells it: the sandbox knows no store. */

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));
const AGAIN_MS = 1_000;

const Counted = z.record(z.string(), z.number());

/** One line of `deliveries watch --json`; only what the page shows. */
export const Watched = z.object({
  counts: z.object({ events: Counted, deliveries: Counted, late: z.number() }),
  events: z.array(
    z.object({
      key: z.string(),
      lane: z.string(),
      type: z.string().nullable(),
      state: z.string(),
      reason: z.string().nullable(),
      attempts: z.number(),
      receivedAt: z.number(),
      settledAt: z.number().nullable(),
    }),
  ),
  deliveries: z.array(
    z.object({
      id: z.string(),
      lane: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      does: z.string(),
      attempts: z.number(),
      attempting: z.boolean(),
      createdAt: z.number(),
      settledAt: z.number().nullable(),
    }),
  ),
  gates: z.array(z.object({ key: z.string(), closedUntil: z.number().nullable(), reason: z.string().nullable() })),
});
export type Watched = z.infer<typeof Watched>;
export type WatchedEvent = Watched['events'][number];
export type WatchedDelivery = Watched['deliveries'][number];

export interface DeliveriesWatch {
  /** The last that was told; null before anything was. */
  readonly now: () => Watched | null;
  readonly start: () => void;
  readonly stop: () => void;
}

/** Watches from `start` until it is stopped; a watcher that ends is started again. */
export function createWatch(environment: Record<string, string>, onChange: (now: Watched) => void): DeliveriesWatch {
  let last: Watched | null = null;
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let stopped = false;

  const begin = (): void => {
    const watcher = spawn(process.execPath, [CLI, 'deliveries', 'watch', '--json'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    child = watcher;
    createInterface({ input: watcher.stdout }).on('line', (line) => {
      const read = Watched.safeParse(parseLine(line));
      if (!read.success) return;
      last = read.data;
      onChange(read.data);
    });
    watcher.once('exit', () => {
      if (!stopped) again = setTimeout(begin, AGAIN_MS);
    });
  };

  const stop = (): void => {
    stopped = true;
    clearTimeout(again);
    child?.kill('SIGKILL');
    process.off('exit', stop);
  };
  const start = (): void => {
    process.once('exit', stop);
    begin();
  };
  return { now: () => last, start, stop };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
