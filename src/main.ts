// oxlint-disable-next-line import/no-unassigned-import -- it ends the process where Node is too old
import './node-version.mjs';
import { type AgentKeys, readAgentKeys } from './agent-keys.ts';
import { giosgProblems } from './app/giosg.ts';
import { type App, createApp, filesProblems, refusedVariable, StartRefused } from './app.ts';
import { readConfig } from './config.ts';
import { loadTheRest } from './loading.ts';
import { createLog, type Log } from './log.ts';
import { readRoutes } from './routes.ts';
import { listenToSignals } from './signals.ts';

/** Reads the configuration, runs the app until a signal comes, and says in one line what keeps it from running. */

/** sysexits.h EX_CONFIG: somebody must change something; starting again does not help. */
const EXIT_CONFIG = 78;
const EXIT_FAILED = 1;
const STOP_LIMIT_MS = 10_000;

const main = async (): Promise<void> => {
  const read = readConfig(process.env);
  if (!read.ok) return complain(read.problems, EXIT_CONFIG);
  const { config } = read;
  const routes = readRoutes(config.routesFile, config.channels.cases);
  const agentKeys = readAgentKeys(config.acquire.agentKeysFile);
  if (!routes.ok || !agentKeys.ok)
    return complain(
      [routes, agentKeys].flatMap((file) => (file.ok ? [] : file.problems)),
      EXIT_CONFIG,
    );
  const problems = [...giosgProblems(config, routes.channels), ...filesProblems(config)];
  if (problems.length > 0) return complain(problems, EXIT_CONFIG);
  const log = createLog({ level: config.logLevel });
  try {
    const app = await createApp({ config, channels: routes.channels, agentKeys, log });
    untilSignal(app, log);
    await app.start();
    await loadTheRest();
  } catch (error) {
    // A stop has its own end.
    if (!stopping) complainOf(error, agentKeys);
  }
};

let stopping = false;

const untilSignal = (app: App, log: Log): void => {
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(EXIT_FAILED), STOP_LIMIT_MS).unref();
    try {
      await app.stop();
      process.exit(0);
    } catch (error) {
      log.error({ error }, 'the stop failed; what was taken in is stored');
      process.exit(EXIT_FAILED);
    }
  };
  listenToSignals({ stop: () => void stop(), reload: () => void app.reload() });
  process.on('unhandledRejection', (error) => {
    log.fatal({ error }, 'something failed that nobody waited for; what was taken in is stored');
    process.exit(EXIT_FAILED);
  });
};

/** Where to look for a right value, for each that its vendor can refuse. */
const RIGHT_VALUES = {
  SLACK_BOT_TOKEN: 'is refused by Slack; expected the bot token of an installed app ("OAuth & Permissions")',
  SLACK_APP_TOKEN: 'is refused by Slack; expected an app-level token with connections:write ("Basic Information")',
  GIOSG_API_TOKEN: 'is refused by giosg; expected a token that is not revoked ("Settings > Company > Access tokens")',
  ACQUIRE_API_KEY:
    'is refused by Acquire; expected a key that is active and may read cases ("Settings > For Developers > API Key(s)")',
};

const complainOf = (error: unknown, { places }: AgentKeys): void => {
  if (error instanceof StartRefused) {
    const variables = new Set(error.failures.map(refusedVariable));
    const right = 'expected a key that is active and may work on cases, or no such line';
    const lines = [
      ...[...variables].map((variable) => `${variable} ${RIGHT_VALUES[variable]}`),
      ...error.authors.map((author) => `AGENT_KEYS_FILE ${places.get(author)} is refused by Acquire; ${right}`),
    ];
    return complain(lines, EXIT_CONFIG);
  }
  complain([error instanceof Error ? error.message : 'casebridge could not start'], EXIT_FAILED);
};

const complain = (lines: readonly string[], code: number): void => {
  for (const line of lines) console.error(line);
  process.exit(code);
};

await main();
