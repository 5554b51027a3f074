import { median, rounded } from '../arithmetic.ts';
import { startCasebridge, startPeer, type Started, startWorld, type World } from '../parts.ts';
import { type Bench, inTurns, type Line, type Row } from '../row.ts';
import type { TalkResult } from '../world/talk.ts';

/** From end to end at the pace of a busy team: how long words take through casebridge. */

const CASES = 300;
const PER_SECOND = 50;
const RUNS = 5;
const P50_AT_MOST = 2;
const P99_AT_MOST_MS = 50;

const DIRECTIONS = ['in', 'out'] as const;
type Direction = (typeof DIRECTIONS)[number];

const NAMES: Readonly<Record<Direction, string>> = {
  in: 'webhook in → chat.postMessage out',
  out: 'Slack reply in → add-message out',
};

type Run = Readonly<Record<Direction, TalkResult & { readonly cpuMs: number }>>;
type Side = 'casebridge' | 'naive';

/** A world of its own for each, so that neither sees what the other was told. */
type Stage = { readonly world: World; readonly app: Started };

const runOn = async (bench: Bench, { world, app }: Stage): Promise<Run> => {
  const times = bench.full ? { warmMs: 1_000, countMs: 6_000 } : { warmMs: 500, countMs: 3_000 };
  const talk = async (direction: Direction) => {
    const before = await app.usage();
    const pattern = { load: 'open', perSecond: PER_SECOND, ...times } as const;
    const result = await world.talk({ port: app.port, direction, cases: CASES, pattern });
    const after = await app.usage();
    const share = times.countMs / (times.warmMs + times.countMs);
    return { ...result, cpuMs: (after.cpuMs - before.cpuMs) * share };
  };
  return { in: await talk('in'), out: await talk('out') };
};

export const latencyRow: Row = {
  name: 'latency',
  title: `End to end at ${PER_SECOND} events/s, open loop`,
  quick: true,
  run: async (bench) => {
    const stages: Readonly<Record<Side, Stage>> = {
      casebridge: await casebridgeStage(bench),
      naive: await naiveStage(bench),
    };
    for (const [side, { world, app }] of Object.entries(stages)) {
      bench.say(`${side}: ${CASES} threads are started`);
      await world.talk({ port: app.port, direction: 'in', cases: CASES, pattern: { load: 'first' } });
    }
    const runs = await inTurns(['casebridge', 'naive'], RUNS, (side, time) => {
      bench.say(`${side}, run ${time + 1}`);
      return runOn(bench, stages[side]);
    });
    return { lines: DIRECTIONS.flatMap((direction) => linesOf(direction, runs)) };
  },
};

const casebridgeStage = async (bench: Bench): Promise<Stage> => {
  const world = await startWorld(bench, 'world-casebridge');
  // Slack's pace in a channel and the reading budget would be what is measured.
  const terms = { opensGates: true, reads: 1_000 };
  return { world, app: await startCasebridge(bench, { origin: world.origin, name: 'casebridge', terms }) };
};

const naiveStage = async (bench: Bench): Promise<Stage> => {
  const world = await startWorld(bench, 'world-naive');
  return { world, app: await startPeer(bench, 'naive', 'naive', world.origin) };
};

const linesOf = (direction: Direction, all: readonly Readonly<Record<Side, Run>>[]): readonly Line[] => {
  const pairs = all.map((each) => ({ ours: each.casebridge[direction], peer: each.naive[direction] }));
  const shared = {
    cpuMsPerMessage: rounded(median(pairs.map(({ ours }) => ours.cpuMs / ours.arrived))),
    runs: pairs.map(({ ours, peer }) => ({
      p50: ours.p50,
      p99: ours.p99,
      arrived: ours.arrived,
      cpuMs: ours.cpuMs,
      peerP50: peer.p50,
      peerP99: peer.p99,
      peerCpuMs: peer.cpuMs,
    })),
  };
  const of = (which: 'p50' | 'p99') => ({
    ours: { value: median(pairs.map(({ ours }) => ours[which])), unit: 'ms' },
    peer: { value: median(pairs.map(({ peer }) => peer[which])), unit: 'ms' },
  });
  const p50 = of('p50');
  const p99 = of('p99');
  const ratio = { value: rounded(median(pairs.map(({ ours, peer }) => ours.p50 / peer.p50))), unit: '×' };
  return [
    { ...shared, ...p50, what: `${NAMES[direction]}, p50`, judged: ratio, target: { most: P50_AT_MOST } },
    { ...shared, ...p99, what: `${NAMES[direction]}, p99`, judged: p99.ours, target: { most: P99_AT_MOST_MS } },
  ];
};
