import type { Disk } from './disk.ts';
import type { Program, Running } from './program.ts';

/** The frame that every row of the benchmark stands in: what it is given, and what it hands back. */

/** One row of the table: a question, and how it is measured. */
export type Row = {
  /** What `--row` takes. */
  readonly name: string;
  /** What is measured, as the table says it. */
  readonly title: string;
  /** In the run of about five minutes; the others only with `--full` or by name. */
  readonly quick: boolean;
  /** Rejects when the row could not be run. A target that is missed is a line that says so. */
  readonly run: (bench: Bench) => Promise<RowResult>;
};

/** What a row may use. All that it starts through this is ended with it. */
export type Bench = {
  readonly full: boolean;
  /** Of runs of all sides, one after the other: 7 for what is a throughput. */
  readonly pairs: number;
  /** Empty, the row's own, removed after it. */
  readonly folder: string;
  /** What happens now, for whoever waits. */
  readonly say: (line: string) => void;
  readonly start: (program: Program) => Promise<Running>;
  /** Called after the row, the last one first. */
  readonly atEnd: (undo: () => unknown) => void;
};

export type RowResult = {
  readonly lines: readonly Line[];
  readonly plots?: readonly Plot[];
};

/** A line of the table. */
export type Line = {
  /** What is compared with what, such as `against raw node:http`. */
  readonly what: string;
  readonly ours: Figure;
  /** Of the same run; null where casebridge is compared with nobody. */
  readonly peer: Figure | null;
  /** What is held against the target: mostly the ratio of ours to the peer's. */
  readonly judged: Figure;
  readonly target: Target | null;
  /** Of our process; null where nothing is counted by message. */
  readonly cpuMsPerMessage: number | null;
  /** Every run's figures, as measured. */
  readonly runs: readonly Readonly<Record<string, number>>[];
  /** A remark of few words below the table. */
  readonly remark?: string;
};

/** `unit` is empty for a plain count, `×` for a ratio. */
export type Figure = { readonly value: number; readonly unit: string };

export type Target = { readonly least: number } | { readonly most: number } | { readonly exactly: number };

/** How something grows, to be drawn. */
export type Plot = {
  /** Of the picture, without an ending. */
  readonly file: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Over several orders of magnitude. */
  readonly logarithmic: boolean;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
};

/** A row that was run, as `results.json` keeps it. */
export type Measured = RowResult & {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  /** Just before the row. */
  readonly disk: Disk;
};

export const isReached = (line: Line): boolean | null => {
  const { target, judged } = line;
  if (target === null) return null;
  if ('least' in target) return judged.value >= target.least;
  return 'most' in target ? judged.value <= target.most : judged.value === target.exactly;
};

/** Runs every side once, so many times over; each time in the opposite order, so that none is always the warmer one. */
export const inTurns = async <Side extends string, Run>(
  sides: readonly Side[],
  times: number,
  run: (side: Side, time: number) => Promise<Run>,
): Promise<readonly Readonly<Record<Side, Run>>[]> => {
  const all: Readonly<Record<Side, Run>>[] = [];
  for (let time = 0; time < times; time += 1) {
    const runs = new Map<Side, Run>();
    for (const side of time % 2 === 0 ? sides : sides.toReversed()) runs.set(side, await run(side, time));
    all.push(recordOf(sides, runs));
  }
  return all;
};

const recordOf = <Side extends string, Run>(
  sides: readonly Side[],
  runs: ReadonlyMap<Side, Run>,
): Readonly<Record<Side, Run>> => {
  const has = (made: Partial<Record<Side, Run>>): made is Record<Side, Run> => sides.every((side) => side in made);
  const made: Partial<Record<Side, Run>> = {};
  for (const [side, run] of runs) made[side] = run;
  if (!has(made)) throw new Error('a side was not run');
  return made;
};
