import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, rounded } from '../arithmetic.ts';
import { startWorld, type World } from '../parts.ts';
import type { Running } from '../program.ts';
import type { Bench, Line, Row } from '../row.ts';
import { seedSqlite } from '../seed.ts';
import { shipped } from '../shipped.ts';

/** How soon casebridge is there again, and at work, with much that it owes: after a stop, and after `kill -9`. */

const LINKS = 10_000;
/** Of each kind, for every link: 100,000 in all. */
const OWED_EACH = 5;
const RUNS = 3;
/** What a life of it has to deliver before it is ended. */
const LIFE_MS = 1_500;
const DELIVERY_LIMIT_MS = 30_000;

type Start = { readonly readyMs: number; readonly deliveredMs: number };

const startUp = async (bench: Bench, world: World): Promise<Start & { readonly app: Running }> => {
  world.watchBacklog();
  const began = performance.timeOrigin + performance.now();
  const { app, readyMs } = await shipped(bench, { origin: world.origin, name: 'casebridge' });
  const until = Date.now() + DELIVERY_LIMIT_MS;
  for (;;) {
    const { first } = await world.backlog();
    if (first !== null) return { app, readyMs, deliveredMs: first - began };
    if (Date.now() > until) throw new Error('nothing of what was owed was delivered');
    await pause(20);
  }
};

const run = async (bench: Bench): Promise<{ readonly lines: readonly Line[] }> => {
  const store = join(bench.folder, 'casebridge.db');
  bench.say('100,000 deliveries are written into a store');
  await seedSqlite(store, { links: LINKS, open: LINKS, posts: OWED_EACH, replies: OWED_EACH });
  const world = await startWorld(bench);
  world.set({ seeded: LINKS, open: LINKS });
  const starts: Record<Ending, Start[]> = { stop: [], kill: [] };
  // One that fills the cache of compiled code, as the image comes with it.
  await (await startUp(bench, world)).app.stop();
  let last: Ending = 'stop';
  for (let n = 0; n < 2 * RUNS; n += 1) {
    bench.say(`start ${n + 1} of ${2 * RUNS}, after ${WORDS[last]}`);
    const { app, ...start } = await startUp(bench, world);
    starts[last].push(start);
    await pause(LIFE_MS);
    last = n % 2 === 0 ? 'kill' : 'stop';
    await app[last]();
  }
  return { lines: [linesOf('stop', starts.stop), linesOf('kill', starts.kill)].flat() };
};

type Ending = 'stop' | 'kill';
const WORDS: Readonly<Record<Ending, string>> = { stop: 'a stop', kill: 'kill -9' };

const linesOf = (ending: Ending, starts: readonly Start[]): readonly Line[] => {
  const seconds = (ms: readonly number[]) => ({ value: rounded(median(ms) / 1000), unit: 's' });
  const ready = seconds(starts.map(({ readyMs }) => readyMs));
  const delivered = seconds(starts.map(({ deliveredMs }) => deliveredMs));
  const runs = starts.map(({ readyMs, deliveredMs }) => ({
    readyMs: Math.round(readyMs),
    deliveredMs: Math.round(deliveredMs),
  }));
  const rest = { peer: null, cpuMsPerMessage: null, runs };
  return [
    { ...rest, what: `ready after ${WORDS[ending]}`, ours: ready, judged: ready, target: { most: 2 } },
    { ...rest, what: `first delivery after ${WORDS[ending]}`, ours: delivered, judged: delivered, target: { most: 3 } },
  ];
};

export const startRow: Row = {
  name: 'start',
  title: 'Start with 100,000 owed deliveries',
  quick: true,
  run,
};
