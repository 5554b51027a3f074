import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryState, DeliveryView, Json } from '../delivery/ports.ts';
import type { StoreReader } from '../store/read.ts';
import {
  type Around,
  CommandFailed,
  carriedOut,
  EXIT_FAILED,
  EXIT_USAGE,
  misused,
  readWords,
  type Shown,
  wordIn,
} from './command.ts';
import { openReader } from './given.ts';
import { reconcile } from './reconcile.ts';

/** What is owed, held, dead or done. These commands read the store and leave orders in it; the app carries them out. */

const WATCH_MS = 300;
const WATCHED = 100;
const WATCHED_OPEN = 200;
const STATES: readonly DeliveryState[] = ['owed', 'held', 'delivered', 'dead', 'unknown', 'dropped'];

/** With how many words may follow each. */
const COMMANDS: ReadonlyMap<string, number> = new Map([
  ['list', 1],
  ['show', 1],
  ['redrive', Infinity],
  ['drop', Infinity],
  ['watch', 0],
  ['reconcile', 1],
]);

const SETTLED: ReadonlySet<DeliveryState> = new Set(['delivered', 'dropped']);

const USAGE = `usage: npm run deliveries -- <command> [--json]

  list [state]   what is owed, held, dead or unknown (state: ${STATES.join(', ')})
  show <id>      one delivery
  redrive <id…>  send held, dead or unknown ones, each at the end of its lane
  drop <id…>     never send them
  watch          what list shows, again at every change; with --json also events and what is done
  reconcile [case] [--repair]
                 compare threads with their cases (all open ones without a case id); exit code 1 when something is missing`;

/** Without its content: that is between the customer and the agents. */
const withoutContent = ({ effect, ...rest }: DeliveryView) => ({ ...rest, does: whatItDoes(effect) });

const whatItDoes = (effect: Json): string => wordIn(effect, 'do') ?? 'no longer kept';

const row = (view: DeliveryView): string => {
  const state = view.attempting ? `${view.state} (being tried)` : view.state;
  const reason = view.reason === null ? '' : ` · ${view.reason}`;
  // Those that count are forgotten when it is over.
  const tries = SETTLED.has(view.state) ? '' : `tries ${view.attempts} `;
  return `${state.padEnd(12)} ${new Date(view.createdAt).toISOString()} ${whatItDoes(view.effect).padEnd(14)} ${tries}${view.id}${reason}`;
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

/** The latest of all, and everything that is not settled yet or waits for a person, however old. */
const watched = async (reader: StoreReader): Promise<string> => {
  const latest = await reader.list({ limit: WATCHED });
  const open = await reader.list({ states: ['owed', 'held', 'dead', 'unknown'], limit: WATCHED_OPEN });
  const deliveries = [...new Map([...latest, ...open].map((view) => [view.id, withoutContent(view)])).values()];
  const events = await reader.events(WATCHED);
  return JSON.stringify({ counts: await reader.counts(), events, deliveries, gates: await reader.gates() });
};

const watch = async (reader: StoreReader, shown: Shown): Promise<void> => {
  let last = '';
  for (;;) {
    const now = await watched(reader);
    if (now !== last) {
      if (shown.json) shown.print(now);
      else await list(reader, undefined, shown);
    }
    last = now;
    await pause(WATCH_MS);
  }
};

/** Each by itself: what became of the others is done, whatever is wrong with one. */
const orderAll = async (reader: StoreReader, command: string, { ids, shown }: Ordered): Promise<number> => {
  const problems: string[] = [];
  for (const id of ids) {
    try {
      await order(reader, { order: command, id }, shown);
    } catch (error) {
      if (!(error instanceof CommandFailed) || ids.length === 1) throw error;
      problems.push(`${id}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new CommandFailed(problems.join('\n'), EXIT_FAILED);
  return 0;
};

type Ordered = { readonly ids: readonly string[]; readonly shown: Shown };

/** Resolves to the exit code. */
export const deliveries = async (given: readonly string[], { env, print }: Around): Promise<number> => {
  const { command, words, json, repair } = readArguments(given);
  const reader = await openReader(env);
  try {
    if (command === 'reconcile') return await reconcile(reader, { case: words[0], repair }, { json, print });
    return await run(reader, { command, words }, { json, print });
  } finally {
    await reader.close();
  }
};

type Given = { readonly command: string; readonly words: readonly string[] };

const run = async (reader: StoreReader, { command, words }: Given, shown: Shown): Promise<number> => {
  const [first] = words;
  if (command === 'list') await list(reader, first, shown);
  else if (command === 'watch') await watch(reader, shown);
  else if (first === undefined)
    throw new CommandFailed(`say which delivery: npm run deliveries -- ${command} <id>`, EXIT_USAGE);
  else if (command === 'show') await show(reader, first, shown);
  else return orderAll(reader, command, { ids: words, shown });
  return 0;
};

const readArguments = (args: readonly string[]) => {
  const flag = { type: 'boolean', default: false } as const;
  const { positionals, values } = readWords(USAGE, {
    args: [...args],
    allowPositionals: true,
    options: { json: flag, repair: flag },
  });
  const [command, ...words] = positionals;
  if (command === undefined) throw new CommandFailed(USAGE, EXIT_USAGE);
  const most = COMMANDS.get(command);
  if (most === undefined) throw misused(`“${command}” is not a command`, USAGE);
  if (words.length > most) throw misused(`“${words[most]}” is a word too many for ${command}`, USAGE);
  if (values.repair && command !== 'reconcile') throw misused('--repair goes with reconcile alone', USAGE);
  return { command, words, ...values };
};
