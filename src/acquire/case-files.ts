import type { Case } from '../core/case.ts';
import type { CaseFile } from '../core/files.ts';
import type { MessageId } from '../core/ids.ts';
import type { MailRow } from './mail-rows.ts';
import { mailsOf } from './mail.ts';
import { fileFrom, lastPart } from './mail-attachments.ts';
import type { Room } from './room.ts';
import type { MessageRow } from './schema.ts';
import { isRecord } from './told-rows.ts';

/**
 * Files in the rows of a case. Acquire publishes no shape for them, so they are looked for wherever a row may name one:
 * in its list of attachments, in `meta`, and as addresses of Acquire's own in its text.
 */

/** Extensions that Acquire takes (SEEN in an audit log), and what telephones send today. */
const EXTENSION =
  /\.(?:jpe?g|png|gif|bmp|webp|heic|txt|docx?|xlsx?|pptx?|odt|ods|avi|mp[34]|mov|m4a|ogg|wav|webm|7z|rar|zip|ai|psd|csv|pdf|ico|eml|ics|vcf)$/i;
/** Hosts of Acquire's cloud. */
const VENDOR = '.acquire.io';

const MOST_FILES = 20;
const MOST_LOOKED_AT = 500;
const DEEPEST = 6;
/** Pictures of people and pages, which nobody sent. */
const DECORATION = /photo|avatar|icon|logo|thumb|page|referr?er|origin$/i;

export const filesIn = (row: Pick<MessageRow, 'message' | 'attachments' | 'meta'>, origin: string): CaseFile[] =>
  unique([...attachedTo(row.attachments, origin), ...namedIn(row.meta, origin), ...linkedIn(row.message, origin)]);

const unique = (files: readonly CaseFile[]): CaseFile[] =>
  [...new Map(files.map((file) => [file.url === '' ? file.name : file.url, file])).values()].slice(0, MOST_FILES);

const attachedTo = (attachments: unknown, origin: string): CaseFile[] =>
  (Array.isArray(attachments) ? attachments : [attachments]).flatMap((one: unknown) => {
    const file = fileFrom(one, origin);
    return file === null ? [] : [file];
  });

/** An object that names a file, or an address that ends like one. */
const namedIn = (meta: unknown, origin: string): CaseFile[] => {
  const found: CaseFile[] = [];
  let looked = 0;
  const look = (value: unknown, name: string, depth: number): void => {
    looked += 1;
    if (looked > MOST_LOOKED_AT || depth > DEEPEST || DECORATION.test(name)) return;
    if (typeof value === 'string') {
      if (/^https?:\/\//i.test(value) && isVendorsFile(value, origin)) found.push(...attachedTo(value, origin));
      return;
    }
    if (Array.isArray(value)) {
      for (const one of value) look(one, name, depth + 1);
      return;
    }
    if (!isRecord(value)) return;
    const file = fileFrom(value, origin);
    // An address alone may be the page that the customer looks at.
    if (file !== null && file.url !== '' && (file.type !== null || isVendorsFile(file.url, origin))) {
      found.push(file);
      return;
    }
    for (const [key, one] of Object.entries(value)) look(one, key, depth + 1);
  };
  look(meta, '', 0);
  return found;
};

const ADDRESS = /https?:\/\/[^\s"'<>()[\]{}|\\^`]+/gi;

/** Customers write addresses too: only what lies with Acquire and is a file is one that somebody sent. */
const linkedIn = (text: string, origin: string): CaseFile[] =>
  [...text.matchAll(ADDRESS)]
    .map(([address]) => address.replace(/[.,;:!?]+$/, '').replaceAll('&amp;', '&'))
    .filter((address) => isVendorsFile(address, origin))
    .map((address) => ({ url: address, name: lastPart(new URL(address).pathname), type: null, size: null }));

const isVendorsFile = (address: string, origin: string): boolean => {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, pathname, origin: its } = new URL(address);
  const isVendors = its === origin || (protocol === 'https:' && hostname.endsWith(VENDOR));
  return isVendors && EXTENSION.test(pathname);
};

/** Files of the mails of a case, by the message that each mail is. */
export const mailFiles = async (room: Room, of: Case): Promise<ReadonlyMap<MessageId, readonly CaseFile[]>> => {
  const mails = await mailsOf(room, of);
  return new Map(mails.flatMap((mail) => filesOfMail(mail, room.origin)));
};

const filesOfMail = (mail: MailRow, origin: string): [MessageId, CaseFile[]][] => {
  const files = unique(attachedTo(mail.attachments, origin));
  return mail.caseMessageId === null || files.length === 0 ? [] : [[mail.caseMessageId, files]];
};
