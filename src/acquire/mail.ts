import type { Case } from '../core/case.ts';
import { type CaseId, compareIds } from '../core/ids.ts';
import type { Mail, SentMail } from '../core/ports.ts';
import { caseRow } from './cases.ts';
import { bareAddress, MailPage, type MailRow } from './mail-rows.ts';
import { readBack } from './read-back.ts';
import type { Room } from './room.ts';
import { caseFrom } from './translate.ts';
import { ifServed } from './walk.ts';

const MAX_PAGES = 10;
const MAX_OTHER_CASES = 5;
// Pages of mails have no published size; what is shorter than the pages of everything else was not cut off.
const DEFAULT_LIMIT = 20;

/** The newest mail between us and the contact: what was forwarded to somebody else is no model for an answer. */
export const lastMail = async (room: Room, of: Case): Promise<Mail | null> => {
  const mails = (await mailsOf(room, of)).toSorted((a, b) => compareIds(b.id, a.id));
  const theirs = addressesOfContact(mails, of);
  const last = mails.find((mail) => isFromContact(mail, of, theirs) || (isOurs(mail) && mail.to.some(among(theirs))));
  return last === undefined ? null : answerTo(last, mails);
};

/** What our side has sent since, with and without our doing. */
export const mailsSince = async (room: Room, of: Case, newest: string): Promise<readonly SentMail[]> => {
  const mails = (await mailsOf(room, of)).filter((mail) => isOurs(mail) && compareIds(mail.id, newest) > 0);
  return mails
    .toSorted((a, b) => compareIds(a.id, b.id))
    .map(({ caseMessageId, senderId, textBody, htmlBody }) => ({
      message: caseMessageId,
      sender: senderId,
      words: readBack({ text: textBody ?? '', html: htmlBody }).filter((words) => words !== ''),
    }));
};

/** Mails of the whole chain, for a case that was reopened goes on with the conversation of the one before. */
export const mailsOf = async (room: Room, of: Case): Promise<readonly MailRow[]> => {
  // What other calls name a thread here is a case (send-sms, by its page): ids of both kinds are tried.
  const asked = new Set<string>([of.chain, of.id]);
  const found = new Map<string, MailRow>();
  for (const thread of asked) for (const mail of await mailsUnder(room, thread)) found.set(mail.id, mail);
  const sent = [...found.values()].filter(
    ({ type, isDraft }) => (type ?? 'message') === 'message' && isDraft !== 'yes',
  );
  const cases = await casesOfChain(room, of, new Set(sent.map((mail) => mail.caseId)));
  return sent.filter((mail) => cases.has(mail.caseId));
};

const mailsUnder = async (room: Room, thread: string): Promise<readonly MailRow[]> => {
  const found = new Map<string, MailRow>();
  let next: string | null = null;
  for (let number = 0; number < MAX_PAGES; number += 1) {
    // The name of the parameter that takes a cursor was never published; without effect, the same page comes again.
    const cursor: readonly (readonly [string, string])[] = next === null ? [] : [['next', next]];
    const query = [['threadId', thread], ...cursor] as const;
    const page: MailPage | null = await ifServed(room.call({ verb: 'GET', path: 'mail/messages', query }, MailPage));
    if (page === null) break;
    if (page.bad > 0) room.onBadRows(page.bad, 'mail/messages');
    const before = found.size;
    for (const mail of page.good) found.set(mail.id, mail);
    next = page.next;
    if (next === null || found.size === before || page.good.length + page.bad < DEFAULT_LIMIT) break;
  }
  return [...found.values()];
};

/** A mail of another conversation must never be answered in this one, so a case that is not known to be ours is read. */
const casesOfChain = async (room: Room, of: Case, shown: ReadonlySet<CaseId>): Promise<ReadonlySet<string>> => {
  const cases = new Set<string>([of.id, of.chain]);
  const newestFirst = [...shown].filter((id) => !cases.has(id)).toSorted((a, b) => compareIds(b, a));
  for (const id of newestFirst.slice(0, MAX_OTHER_CASES)) {
    const row = await caseRow(room, id);
    if (row !== null && caseFrom(row, of.contact, room.own.ids).chain === of.chain) cases.add(id);
  }
  return cases;
};

const lower = (address: string): string => address.toLowerCase();
const among = (addresses: ReadonlySet<string>) => (address: string) => addresses.has(lower(address));

const isOurs = (mail: MailRow): boolean => mail.senderType === 'user';

/** Where the contact is known to write from. */
const addressesOfContact = (mails: readonly MailRow[], { contact }: Case): ReadonlySet<string> => {
  const known = contact.email === null ? null : bareAddress(contact.email);
  const shown = mails.filter((mail) => isWrittenBy(mail, contact.id)).map((mail) => mail.from);
  return new Set([known, ...shown].filter((one) => one !== null).map(lower));
};

const isWrittenBy = (mail: MailRow, contact: string): boolean =>
  mail.senderType === 'contact' && mail.senderId === contact;

const isFromContact = (mail: MailRow, { contact }: Case, theirs: ReadonlySet<string>): boolean =>
  mail.from !== null && mail.senderType === 'contact' && (isWrittenBy(mail, contact.id) || among(theirs)(mail.from));

const answerTo = (last: MailRow, mails: readonly MailRow[]): Mail | null => {
  // What we once wrote from is surely connected; the recipient may be an address that forwards to it.
  const senders = mails.filter(isOurs).map((mail) => mail.from);
  const recipients = mails.filter((mail) => !isOurs(mail)).map((mail) => mail.originalRecipient);
  const candidates = [isOurs(last) ? last.from : null, ...senders, last.originalRecipient];
  const inbox = candidates.find((one) => one !== null) ?? null;
  if (inbox === null || (!isOurs(last) && last.from === null)) return null;
  const own = among(new Set([...senders, ...recipients].filter((one) => one !== null).map(lower)));
  const to = unique(isOurs(last) ? last.to : repliesTo(last), own);
  // Where none of its recipients is known as ours, one may forward to us, and would bring our own answer back.
  const others = !isOurs(last) && last.to.some(own) ? last.to : [];
  const cc = unique([...others, ...last.cc], (address) => own(address) || among(new Set(to.map(lower)))(address));
  const messageId = mails.map(messageIdOf).find((id) => id !== null) ?? null;
  const newest = mails[0]?.id ?? last.id;
  return to.length === 0 ? null : { inbox, to, cc, subject: last.subject, messageId, newest };
};

const repliesTo = ({ reply_to: wished, from }: MailRow): readonly string[] =>
  wished.length > 0 || from === null ? wished : [from];

const unique = (given: readonly string[], isLeftOut: (address: string) => boolean): readonly string[] => {
  const kept = new Map<string, string>();
  for (const address of given) if (!isLeftOut(address) && !kept.has(lower(address))) kept.set(lower(address), address);
  return [...kept.values()];
};

// Some samples have a number of Acquire's own in this place.
const MESSAGE_ID = /^<[^\s<>]{1,500}>$/;
const messageIdOf = ({ mailboxMessageId: id }: MailRow): string | null =>
  id !== null && MESSAGE_ID.test(id) ? id : null;
