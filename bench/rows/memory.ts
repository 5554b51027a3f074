import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, medianRatio, rounded } from '../arithmetic.ts';
import { startWorld, type World } from '../parts.ts';
import type { Running } from '../program.ts';
import { type Bench, inTurns, type Line, type Row } from '../row.ts';
import { seedSqlite } from '../seed.ts';
import { compiledIn, shipped } from '../shipped.ts';

/** Resident memory: with nothing to do, and at work on a store of many links and much that is owed. */

const AT_MOST = 1.6;
/** What is left to chance from one run to the next. */
const NO_GROWTH = 1.1;
const IDLE_MS = 3_000;

const idleOf = async (bench: Bench, side: 'casebridge' | 'bolt', setting: { world: World; name: string }) => {
  const { world, name } = setting;
  const app =
    side === 'casebridge' ? (await shipped(bench, { origin: world.origin, name })).app : await bolt(bench, name);
  await pause(IDLE_MS);
  const { rssMb } = await app.usage();
  await app.stop();
  return rssMb;
};

const bolt = (bench: Bench, name: string): Promise<Running> =>
  bench.start({
    path: 'bench/peers/bolt.ts',
    terms: { origin: '' },
    env: { NODE_COMPILE_CACHE: compiledIn(bench) },
    folder: bench.folder,
    name,
  });

export const idleRow: Row = {
  name: 'memory-idle',
  title: 'Memory of a process with nothing to do',
  quick: true,
  run: async (bench) => {
    const world = await startWorld(bench);
    // The first of each fills the cache of compiled code.
    const all = await inTurns(['casebridge', 'bolt'], IDLE_RUNS + 1, (side, time) => {
      bench.say(`${side}, run ${time + 1}`);
      return idleOf(bench, side, { world, name: `${side}-${time}` });
    });
    const pairs = all.slice(1).map((each) => ({ ours: each.casebridge, peer: each.bolt }));
    return {
      lines: [
        {
          what: 'against a plain Bolt app',
          ours: megabytes(pairs.map(({ ours }) => ours)),
          peer: megabytes(pairs.map(({ peer }) => peer)),
          judged: { value: rounded(medianRatio(pairs)), unit: '×' },
          target: { most: AT_MOST },
          cpuMsPerMessage: null,
          runs: pairs.map(({ ours, peer }) => ({ rssMb: Math.round(ours), peerRssMb: Math.round(peer) })),
          remark: 'both with a warm compile cache, as in the image',
        },
      ],
    };
  },
};

const IDLE_RUNS = 3;

const megabytes = (values: readonly number[]): Line['ours'] => ({ value: Math.round(median(values)), unit: 'MB' });

const OPEN = 10_000;
/** Of each kind, for every open case: 100,000 in all. */
const OWED_EACH = 5;
const FEW = 10_000;
const MANY = 1_000_000;
const LOADED_RUNS = 3;
const AT_WORK_MS = 15_000;
const LOOKS = 15;

/** The most that it takes while it drains what is owed. */
const loadedOf = async (bench: Bench, links: number, time: number): Promise<number> => {
  const world = await startWorld(bench, `world-${links}-${time}`);
  world.set({ seeded: links, open: OPEN });
  const { app } = await shipped(bench, { origin: world.origin, name: `links-${links}` });
  let most = 0;
  for (let look = 0; look < LOOKS; look += 1) {
    await pause(AT_WORK_MS / LOOKS);
    most = Math.max(most, (await app.usage()).rssMb);
  }
  await app.stop();
  await world.kill();
  return most;
};

export const memoryRow: Row = {
  name: 'memory',
  title: 'Memory at work on 100,000 owed deliveries, with 1,000,000 links',
  quick: false,
  run: async (bench) => {
    for (const links of [FEW, MANY]) {
      bench.say(`${links} links are written into a store`);
      await seedSqlite(join(bench.folder, `links-${links}.db`), {
        links,
        open: OPEN,
        posts: OWED_EACH,
        replies: OWED_EACH,
      });
    }
    const all = await inTurns(['few', 'many'], LOADED_RUNS, (side, time) => {
      bench.say(`${side} links, run ${time + 1}`);
      return loadedOf(bench, side === 'few' ? FEW : MANY, time);
    });
    const pairs = all.map(({ few, many }) => ({ ours: many, peer: few }));
    return {
      lines: [
        {
          what: 'against itself with 10,000 links, as many of them open',
          ours: megabytes(pairs.map(({ ours }) => ours)),
          peer: megabytes(pairs.map(({ peer }) => peer)),
          judged: { value: rounded(medianRatio(pairs)), unit: '×' },
          target: { most: NO_GROWTH },
          cpuMsPerMessage: null,
          runs: pairs.map(({ ours, peer }) => ({ rssMb: Math.round(ours), fewLinksRssMb: Math.round(peer) })),
        },
      ],
    };
  },
};
