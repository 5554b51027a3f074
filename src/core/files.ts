import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Files on their way between the two sides. */

/** The key of the bytes that a delivery fetches; the same whenever it is tried. */
export const bytesKey = (delivery: string): string => createHash('sha256').update(delivery).digest('hex').slice(0, 32);

/** A file of ours on disk. `key` names its bytes, the rest is what people see of it. */
export const FileRef = z.object({
  key: z.string(),
  name: z.string(),
  /** As its source called it: `image/png`. */
  type: z.string(),
  size: z.int().min(0),
});
export type FileRef = z.infer<typeof FileRef>;

/**
 * A file in a member's message. `state`: `here` has bytes; `stub` must be asked for; the others have none for us:
 * kept elsewhere, too old for the workspace's plan, deleted.
 */
export const SlackFile = z.object({
  id: z.string(),
  name: z.string(),
  size: z.int().min(0).nullable().default(null),
  type: z.string().nullable().default(null),
  url: z.string().nullable().default(null),
  state: z.enum(['here', 'stub', 'external', 'hidden', 'gone']).default('here'),
});
export type SlackFile = z.infer<typeof SlackFile>;

/** A file in a message of a case: where it can be fetched, and what is said of it there. */
export const CaseFile = z.object({
  url: z.string(),
  name: z.string(),
  type: z.string().nullable(),
  size: z.int().min(0).nullable(),
});
export type CaseFile = z.infer<typeof CaseFile>;

/** Bytes that come in, with what their source says of them. */
export type OpenedFile = {
  readonly name: string;
  readonly type: string;
  /** Null where the source does not say. */
  readonly size: number | null;
  readonly body: AsyncIterable<Uint8Array>;
};

/** One request for bytes, which reaches only public addresses and the configured ones. */
export type ByteRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly signal: AbortSignal;
};

/** An answer whose body was not read yet. Header names are in lower case. */
export type ByteAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody reads. */
  discard(): Promise<void>;
};

/** Sends once, follows no redirect. Rejects with whatever kept it from an answer. */
export type SendForBytes = (request: ByteRequest) => Promise<ByteAnswer>;

/** What the bridge asks of the disk and of the way to foreign files. Rejects only with `Failure`. */
export type Files = {
  /** Stores bytes durably under a key, in place of what was there. Refuses more than `limit`, and less or more than `size`. */
  put(
    key: string,
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    limits: { readonly limit: number; readonly size: number | null },
  ): Promise<{ readonly size: number }>;
  /** Null when there are none under this key. */
  read(key: string): Promise<{ readonly size: number; readonly body: AsyncIterable<Uint8Array> } | null>;
  /** Whether the bytes are there, as many as they should be. */
  has(file: Pick<FileRef, 'key' | 'size'>): Promise<boolean>;
  remove(key: string): Promise<void>;
  /** Keys whose bytes are older than `ms`. */
  olderThan(ms: number): AsyncIterable<string>;
  /** A file that the helpdesk names by an address. */
  download(url: string, signal: AbortSignal): Promise<Omit<OpenedFile, 'name'>>;
};

/** How files are carried, as configured. */
export type FileSettings = {
  /** What links to files begin with, ends in a slash; null when nobody outside reaches us. */
  readonly publicUrl: string | null;
  /** Bytes of one file. */
  readonly limit: number;
  /** How long a link works. */
  readonly linkMs: number;
};

const NAME_LIMIT = 120;
const SLUG_LIMIT = 60;
const EXTENSION = /\.[A-Za-z0-9]{1,10}$/;
// Control and format characters (bidirectional marks hide an extension), separators of paths, what shells and disks refuse.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}/\\:*?"<>|]+/gu;

/** A foreign file's name, one line and harmless in every program that meets it; its extension stays. */
export const fileName = (given: string): string => {
  const plain = given
    .normalize('NFC')
    .replaceAll(UNSAFE, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .replace(/^[.\s]+/u, '');
  if (plain === '') return 'file';
  const extension = EXTENSION.exec(plain)?.[0] ?? '';
  const stem = Array.from(plain.slice(0, plain.length - extension.length))
    .slice(0, NAME_LIMIT)
    .join('')
    .trim();
  return `${stem === '' ? 'file' : stem}${extension}`;
};

/** The last part of a link to a file: short, and of letters that no program breaks a link at. */
export const linkName = (name: string): string => {
  const extension = EXTENSION.exec(name)?.[0] ?? '';
  const stem = name
    .slice(0, name.length - extension.length)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, SLUG_LIMIT)
    .replaceAll(/^-+|-+$/g, '');
  return `${stem === '' ? 'file' : stem}${extension.toLowerCase()}`;
};

const UNITS = ['bytes', 'kB', 'MB', 'GB'] as const;

/** A size for people: `1.2 MB`. */
export const sizeInWords = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
};

/** The media type alone, without its parameters. */
export const essenceOf = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase();
