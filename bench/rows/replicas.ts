import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, medianRatio, rounded } from '../arithmetic.ts';
import { type Casebridge, startCasebridge, startWorld } from '../parts.ts';
import { startDatabase } from '../postgres.ts';
import { type Bench, inTurns, type Line, type Plot, type Row } from '../row.ts';
import { seedPostgres } from '../seed.ts';

/** Several processes on one PostgreSQL, each call to a vendor taking its time: what more of them bring. */

const VENDOR_MS = 50;
const LINKS = 200;
const OWED_EACH = 80;
const WARM_MS = 3_000;
const COUNT_MS = 8_000;
const ARRIVING_LIMIT_MS = 30_000;

const REPLICAS = { one: 1, two: 2, four: 4 } as const;
type Side = keyof typeof REPLICAS;
/** Posts to Slack are one call each; a reply to Acquire is told of besides, which is worked on as well. */
type Kind = 'posts' | 'replies';

type Run = { readonly perSecond: number; readonly disordered: number; readonly cpuMs: number };

type Setting = { readonly kind: Kind; readonly time: number };

const runOf = async (bench: Bench, side: Side, { kind, time }: Setting): Promise<Run> => {
  bench.say(`${kind}, ${REPLICAS[side]} of them, run ${time + 1}`);
  const run = `${kind}-${side}-${time}`;
  const world = await startWorld(bench, `world-${run}`);
  world.set({ seeded: LINKS, open: LINKS, delayMs: VENDOR_MS });
  const database = await startDatabase(bench);
  await seedPostgres(database, { links: LINKS, open: LINKS, posts: 0, replies: 0, [kind]: OWED_EACH });
  world.watchBacklog();
  const apps = await Promise.all(
    Array.from({ length: REPLICAS[side] }, (_, n) =>
      startCasebridge(bench, {
        origin: world.origin,
        name: `${run}-${n}`,
        database,
        terms: { opensGates: true, reads: 100_000 },
        env: { ACQUIRE_POLL_SECONDS: '3600', FILES_DIR: join(bench.folder, `${run}.files`) },
      }),
    ),
  );
  try {
    const until = Date.now() + ARRIVING_LIMIT_MS;
    while ((await world.backlog()).first === null && Date.now() < until) await pause(50);
    await pause(WARM_MS);
    const [before, cpuBefore, began] = [await world.backlog(), await cpuOf(apps), performance.now()];
    await pause(COUNT_MS);
    const [after, cpuAfter, ended] = [await world.backlog(), await cpuOf(apps), performance.now()];
    const arrived = after.arrived - before.arrived;
    if (after.arrived === LINKS * OWED_EACH) throw new Error('all was delivered before the count was over');
    return {
      perSecond: rounded((arrived / (ended - began)) * 1000),
      disordered: after.disordered,
      cpuMs: (cpuAfter - cpuBefore) / arrived,
    };
  } finally {
    await Promise.all(apps.map((app) => app.kill()));
    await world.kill();
  }
};

const cpuOf = async (apps: readonly Casebridge[]): Promise<number> =>
  (await Promise.all(apps.map((app) => app.usage()))).reduce((sum, { cpuMs }) => sum + cpuMs, 0);

export const replicasRow: Row = {
  name: 'replicas',
  title: 'Replicas on PostgreSQL, 50 ms for each call to a vendor',
  quick: false,
  run: async (bench) => {
    const runs = (kind: Kind): Promise<All> =>
      inTurns(['one', 'two', 'four'], RUNS, (side, time) => runOf(bench, side, { kind, time }));
    const posts = await runs('posts');
    const replies = await runs('replies');
    const all = [...posts, ...replies];
    const disordered = all.flatMap((each) => Object.values(each)).reduce((sum, run) => sum + run.disordered, 0);
    const count = { value: disordered, unit: '' };
    return {
      lines: [
        lineOf(
          'posts, two',
          posts.map(({ two, one }) => ({ ours: two, peer: one })),
          AT_LEAST.two,
        ),
        lineOf(
          'posts, four',
          posts.map(({ four, one }) => ({ ours: four, peer: one })),
          AT_LEAST.four,
        ),
        lineOf(
          'replies, two',
          replies.map(({ two, one }) => ({ ours: two, peer: one })),
          AT_LEAST.two,
        ),
        lineOf(
          'replies, four',
          replies.map(({ four, one }) => ({ ours: four, peer: one })),
          AT_LEAST.four,
        ),
        {
          what: 'out of order, or twice',
          ours: count,
          peer: null,
          judged: count,
          target: { exactly: 0 },
          cpuMsPerMessage: null,
          runs: all.map(({ one, two, four }) => ({ one: one.disordered, two: two.disordered, four: four.disordered })),
        },
      ],
      plots: [plotOf({ posts, replies })],
    };
  },
};

const RUNS = 3;
const AT_LEAST = { two: 1.8, four: 3.4 } as const;

type All = readonly Readonly<Record<Side, Run>>[];
type Pairs = readonly { readonly ours: Run; readonly peer: Run }[];

const lineOf = (what: string, runs: Pairs, least: number): Line => {
  const pairs = runs.map(({ ours, peer }) => ({ ours: ours.perSecond, peer: peer.perSecond }));
  return {
    what: `${what} against one`,
    ours: { value: median(pairs.map(({ ours }) => ours)), unit: '/s' },
    peer: { value: median(pairs.map(({ peer }) => peer)), unit: '/s' },
    judged: { value: rounded(medianRatio(pairs)), unit: '×' },
    target: { least },
    cpuMsPerMessage: rounded(median(runs.map(({ ours }) => ours.cpuMs))),
    runs: pairs.map(({ ours, peer }) => ({ perSecond: ours, onePerSecond: peer })),
    remark: `${availableParallelism()} processors, which PostgreSQL and both vendors share`,
  };
};

const plotOf = (kinds: Readonly<Record<Kind, All>>): Plot => ({
  file: 'replicas',
  title: `Deliveries a second, ${VENDOR_MS} ms for each call to a vendor`,
  x: 'replicas',
  y: 'deliveries/s',
  logarithmic: false,
  series: (['posts', 'replies'] as const).map((kind) => ({
    name: kind,
    points: (['one', 'two', 'four'] as const).map((side) => [
      REPLICAS[side],
      median(kinds[kind].map((each) => each[side].perSecond)),
    ]),
  })),
});
