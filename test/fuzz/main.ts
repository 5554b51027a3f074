import { flagsOf } from '../support/flags.ts';
import { fuzz } from './run.ts';

/** `npm run fuzz -- --bodies 100000 --seed 1`: hostile bodies for each way in; exit code 1 when anything gave way. */

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const progress = (line: string): void => void process.stderr.write(`${line}\n`);

const USAGE = 'usage: npm run fuzz -- [--bodies N] [--seed N]';

const values = flagsOf(
  { bodies: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  USAGE,
);
const wish = { seed: Number(values.seed), bodies: Number(values.bodies) };
if (!Number.isInteger(wish.seed) || !Number.isInteger(wish.bodies) || wish.bodies < 1) {
  progress(USAGE);
  process.exit(2);
}
const began = performance.now();
const { answers, failures, megabytes } = await fuzz({
  ...wish,
  progress: (done) => {
    if (done % 20_000 === 0) progress(`… ${done} of ${wish.bodies}`);
  },
});
for (const [endpoint, counted] of answers)
  print(
    `${endpoint}: ${Object.entries(counted)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ')}`,
  );
print(`${Math.round((performance.now() - began) / 1000)} s, seed ${wish.seed}, ${megabytes} MB at the end`);
for (const failure of failures) print(`FAILED ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;
