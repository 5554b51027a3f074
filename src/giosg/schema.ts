import { z } from 'zod';
import { type Owner, type VisitorCase, VisitorCaseId, type VisitorCaseState } from '../core/visitor-case.ts';
import { ASSUMED } from './assumptions.ts';

/** Answers of giosg, only the fields we use: strict where we key on something, loose where it is decoration. */

// Text in every example; a number would name the same thing.
const id = z.union([z.int().nonnegative().transform(String), z.string().trim().min(1)]);
const absentId = id.nullable().catch(null);
const words = z
  .string()
  .transform((text) => text.trim() || null)
  .nullable()
  .catch(null);
const flag = z.boolean().nullable().catch(null);

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const ZONED = /(?:Z|[+-]\d\d:?\d\d)$/i;

const parseDate = (text: string): number | null => {
  if (!ISO.test(text)) return null;
  const at = Date.parse(ZONED.test(text) ? text : `${text}${ASSUMED.zone}`);
  return Number.isNaN(at) ? null : at;
};
const instant = z.string().transform(parseDate).nullable().catch(null);

/** Nested users come whole or cut down, depending on the page that shows them. */
const User = z.object({ id: absentId, full_name: words, alias: words });
// The shape of a contact inside a case is not documented.
const Contact = z.object({ id: absentId });

/** …/giosg_http_api/cases, "priority". */
const PRIORITIES = new Map([
  [1, 'None'],
  [2, 'Low'],
  [3, 'Normal'],
  [4, 'High'],
  [5, 'Critical'],
]);
const CLOSED = 'Closed';
const STATES = new Map<string, VisitorCaseState>([
  ['Open', 'open'],
  ['In Progress', 'open'],
  ['Pending', 'pending'],
  [CLOSED, 'closed'],
]);

const Row = z.object({
  id: id.pipe(VisitorCaseId),
  case_number: id,
  subject: words,
  description: words,
  status: z.string().trim().min(1),
  priority: z.int().nullable().catch(null),
  priority_label: words,
  owner_id: absentId,
  owner: User.nullable().catch(null),
  contact_id: absentId,
  contact: Contact.nullable().catch(null),
  latest_messaging_channel: words,
  is_closed: flag,
  is_waiting: flag,
  unread_message_count: z.int().nonnegative().nullable().catch(null),
  created_at: instant,
  updated_at: instant,
  closed_at: instant,
});
type Row = z.infer<typeof Row>;

/** A case as giosg shows it, in our own words. */
export const CaseRow = Row.transform(
  (row): VisitorCase => ({
    id: row.id,
    number: row.case_number,
    subject: row.subject,
    description: row.description,
    state: stateOf(row),
    status: row.status,
    priority: row.priority,
    priorityLabel: row.priority_label ?? PRIORITIES.get(row.priority ?? 0) ?? null,
    owner: ownerOf(row),
    contact: row.contact_id ?? row.contact?.id ?? null,
    channel: row.latest_messaging_channel,
    waiting: row.is_waiting,
    unread: row.unread_message_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    closedAt: row.closed_at,
  }),
);

const stateOf = ({ is_closed: closed, status, closed_at: closedAt }: Row): VisitorCaseState => {
  if (closed ?? (status === CLOSED || closedAt !== null)) return 'closed';
  const state = STATES.get(status) ?? ASSUMED.unknownStatus;
  return state === 'closed' ? ASSUMED.unknownStatus : state;
};

const ownerOf = ({ owner_id: plain, owner }: Row): Owner | null => {
  const known = plain ?? owner?.id ?? null;
  return known === null ? null : { id: known, name: owner?.full_name ?? owner?.alias ?? null };
};

/** Keeps the good elements of a list and counts the bad ones. */
const looseList = <T>(element: z.ZodType<T>): z.ZodType<{ readonly good: readonly T[]; readonly bad: number }> =>
  z.array(z.unknown()).transform((items) => {
    const good = items.map((item) => element.safeParse(item)).filter((one) => one.success);
    return { good: good.map((one) => one.data), bad: items.length - good.length };
  });

/** docs.giosg.com/api_reference/common_api_guidelines; what the links are worth is judged in cursor.ts. */
export const CasePage = z.object({
  results: looseList(CaseRow),
  next: z.unknown().optional(),
  previous: z.unknown().optional(),
});

/** `users/me`: the user whose token it is. */
export const Me = z.object({ organization_id: id });
