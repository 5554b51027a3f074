import { type Config, readConfig } from '../config.ts';
import { readStore, type StoreReader } from '../store/read.ts';
import { CommandFailed, EXIT_CONFIG } from './command.ts';

/** Configuration as the operator's commands take it: what is wrong with it is something to report, not to end at. */

export type Environment = Readonly<Record<string, string | undefined>>;

export type Given = {
  readonly config: Config;
  /** One line per problem, by the variable it is about. */
  readonly problems: ReadonlyMap<string, string>;
};

/** Stand in for what is missing or wrong, so that everything else can be looked at; nothing is ever sent with them. */
export const MADE_UP: Environment = {
  SLACK_BOT_TOKEN: 'xoxb-unused',
  SLACK_SIGNING_SECRET: 'unused',
  ACQUIRE_ACCOUNT_ID: 'unused',
  ACQUIRE_API_KEY: 'unused',
  ACQUIRE_WEBHOOK_SECRET: 'unused',
  CASE_CHANNEL: 'C0000000000',
  GIOSG_ORGANIZATION_ID: 'unused',
  GIOSG_API_TOKEN: 'unused',
  GIOSG_SIGNING_KEY: 'unused',
};

export const readGiven = (env: Environment): Given => {
  const read = readConfig(env);
  if (read.ok) return { config: read.config, problems: new Map() };
  const problems = new Map(read.problems.map((line) => [line.slice(0, line.indexOf(' ')), line] as const));
  const patched = { ...env, ...Object.fromEntries([...problems.keys()].map((name) => [name, MADE_UP[name]])) };
  const again = readConfig(patched);
  if (!again.ok) throw new Error(again.problems.join('\n'));
  return { config: again.config, problems };
};

/** The store's place is all that most commands need; other variables may be missing on the operator's machine. */
export const databaseIn = (env: Environment): Config['database'] => {
  const { config, problems } = readGiven(env);
  const problem = problems.get('DATABASE_URL');
  if (problem !== undefined) throw new CommandFailed(problem, EXIT_CONFIG);
  return config.database;
};

export const openReader = (env: Environment): Promise<StoreReader> => readStore(databaseIn(env));
