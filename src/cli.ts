// oxlint-disable-next-line import/no-unassigned-import -- it ends the process where Node is too old
import './node-version.mjs';
import { CommandFailed, EXIT_FAILED, EXIT_USAGE, HelpAsked } from './cli/command.ts';

/** The operator's commands, one group each: `npm run <group>`. */

const print = (line: string): void => console.log(line);
const { env } = process;

const USAGE = 'usage: npm run deliveries | data | doctor | setup  (each with -- --help)';

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
    case '--help':
    case '-h':
      throw new HelpAsked(USAGE);
    default:
      throw new CommandFailed(
        group === undefined ? USAGE : `“${group}” is not a group of commands\n\n${USAGE}`,
        EXIT_USAGE,
      );
  }
};

try {
  const [group, ...given] = process.argv.slice(2);
  process.exitCode = await run(group, given);
} catch (error) {
  // start.mjs knows what to do about a package that is missing.
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') throw error;
  if (error instanceof HelpAsked) print(error.message);
  else console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = error instanceof CommandFailed ? error.code : error instanceof HelpAsked ? 0 : EXIT_FAILED;
}
