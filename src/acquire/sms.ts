import { z } from 'zod';
import type { Case } from '../core/case.ts';
import { compareIds, type ContactId } from '../core/ids.ts';
import type { SmsDraft, WrittenMessage } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import { casesBefore } from './cases.ts';
import { ifFound } from './contacts.ts';
import type { CaseRef, Rows } from './readers.ts';
import { type Room, wireId } from './room.ts';
import { absentId, caseId, contactId, messageId, pageOf, personId, words } from './schema.ts';
import { timelineOf } from './timeline.ts';

const SEND = 'voip/send-sms';

const NumberRow = z.object({
  number: z.string().transform((given) => international(given, null)),
  status: words,
  meta: z
    .object({ feature: z.array(z.string()) })
    .nullable()
    .catch(null),
});

export const smsNumbers = async ({ call }: Room): Promise<readonly string[]> => {
  const { good } = await call({ verb: 'GET', path: 'voip/get-all-numbers' }, pageOf(NumberRow));
  return good
    .filter(({ status, meta }) => (status ?? 'active') === 'active' && (meta === null || meta.feature.includes('SMS')))
    .map(({ number }) => number)
    .filter((number) => number !== null);
};

/** A conversation that was reopened goes on where the case before it left off. */
export const smsNumberOf = async (room: Room, of: Case, messagesOf: MessagesOf): Promise<string | null> => {
  const ref = { chain: of.chain, contact: of.contact.id };
  const shown = numberIn((await messagesOf({ ...ref, id: of.id })).rows);
  const before = shown === null ? (await casesBefore(room, of)).at(-1) : undefined;
  return before === undefined ? shown : numberIn((await messagesOf({ ...ref, id: before })).rows);
};

type MessagesOf = (ref: CaseRef) => Promise<Rows>;

const numberIn = (rows: Rows['rows']): string | null => {
  const newestFirst = rows.toSorted((a, b) => compareIds(b.id, a.id));
  const ours = newestFirst.map(({ numbers, senderType }) => (senderType === 'contact' ? numbers?.to : numbers?.from));
  const given = ours.find((number) => typeof number === 'string');
  return given === undefined || given === null
    ? null
    : (international(given, null) ?? international(`+${given}`, null));
};

const SentSms = z.object({
  data: z.object({
    caseMessageId: messageId,
    caseId: absentId(caseId),
    senderType: words,
    senderId: personId,
    type: words,
    status: words,
  }),
});

export const sendSms = async (room: Room, draft: SmsDraft): Promise<WrittenMessage> => {
  const to = await numberOf(room, draft.contact);
  const timeline = await timelineOf(room, draft);
  if (timeline === null) throw unsendable('NO_TIMELINE');
  const body = bodyOf(draft, { to, ...timeline });
  return room.keys.writeAs(draft.author, async ({ call, learn }) => {
    const { data: row } = await call({ verb: 'POST', path: SEND, about: draft.case, body }, SentSms);
    const asAgent = row.senderType === 'user';
    if (asAgent) learn(row.senderId);
    // The row is in the case all the same, as ours.
    if (row.status !== null && REFUSED.has(row.status)) throw unsendable('SMS_FAILED');
    const filedHere = row.caseId === null || row.caseId === draft.case;
    const asAsked = asAgent && (row.type ?? 'sms') === 'sms' && filedHere;
    return { id: row.caseMessageId, case: row.caseId ?? draft.case, chain: null, asAsked };
  });
};

// Words of the telephone company behind Acquire for what did not go out.
const REFUSED: ReadonlySet<string> = new Set(['failed', 'undelivered']);

type Sending = { readonly to: string; readonly id: string; readonly title: string | null };

/** Everything that the example has; older pages require the first six. `threadId` is the case's id, by the page. */
const bodyOf = ({ case: of, contact, from, text }: SmsDraft, { to, id, title }: Sending) => ({
  From: from,
  To: to,
  Body: text,
  contactId: wireId(contact),
  threadId: wireId(of),
  timelineId: wireId(id),
  id: wireId(of),
  isClosed: false,
  isMultiChannel: false,
  markValue: `<p>${asHtml(text)}</p>`,
  message: text,
  msgType: 'message',
  sms: text,
  ...(title === null ? {} : { title }),
});

const asHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');

const unsendable = (word: string): Failure =>
  new Failure({ kind: 'permanent', side: 'acquire', attempted: `POST ${SEND}`, effect: 'none', word });

const phone = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .catch(null);
const Country = z.object({ calling_code1: z.coerce.string() });
const Reachable = z.object({
  id: contactId,
  fields: z.object({ phone, country: Country.nullable().catch(null) }),
});

/** A number that is not surely whole would reach somebody else. */
const numberOf = async ({ call }: Room, id: ContactId): Promise<string> => {
  const path = 'crm/objects/contact/{id}';
  const found = await ifFound(call({ verb: 'GET', path, id }, Reachable.nullable()));
  if (found === null || found.id !== id || !found.fields.phone) throw unsendable('NO_PHONE');
  const number = international(found.fields.phone, found.fields.country?.calling_code1 ?? null);
  if (number === null) throw unsendable('NO_COUNTRY_CODE');
  return number;
};

const INTERNATIONAL = /^\+[1-9]\d{6,14}$/;
/** Digits after the country's that no number without its country's has. */
const SURELY_NATIONAL = 9;

/** Acquire keeps numbers of text messages without the plus (seen in a sample), and others as people type them. */
export const international = (given: string, callingCode: string | null): string | null => {
  const plain = given.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
  if (INTERNATIONAL.test(plain)) return plain;
  if (callingCode === null || !plain.startsWith(callingCode)) return null;
  const whole = plain.length >= callingCode.length + SURELY_NATIONAL && INTERNATIONAL.test(`+${plain}`);
  return whole ? `+${plain}` : null;
};
