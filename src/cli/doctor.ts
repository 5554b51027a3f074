import { parseArgs } from 'node:util';
import { noAgentKeys, readAgentKeys } from '../agent-keys.ts';
import { examine } from '../app/doctor.ts';
import type { Finding } from '../app/check.ts';
import { VARIABLES } from '../environment.ts';
import { readRoutes } from '../routes.ts';
import { type Around, CommandFailed, EXIT_FAILED, EXIT_USAGE } from './command.ts';
import { explain } from './explain.ts';
import { type Environment, type Given, readGiven } from './given.ts';
import { showProgress } from './progress.ts';

/** Checks everything that can be checked from here, and says of each thing what to do. Resolves to the exit code. */
export const doctor = async (args: readonly string[], { env, print }: Around): Promise<number> => {
  const { json, case: id } = readArguments(args);
  if (id !== undefined) return explain(env, id, { json, print });
  const findings = await examineAll(env);
  if (json) print(JSON.stringify(findings));
  else for (const line of inWords(findings)) print(line);
  return findings.some(({ result }) => result === 'wrong') ? EXIT_FAILED : 0;
};

const USAGE = `usage: npm run doctor [-- --json]
       npm run doctor -- --case <id> [--json]   which rule of the routes file a case takes, and why`;

/** `parseArgs` throws at an option it does not know. */
const readArguments = (args: readonly string[]) => {
  try {
    const options = { json: { type: 'boolean', default: false }, case: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch {
    throw new CommandFailed(USAGE, EXIT_USAGE);
  }
};

const examineAll = async (env: Environment): Promise<readonly Finding[]> => {
  const given = readGiven(env);
  const routes = readRoutes(given.config.routesFile, given.config.channels.cases);
  const agentKeys = readAgentKeys(given.config.acquire.agentKeysFile);
  const findings: Finding[] = [...variables(given, env), ...routesFile(given, routes), ...keysFile(agentKeys)];
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

const PREFIXES = ['SLACK_', 'ACQUIRE_', 'GIOSG_'];
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
  for (const name of Object.keys(env)) {
    if (known.includes(name) || !PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    yield {
      group,
      item: name,
      result: 'open',
      found: 'is set, but no variable of casebridge',
      fix: `look for a slip of the pen: ${nearest(name)} is one`,
    };
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
  for (const found of routes.problems)
    yield { group, item, result: 'wrong', found, fix: 'mend the file; docs/routes.md shows how' };
}

function* keysFile(keys: ReturnType<typeof readAgentKeys>): Generator<Finding> {
  for (const found of keys.ok ? [] : keys.problems)
    yield { group: 'Configuration', item: 'agents’ keys', result: 'wrong', found, fix: 'mend the file at that line' };
}

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
