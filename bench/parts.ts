import { join } from 'node:path';
import { z } from 'zod';
import { environmentFor } from './world/cases.ts';
import { Arrivals } from './world/backlog.ts';
import { type Reading, Readings } from './world/readings.ts';
import { TalkResult, type Talk } from './world/talk.ts';
import type { Running } from './program.ts';
import type { Bench } from './row.ts';
import type { Terms } from './terms.ts';

/** The programs that most rows need: the vendors and their people, casebridge, and its peers. */

const Ready = z.object({ port: z.number() });
const portOf = (running: Running): number => Ready.parse(running.ready).port;

export type Started = Running & { readonly port: number };

const started = async (starting: Promise<Running>): Promise<Started> => {
  const running = await starting;
  return { ...running, port: portOf(running) };
};

export type World = Started & {
  readonly origin: string;
  /** People write through the app that listens there, as said, until all has arrived. */
  readonly talk: (terms: Talk) => Promise<TalkResult>;
  /** Of a store that was filled before: so many cases are there, and open; and every answer comes so much later. */
  readonly set: (what: { readonly seeded?: number; readonly open?: number; readonly delayMs?: number }) => void;
  /** Somebody of the helpdesk changes these cases. */
  readonly change: (cases: readonly number[]) => void;
  readonly watchReadings: () => void;
  /** What casebridge has read of Acquire since then. */
  readonly readings: () => Promise<readonly Reading[]>;
  readonly watchBacklog: () => void;
  /** What became of the backlog since then. */
  readonly backlog: () => Promise<Arrivals>;
};

export const startWorld = async (bench: Bench, name = 'world'): Promise<World> => {
  const running = await started(bench.start({ path: 'bench/world/main.ts', folder: bench.folder, name }));
  return {
    ...running,
    origin: `http://127.0.0.1:${running.port}`,
    talk: async (terms) => {
      running.send({ talk: terms });
      const said = await running.message(TALK_LIMIT_MS);
      const result = TalkResult.safeParse(said);
      if (!result.success) throw new Error(`the talk failed: ${JSON.stringify(said)}`);
      return result.data;
    },
    set: (what) => running.send({ set: what }),
    change: (cases) => running.send({ change: cases }),
    watchReadings: () => running.send({ readings: 'watch' }),
    readings: async () => {
      running.send({ readings: 'report' });
      return Readings.parse(await running.message()).readings;
    },
    watchBacklog: () => running.send({ backlog: 'watch' }),
    backlog: async () => {
      running.send({ backlog: 'report' });
      return Arrivals.parse(await running.message());
    },
  };
};

const TALK_LIMIT_MS = 180_000;

export type Casebridge = Started & {
  /** Transactions that it has committed so far. */
  readonly commits: () => Promise<number>;
};

export type CasebridgeOptions = {
  /** Where both vendors are. */
  readonly origin: string;
  /** Of its log, and of its store unless `database` says otherwise. */
  readonly name: string;
  /** As `DATABASE_URL`. */
  readonly database?: string;
  readonly terms?: Terms;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
};

export const startCasebridge = async (bench: Bench, options: CasebridgeOptions): Promise<Casebridge> => {
  const { origin, name, terms = {}, flags = [] } = options;
  const store = join(bench.folder, `${name}.db`);
  const running = await started(
    bench.start({
      path: 'bench/casebridge.ts',
      terms,
      env: {
        ...environmentFor(origin),
        DATABASE_URL: options.database ?? `sqlite:${store}`,
        FILES_DIR: `${store}.files`,
        PUBLIC_URL: 'http://127.0.0.1:9/',
        PORT: '0',
        ...options.env,
      },
      flags,
      folder: bench.folder,
      name,
    }),
  );
  return {
    ...running,
    commits: async () => {
      running.send('commits');
      return Commits.parse(await running.message()).commits;
    },
  };
};

const Commits = z.object({ commits: z.number() });

export type PeerName = 'raw' | 'bolt' | 'naive';

/** `origin`: where both vendors are, for a peer that calls them. */
export const startPeer = (bench: Bench, peer: PeerName, name: string, origin = ''): Promise<Started> =>
  started(bench.start({ path: `bench/peers/${peer}.ts`, terms: { origin }, folder: bench.folder, name }));
