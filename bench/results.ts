import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { z } from 'zod';
import type { Measured } from './row.ts';

/** `bench/results.json`: every run's figures, and on what they were measured. */

/** A row that was run, or why it could not be. */
export type Outcome = Measured | { readonly name: string; readonly title: string; readonly failed: string };

export type Results = {
  readonly date: string;
  readonly commit: string;
  readonly full: boolean;
  readonly machine: Readonly<Record<'cpu' | 'system' | 'node', string>> &
    Readonly<Record<'cores' | 'memoryGb', number>>;
  readonly rows: readonly Outcome[];
};

const PATH = new URL('results.json', import.meta.url);

export const resultsOf = (rows: readonly Outcome[], full: boolean): Results => ({
  date: new Date().toISOString(),
  commit: commit(),
  full,
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    // What follows names a build.
    system: `${platform()} ${release().split('.').slice(0, 2).join('.')}`,
    node: process.version,
  },
  rows,
});

export const keep = (results: Results): void => writeFileSync(PATH, `${JSON.stringify(results, null, 2)}\n`);

/** Rejects what an older version of the benchmark wrote. */
export const kept = (): Results => {
  const read: unknown = JSON.parse(readFileSync(PATH, 'utf8'));
  return Kept.parse(read);
};

const figure = z.object({ value: z.number(), unit: z.string() });
const Kept = z.object({
  date: z.string(),
  commit: z.string(),
  full: z.boolean(),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memoryGb: z.number(),
    system: z.string(),
    node: z.string(),
  }),
  rows: z.array(
    z.union([
      z.object({
        name: z.string(),
        title: z.string(),
        seconds: z.number(),
        disk: z.object({ commitP50Ms: z.number(), commitP99Ms: z.number() }),
        lines: z.array(
          z.object({
            what: z.string(),
            ours: figure,
            peer: figure.nullable(),
            judged: figure,
            target: z
              .union([
                z.object({ least: z.number() }),
                z.object({ most: z.number() }),
                z.object({ exactly: z.number() }),
              ])
              .nullable(),
            cpuMsPerMessage: z.number().nullable(),
            runs: z.array(z.record(z.string(), z.number())),
            remark: z.string().exactOptional(),
          }),
        ),
        plots: z
          .array(
            z.object({
              file: z.string(),
              title: z.string(),
              x: z.string(),
              y: z.string(),
              logarithmic: z.boolean(),
              series: z.array(z.object({ name: z.string(), points: z.array(z.tuple([z.number(), z.number()])) })),
            }),
          )
          .exactOptional(),
      }),
      z.object({ name: z.string(), title: z.string(), failed: z.string() }),
    ]),
  ),
});

const commit = (): string => {
  try {
    const said = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' });
    return said.trim();
  } catch {
    return 'unknown';
  }
};
