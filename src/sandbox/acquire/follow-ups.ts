import { z } from 'zod';
import { findCase } from './cases.ts';
import { findContact } from './contacts.ts';
import { invalidInput, notFound, parse } from './answers.ts';
import { iso, zoneless } from './dates.ts';
import type { Call, Route } from './routes.ts';
import { changed } from './state.ts';

/** Snoozes. The page contradicts itself about dates, so both ways of writing one are taken, in UTC. */

const Creation = z.strictObject({
  scheduleDate: z.string().regex(/^\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)(\.\d{3}Z)?$/),
  objectType: z.enum(['case', 'contact']),
  caseId: z.int().nullable().optional(),
  contactId: z.int().nullable().optional(),
  objectId: z.int().nullable().optional(),
  message: z.string().optional(),
  users: z.array(z.int()).optional(),
});

const Search = z.strictObject({
  objectId: z.int(),
  objectType: z.enum(['case', 'contact']),
  contactId: z.int().optional(),
});

export const followUpRoutes: readonly Route[] = [
  ['POST', '/crm/follow-up/create', createFollowUp],
  ['DELETE', '/crm/follow-up/:id', deleteFollowUp],
  ['POST', '/crm/follow-up/get', getFollowUp],
];

function createFollowUp({ account, user, body }: Call): unknown {
  const { objectType, caseId = null, contactId = null, objectId = null, ...rest } = parse(Creation, body);
  const target = objectId ?? (objectType === 'case' ? caseId : contactId);
  if (target === null || (caseId === null && contactId === null)) throw invalidInput('caseId or contactId is required');
  if (caseId !== null) findCase(account, caseId);
  if (contactId !== null) findContact(account, contactId);
  const due = Date.parse(`${rest.scheduleDate.slice(0, 19).replace(' ', 'T')}Z`);
  if (Number.isNaN(due) || due <= account.now()) throw invalidInput('scheduleDate must lie ahead');
  const id = account.nextId('followUp');
  const message = rest.message ?? '';
  const { id: userId } = user;
  account.followUps.set(id, {
    id,
    objectType,
    objectId: target,
    contactId,
    caseId,
    scheduleDate: due,
    message,
    userId,
  });
  changed(account, 'follow-up', id);
  const users = [{ [String(userId)]: { id: userId, email: user.email, name: user.name } }];
  const data = { id, objectType, contactId, scheduleDate: zoneless(due), objectId: target, userId, message, users };
  return { success: true, message: 'Snooze added successfully', data };
}

function deleteFollowUp({ account, user, id }: Call): unknown {
  const followUp = account.followUps.get(id);
  if (!followUp) throw notFound(account.variants, `Snooze ${id}`);
  // Refused with 200: a body of this family says itself whether it succeeded.
  if (followUp.userId !== user.id) return { success: false, message: 'Only its creator can remove a snooze' };
  account.followUps.delete(id);
  changed(account, 'follow-up', id);
  return { success: true, message: 'Snooze has been removed successfully' };
}

function getFollowUp({ account, body }: Call): unknown {
  const { objectId, objectType } = parse(Search, body);
  const found = [...account.followUps.values()].find(
    (one) => one.objectId === objectId && one.objectType === objectType,
  );
  if (!found) throw notFound(account.variants, 'Snooze');
  const { id, contactId, scheduleDate } = found;
  return { data: { id, objectType, contactId, scheduleDate: iso(scheduleDate) } };
}
