import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, medianRatio, rounded } from '../arithmetic.ts';
import { type Casebridge, startCasebridge, startWorld, type World } from '../parts.ts';
import { type Bench, inTurns, type Line, type Plot, type Row } from '../row.ts';
import { seedSqlite } from '../seed.ts';
import type { TalkResult } from '../world/talk.ts';

/** The same talk in 1,000 cases, beside ever more links that nobody talks in. */

const SIZES = { few: 1_000, some: 100_000, many: 1_000_000 } as const;
type Size = keyof typeof SIZES;
const MOST_OPEN = 10_000;
const TALKING = 1_000;
const AT_LEAST = 0.85;
const RUNS = 5;
const AT_ONCE = 64;
const PER_SECOND = 50;
/** Without polling each open case is read once at the start, which is waited for. */
const TERMS = { opensGates: true, reads: 100_000 };
const READ_LIMIT_MS = 300_000;
const COUNT_MS = 5_000;
const WARM_MS = 1_500;

type Run = { readonly through: TalkResult; readonly calm: TalkResult; readonly cpuMs: number };

const openOf = (links: number): number => Math.min(links, MOST_OPEN);

/** A store of that size with its casebridge, and a world of its own: what was said there before stands there. */
type Place = { readonly app: Casebridge; readonly world: World; readonly links: number };

const placeOf = async (bench: Bench, links: number): Promise<Place> => {
  bench.say(`${links} links are written into a store`);
  const open = openOf(links);
  const name = `links-${links}`;
  await seedSqlite(join(bench.folder, `${name}.db`), { links, open, posts: 0, replies: 0 });
  const world = await startWorld(bench, `world-${links}`);
  world.set({ seeded: links, open });
  world.watchBacklog();
  const app = await startCasebridge(bench, { origin: world.origin, name, terms: TERMS });
  bench.say(`its ${open} open cases are read`);
  const until = Date.now() + READ_LIMIT_MS;
  while (((await world.backlog()).calls[CASE_READ] ?? 0) < open) {
    if (Date.now() > until) throw new Error('the open cases were not read in time');
    await pause(200);
  }
  await pause(SETTLED_MS);
  return { app, world, links };
};

const CASE_READ = '/api/v#/crm/objects/case/#';
const SETTLED_MS = 1_000;

const runOf = async (bench: Bench, { app, world, links }: Place, time: number): Promise<Run> => {
  bench.say(`${links} links, run ${time + 1}`);
  // The keys of open cases lie among all others, for they sort as text.
  const cases = { port: app.port, direction: 'both', cases: TALKING, stride: openOf(links) / TALKING } as const;
  const before = (await app.usage()).cpuMs;
  const through = await world.talk({
    ...cases,
    pattern: { load: 'closed', atOnce: AT_ONCE, warmMs: WARM_MS, countMs: COUNT_MS },
  });
  const cpuMs = ((await app.usage()).cpuMs - before) * (COUNT_MS / (WARM_MS + COUNT_MS));
  const calm = await world.talk({
    ...cases,
    pattern: { load: 'open', perSecond: PER_SECOND, warmMs: 1_000, countMs: 6_000 },
  });
  return { through, calm, cpuMs };
};

export const growthRow: Row = {
  name: 'growth',
  title: 'Throughput and latency beside ever more links',
  quick: false,
  run: async (bench) => {
    const places = {
      few: await placeOf(bench, SIZES.few),
      some: await placeOf(bench, SIZES.some),
      many: await placeOf(bench, SIZES.many),
    };
    const all = await inTurns(['few', 'some', 'many'], RUNS, (size, time) => runOf(bench, places[size], time));
    return {
      lines: (['some', 'many'] as const).flatMap((size) => [throughputOf(size, all), latencyOf(size, all)]),
      plots: [
        plotOf(all, {
          file: 'growth-throughput',
          title: 'Messages a second, both ways',
          y: 'messages/s',
          of: (run) => run.through.perSecond,
        }),
        plotOf(all, {
          file: 'growth-latency',
          title: 'Latency at 50 messages a second, p99',
          y: 'ms',
          of: (run) => run.calm.p99,
        }),
      ],
    };
  },
};

type All = readonly Readonly<Record<Size, Run>>[];

const besides = (size: Size): string =>
  `${SIZES[size].toLocaleString('en')} links against ${SIZES.few.toLocaleString('en')}`;

const throughputOf = (size: Size, all: All): Line => {
  const pairs = all.map((each) => ({ ours: each[size].through.perSecond, peer: each.few.through.perSecond }));
  return {
    what: `throughput, ${besides(size)}`,
    ours: { value: median(pairs.map(({ ours }) => ours)), unit: '/s' },
    peer: { value: median(pairs.map(({ peer }) => peer)), unit: '/s' },
    judged: { value: rounded(medianRatio(pairs)), unit: '×' },
    target: { least: AT_LEAST },
    cpuMsPerMessage: rounded(median(all.map((each) => each[size].cpuMs / each[size].through.arrived))),
    runs: pairs.map(({ ours, peer }) => ({ perSecond: ours, fewLinksPerSecond: peer })),
  };
};

/** Turned round, so that more is better as with the throughput. */
const latencyOf = (size: Size, all: All): Line => {
  const pairs = all.map((each) => ({ ours: each[size].calm.p99, peer: each.few.calm.p99 }));
  return {
    what: `p99, ${besides(size)}`,
    ours: { value: rounded(median(pairs.map(({ ours }) => ours))), unit: 'ms' },
    peer: { value: rounded(median(pairs.map(({ peer }) => peer))), unit: 'ms' },
    judged: { value: rounded(medianRatio(pairs.map(({ ours, peer }) => ({ ours: peer, peer: ours })))), unit: '×' },
    target: { least: AT_LEAST },
    cpuMsPerMessage: null,
    runs: pairs.map(({ ours, peer }) => ({ p99: ours, fewLinksP99: peer })),
    remark: 'the ratio is that of 1,000 links to these: more is better',
  };
};

type Drawn = Pick<Plot, 'file' | 'title' | 'y'> & { readonly of: (run: Run) => number };

const plotOf = (all: All, { of, ...plot }: Drawn): Plot => ({
  ...plot,
  x: 'links',
  logarithmic: true,
  series: [
    {
      name: 'casebridge',
      points: (['few', 'some', 'many'] as const).map((size) => [
        SIZES[size],
        median(all.map((each) => of(each[size]))),
      ]),
    },
  ],
});
