import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rounded } from '../arithmetic.ts';
import { startCasebridge, startWorld, type World } from '../parts.ts';
import type { Bench, Line, Row } from '../row.ts';
import { seedSqlite } from '../seed.ts';
import type { Reading } from '../world/readings.ts';

/**
 * What one round of polling asks of Acquire when one case in a hundred has changed since the last. What the budget has
 * left over is for reading all others in turn: /metrics counts the two apart.
 */

const OPEN = 10_000;
/** Among those that reading in turn, which begins with the first, does not come to in this time. */
const CHANGED = Array.from({ length: OPEN / 100 }, (_, n) => OPEN / 2 + n * 50);
/** Thirty times what is shipped, so that a round of minutes takes seconds. */
const PER_SECOND = 60;
const EVERY_S = 8;
/** The case, its messages, and once in half an hour its contact. */
const A_CASE = 3;
/** Cases that are read at the same time. */
const AT_ONCE = 4;
/** Without a page for so long a round is over. */
const QUIET_MS = 1_500;
const ROUND_LIMIT_MS = 60_000;
/** The budget may be saved up, so it is looked at over so long. */
const WINDOW_MS = 5_000;

const run = async (bench: Bench): Promise<{ readonly lines: readonly Line[] }> => {
  bench.say(`${OPEN} links with open cases are written into a store`);
  await seedSqlite(join(bench.folder, 'casebridge.db'), { links: OPEN, open: OPEN, posts: 0, replies: 0 });
  const world = await startWorld(bench);
  world.set({ seeded: OPEN, open: OPEN });
  world.watchReadings();
  const app = await startCasebridge(bench, {
    origin: world.origin,
    name: 'casebridge',
    terms: { opensGates: true, reads: PER_SECOND },
    env: { ACQUIRE_POLL_SECONDS: `${EVERY_S}` },
  });
  const metrics = `http://127.0.0.1:${app.port}/metrics`;
  bench.say('a first round, after which all is known');
  await roundOf(world, []);
  const before = await listedIn(metrics);
  bench.say(`a round in which ${CHANGED.length} cases have changed`);
  world.change(CHANGED);
  world.watchReadings();
  const readings = await roundOf(world, CHANGED);
  return { lines: linesOf(readings, (await listedIn(metrics)) - before) };
};

/** Resolves when a whole round was read, and each of these cases. */
const roundOf = async (world: World, cases: readonly number[]): Promise<readonly Reading[]> => {
  const until = Date.now() + ROUND_LIMIT_MS;
  while (Date.now() < until) {
    await pause(100);
    const readings = await world.readings();
    const latest = readings.findLast(({ what }) => what === 'page')?.at ?? Number.POSITIVE_INFINITY;
    const read = new Set(readings.map(({ what }) => what));
    const isQuiet = performance.timeOrigin + performance.now() - latest > QUIET_MS;
    if (isQuiet && cases.every((id) => read.has(id))) return readings;
  }
  throw new Error('the round did not end');
};

/** Requests for pages of the list, and for what the list showed as changed. */
const listedIn = async (metrics: string): Promise<number> => {
  const page = await (await fetch(metrics)).text();
  return Number(/acquire_requests_total\{purpose="list"\} (\d+)/.exec(page)?.[1] ?? 0);
};

const linesOf = (readings: readonly Reading[], listed: number): readonly Line[] => {
  const pages = readings.filter(({ what }) => what === 'page').length;
  const changed = new Set<Reading['what']>(CHANGED);
  const read = readings.filter(({ what }) => changed.has(what)).length;
  const rest = { peer: null, cpuMsPerMessage: null };
  const share = { value: rounded(shareOfBudget(readings)), unit: '×' };
  return [
    {
      ...rest,
      what: 'requests beyond pages and changed cases',
      ours: { value: listed, unit: '' },
      judged: { value: listed - pages - A_CASE * CHANGED.length, unit: '' },
      target: { exactly: 0 },
      runs: [{ listed, pages, changed: CHANGED.length, read }],
      remark: `${pages} pages, and ${A_CASE} requests for each of ${CHANGED.length} cases`,
    },
    {
      ...rest,
      what: 'readings of each changed case',
      ours: { value: read / CHANGED.length, unit: '' },
      judged: { value: read / CHANGED.length, unit: '' },
      target: { exactly: 1 },
      runs: [{ read }],
    },
    {
      ...rest,
      what: 'of the reading budget, at the busiest',
      ours: share,
      judged: share,
      target: { most: 1 },
      runs: [{ requests: readings.length }],
    },
  ];
};

/** Of what the budget gives in any span of that length, with what was saved up, and what was begun is finished. */
const shareOfBudget = (readings: readonly Reading[]): number => {
  const allowed = PER_SECOND + (PER_SECOND * WINDOW_MS) / 1000 + AT_ONCE * A_CASE;
  const inWindow = readings.map(({ at }, from) => {
    const behind = readings.findIndex((later, index) => index > from && later.at > at + WINDOW_MS);
    return (behind === -1 ? readings.length : behind) - from;
  });
  return Math.max(...inWindow) / allowed;
};

export const pollingRow: Row = {
  name: 'polling',
  title: 'A round of polling, 10,000 open cases, 1 % changed',
  quick: true,
  run,
};
