import { explainCase, explainedInWords } from '../app/explain-case.ts';
import { CaseId } from '../core/ids.ts';
import { readRoutes } from '../routes.ts';
import { CommandFailed, EXIT_CONFIG, EXIT_FAILED, EXIT_USAGE, type Shown } from './command.ts';
import { type Environment, readGiven } from './given.ts';

/** Which rule of the routes file a case takes now, and why not the ones before it. */

/** Nothing else is needed to read a case. */
const NEEDED = ['ACQUIRE_ACCOUNT_ID', 'ACQUIRE_BASE_URL', 'ACQUIRE_API_KEY', 'CASE_CHANNEL', 'ROUTES_FILE'];

export const explain = async (env: Environment, typed: string, { json, print }: Shown): Promise<number> => {
  const id = CaseId.safeParse(typed.replace(/^#/u, '')).data;
  if (id === undefined)
    throw new CommandFailed(`“${typed}” is not a case number; expected digits, e.g. --case 72`, EXIT_USAGE);
  const { config, problems } = readGiven(env);
  const wrong = NEEDED.flatMap((name) => problems.get(name) ?? []);
  const routes = readRoutes(config.routesFile, config.channels.cases);
  if (wrong.length > 0 || !routes.ok)
    throw new CommandFailed([...wrong, ...(routes.ok ? [] : routes.problems)].join('\n'), EXIT_CONFIG);
  const explained = await explainCase(config, routes.channels, id);
  if ('problem' in explained) throw new CommandFailed(explained.problem, EXIT_FAILED);
  if (json) print(JSON.stringify(explained));
  else for (const line of explainedInWords(explained)) print(line);
  return 0;
};
