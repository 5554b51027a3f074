import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { environmentFor } from './world/cases.ts';
import type { Running } from './program.ts';
import type { Bench } from './row.ts';

/** casebridge as it is shipped: `src/start.mjs`, with nothing changed, and asked over HTTP whether it is ready. */

export type Shipped = { readonly app: Running; readonly origin: string; readonly readyMs: number };

const READY_LIMIT_MS = 60_000;
const LOOK_MS = 5;

/** `name`: of its store and its log. */
export type ShippedOptions = {
  readonly origin: string;
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
};

export const shipped = async (bench: Bench, { origin, name, env = {} }: ShippedOptions): Promise<Shipped> => {
  const port = await freePort();
  const began = performance.now();
  const app = await bench.start({
    path: 'src/start.mjs',
    env: {
      ...environmentFor(origin),
      DATABASE_URL: `sqlite:${join(bench.folder, `${name}.db`)}`,
      FILES_DIR: join(bench.folder, `${name}.files`),
      NODE_COMPILE_CACHE: compiledIn(bench),
      ACQUIRE_POLL_SECONDS: '15',
      PORT: `${port}`,
      ...env,
    },
    folder: bench.folder,
    name,
    saysReady: false,
  });
  await untilOk(`http://127.0.0.1:${port}/readyz`);
  return { app, origin: `http://127.0.0.1:${port}`, readyMs: performance.now() - began };
};

/** Where Node keeps what it has compiled: shared by all programs of a row, as each has its own entries. */
export const compiledIn = ({ folder }: Bench): string => join(folder, 'compiled');

const untilOk = async (url: string): Promise<void> => {
  const until = performance.now() + READY_LIMIT_MS;
  while (!(await saysOk(url))) {
    if (performance.now() > until) throw new Error(`${url} was not ready within ${READY_LIMIT_MS / 1000} s`);
    await pause(LOOK_MS);
  }
};

const saysOk = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
