import type { Json } from '../delivery/ports.ts';
import type { KeptRecord, KeptText } from '../store/data.ts';
import type { StoreReader } from '../store/read.ts';

/** What the commands on people's data share: going through a store, and what they find in it. */

export type NamedRecord = KeptRecord & { readonly namespace: string };

/** Texts and records about somebody, whatever they are known by. */
export type Kept = {
  readonly deliveries: readonly KeptText[];
  readonly events: readonly KeptText[];
  readonly records: readonly NamedRecord[];
};

export async function* eachRecord(reader: StoreReader, namespace: string): AsyncGenerator<KeptRecord> {
  for (let after = ''; ; ) {
    const page = await reader.records(namespace, after);
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}

/** Texts that are still kept, as far as they are theirs; each is shown as JSON, too. */
export const textsOf = async (
  reader: StoreReader,
  table: 'events' | 'deliveries',
  isTheirs: (kept: KeptText, json: string) => boolean,
): Promise<readonly KeptText[]> => {
  const found: KeptText[] = [];
  for (let after = 0; ; ) {
    const page = await reader.texts(table, after);
    found.push(...page.filter((kept) => isTheirs(kept, JSON.stringify(kept.content))));
    const last = page.at(-1);
    if (last === undefined) return found;
    after = last.row;
  }
};

const OVER: ReadonlySet<string> = new Set(['delivered', 'dropped', 'handled', 'ignored']);

/** A mere mention of somebody is enough for what is over, and too little to drop what is owed. */
export const isOver = ({ state }: KeptText): boolean => OVER.has(state);

/** `team:channel:ts` of every thread that these links ever had. */
export const threadsOf = async (reader: StoreReader, links: ReadonlySet<string>): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const { key, value } of eachRecord(reader, 'thread'))
    if (links.has(wordOf(value, 'link'))) found.push(key);
  return found;
};

/** Any text as it is, in a pattern. */
export const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);

/** A text field of a record; empty when there is none. */
export const wordOf = (value: Json | undefined, name: string): string => {
  const word = fieldOf(value, name);
  return typeof word === 'string' ? word : '';
};

export const wordsOf = (value: Json | undefined, name: string): readonly string[] => {
  const list = fieldOf(value, name);
  return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : [];
};

const fieldOf = (value: Json | undefined, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
