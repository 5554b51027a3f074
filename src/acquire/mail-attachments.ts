import type { CaseFile } from '../core/files.ts';
import type { MailAttachment } from '../core/ports.ts';
import { isRecord } from './told-rows.ts';

/** Files that go along with mails. */

/**
 * How an attachment is written. Acquire shows none in its pages (`attachments: []` in every sample); the keys of its
 * mails are Postmark's (`MailboxHash`, capitals inside addresses), so these are Postmark's too.
 * https://postmarkapp.com/developer/api/email-api#send-a-single-email
 */
const WIRE = { name: 'Name', type: 'ContentType', content: 'Content', size: 'ContentLength' } as const;

export const attachmentsFor = (attachments: readonly MailAttachment[]) =>
  attachments.map(({ name, type, content }) => ({
    [WIRE.name]: name,
    [WIRE.type]: type,
    [WIRE.content]: content,
  }));

/** Names under which an attachment that came may say what it is: nobody has published one. */
const NAMES = [WIRE.name, 'name', 'filename', 'fileName', 'originalName', 'title'];
const TYPES = [WIRE.type, 'contentType', 'mimetype', 'mimeType', 'type'];
const SIZES = [WIRE.size, 'contentLength', 'size', 'fileSize'];
const ADDRESSES = ['url', 'Url', 'URL', 'link', 'src', 'href', 'path', 'location', 'downloadUrl', 'fileUrl'];

/** A file as an attachment names it, without an address when there is none in it; null for what names nothing. */
export const fileFrom = (given: unknown, origin: string): CaseFile | null => {
  if (typeof given === 'string') return addressed(given, origin, {});
  if (!isRecord(given)) return null;
  const address = firstOf(given, ADDRESSES, isText);
  const found = address === null ? null : addressed(address, origin, given);
  const name = firstOf(given, NAMES, isText);
  return found ?? (name === null ? null : { url: '', name, type: firstOf(given, TYPES, isType), size: null });
};

const addressed = (address: string, origin: string, facts: Readonly<Record<string, unknown>>): CaseFile | null => {
  if (!/^https?:\/\/|^\//i.test(address) || !URL.canParse(address, origin)) return null;
  const { href: url, pathname } = new URL(address, origin);
  const size = firstOf(facts, SIZES, isSize);
  return {
    url,
    name: firstOf(facts, NAMES, isText) ?? lastPart(pathname),
    type: firstOf(facts, TYPES, isType),
    size,
  };
};

/** What an address itself says of the file's name. */
export const lastPart = (pathname: string): string => {
  const part = pathname.split('/').findLast((one) => one !== '') ?? 'file';
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const isType = (value: unknown): value is string => isText(value) && /^[\w.+-]+\/[\w.+-]+/.test(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const firstOf = <T>(
  facts: Readonly<Record<string, unknown>>,
  names: readonly string[],
  is: (value: unknown) => value is T,
): T | null => {
  for (const name of names) {
    const value = facts[name];
    if (is(value)) return value;
  }
  return null;
};
