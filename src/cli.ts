// oxlint-disable-next-line import/no-unassigned-import -- it ends the process where Node is too old
import './node-version.mjs';
import { CommandFailed, EXIT_FAILED, EXIT_USAGE } from './cli/command.ts';

/** The operator's commands, one group each: `npm run <group>`. */

const print = (line: string): void => console.log(line);
const { env } = process;

/** Each group brings its own needs: a look at what is owed must not wait for the libraries of both vendors. */
const run = async (group: string | undefined, given: readonly string[]): Promise<number> => {
  switch (group) {
    case 'deliveries':
      return (await import('./cli/deliveries.ts')).deliveries(given, { env, print });
    case 'data':
      return (await import('./cli/data.ts')).data(given, { env, print });
    case 'doctor':
      return (await import('./cli/doctor.ts')).doctor(given, { env, print });
    case 'setup':
      return (await import('./cli/setup.ts')).setup(given, { env, print });
    default:
      throw new CommandFailed('usage: npm run deliveries | data | doctor | setup', EXIT_USAGE);
  }
};

try {
  const [group, ...given] = process.argv.slice(2);
  process.exitCode = await run(group, given);
} catch (error) {
  console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = error instanceof CommandFailed ? error.code : EXIT_FAILED;
}
