import { ContactId } from '../core/ids.ts';
import { ExternalId } from '../core/visitor-case.ts';
import { backUp, restore } from '../store/backup.ts';
import type { StoreReader } from '../store/read.ts';
import { printAudit } from './audit.ts';
import { type Around, CommandFailed, EXIT_USAGE, misused, readWords } from './command.ts';
import { erase } from './erase.ts';
import { databaseIn, openReader } from './given.ts';
import { collectPerson, exported, type Person } from './person.ts';
import { showProgress } from './progress.ts';

/** What is kept: about one person, about what was done, and how much of it. */

const USAGE = `usage: npm run data -- <command>

  export --contact <id>   everything that is kept about a contact of Acquire, as JSON
  export --visitor <id>   the same for a visitor of giosg, by the id that your own system gave them
  erase --contact <id>    take it out: texts, names, files; what is held, dead or owed to them is dropped
  erase --visitor <id>    take it out: what was looked up and watched
  audit [--csv] [--since <date>] [--member <id>] [--case <id>]
                          who did and looked up what from Slack
  size                    how much is kept
  backup <file>           a copy of the whole store as it is now, while casebridge runs or not
  restore <file>          that copy into a new store, of either kind; casebridge must not run on it`;

export const data = async (args: readonly string[], { env, print }: Around): Promise<number> => {
  const { command, file, values } = readArguments(args);
  if (file !== undefined) return copy(command, file, { env, print });
  const reader = await openReader(env);
  try {
    switch (command) {
      case 'export':
        print(JSON.stringify(exported(await collectPerson(reader, { person: personIn(values), env })), null, 2));
        return 0;
      case 'erase':
        return await erase(reader, { person: personIn(values), env }, print);
      case 'audit':
        await printAudit(reader, values, print);
        return 0;
      default:
        await printSize(reader, print);
        return 0;
    }
  } finally {
    await reader.close();
  }
};

const copy = async (command: string, file: string, { env, print }: Around): Promise<number> => {
  const database = databaseIn(env);
  const stop = showProgress(() => `${command}: ${file}`);
  try {
    const rows = command === 'backup' ? await backUp(database, file) : await restore(database, file);
    print(command === 'backup' ? `${rows} rows were written to ${file}` : `${rows} rows were restored`);
    return 0;
  } finally {
    stop();
  }
};

const FILE_COMMANDS = ['backup', 'restore'];
/** Which options go with each. */
const COMMANDS = new Map<string, readonly string[]>([
  ['export', ['contact', 'visitor']],
  ['erase', ['contact', 'visitor']],
  ['audit', ['csv', 'since', 'member', 'case']],
  ['size', []],
  ...FILE_COMMANDS.map((command) => [command, []] as const),
]);

const readArguments = (args: readonly string[]) => {
  const word = { type: 'string' } as const;
  const { positionals, values } = readWords(USAGE, {
    args: [...args],
    allowPositionals: true,
    options: { contact: word, visitor: word, since: word, member: word, case: word, csv: { type: 'boolean' } },
  });
  const [command, file, more] = positionals;
  if (command === undefined) throw new CommandFailed(USAGE, EXIT_USAGE);
  const options = COMMANDS.get(command);
  if (options === undefined) throw misused(`“${command}” is not a command`, USAGE);
  const takesFile = FILE_COMMANDS.includes(command);
  if (takesFile && file === undefined)
    throw new CommandFailed(`say which file: npm run data -- ${command} <file>`, EXIT_USAGE);
  const tooMany = takesFile ? more : file;
  if (tooMany !== undefined) throw misused(`“${tooMany}” is a word too many for ${command}`, USAGE);
  const other = Object.keys(values).find((name) => !options.includes(name));
  if (other !== undefined) throw misused(`--${other} does not go with ${command}`, USAGE);
  return { command, file, values };
};

type Named = { readonly contact?: string | undefined; readonly visitor?: string | undefined };

const personIn = ({ contact, visitor }: Named): Person => {
  const id = ContactId.safeParse(contact);
  const external = ExternalId.safeParse(visitor);
  if (id.success && visitor === undefined) return { contact: id.data };
  if (external.success && contact === undefined) return { visitor: external.data };
  if (contact !== undefined && visitor !== undefined)
    throw new CommandFailed('say one of both: --contact or --visitor', EXIT_USAGE);
  throw new CommandFailed(
    'say which contact, by its number in Acquire: --contact 5, or which visitor of giosg: --visitor customer-8812',
    EXIT_USAGE,
  );
};

const MB = 1024 * 1024;

const printSize = async (reader: StoreReader, print: Around['print']): Promise<void> => {
  const { bytes, openLinks } = await reader.measure({ sides: [], openLinks: 'open_case' });
  const { deliveries, events } = await reader.counts();
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  print(`${(bytes / MB).toFixed(1)} MB: ${sum(deliveries)} deliveries, ${sum(events)} events, ${openLinks} open links`);
  print('texts are kept while they are owed, and a day after; those of dead letters 30 days; keys of events 30 days');
};
