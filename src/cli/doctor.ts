import { accessSync, constants, statSync } from 'node:fs';
import { noAgentKeys, readAgentKeys } from '../agent-keys.ts';
import { examine } from '../app/doctor.ts';
import type { Finding } from '../app/check.ts';
import { VARIABLES } from '../environment.ts';
import { readRoutes } from '../routes.ts';
import { type Around, CommandFailed, EXIT_CONFIG, EXIT_FAILED, readWords, type Shown } from './command.ts';
import { EnvFileUnusable, readEnvFile } from './env-file.ts';
import { explain } from './explain.ts';
import { type Environment, type Given, readGiven } from './given.ts';
import { showProgress } from './progress.ts';

/** Checks everything that can be checked from here, and says of each thing what to do. Resolves to the exit code. */
export const doctor = async (args: readonly string[], { env, print }: Around): Promise<number> => {
  const { json, case: id } = readArguments(args);
  if (id !== undefined) return explain(env, id, { json, print });
  return examineIn({ env, named: namesIn('.env') }, { json, print });
};

type Examination = {
  readonly env: Environment;
  /** What stands in the file of variables, known or not. */
  readonly named: readonly string[];
};

export const examineIn = async (given: Examination, { json, print }: Shown): Promise<number> => {
  const findings = await examineAll(given);
  if (json) print(JSON.stringify(findings));
  else for (const line of inWords(findings)) print(line);
  return findings.some(({ result }) => result === 'wrong') ? EXIT_FAILED : 0;
};

const namesIn = (file: string): readonly string[] => {
  try {
    return Object.keys(readEnvFile(file));
  } catch (error) {
    if (error instanceof EnvFileUnusable) throw new CommandFailed(error.message, EXIT_CONFIG);
    throw error;
  }
};

const USAGE = `usage: npm run doctor [-- --json]
       npm run doctor -- --case <id> [--json]   which rule of the routes file a case takes, and why`;

const readArguments = (args: readonly string[]) => {
  const options = { json: { type: 'boolean', default: false }, case: { type: 'string' } } as const;
  return readWords(USAGE, { args: [...args], options }).values;
};

const examineAll = async ({ env, named }: Examination): Promise<readonly Finding[]> => {
  const given = readGiven(env);
  const routes = readRoutes(given.config.routesFile, given.config.channels.cases);
  const agentKeys = readAgentKeys(given.config.acquire.agentKeysFile);
  const findings: Finding[] = [
    ...variables(given, env),
    ...slips(env, named),
    ...routesFile(given, routes),
    ...keysFile(given, agentKeys),
  ];
  const stop = showProgress(() => 'asking Slack, Acquire and the store');
  try {
    const unusable = [...given.problems.keys()];
    const madeUpChannel = unusable.includes('CASE_CHANNEL');
    const channels = routes.ok && !madeUpChannel ? routes.channels : null;
    findings.push(
      ...(await examine({
        config: given.config,
        channels,
        unusable,
        agentKeys: agentKeys.ok ? agentKeys : noAgentKeys,
      })),
    );
    return findings;
  } finally {
    stop();
  }
};

const known: readonly string[] = VARIABLES;

function* variables({ problems }: Given, env: Environment): Generator<Finding> {
  const group = 'Configuration';
  for (const [item, line] of problems) {
    const [found = line, fix = 'see .env.sample'] = line.slice(item.length + 1).split('; expected ');
    yield { group, item, result: 'wrong', found, fix: `set it to ${fix}` };
  }
  const set = known.filter((name) => (env[name] ?? '').trim() !== '');
  if (problems.size === 0)
    yield { group, item: 'variables', result: 'proven', found: `${set.length} set, each well formed` };
}

const PREFIXES = ['SLACK_', 'ACQUIRE_', 'GIOSG_'];
/** May stand in the same file: ops/compose.yml reads the first two, Node and its libraries the others. */
const OF_OTHERS = /^(?:POSTGRES_PASSWORD|CASEBRIDGE_HOST|COMPOSE_\w+|NODE_\w+|UV_THREADPOOL_SIZE|TZ|\w+_PROXY)$/iu;

/** Names that nothing reads: in the environment only those like ours, for the rest is other programs'. */
function* slips(env: Environment, named: readonly string[]): Generator<Finding> {
  const ours = Object.keys(env).filter((name) => PREFIXES.some((prefix) => name.startsWith(prefix)));
  const theirs = named.filter((name) => !OF_OTHERS.test(name));
  for (const item of new Set([...ours, ...theirs])) {
    if (known.includes(item)) continue;
    const fix = `look for a slip of the pen: ${nearest(item)} is one`;
    yield { group: 'Configuration', item, result: 'open', found: 'is set, but no variable of casebridge', fix };
  }
}

function* routesFile({ config }: Given, routes: ReturnType<typeof readRoutes>): Generator<Finding> {
  const group = 'Configuration';
  const item = 'routes file';
  if (routes.ok) {
    const { all, routes: rules } = routes.channels;
    const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
    const found = `${config.routesFile ?? 'none'}: ${counted(all.size, 'channel')}, ${counted(rules.length, 'rule')}`;
    return yield { group, item, result: 'proven', found };
  }
  const fix = isReadable(config.routesFile)
    ? 'mend the file; docs/routes.md shows how'
    : 'put the path of a file that this user may read into ROUTES_FILE';
  for (const found of routes.problems) yield { group, item, result: 'wrong', found, fix };
}

function* keysFile({ config }: Given, keys: ReturnType<typeof readAgentKeys>): Generator<Finding> {
  const fix = isReadable(config.acquire.agentKeysFile)
    ? 'mend the file at that line'
    : 'put the path of a file that this user may read into AGENT_KEYS_FILE';
  for (const found of keys.ok ? [] : keys.problems)
    yield { group: 'Configuration', item: 'agents’ keys', result: 'wrong', found, fix };
}

/** Without a file it is the other variables that are wrong. */
const isReadable = (path: string | undefined): boolean => {
  if (path === undefined) return true;
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** The variable with the most letters in common at the same places from either end. */
const nearest = (name: string): string => {
  const likeness = (other: string): number => {
    let front = 0;
    while (front < other.length && other[front] === name[front]) front += 1;
    let back = 0;
    while (back < other.length - front && other.at(-1 - back) === name.at(-1 - back)) back += 1;
    return (front + back) / Math.max(other.length, name.length);
  };
  return known.toSorted((a, b) => likeness(b) - likeness(a))[0] ?? '';
};

const MARKS: Readonly<Record<Finding['result'], string>> = { proven: '✓', wrong: '✗', open: '?' };

function* inWords(findings: readonly Finding[]): Generator<string> {
  const width = Math.max(...findings.map(({ item }) => item.length));
  for (const group of new Set(findings.map((finding) => finding.group))) {
    yield group;
    for (const { item, result, found, fix } of findings.filter((finding) => finding.group === group)) {
      yield `  ${MARKS[result]} ${item.padEnd(width)}  ${found}`;
      if (fix !== undefined) yield `    ${' '.repeat(width)}  → ${fix}`;
    }
  }
  const count = (result: Finding['result']): number => findings.filter((finding) => finding.result === result).length;
  yield `${count('proven')} proven, ${count('wrong')} wrong, ${count('open')} not provable from here`;
}
