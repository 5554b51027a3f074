import { join } from 'node:path';
import { median, medianRatio, rounded } from '../arithmetic.ts';
import { startWorld, type World } from '../parts.ts';
import { type Bench, inTurns, type Line, type Row } from '../row.ts';
import { compiledIn, shipped } from '../shipped.ts';

/**
 * From nothing to taking events in, on an empty store. Casebridge has asked both vendors by then who it is; a plain Bolt
 * app listens.
 */

const AT_MOST = 1.5;

type Side = 'casebridge' | 'bolt';

/** `cache`: where compiled code is kept; null for a machine that starts it for the first time. */
type Setting = { readonly world: World; readonly name: string; readonly cache: string | null };

const msOf = async (bench: Bench, side: Side, { world, name, cache }: Setting): Promise<number> => {
  const env = cache === null ? { NODE_DISABLE_COMPILE_CACHE: '1' } : { NODE_COMPILE_CACHE: cache };
  if (side === 'casebridge') {
    const { app, readyMs } = await shipped(bench, { origin: world.origin, name, env });
    await app.kill();
    return readyMs;
  }
  const began = performance.now();
  const terms = { origin: '' };
  const app = await bench.start({ path: 'bench/peers/bolt.ts', terms, env, folder: bench.folder, name });
  const ms = performance.now() - began;
  await app.kill();
  return ms;
};

const run = async (bench: Bench): Promise<{ readonly lines: readonly Line[] }> => {
  const world = await startWorld(bench);
  const runsWith = (cache: string | null, times: number) =>
    inTurns(['casebridge', 'bolt'], times, (side, time) => {
      const how = cache === null ? 'cold' : 'warm';
      bench.say(`${side}, ${how}, run ${time + 1}`);
      return msOf(bench, side, { world, name: `${side}-${how}-${time}`, cache });
    });
  const warm = compiledIn(bench);
  for (const side of ['casebridge', 'bolt'] as const)
    await filled(bench, side, { world, name: `${side}-first`, cache: warm });
  return {
    lines: [
      lineOf('with a warm compile cache', await runsWith(warm, bench.pairs), { most: AT_MOST }),
      lineOf('for the first time', await runsWith(null, COLD_RUNS), null),
    ],
  };
};

const COLD_RUNS = 3;

/** What was compiled is kept when a process ends in order. */
const filled = async (bench: Bench, side: Side, { world, name, cache }: Setting): Promise<void> => {
  const env = { NODE_COMPILE_CACHE: cache ?? join(bench.folder, 'compiled') };
  if (side === 'casebridge') return (await shipped(bench, { origin: world.origin, name, env })).app.stop();
  const terms = { origin: '' };
  await (await bench.start({ path: 'bench/peers/bolt.ts', terms, env, folder: bench.folder, name })).stop();
};

type Runs = readonly Readonly<Record<Side, number>>[];

const lineOf = (what: string, runs: Runs, target: Line['target']): Line => ({
  what,
  ours: { value: Math.round(median(runs.map(({ casebridge }) => casebridge))), unit: 'ms' },
  peer: { value: Math.round(median(runs.map(({ bolt }) => bolt))), unit: 'ms' },
  judged: {
    value: rounded(medianRatio(runs.map(({ casebridge, bolt }) => ({ ours: casebridge, peer: bolt })))),
    unit: '×',
  },
  target,
  cpuMsPerMessage: null,
  runs: runs.map(({ casebridge, bolt }) => ({ ms: Math.round(casebridge), peerMs: Math.round(bolt) })),
});

export const startupRow: Row = {
  name: 'startup',
  title: 'Start-up against a plain Bolt app',
  quick: true,
  run,
};
