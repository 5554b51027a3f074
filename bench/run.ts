import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureDisk } from './disk.ts';
import { type Program, type Running, startProgram } from './program.ts';
import type { Bench, Measured, Row } from './row.ts';

/** One row after the other, each in a folder of its own, with nothing left behind. */

export type Wish = {
  readonly full: boolean;
  readonly pairs: number;
  readonly say: (line: string) => void;
};

export const measure = async (row: Row, wish: Wish): Promise<Measured> => {
  const folder = await mkdtemp(join(tmpdir(), 'casebridge-bench-'));
  const undo: (() => unknown)[] = [];
  const started: Running[] = [];
  const bench: Bench = {
    ...wish,
    folder,
    say: (line) => wish.say(`${row.name}: ${line}`),
    start: async (program: Program) => {
      const running = await startProgram(program);
      started.push(running);
      return running;
    },
    atEnd: (step) => void undo.push(step),
  };
  try {
    const disk = measureDisk(folder);
    const began = performance.now();
    const result = await row.run(bench);
    const seconds = Math.round((performance.now() - began) / 1000);
    return { name: row.name, title: row.title, ...result, seconds, disk };
  } finally {
    // Nothing of theirs is kept: no need to let them end in order.
    for (const running of started.toReversed()) await running.kill();
    for (const step of undo.toReversed()) await step();
    await rm(folder, { recursive: true, force: true });
  }
};
