import { readFlags, usageOf, type Wishes } from './flags.ts';
import { writeDocs } from './docs.ts';
import { createProgress } from './progress.ts';
import { keep, kept, type Outcome, resultsOf } from './results.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';
import { measure } from './run.ts';
import { printed, sumOf, tableOf } from './table.ts';

// `npm run bench`: speed, memory and growth, against what a team would use instead, in one run.

const EXIT_NOT_RUN = 1;
const EXIT_USAGE = 2;
const PAIRS = 7;

const NAMES = ROWS.map(({ name }) => name);
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const rowsFor = ({ full, rows }: Wishes): readonly Row[] =>
  rows.length > 0 ? ROWS.filter(({ name }) => rows.includes(name)) : ROWS.filter(({ quick }) => full || quick);

const runAll = async (wishes: Wishes): Promise<number> => {
  const chosen = rowsFor(wishes);
  const progress = createProgress(process.stderr);
  const outcomes: Outcome[] = [];
  for (const [place, row] of chosen.entries()) {
    const say = (line: string): void => progress.show(`[${place + 1}/${chosen.length}] ${line}`);
    const outcome = await outcomeOf(row, { full: wishes.full, pairs: PAIRS, say });
    outcomes.push(outcome);
    // What was measured stays, should a later row be broken off.
    keep(resultsOf(outcomes, wishes.full));
  }
  progress.end();
  for (const line of printed(tableOf(outcomes))) print(line);
  print('');
  print(`${sumOf(outcomes)}. Every run's figures: bench/results.json`);
  return outcomes.some((outcome) => 'failed' in outcome) ? EXIT_NOT_RUN : 0;
};

const outcomeOf = async (row: Row, wish: Parameters<typeof measure>[1]): Promise<Outcome> => {
  try {
    return await measure(row, wish);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\n${row.name} could not be run: ${failed}\n`);
    return { name: row.name, title: row.title, failed: failed.split('\n')[0] ?? '' };
  }
};

const run = async (): Promise<number> => {
  const wishes = readFlags(process.argv.slice(2), NAMES);
  if (typeof wishes === 'string') {
    process.stderr.write(`${wishes}\n\n${usageOf(NAMES)}\n`);
    return EXIT_USAGE;
  }
  if (wishes.help) {
    print(usageOf(NAMES));
    return 0;
  }
  if (!wishes.writeDocs) return runAll(wishes);
  for (const path of writeDocs(kept())) print(`wrote ${path}`);
  return 0;
};

process.exit(await run());
