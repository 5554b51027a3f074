import { z } from 'zod';
import type { CaseId, ContactId } from '../core/ids.ts';
import type { Room } from './room.ts';
import { absentId, caseId, chainId, contactId, decimal, looseList, words } from './schema.ts';
import { ifServed } from './walk.ts';

/**
 * Sending a text message wants the id of the conversation in Acquire's timeline of a contact. No page says where to
 * read it. Samples show that there is one for each chain, that it stays when a case is reopened, and that it names its
 * current case; a row is taken only when it names ours, or is shown as part of our case and names no other.
 */
export type Timeline = { readonly id: string; readonly title: string | null };

type Of = { readonly case: CaseId; readonly contact: ContactId };

const TimelineRow = z.object({
  id: decimal,
  caseId: absentId(caseId),
  threadId: absentId(chainId),
  contactId: absentId(contactId),
});
type TimelineRow = z.infer<typeof TimelineRow>;

const one = TimelineRow.nullable().catch(null);
const rows: z.ZodType<readonly TimelineRow[]> = z
  .union([looseList(TimelineRow).transform(({ good }) => good), TimelineRow.transform((row) => [row])])
  .catch([]);

// The relation is named on the page of the list; `meta.timeline` and `timeline` are both in the sample of a sent message.
const CaseWithTimeline = z.object({
  id: caseId,
  threadId: absentId(chainId),
  title: words,
  timeline: rows,
  meta: z.object({ timeline: one }).nullable().catch(null),
});

export const timelineOf = async (room: Room, of: Of): Promise<Timeline | null> => {
  const path = 'crm/objects/case/{id}';
  const request = { verb: 'GET', path, id: of.case } as const;
  const found =
    (await ifServed(room.call({ ...request, query: [['relations', 'timeline']] }, CaseWithTimeline))) ??
    (await ifServed(room.call(request, CaseWithTimeline)));
  if (found === null || found.id !== of.case) return null;
  const names = (row: TimelineRow): boolean =>
    row.caseId === of.case || (row.threadId !== null && row.threadId === found.threadId);
  const shown = [...found.timeline, found.meta?.timeline ?? null].filter((row) => row !== null);
  const own = shown.find(names) ?? shown.find((row) => row.caseId === null && row.threadId === null);
  const row = own ?? (await timelinesOfContact(room, of)).find(names);
  const isTheirs = row !== undefined && (row.contactId ?? of.contact) === of.contact;
  return isTheirs ? { id: row.id, title: found.title } : null;
};

const timelinesOfContact = async ({ call }: Room, { contact }: Of): Promise<readonly TimelineRow[]> => {
  const path = 'crm/objects/contact/{id}';
  const query = [['relations', 'timeline']] as const;
  const found = await ifServed(call({ verb: 'GET', path, id: contact, query }, z.object({ timeline: rows })));
  return found?.timeline ?? [];
};
