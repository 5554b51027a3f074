import { median, medianRatio, rounded } from '../arithmetic.ts';
import { startCasebridge, startPeer, type Started, startWorld } from '../parts.ts';
import { startDatabase } from '../postgres.ts';
import { type Bench, inTurns, type Line, type Row } from '../row.ts';
import type { TalkResult } from '../world/talk.ts';

/** Both ways at once, as much as goes through: instant vendors, gates open. */

const CASES = 300;
const AT_ONCE = 64;
const AT_LEAST = 0.4;

type Side = 'SQLite' | 'PostgreSQL' | 'naive';
type Run = TalkResult & { readonly cpuMs: number; readonly commits: number };
type Through = Started & { readonly commits?: () => Promise<number> };

const TERMS = { opensGates: true, reads: 100_000 };

const runOf = async (bench: Bench, side: Side, time: number): Promise<Run> => {
  bench.say(`${side}, run ${time + 1}`);
  const name = `${side}-${time}`;
  const world = await startWorld(bench, `world-${name}`);
  const { origin } = world;
  const database = side === 'PostgreSQL' ? { database: await startDatabase(bench) } : {};
  const app: Through =
    side === 'naive'
      ? await startPeer(bench, 'naive', name, origin)
      : await startCasebridge(bench, { origin, name, terms: TERMS, ...database });
  try {
    const through = { port: app.port, cases: CASES };
    await world.talk({ ...through, direction: 'in', pattern: { load: 'first' } });
    const talk = (countMs: number) =>
      world.talk({ ...through, direction: 'both', pattern: { load: 'closed', atOnce: AT_ONCE, warmMs: 0, countMs } });
    await talk(bench.full ? 2_000 : 1_000);
    const before = { ...(await app.usage()), commits: (await app.commits?.()) ?? 0 };
    const result = await talk(bench.full ? 8_000 : 3_000);
    const after = { ...(await app.usage()), commits: (await app.commits?.()) ?? 0 };
    return { ...result, cpuMs: after.cpuMs - before.cpuMs, commits: after.commits - before.commits };
  } finally {
    await app.kill();
    await world.kill();
  }
};

export const sustainedRow: Row = {
  name: 'sustained',
  title: 'Sustained both ways, instant vendors, gates open',
  quick: true,
  run: async (bench) => {
    const all = await inTurns(['naive', 'SQLite', 'PostgreSQL'], bench.full ? bench.pairs : QUICK_RUNS, (side, time) =>
      runOf(bench, side, time),
    );
    return { lines: [lineOf('SQLite', all), lineOf('PostgreSQL', all)] };
  },
};

const QUICK_RUNS = 3;

const lineOf = (side: 'SQLite' | 'PostgreSQL', all: readonly Readonly<Record<Side, Run>>[]): Line => {
  const pairs = all.map((each) => ({ ours: each[side], peer: each.naive }));
  const aCommit = rounded(median(pairs.map(({ ours }) => ours.arrived / Math.max(1, ours.commits))));
  return {
    what: `with ${side}, against the naive app at saturation`,
    ours: { value: median(pairs.map(({ ours }) => ours.perSecond)), unit: '/s' },
    peer: { value: median(pairs.map(({ peer }) => peer.perSecond)), unit: '/s' },
    judged: {
      value: rounded(medianRatio(pairs.map(({ ours, peer }) => ({ ours: ours.perSecond, peer: peer.perSecond })))),
      unit: '×',
    },
    target: { least: AT_LEAST },
    cpuMsPerMessage: rounded(median(pairs.map(({ ours }) => ours.cpuMs / ours.arrived))),
    runs: pairs.map(({ ours, peer }) => ({
      ...figuresOf(ours),
      peerPerSecond: peer.perSecond,
      peerCpuMs: peer.cpuMs,
    })),
    remark: `${aCommit} messages a commit, each of which takes several steps`,
  };
};

const figuresOf = ({ arrived, perSecond, p50, p99, cpuMs, commits }: Run) => ({
  arrived,
  perSecond,
  p50,
  p99,
  cpuMs,
  commits,
});
