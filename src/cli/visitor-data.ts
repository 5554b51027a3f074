import type { ExternalId } from '../core/visitor-case.ts';
import { VisitorLink } from '../core/visitor-link.ts';
import type { StoreReader } from '../store/read.ts';
import { eachRecord, isOver, type Kept, literally, type NamedRecord, textsOf, threadsOf } from './kept.ts';

/**
 * Everything that is kept about one visitor of giosg. Threads that watch their cases are known by whom they are about;
 * what was only looked up, by the places in which commands, buttons and answers name a visitor.
 */

export type VisitorData = Kept & {
  readonly visitor: ExternalId;
  readonly links: readonly { readonly key: string; readonly value: VisitorLink }[];
};

/** Goes with a thread; `thread` holds ids alone, and keeps it from being taken for one of a lost store. */
const OF_A_LINK = ['watched_case', 'root', 'card_post', 'newest_post'] as const;

/** Erased with the visitor. */
export const ERASED: readonly string[] = [...OF_A_LINK, 'visitor_poll'];

export const collectVisitor = async (reader: StoreReader, visitor: ExternalId): Promise<VisitorData> => {
  const links = await linksOf(reader, visitor);
  const keys = new Set(links.map(({ key }) => key));
  const threads = await threadsOf(reader, keys);
  const lanes = new Set([
    ...[...keys].flatMap((key) => [key, `slack:${key}`, `card:${key}`]),
    ...threads.map((thread) => `slack:${thread}`),
  ]);
  const ids = keys.size === 0 ? null : new RegExp([...keys].map(literally).join('|'), 'u');
  const named = namedIn(visitor);
  const isTheirs: Parameters<typeof textsOf>[2] = (kept, json) =>
    lanes.has(kept.lane) || ids?.test(json) === true || (isOver(kept) && named.test(json));
  return {
    visitor,
    links,
    deliveries: await textsOf(reader, 'deliveries', isTheirs),
    events: await textsOf(reader, 'events', isTheirs),
    records: await recordsOf(reader, visitor, [...keys, ...threads]),
  };
};

const linksOf = async (reader: StoreReader, visitor: ExternalId): Promise<VisitorData['links']> => {
  const found: VisitorData['links'][number][] = [];
  for await (const { key, value } of eachRecord(reader, 'visitor_link')) {
    const link = VisitorLink.safeParse(value).data;
    if (link?.visitor === visitor) found.push({ key, value: link });
  }
  return found;
};

/** `team:account:visitor`; of these, only the last may have more colons. */
const POLL = /^[^:]+:[a-z]+:[^:]+:(.+)$/u;

const recordsOf = async (
  reader: StoreReader,
  visitor: ExternalId,
  owners: readonly string[],
): Promise<readonly NamedRecord[]> => {
  const found: NamedRecord[] = [];
  for (const namespace of [...OF_A_LINK, 'thread'] as const)
    for await (const { key, value } of eachRecord(reader, namespace))
      if (owners.includes(key)) found.push({ namespace, key, value });
  for await (const { key, value } of eachRecord(reader, 'visitor_poll'))
    if (POLL.exec(key)?.[1] === visitor) found.push({ namespace: 'visitor_poll', key, value });
  return found;
};

/** An id may be any word, such as `12`, so it counts only where a visitor is named. JSON in JSON is escaped twice. */
const namedIn = (visitor: ExternalId): RegExp => {
  const plain = literally(JSON.stringify(visitor).slice(1, -1));
  const nested = literally(JSON.stringify(JSON.stringify(visitor)).slice(1, -1));
  const inButtons = String.raw`\[${nested},`;
  const inCommands = String.raw`"text":"\s*(?i:visitor|\w+\s+giosg:\S*)\s+${plain}\s*"`;
  const inAnswers = String.raw`“${plain}”|: cases of ${plain}"|"Customer","value":\["${plain}"\]`;
  return new RegExp(`${inButtons}|${inCommands}|${inAnswers}`, 'u');
};
