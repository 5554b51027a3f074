import type { ContactId } from '../core/ids.ts';
import { Link } from '../core/link.ts';
import type { Json } from '../delivery/ports.ts';
import type { KeptRecord, KeptText } from '../store/data.ts';
import type { StoreReader } from '../store/read.ts';

/**
 * Everything that is kept about one contact. Links know their contact; what belongs to a link is known by its key, its
 * cases and its threads; what is already over and only mentions the contact is known by address and number.
 */

export type ContactData = {
  readonly contact: ContactId;
  readonly links: readonly { readonly key: string; readonly value: Link }[];
  readonly deliveries: readonly KeptText[];
  readonly events: readonly KeptText[];
  readonly records: readonly (KeptRecord & { readonly namespace: string })[];
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
  const threads = await threadsOf(reader, links);
  const records = await recordsOf(reader, { links: links.map(({ key }) => key), threads });
  const marks = marksOf({
    contact,
    links: links.map(({ value }) => value),
    keys: links.map(({ key }) => key),
    threads,
  });
  const deliveries = await textsOf(reader, 'deliveries', marks);
  const events = await textsOf(reader, 'events', marks);
  const sent = await filesOf(
    reader,
    links.map(({ key }) => key),
  );
  const inTexts = [...deliveries, ...events].flatMap(({ content }) => fileKeysIn(content));
  const files = [...new Set([...sent.files, ...inTexts])];
  return { contact, links, deliveries, events, records: [...records, ...sent.records], files };
};

const linksOf = async (reader: StoreReader, contact: ContactId): Promise<ContactData['links']> => {
  const found: ContactData['links'][number][] = [];
  for await (const { key, value } of eachRecord(reader, 'link')) {
    const link = Link.safeParse(value).data;
    if (link?.case.contact.id === contact) found.push({ key, value: link });
  }
  return found;
};

/** `team:channel:ts` of every thread that a link ever had. */
const threadsOf = async (reader: StoreReader, links: ContactData['links']): Promise<readonly string[]> => {
  const keys = new Set(links.map(({ key }) => key));
  const found: string[] = [];
  for await (const { key, value } of eachRecord(reader, 'thread')) if (keys.has(wordIn(value, 'link'))) found.push(key);
  return found;
};

type Owner = { readonly links: readonly string[]; readonly threads: readonly string[] };

const recordsOf = async (reader: StoreReader, { links, threads }: Owner): Promise<ContactData['records']> => {
  const owners = new Set([...links, ...threads]);
  const found: ContactData['records'][number][] = [];
  const messages = new Set<string>();
  for (const namespace of ALL_OF_A_LINK) {
    for await (const { key, value } of eachRecord(reader, namespace)) {
      const isTheirs = owners.has(key) || owners.has(wordIn(value, 'link')) || messages.has(key);
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
  readonly ids: RegExp | null;
  /** Address and number: enough for what is over, too little to drop what is owed. */
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
    ids: new RegExp([...keys.map((key) => `${escaped(key)}(?!\\d)`), ofContact].join('|'), 'u'),
    person: people.length === 0 ? null : new RegExp(people.map(escaped).join('|'), 'iu'),
  };
};

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/gu, String.raw`\$&`);

const OVER = ['delivered', 'dropped', 'handled', 'ignored'];

const textsOf = async (
  reader: StoreReader,
  table: 'events' | 'deliveries',
  { lanes, ids, person }: Marks,
): Promise<readonly KeptText[]> => {
  const found: KeptText[] = [];
  for (let after = 0; ; ) {
    const page = await reader.texts(table, after);
    for (const kept of page) {
      const json = JSON.stringify(kept.content);
      const mentions = OVER.includes(kept.state) && person?.test(json) === true;
      if (lanes.has(kept.lane) || ids?.test(json) === true || mentions) found.push(kept);
    }
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.row;
  }
};

/** Files that were sent by link stay after the text of their delivery is gone: found by the delivery's id. */
const filesOf = async (
  reader: StoreReader,
  links: readonly string[],
): Promise<Pick<ContactData, 'records' | 'files'>> => {
  const records: ContactData['records'][number][] = [];
  const files: string[] = [];
  for (const link of links) {
    for (const id of await reader.idsOfLane(`acquire:${link}`)) {
      const sent = await reader.record('sent_file_link', id);
      const hash = wordIn(sent, 'link');
      if (sent === undefined || hash === '') continue;
      records.push({ namespace: 'sent_file_link', key: id, value: sent });
      const leads = await reader.record('file_link', hash);
      if (leads === undefined) continue;
      records.push({ namespace: 'file_link', key: hash, value: leads });
      const key = wordIn(leads, 'key');
      files.push(key);
      const file = await reader.record('file', key);
      if (file !== undefined) records.push({ namespace: 'file', key, value: file });
    }
  }
  return { records, files };
};

const FILE_KEY = /"key":"([a-f0-9]{32})"/gu;

const fileKeysIn = (content: Json): readonly string[] =>
  [...JSON.stringify(content).matchAll(FILE_KEY)].map(([, key = '']) => key);

export async function* eachRecord(reader: StoreReader, namespace: string): AsyncGenerator<KeptRecord> {
  for (let after = ''; ; ) {
    const page = await reader.records(namespace, after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

const wordIn = (value: Json | undefined, name: string): string => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  const word: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof word === 'string' ? word : '';
};
