import { bytesKey } from '../core/files.ts';
import type { ContactId } from '../core/ids.ts';
import { Link } from '../core/link.ts';
import type { Json } from '../delivery/ports.ts';
import type { StoreReader } from '../store/read.ts';
import {
  eachRecord,
  isOver,
  type Kept,
  literally,
  type NamedRecord,
  textsOf,
  threadsOf,
  wordOf,
  wordsOf,
} from './kept.ts';

/**
 * Everything that is kept about one contact. Links know their contact; what belongs to a link is known by its key, its
 * cases and its threads; what is already over and only mentions the contact is known by address and number.
 */

export type ContactData = Kept & {
  readonly contact: ContactId;
  readonly links: readonly { readonly key: string; readonly value: Link }[];
  /** Keys of bytes on disk. */
  readonly files: readonly string[];
};

/** What belongs to a link, and goes with it; `thread`, `case` and `case_message` hold ids alone and keep it ended. */
const OF_A_LINK = ['root', 'current_case', 'open_case', 'stale_question', 'thread_cursor', 'newest_post'] as const;
const ALL_OF_A_LINK = [...OF_A_LINK, 'thread', 'case', 'member_message', 'receipt'] as const;

/** Erased with the contact. */
export const ERASED: readonly string[] = [
  ...OF_A_LINK,
  'member_message',
  'receipt',
  'file',
  'file_link',
  'sent_file_link',
];

export const collect = async (reader: StoreReader, contact: ContactId): Promise<ContactData> => {
  const links = await linksOf(reader, contact);
  const keys = links.map(({ key }) => key);
  const threads = await threadsOf(reader, new Set(keys));
  const records = await recordsOf(reader, { links: keys, threads });
  const { lanes, ids, person } = marksOf({ contact, links: links.map(({ value }) => value), keys, threads });
  const deliveries = await textsOf(
    reader,
    'deliveries',
    (kept, json) => lanes.has(kept.lane) || ids.test(json) || (isOver(kept) && person?.test(json) === true),
  );
  const events = await textsOf(
    reader,
    'events',
    (kept, json) => lanes.has(kept.lane) || ids.test(json) || (isOver(kept) && person?.test(json) === true),
  );
  const stored = await filesOf(reader, keys, records);
  const inTexts = [...deliveries, ...events].flatMap(({ content }) => fileKeysIn(content));
  const onTheWay = deliveries.filter((kept) => !isOver(kept) && wordOf(kept.content, 'do') === 'attach_file');
  const files = new Set([...stored.files, ...inTexts, ...onTheWay.map(({ id }) => bytesKey(id))]);
  return { contact, links, deliveries, events, records: [...records, ...stored.records], files: [...files] };
};

const linksOf = async (reader: StoreReader, contact: ContactId): Promise<ContactData['links']> => {
  const found: ContactData['links'][number][] = [];
  for await (const { key, value } of eachRecord(reader, 'link')) {
    const link = Link.safeParse(value).data;
    if (link?.case.contact.id === contact) found.push({ key, value: link });
  }
  return found;
};

type Owner = { readonly links: readonly string[]; readonly threads: readonly string[] };

const recordsOf = async (reader: StoreReader, { links, threads }: Owner): Promise<readonly NamedRecord[]> => {
  const owners = new Set([...links, ...threads]);
  const found: NamedRecord[] = [];
  const messages = new Set<string>();
  for (const namespace of ALL_OF_A_LINK) {
    for await (const { key, value } of eachRecord(reader, namespace)) {
      const isTheirs = owners.has(key) || owners.has(wordOf(value, 'link')) || messages.has(key);
      if (!isTheirs) continue;
      // The mark on a member's message is known by the message.
      if (namespace === 'member_message') messages.add(key);
      found.push({ namespace, key, value });
    }
  }
  return found;
};

type Marks = {
  readonly lanes: ReadonlySet<string>;
  /** Keys and ids, wherever they stand. */
  readonly ids: RegExp;
  /** Address and number. */
  readonly person: RegExp | null;
};

const marksOf = (given: {
  readonly contact: ContactId;
  readonly links: readonly Link[];
  readonly keys: readonly string[];
  readonly threads: readonly string[];
}): Marks => {
  const { contact, links, keys, threads } = given;
  const cases = links.flatMap(({ account, caseIds }) => caseIds.map((id) => `case:${account}:${id}`));
  const lanes = [...keys.flatMap((key) => [`slack:${key}`, `acquire:${key}`, `card:${key}`]), ...cases];
  const people = links.flatMap(({ case: { contact: who } }) => [who.email, who.phone]).filter((word) => word !== null);
  const ofContact = `"contact":(?:"${contact}"|\\{"id":"${contact}")`;
  return {
    lanes: new Set([...lanes, ...threads.map((thread) => `slack:${thread}`)]),
    ids: new RegExp([...keys.map((key) => `${literally(key)}(?!\\d)`), ofContact].join('|'), 'u'),
    person: people.length === 0 ? null : new RegExp(people.map(literally).join('|'), 'iu'),
  };
};

type Stored = Pick<ContactData, 'records' | 'files'>;

/**
 * Files outlast the texts that sent them. One that was sent by link is found by the delivery that did, one that was
 * fetched by the message it came with, and a long text by the link that it is of.
 */
const filesOf = async (
  reader: StoreReader,
  links: readonly string[],
  records: readonly NamedRecord[],
): Promise<Stored> => {
  const found: NamedRecord[] = [];
  const keys = new Set<string>();
  const leads = async (hash: string, value: Json | undefined): Promise<void> => {
    if (value === undefined) return;
    found.push({ namespace: 'file_link', key: hash, value });
    keys.add(wordOf(value, 'key'));
  };
  for (const link of links) {
    for (const id of await reader.idsOfLane(`acquire:${link}`)) {
      const sent = await reader.record('sent_file_link', id);
      if (sent === undefined) continue;
      found.push({ namespace: 'sent_file_link', key: id, value: sent });
      await leads(wordOf(sent, 'link'), await reader.record('file_link', wordOf(sent, 'link')));
    }
  }
  const owners = new Set(links);
  for await (const { key, value } of eachRecord(reader, 'file_link'))
    if (owners.has(wordOf(value, 'owner'))) await leads(key, value);
  const messages = records.filter(({ namespace }) => namespace === 'member_message');
  for (const { value } of messages) for (const id of wordsOf(value, 'files')) keys.add(bytesKey(id));
  return withBytes(reader, found, keys);
};

const withBytes = async (
  reader: StoreReader,
  links: readonly NamedRecord[],
  keys: ReadonlySet<string>,
): Promise<Stored> => {
  const records = [...links];
  const files: string[] = [];
  const linked = new Set(links.map(({ value }) => wordOf(value, 'key')));
  for (const key of keys) {
    const value = await reader.record('file', key);
    if (value !== undefined) records.push({ namespace: 'file', key, value });
    // What is neither recorded nor linked was taken away when it was over.
    if (value !== undefined || linked.has(key)) files.push(key);
  }
  return { records, files };
};

const FILE_KEY = /"key":"([a-f0-9]{32})"/gu;

const fileKeysIn = (content: Json): readonly string[] =>
  [...JSON.stringify(content).matchAll(FILE_KEY)].map(([, key = '']) => key);
