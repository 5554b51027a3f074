import { whyNoPostgres } from '../store/postgres-server.ts';
import { flagsOf } from '../support/flags.ts';
import { headOf, lineOf, sumOf, wrongOf } from './report.ts';
import { type Outcome, run } from './run.ts';
import { type Guard, GUARDS, longTerms, shortTerms, type Terms } from './terms.ts';

// `npm run torture`: the app between both simulators, while everything goes wrong at once.

const HELP = `npm run torture -- [--seed N] [--seeds N] [--minutes M] [--short] [--postgres] [--without ${GUARDS.join('|')}]`;

const values = flagsOf(
  {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '2' },
    short: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    without: { type: 'string' },
  },
  HELP,
);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const isGuard = (name: string): name is Guard => GUARDS.some((known) => known === name);

const guardOf = (name: string | undefined): Guard | null => {
  if (name === undefined) return null;
  if (isGuard(name)) return name;
  progress(`--without ${name}: there is no such guard\n${HELP}`);
  process.exit(2);
};

const without = guardOf(values.without);
const { postgres } = values;
const missing = postgres ? whyNoPostgres() : null;
if (missing !== null) {
  progress(missing);
  process.exit(2);
}
const termsOf = (seed: number): Terms => {
  const choice = { seed, without, postgres };
  return values.short ? shortTerms(choice) : longTerms(choice, Number(values.minutes));
};

const outcomes: Outcome[] = [];
print(headOf());
for (let index = 0; index < Number(values.seeds); index += 1) {
  const outcome = await run(termsOf(Number(values.seed) + index), progress);
  outcomes.push(outcome);
  print(lineOf(outcome));
  for (const line of wrongOf(outcome)) print(line);
}
for (const line of sumOf(outcomes)) print(line);
process.exit(outcomes.some(({ findings }) => findings.wrong.length > 0) ? 1 : 0);
