import { z } from 'zod';
import { CaseId, ChainId, ContactId, MessageId } from '../core/ids.ts';
import { Attributes, Names } from './attributes.ts';

/**
 * Rows as Acquire sends them, only the fields we use: strict where we key on something, loose where it is decoration.
 */

// Ids are integers over REST, text in webhooks, and both within one answer of the contact list.
export const decimal = z.union([z.int().positive().transform(String), z.string().regex(/^[1-9]\d{0,18}$/)]);
export const caseId = decimal.pipe(CaseId);
export const messageId = decimal.pipe(MessageId);
export const chainId = decimal.pipe(ChainId);
export const contactId = decimal.pipe(ContactId);

/** A user's id, or a contact's: whose it is, is said beside it. */
export const personId = decimal.nullable().default(null).catch(null);
// What is left out is no mistake, and takes no time to be found one.
export const absentId = <T>(id: z.ZodType<T>): z.ZodType<T | null> => id.nullable().default(null).catch(null);

export const words = z.string().nullable().default(null).catch(null);

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const ZONELESS = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
const SPELLED_OUT = /^[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4}/;

/** REST, contact search (no zone, taken for UTC), webhooks (`Date.toString()`). */
export const parseDate = (given: string): number | null => {
  const text = ZONELESS.test(given) ? `${given.replace(' ', 'T')}Z` : given;
  if (!ISO.test(text) && !SPELLED_OUT.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
};
const instant = z.string().transform(parseDate).nullable().default(null).catch(null);

export type LooseList<T> = { readonly good: readonly T[]; readonly bad: number };

/** Keeps the good elements of a list and counts the bad ones. */
export const looseList = <T>(element: z.ZodType<T>): z.ZodType<LooseList<T>> =>
  z.array(z.unknown()).transform((items) => {
    const good = items.map((item) => element.safeParse(item)).filter((one) => one.success);
    return { good: good.map((one) => one.data), bad: items.length - good.length };
  });

/** An agent, bot or key, wherever one is shown. */
export const Person = z.object({
  id: personId,
  name: words,
  email: words,
  type: words,
  clientId: words,
  metaDetails: z.object({ isBotClient: z.boolean() }).nullable().catch(null),
});
export type Person = z.infer<typeof Person>;

/** `fields` is null where the answer does not show them, which says nothing about the contact. */
const Visit = z.object({ url: z.string(), dateCreated: instant });
export type Visit = z.infer<typeof Visit>;

export const ContactRow = z.object({
  id: contactId,
  fields: Attributes.nullable().catch(null),
  clientName: words.optional(),
  clientVersion: words.optional(),
  clientOsName: words.optional(),
  company: z
    .object({ fields: z.object({ name: z.string() }) })
    .nullish()
    .catch(null),
  visits: looseList(Visit).nullish().catch(null),
  lastVisit: Visit.nullish().catch(null),
});
export type ContactRow = z.infer<typeof ContactRow>;

const CaseUser = z.object({
  type: words,
  userId: personId,
  status: words,
  closed: words,
  user: Person.nullable().catch(null),
});
export type CaseUser = z.infer<typeof CaseUser>;

const nobody: LooseList<CaseUser> = { good: [], bad: 0 };

// Documented as an array, an object in every sample.
const ExpandedContact = z.union([ContactRow, z.tuple([ContactRow], z.unknown()).transform(([first]) => first)]);

export const CaseRow = z
  .object({
    id: caseId,
    threadId: absentId(chainId),
    parentId: absentId(chainId),
    contactId: absentId(contactId),
    contact: ExpandedContact.nullable().catch(null),
    channel: words,
    status: words,
    title: words,
    dateCreated: instant,
    dateUpdated: instant,
    closedBy: personId,
    userId: personId,
    users: looseList(CaseUser).catch(nobody),
    fields: Attributes.catch({}),
    tags: Names,
    // On a contact's row in the list of contacts (SEEN, always empty); taken wherever a case shows one of them.
    departments: Names,
    departmentList: Names,
    queueId: personId,
    meta: z.object({ queues: z.array(decimal).catch([]) }).catch({ queues: [] }),
  })
  .transform((row, context) => {
    const { contactId: plain, contact: expanded, ...rest } = row;
    const id = plain ?? expanded?.id;
    if (id === undefined) {
      context.addIssue('a case without a contact');
      return z.NEVER;
    }
    const contact: ContactRow = { id, fields: expanded?.id === id ? expanded.fields : null };
    return { ...rest, contact };
  });
export type CaseRow = z.infer<typeof CaseRow>;

const Meta = z.object({ casebridge: z.string() });
/** What the telephone company behind Acquire tells of a text message (SEEN in the answer to sending one). */
const Numbers = z.object({ To: words, From: words }).transform(({ To, From }) => ({ to: To, from: From }));

export const isNothing = (value: unknown): boolean => value === undefined || value === null;

/** A row is a message when it has a `senderType`. */
export const MessageRow = z
  .object({
    id: messageId,
    senderType: z.string().min(1),
    senderId: personId,
    type: words,
    channel: words,
    message: z.string().catch(''),
    dateCreated: instant,
    caseId: absentId(caseId),
    threadId: absentId(chainId),
    case: z
      .object({ id: caseId, threadId: absentId(chainId) })
      .nullable()
      .default(null)
      .catch(null),
    sender: Person.nullable().default(null).catch(null),
    meta: z.unknown().optional(),
    attachments: z.unknown().optional(),
  })
  .transform(({ case: expanded, meta, ...row }) => ({
    ...row,
    caseId: row.caseId ?? expanded?.id ?? null,
    threadId: row.threadId ?? expanded?.threadId ?? null,
    meta,
    // Most have none, and to say so takes a schema longer than all the rest of a row.
    marker: isNothing(meta) ? null : (Meta.safeParse(meta).data?.casebridge ?? null),
    numbers: isNothing(meta) ? null : (Numbers.safeParse(meta).data ?? null),
  }));
export type MessageRow = z.infer<typeof MessageRow>;

/** A page of a list: most collections tell a total, some shapes are a bare array. */
export type Page<T> = LooseList<T> & { readonly count: number | null };

export const pageOf = <T>(row: z.ZodType<T>): z.ZodType<Page<T>> =>
  z.union([
    z
      .object({ data: looseList(row), count: z.int().nonnegative().nullable().catch(null) })
      .transform(({ data, count }): Page<T> => ({ ...data, count })),
    looseList(row).transform((rows): Page<T> => ({ ...rows, count: null })),
  ]);

// Made once: to make a schema takes longer than to read a page by it.
export const CaseRows = pageOf(CaseRow);
export const MessageRows = pageOf(MessageRow);
