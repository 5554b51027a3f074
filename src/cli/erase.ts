import { setTimeout as pause } from 'node:timers/promises';
import { type ErasureOrder, fileRemover, openErasing } from '../app/erasing.ts';
import type { StoreReader } from '../store/read.ts';
import { type Around, CommandFailed, carriedOut, EXIT_FAILED } from './command.ts';
import { type ContactData, ERASED as OF_CONTACT } from './contact-data.ts';
import { readGiven } from './given.ts';
import { collectPerson, type Person, type PersonData } from './person.ts';
import { ERASED as OF_VISITOR } from './visitor-data.ts';

/** Takes out everything that is kept about one person, as far as it can go now. */

/** What is on its way while it should go is gone a moment later. */
const ROUNDS = 5;
const ROUND_MS = 2_000;
/** Small enough to hold up nothing else. */
const AT_ONCE = 200;

type Wish = { readonly person: Person; readonly env: Around['env'] };

/** By the app when it runs on this store, else here. Resolves to the exit code: 0 when nothing is left. */
export const erase = async (reader: StoreReader, { person, env }: Wish, print: Around['print']): Promise<number> => {
  const { config } = readGiven(env);
  const alone = await openErasing(config, fileRemover(config));
  try {
    const carry = alone?.erase ?? ((order: ErasureOrder) => carriedOut(reader, order));
    return await eraseAll(reader, { person, env }, { print, carry });
  } finally {
    await alone?.close();
  }
};

type Means = Pick<Around, 'print'> & { readonly carry: (order: ErasureOrder) => Promise<unknown> };

const eraseAll = async (reader: StoreReader, { person, env }: Wish, { print, carry }: Means): Promise<number> => {
  let sums: readonly number[] = [0, 0, 0];
  let known: PersonData['visitors'][number]['visitor'][] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const found = await collectPerson(reader, { person, env, known });
    known = found.visitors.map(({ visitor }) => visitor);
    const wanted = whatGoes(found);
    const links = wanted.links.length + wanted.visitorLinks.length;
    const texts = wanted.deliveries.length + wanted.events.length;
    if (links + texts + wanted.records.length + wanted.files.length === 0) {
      const [ofLinks, ofTexts, ofFiles] = sums;
      print(`${nameOf(person)}: ${ofTexts} texts, ${ofLinks} links and ${ofFiles} files were taken out`);
      return 0;
    }
    if (round === 1) sums = [links, texts, wanted.files.length];
    else await pause(ROUND_MS);
    for (const order of ordersFor(wanted)) await carry(order);
  }
  throw new CommandFailed(`something about ${nameOf(person)} is still on its way: run this again`, EXIT_FAILED);
};

const nameOf = (person: Person): string =>
  'contact' in person ? `contact ${person.contact}` : `visitor ${person.visitor}`;

type Wanted = Omit<ErasureOrder, 'order'>;

const whatGoes = ({ contact, visitors }: PersonData): Wanted => {
  const all = [...(contact === null ? [] : [contact]), ...visitors];
  const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
  const records = [
    ...(contact?.records.filter(({ namespace }) => OF_CONTACT.includes(namespace)) ?? []),
    ...visitors.flatMap((one) => one.records.filter(({ namespace }) => OF_VISITOR.includes(namespace))),
  ];
  return {
    links: (contact?.links ?? []).filter(({ value }) => isNamed(value.case)).map(({ key }) => key),
    visitorLinks: visitors.flatMap(({ links }) => links.map(({ key }) => key)),
    deliveries: unique(all.flatMap(({ deliveries }) => deliveries.map(({ id }) => id))),
    events: unique(all.flatMap(({ events }) => events.map(({ id }) => id))),
    records: records.map(({ namespace, key }) => ({ namespace, key })),
    files: [...(contact?.files ?? [])],
  };
};

/** What an ended link keeps is nobody's. */
const isNamed = ({ contact, title, fields }: ContactData['links'][number]['value']['case']): boolean =>
  (contact.name ?? contact.email ?? contact.phone ?? title) !== null ||
  Object.keys(contact.fields).length + Object.keys(fields).length > 0;

/** Links end first, so that nothing new is made of what is being taken out. */
function* ordersFor({ links, visitorLinks, records, files, deliveries, events }: Wanted): Generator<ErasureOrder> {
  const nothing: ErasureOrder = {
    order: 'erase',
    links: [],
    visitorLinks: [],
    deliveries: [],
    events: [],
    records: [],
    files: [],
  };
  yield { ...nothing, links, visitorLinks, records, files };
  for (const part of inParts(deliveries)) yield { ...nothing, deliveries: part };
  for (const part of inParts(events)) yield { ...nothing, events: part };
}

function* inParts<T>(list: readonly T[]): Generator<T[]> {
  for (let at = 0; at < list.length; at += AT_ONCE) yield list.slice(at, at + AT_ONCE);
}
