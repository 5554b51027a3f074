import { median, medianRatio, rounded } from '../arithmetic.ts';
import { IntakeResult, type IntakeTerms } from '../load/intake.ts';
import { startCasebridge, startPeer, type Started, startWorld, type World } from '../parts.ts';
import { type Bench, inTurns, type Line, type Row, type Target } from '../row.ts';
import type { Terms } from '../terms.ts';

/** What is taken in: verified, stored durably, answered. The work that follows from it is held back meanwhile. */

const CONNECTIONS = 32;
const BYTES = 2_800;
const SLOW_COMMIT_MS = 5;

type Run = IntakeResult & { readonly cpuMs: number; readonly commits: number };

/** A program under load: casebridge under these terms, or a peer. Requests are made ready for so many a second. */
type Side =
  | { readonly terms: Terms; readonly atMost: number }
  | { readonly peer: 'raw' | 'bolt'; readonly atMost: number };

const SIDES = {
  casebridge: { terms: { holdsInbox: true }, atMost: 20_000 },
  'slow disk': { terms: { holdsInbox: true, slowCommitMs: SLOW_COMMIT_MS }, atMost: 12_000 },
  working: { terms: { opensGates: true }, atMost: 20_000 },
  raw: { peer: 'raw', atMost: 40_000 },
  bolt: { peer: 'bolt', atMost: 30_000 },
} as const satisfies Readonly<Record<string, Side>>;
type Name = keyof typeof SIDES;

type Setting = { readonly world: World; readonly kind: IntakeTerms['kind']; readonly time: number };

const runOf = async (bench: Bench, name: Name, { world, kind, time }: Setting): Promise<Run> => {
  bench.say(`${name}, run ${time + 1}`);
  const side: Side = SIDES[name];
  const file = `${name.replace(' ', '-')}-${time}`;
  const measured =
    'peer' in side
      ? await startPeer(bench, side.peer, file)
      : await startCasebridge(bench, { origin: world.origin, name: file, terms: side.terms });
  try {
    return await loaded(bench, measured, { kind, atMost: side.atMost });
  } finally {
    await measured.kill();
  }
};

type Measured = Started & { readonly commits?: () => Promise<number> };

const loaded = async (bench: Bench, measured: Measured, terms: Pick<IntakeTerms, 'kind' | 'atMost'>): Promise<Run> => {
  const times = bench.full ? { warmMs: 1_500, countMs: 3_000 } : { warmMs: 700, countMs: 1_300 };
  const rest = {
    ...terms,
    ...times,
    port: measured.port,
    connections: CONNECTIONS,
    bytes: BYTES,
  } satisfies IntakeTerms;
  const used = async () => ({ cpuMs: (await measured.usage()).cpuMs, commits: (await measured.commits?.()) ?? 0 });
  // It is ready when counting begins; then it says that counting is over, and what came of it.
  const load = await bench.start({ path: 'bench/load/intake.ts', terms: rest, folder: bench.folder, name: 'load' });
  const before = await used();
  await load.message();
  const after = await used();
  const result = IntakeResult.parse(await load.message());
  await load.stop();
  return { ...result, cpuMs: after.cpuMs - before.cpuMs, commits: after.commits - before.commits };
};

type Pair = { readonly ours: Run; readonly peer: Run };

const lineOf = (what: string, pairs: readonly Pair[], target: Target | null): Line => ({
  what,
  ours: { value: median(pairs.map(({ ours }) => ours.perSecond)), unit: '/s' },
  peer: { value: median(pairs.map(({ peer }) => peer.perSecond)), unit: '/s' },
  judged: {
    value: rounded(medianRatio(pairs.map(({ ours, peer }) => ({ ours: ours.perSecond, peer: peer.perSecond })))),
    unit: '×',
  },
  target,
  cpuMsPerMessage: rounded(median(pairs.map(({ ours }) => ours.cpuMs / ours.requests))),
  runs: pairs.map(({ ours, peer }) => ({ ...ours, peerPerSecond: peer.perSecond, peerCpuMs: peer.cpuMs })),
  remark: `${rounded(median(pairs.map(({ ours }) => ours.requests / Math.max(1, ours.commits))))} messages a commit`,
});

const aloneLines = (what: string, runs: readonly Run[], targets: readonly [Target, Target] | null): readonly Line[] => {
  const perSecond = { value: median(runs.map((run) => run.perSecond)), unit: '/s' };
  const p99 = { value: median(runs.map((run) => run.p99)), unit: 'ms' };
  const shared = {
    peer: null,
    cpuMsPerMessage: rounded(median(runs.map((run) => run.cpuMs / run.requests))),
    runs: runs.map((run) => ({ ...run })),
  };
  return [
    { ...shared, what, ours: perSecond, judged: perSecond, target: targets?.[0] ?? null },
    { ...shared, what: `${what}, p99`, ours: p99, judged: p99, target: targets?.[1] ?? null },
  ];
};

export const webhooksRow: Row = {
  name: 'webhooks',
  title: 'Acquire webhooks verified, stored durably and answered',
  quick: true,
  run: async (bench) => {
    const world = await startWorld(bench);
    const run = (name: Name, time: number) => runOf(bench, name, { world, kind: 'acquire', time });
    const pairs = await inTurns(['raw', 'casebridge', 'bolt'], bench.pairs, run);
    const alone = await inTurns(['slow disk', 'working'], Math.ceil(bench.pairs / 2), run);
    const slow = alone.map((runs) => runs['slow disk']);
    const working = alone.map((runs) => runs.working);
    return {
      lines: [
        lineOf('against raw node:http with HMAC and no store', against(pairs, 'raw'), { least: 0.6 }),
        lineOf('against a plain Bolt custom route, no store', against(pairs, 'bolt'), { least: 0.8 }),
        ...aloneLines(`with ${SLOW_COMMIT_MS} ms added to every commit`, slow, [{ least: 2_000 }, { most: 1_000 }]),
        ...aloneLines('while what was taken in is worked on beside it', working, null),
      ],
    };
  },
};

export const eventsRow: Row = {
  name: 'events',
  title: 'Slack events verified, stored durably and answered',
  quick: true,
  run: async (bench) => {
    const world = await startWorld(bench);
    const run = (name: Name, time: number) => runOf(bench, name, { world, kind: 'slack', time });
    const pairs = await inTurns(['casebridge', 'bolt'], bench.pairs, run);
    return { lines: [lineOf('against a plain Bolt app, no store', against(pairs, 'bolt'), { least: 1 })] };
  },
};

const against = <Peer extends Name>(
  runs: readonly Readonly<Record<'casebridge' | Peer, Run>>[],
  peer: Peer,
): readonly Pair[] => runs.map((each) => ({ ours: each.casebridge, peer: each[peer] }));
