import { createHash, randomBytes } from 'node:crypto';
import { type FileRef, linkName } from '../../core/files.ts';
import type { RecordWrite } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { eachRecord, readRecord, type RecordStore, replaceRecord, writeRecord } from '../records.ts';

/**
 * Links to files for people outside. What makes a link unguessable is in the link alone: the store keeps its hash, so
 * that whoever reads the store cannot open the files.
 */

const DAY = 24 * 60 * 60_000;
const TOKEN_BYTES = 32;
/** Bytes are kept beyond the last moment at which somebody may need them, for clocks that disagree. */
const MARGIN_MS = DAY;
/** What waits for people, or for an outage to end, must not lose its bytes: longer than any delivery is tried. */
const WAITING_MS = 14 * DAY;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The record that keeps bytes from being cleared away. */
export const keepBytes = (bridge: Bridge, { key, ...facts }: FileRef, ms = WAITING_MS): RecordWrite =>
  writeRecord('file', key, { version: 1, ...facts, until: bridge.now() + ms + MARGIN_MS });

/** What is on disk under a key; null when it is no longer kept. */
export const keptFile = async (bridge: Bridge, key: string): Promise<FileRef | null> => {
  const kept = (await readRecord(bridge.records, 'file', key))?.value;
  return kept === undefined ? null : { key, name: kept.name, type: kept.type, size: kept.size };
};

type Made = { readonly url: string; readonly link: string; readonly records: readonly RecordWrite[] };

/** A link to a file, which works once its records are stored; null where nobody outside reaches us. */
const makeLink = (bridge: Bridge, file: FileRef, owner?: string): Made | null => {
  const { publicUrl, linkMs } = bridge.files.settings;
  if (publicUrl === null) return null;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const link = hashOf(token);
  return {
    url: new URL(`files/${token}/${linkName(file.name)}`, publicUrl).href,
    link,
    records: [
      writeRecord('file_link', link, {
        version: 1,
        ...file,
        until: bridge.now() + linkMs,
        ...(owner === undefined ? {} : { owner }),
      }),
      keepBytes(bridge, file, linkMs + WAITING_MS),
    ],
  };
};

/** A link to a file, made for one delivery once: a second one at the same time is refused with a conflict. */
export const newLink = (bridge: Bridge, file: FileRef, delivery: string): Omit<Made, 'link'> | null => {
  const made = makeLink(bridge, file);
  if (made === null) return null;
  const { url, link, records } = made;
  const sent = replaceRecord('sent_file_link', delivery, { was: null, value: { version: 1, link } });
  return { url, records: [...records, sent] };
};

/**
 * A link to a text of a case, stored at once; null where there are no links. Rejects with `Failure` when it cannot be
 * stored. `owner`: the key of the case's link.
 */
export const textLink = async (
  bridge: Bridge,
  owner: string,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<string | null> => {
  const bytes = Buffer.from(text);
  const key = randomBytes(16).toString('hex');
  const made = makeLink(bridge, { key, name, type: 'text/plain', size: bytes.byteLength }, owner);
  if (made === null) return null;
  await bridge.files.put(key, [bytes], { limit: bytes.byteLength, size: bytes.byteLength });
  for (const { namespace, key: of, value } of made.records) await bridge.records.set(namespace, of, value);
  return made.url;
};

/** Takes back the links to long texts that stand in these texts, as far as `now` does not have them. */
export const revokedIn = async (
  bridge: Bridge,
  texts: readonly string[],
  now = '',
): Promise<readonly RecordWrite[]> => {
  const stays = new Set(linksIn(bridge, now));
  const links = [...new Set(texts.flatMap((text) => linksIn(bridge, text)))].filter((link) => !stays.has(link));
  const found = await Promise.all(
    links.map(async (link) => ({ link, is: await readRecord(bridge.records, 'file_link', link) })),
  );
  // A link to a file of another message may have been copied into the words; that file was not taken back.
  return found.flatMap(({ link, is }) => (is?.value.owner === undefined ? [] : [writeRecord('file_link', link, null)]));
};

/** The links in a text, as the store knows them. */
const linksIn = (bridge: Bridge, text: string): readonly string[] => {
  const { publicUrl } = bridge.files.settings;
  if (publicUrl === null) return [];
  const base = new URL('files/', publicUrl).href;
  const tokens = text
    .split(base)
    .slice(1)
    .map((rest) => rest.split('/')[0] ?? '');
  return tokens.filter((token) => TOKEN.test(token)).map(hashOf);
};

/** Takes back the links that these deliveries have sent. */
export const revokedLinks = async (bridge: Bridge, deliveries: readonly string[]): Promise<readonly RecordWrite[]> => {
  const sent = await Promise.all(
    deliveries.map(async (id) => ({ id, link: await readRecord(bridge.records, 'sent_file_link', id) })),
  );
  return sent.flatMap(({ id, link }) =>
    link === null ? [] : [writeRecord('file_link', link.value.link, null), writeRecord('sent_file_link', id, null)],
  );
};

/** What a link leads to; null for one that is unknown, over, taken back, or not of this name. */
export const linkedFile = async (
  records: RecordStore,
  { token, name, now }: { readonly token: string; readonly name: string; readonly now: number },
): Promise<FileRef | null> => {
  if (!TOKEN.test(token)) return null;
  const found = (await readRecord(records, 'file_link', hashOf(token)))?.value;
  if (found === undefined || found.until <= now || linkName(found.name) !== name) return null;
  const { key, name: called, type, size } = found;
  return { key, name: called, type, size };
};

/** A file may be on disk for so long without a record: it is being fetched. */
const UNCLAIMED_MS = DAY;

/** Clears away links that are over, and bytes that nobody needs any more; resolves to how many. */
export const clearAway = async (bridge: Pick<Bridge, 'records' | 'files' | 'now'>): Promise<number> => {
  const now = bridge.now();
  let cleared = 0;
  for await (const [link, { until }] of eachRecord(bridge.records, 'file_link')) {
    if (until > now) continue;
    await bridge.records.remove('file_link', link);
    cleared += 1;
  }
  for await (const [key, { until }] of eachRecord(bridge.records, 'file')) {
    if (until > now) continue;
    await bridge.files.remove(key);
    await bridge.records.remove('file', key);
    cleared += 1;
  }
  for await (const key of bridge.files.olderThan(UNCLAIMED_MS)) {
    if ((await readRecord(bridge.records, 'file', key)) !== null) continue;
    await bridge.files.remove(key);
    cleared += 1;
  }
  return cleared;
};
