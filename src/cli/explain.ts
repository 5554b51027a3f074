import { explainCase, explainedInWords } from '../app/explain-case.ts';
import { readRoutes } from '../routes.ts';
import { CommandFailed, EXIT_CONFIG, EXIT_FAILED, type Shown } from './command.ts';
import { type Environment, readGiven } from './given.ts';

/** Which rule of the routes file a case takes now, and why not the ones before it. */

/** Nothing else is needed to read a case. */
const NEEDED = ['ACQUIRE_ACCOUNT_ID', 'ACQUIRE_BASE_URL', 'ACQUIRE_API_KEY', 'CASE_CHANNEL', 'ROUTES_FILE'];

export const explain = async (env: Environment, id: string, { json, print }: Shown): Promise<number> => {
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
