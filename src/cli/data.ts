import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type ErasureOrder, fileRemover, openErasing } from '../app/erasing.ts';
import { ContactId } from '../core/ids.ts';
import { backUp, restore } from '../store/backup.ts';
import type { StoreReader } from '../store/read.ts';
import { printAudit } from './audit.ts';
import { type Around, CommandFailed, carriedOut, EXIT_FAILED, EXIT_USAGE } from './command.ts';
import { collect, type ContactData, ERASED } from './contact-data.ts';
import { databaseIn, openReader, readGiven } from './given.ts';
import { showProgress } from './progress.ts';

/** What is kept: about one contact, about what was done, and how much of it. */

const USAGE = `usage: npm run data -- <command>

  export --contact <id>   everything that is kept about a contact of Acquire, as JSON
  erase --contact <id>    take it out: texts, names, files; what is held, dead or owed to them is dropped
  audit [--csv] [--since <date>] [--member <id>] [--case <id>]
                          who did and looked up what from Slack
  size                    how much is kept
  backup <file>           a copy of the whole store as it is now, while casebridge runs or not
  restore <file>          that copy into a new store, of either kind; casebridge must not run on it`;

/** What is on its way while it should go is gone a moment later. */
const ROUNDS = 5;
const ROUND_MS = 2_000;
/** Small enough to hold up nothing else. */
const AT_ONCE = 200;

export const data = async (args: readonly string[], { env, print }: Around): Promise<number> => {
  const { command, file, values } = readArguments(args);
  if (file !== undefined) return copy(command, file, { env, print });
  const reader = await openReader(env);
  try {
    switch (command) {
      case 'export':
        print(JSON.stringify(await collected(reader, contactIn(values)), null, 2));
        return 0;
      case 'erase':
        return await erase(reader, { contact: contactIn(values), env }, print);
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

const COMMANDS = ['export', 'erase', 'audit', 'size', 'backup', 'restore'];
const OF_A_FILE = ['backup', 'restore'];

const readArguments = (args: readonly string[]) => {
  const word = { type: 'string' } as const;
  const options = { contact: word, since: word, member: word, case: word, csv: { type: 'boolean' } } as const;
  try {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options });
    const [command = '', file, more] = positionals;
    const fits = COMMANDS.includes(command) && (file !== undefined) === OF_A_FILE.includes(command);
    if (!fits || more !== undefined) throw new Error(command);
    return { command, file, values };
  } catch {
    throw new CommandFailed(USAGE, EXIT_USAGE);
  }
};

const contactIn = ({ contact }: { readonly contact?: string | undefined }): ContactId => {
  const id = ContactId.safeParse(contact);
  if (id.success) return id.data;
  throw new CommandFailed('say which contact, by its number in Acquire: --contact 5', EXIT_USAGE);
};

const collected = async (reader: StoreReader, contact: ContactId): Promise<ContactData> => {
  const stop = showProgress(() => 'looking through the store');
  try {
    return await collect(reader, contact);
  } finally {
    stop();
  }
};

type Wish = { readonly contact: ContactId; readonly env: Around['env'] };

/** By the app when it runs on this store, else here. Resolves to the exit code: 0 when nothing is left. */
const erase = async (reader: StoreReader, { contact, env }: Wish, print: Around['print']): Promise<number> => {
  const { config } = readGiven(env);
  const alone = await openErasing(config, fileRemover(config));
  try {
    return await eraseAll(reader, contact, { print, carry: alone?.erase ?? ((order) => carriedOut(reader, order)) });
  } finally {
    await alone?.close();
  }
};

type Means = Pick<Around, 'print'> & { readonly carry: (order: ErasureOrder) => Promise<unknown> };

const eraseAll = async (reader: StoreReader, contact: ContactId, { print, carry }: Means): Promise<number> => {
  let sums: readonly number[] = [0, 0, 0];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const found = await collected(reader, contact);
    const links = found.links.filter(({ value }) => isNamed(value.case));
    const texts = [...found.deliveries, ...found.events].length;
    const records = found.records.filter(({ namespace }) => ERASED.includes(namespace));
    if (links.length + texts + records.length + found.files.length === 0) {
      const [ofLinks, ofTexts, ofFiles] = sums;
      print(`contact ${contact}: ${ofTexts} texts, ${ofLinks} links and ${ofFiles} files were taken out`);
      return 0;
    }
    if (round === 1) sums = [links.length, texts, found.files.length];
    else await pause(ROUND_MS);
    for (const order of ordersFor({ ...found, links, records })) await carry(order);
  }
  throw new CommandFailed(`something about contact ${contact} is still on its way: run this again`, EXIT_FAILED);
};

const isNamed = ({ contact, title }: ContactData['links'][number]['value']['case']): boolean =>
  (contact.name ?? contact.email ?? contact.phone ?? title) !== null;

/** Links end first, so that nothing new is made of what is being taken out. */
function* ordersFor(found: ContactData): Generator<ErasureOrder> {
  const nothing: ErasureOrder = { order: 'erase', links: [], deliveries: [], events: [], records: [], files: [] };
  yield {
    ...nothing,
    links: found.links.map(({ key }) => key),
    records: found.records.map(({ namespace, key }) => ({ namespace, key })),
    files: [...found.files],
  };
  for (const part of inParts(found.deliveries)) yield { ...nothing, deliveries: part.map(({ id }) => id) };
  for (const part of inParts(found.events)) yield { ...nothing, events: part.map(({ id }) => id) };
}

function* inParts<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += AT_ONCE) yield list.slice(at, at + AT_ONCE);
}

const MB = 1024 * 1024;

const printSize = async (reader: StoreReader, print: Around['print']): Promise<void> => {
  const { bytes, openLinks } = await reader.measure({ sides: [], openLinks: 'open_case' });
  const { deliveries, events } = await reader.counts();
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  print(`${(bytes / MB).toFixed(1)} MB: ${sum(deliveries)} deliveries, ${sum(events)} events, ${openLinks} open links`);
  print('texts are kept while they are owed, and a day after; those of dead letters 30 days; keys of events 30 days');
};
