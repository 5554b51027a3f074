import { parseArgs } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailed, carriedOut, EXIT_FAILED, EXIT_USAGE, type Shown, wordIn } from './cli/command.ts';
import { reconcile } from './cli/reconcile.ts';
import { readConfig } from './config.ts';
import type { DeliveryState, DeliveryView, Json } from './delivery/ports.ts';
import { type StoreReader, readStore } from './store/read.ts';

/** The operator's commands. They read the store and leave orders in it; the app that runs on it carries them out. */

const EXIT_CONFIG = 78;
const WATCH_MS = 300;
const STATES: readonly DeliveryState[] = ['owed', 'held', 'delivered', 'dead', 'unknown', 'dropped'];

const COMMANDS: readonly string[] = ['list', 'show', 'redrive', 'drop', 'watch', 'reconcile'];

const USAGE = `usage: npm run deliveries -- <command> [--json]

  list [state]   what is owed, held, dead or unknown (state: ${STATES.join(', ')})
  show <id>      one delivery
  redrive <id>   send a held, dead or unknown one, at the end of its lane
  drop <id>      never send it
  watch          what list shows, again at every change
  reconcile [case] [--repair]
                 compare threads with their cases (all open ones without a case id); exit code 1 when something is missing`;

const openReader = async (): Promise<StoreReader> => {
  // The store's place is all that these commands need; other variables may be missing on the operator's machine.
  const read = readConfig({ ...PLACEHOLDERS, DATABASE_URL: process.env['DATABASE_URL'] });
  if (!read.ok) throw new CommandFailed(read.problems.join('\n'), EXIT_CONFIG);
  return readStore(read.config.database);
};

const PLACEHOLDERS = {
  SLACK_BOT_TOKEN: 'xoxb-unused',
  SLACK_SIGNING_SECRET: 'unused-unused-unused-unused-unused',
  ACQUIRE_ACCOUNT_ID: 'unused',
  ACQUIRE_API_KEY: 'unused',
  CASE_CHANNEL: 'C0000000000',
};

/** Without its content: that is between the customer and the agents. */
const withoutContent = ({ effect, ...rest }: DeliveryView) => ({ ...rest, does: whatItDoes(effect) });

const whatItDoes = (effect: Json): string => wordIn(effect, 'do') ?? 'no longer kept';

const row = (view: DeliveryView): string => {
  const state = view.attempting ? `${view.state} (being tried)` : view.state;
  const reason = view.reason === null ? '' : ` · ${view.reason}`;
  return `${state.padEnd(12)} ${new Date(view.createdAt).toISOString()} ${whatItDoes(view.effect).padEnd(14)} tries ${view.attempts} ${view.id}${reason}`;
};

const list = async (reader: StoreReader, state: string | undefined, { json, print }: Shown): Promise<void> => {
  const wanted = STATES.find((name) => name === state);
  if (state !== undefined && wanted === undefined)
    throw new CommandFailed(`“${state}” is not a state; there are: ${STATES.join(', ')}`, EXIT_USAGE);
  const views = await reader.list({
    states: wanted === undefined ? ['owed', 'held', 'dead', 'unknown'] : [wanted],
    limit: 200,
  });
  if (json) return print(JSON.stringify(views.map(withoutContent)));
  for (const view of views) print(row(view));
  const { deliveries } = await reader.counts();
  print(STATES.map((name) => `${deliveries[name]} ${name}`).join(', '));
  for (const gate of await reader.gates()) {
    if (gate.closedUntil !== null && gate.closedUntil > Date.now())
      print(
        `closed: ${gate.key} until ${new Date(gate.closedUntil).toISOString()} (${gate.reason ?? ''}), ${gate.waiting} lanes wait`,
      );
  }
};

const show = async (reader: StoreReader, id: string, { json, print }: Shown): Promise<void> => {
  const view = await reader.view(id);
  if (view === null) throw new CommandFailed(`there is no delivery ${id}; “list” shows their ids`, EXIT_FAILED);
  print(json ? JSON.stringify(withoutContent(view)) : row(view));
};

const order = async (
  reader: StoreReader,
  command: { readonly order: string; readonly id: string },
  { json, print }: Shown,
): Promise<void> => {
  const answer = await carriedOut(reader, command);
  print(json ? JSON.stringify(answer) : `${command.id}: ${wordIn(answer, 'done') ?? 'done'}`);
};

const watch = async (reader: StoreReader, shown: Shown): Promise<void> => {
  let last = '';
  for (;;) {
    const deliveries = (await reader.list({ limit: 100 })).map(withoutContent);
    const now = JSON.stringify({ counts: await reader.counts(), deliveries, gates: await reader.gates() });
    if (now !== last) {
      if (shown.json) shown.print(now);
      else await list(reader, undefined, shown);
    }
    last = now;
    await pause(WATCH_MS);
  }
};

type Given = { readonly words: readonly string[]; readonly repair: boolean };

const run = async ({ words, repair }: Given, shown: Shown): Promise<void> => {
  const [group, command, argument] = words;
  if (group !== 'deliveries' || command === undefined) throw new CommandFailed(USAGE, EXIT_USAGE);
  if (!COMMANDS.includes(command)) throw new CommandFailed(`“${command}” is not a command\n\n${USAGE}`, EXIT_USAGE);
  if (repair && command !== 'reconcile') throw new CommandFailed(USAGE, EXIT_USAGE);
  const reader = await openReader();
  try {
    switch (command) {
      case 'list':
        return await list(reader, argument, shown);
      case 'watch':
        return await watch(reader, shown);
      case 'reconcile':
        process.exitCode = await reconcile(reader, { case: argument, repair }, shown);
        return;
      case 'show':
      case 'redrive':
      case 'drop': {
        if (argument === undefined)
          throw new CommandFailed(`say which delivery: npm run deliveries -- ${command} <id>`, EXIT_USAGE);
        return command === 'show'
          ? await show(reader, argument, shown)
          : await order(reader, { order: command, id: argument }, shown);
      }
    }
  } finally {
    await reader.close();
  }
};

/** `parseArgs` throws at an option it does not know. */
const readArguments = () => {
  try {
    const flag = { type: 'boolean', default: false } as const;
    return parseArgs({ allowPositionals: true, options: { json: flag, repair: flag } });
  } catch {
    throw new CommandFailed(USAGE, EXIT_USAGE);
  }
};

try {
  const { positionals, values } = readArguments();
  const given = { words: positionals, repair: values.repair };
  await run(given, { json: values.json, print: (line) => console.log(line) });
} catch (error) {
  console.error(error instanceof Error ? error.message : 'failed');
  process.exitCode = error instanceof CommandFailed ? error.code : EXIT_FAILED;
}
