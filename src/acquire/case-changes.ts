import { z } from 'zod';
import type { Case } from '../core/case.ts';
import { AgentId, type CaseId, type ContactId } from '../core/ids.ts';
import type { CaseDraft, InviteOutcome } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import { getCase } from './cases.ts';
import { withMark } from './marks.ts';
import { type Room, wireId } from './room.ts';
import { CaseRow } from './schema.ts';
import { caseFrom } from './translate.ts';

/** Opening and reopening are one call: a `threadId` makes the new case go on with that chain. */
export const createCase = async (room: Room, draft: CaseDraft): Promise<Case> => {
  const { contact, title, firstMessage, channel = 'chat', chain, marker, author } = draft;
  const body = {
    // No other word was ever shown here; a chain that is gone on with has one already.
    ...(channel === 'chat' ? { channel } : {}),
    ...(title === '' ? {} : { title }),
    ...(firstMessage === null ? {} : { message: { type: 'message', message: firstMessage } }),
    ...(chain === null ? {} : { threadId: wireId(chain) }),
  };
  const query = [['contactId', contact], ...room.asAgent] as const;
  const request = { verb: 'POST', path: 'crm/messenger/chat/create', about: contact, query } as const;
  const row = await room.keys.writeAs(author, ({ call }) =>
    firstMessage === null
      ? call({ ...request, body }, CaseRow)
      : withMark(room, marker, (meta) => call({ ...request, body: { ...body, ...meta } }, CaseRow)),
  );
  learnStarter(room, row);
  // Nothing is asked for any more: a failure now would hide that the case is there.
  return caseFrom(row, room.contacts.remembered(row.contact), room.own.ids);
};

/** `userId` of a case is "the third-party app that started it": our key, unless the answer shows it as an agent. */
const learnStarter = ({ own }: Room, row: CaseRow): void => {
  const isAgent = row.users.good.some(({ type, userId }) => type === 'user' && userId === row.userId);
  if (!isAgent) own.learn(row.userId);
};

const personId = z
  .union([z.int(), z.string().regex(/^\d+$/)])
  .transform(String)
  .nullable()
  .catch(null);
const Closing = z.object({ foreverClosed: z.boolean(), caseId: personId });
const CloseAnswer = z.object({ userId: personId, userType: z.string().catch('') }).catchall(z.unknown());

export const closeCase = async (room: Room, id: CaseId, askFeedback: boolean): Promise<boolean> => {
  const body = { caseId: wireId(id), askFeedback };
  try {
    const answer = await room.call({ verb: 'POST', path: 'crm/messenger/chat/close', about: id, body }, CloseAnswer);
    if (answer.userType === 'user') room.own.learn(answer.userId);
    return closingOf(answer, id) ?? (await afterEffect(isClosed(room, id)));
  } catch (error) {
    if (!(error instanceof Failure) || (error.facts.kind !== 'permanent' && error.facts.kind !== 'not_found'))
      throw error;
    // Closing what is closed is refused in a way that nobody documented.
    if (await isClosed(room, id)) return true;
    throw error;
  }
};

/** The answer has one numbered entry for each case it touched. Null when ours is not among them. */
const closingOf = (answer: Readonly<Record<string, unknown>>, id: CaseId): boolean | null => {
  const entries = Object.entries(answer)
    .filter(([key]) => /^\d+$/.test(key))
    .map(([, entry]) => Closing.safeParse(entry).data)
    .filter((entry) => entry !== undefined);
  return entries.find((entry) => entry.caseId === id)?.foreverClosed ?? null;
};

const isClosed = async (room: Room, id: CaseId): Promise<boolean> => (await getCase(room, id))?.state === 'closed';

/** A read that fails after a write leaves the write done: only the read had no effect. */
const afterEffect = async <T>(reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof Failure ? new Failure({ ...error.facts, effect: 'possible' }) : error;
  }
};

/** The case is read again afterwards: only that shows whether it takes messages now. */
export const joinCase = async (room: Room, id: CaseId, author?: string | null): Promise<Case> => {
  const path = 'crm/messenger/chat/join';
  const body = { caseId: wireId(id), askJoin: true };
  await room.keys.writeAs(author, ({ call }) => call({ verb: 'POST', path, about: id, body }, z.unknown()));
  const joined = await afterEffect(getCase(room, id));
  if (joined !== null) return joined;
  throw new Failure({ kind: 'not_found', side: 'acquire', attempted: `POST ${path}`, effect: 'none' });
};

const InviteAnswer = z.record(z.string(), z.object({ sent: z.boolean() }).nullable().catch(null));

type Invited = { readonly agents: readonly AgentId[]; readonly departments: readonly string[] };

export const inviteAgents = async (
  { call }: Room,
  id: CaseId,
  { agents, departments }: Invited,
): Promise<readonly InviteOutcome[]> => {
  // The one is in the plural, the other is not.
  const body = {
    caseId: wireId(id),
    ...(agents.length === 0 ? {} : { agentIds: agents.map(wireId) }),
    ...(departments.length === 0 ? {} : { department: departments.map(wireId) }),
  };
  const answer = await call({ verb: 'POST', path: 'crm/messenger/agent/invite-agent', about: id, body }, InviteAnswer);
  // How a department shows up was never published; whoever else is named has been asked as one of it.
  const named = departments.length === 0 ? [] : Object.keys(answer).filter((key) => /^\d+$/.test(key));
  const others = named.map((key) => AgentId.parse(key)).filter((agent) => !agents.includes(agent));
  return [...agents, ...others].map((agent) => ({ agent, sent: answer[agent]?.sent ?? null }));
};

export type FollowUp = {
  readonly case: CaseId;
  readonly contact: ContactId;
  readonly at: number;
  readonly text: string;
};

/** The page's text and its example disagree about dates and object types: the text's type, the example's date. */
export const followUp = async ({ call }: Room, { case: id, contact, at, text }: FollowUp): Promise<void> => {
  const body = {
    objectType: 'case',
    objectId: wireId(id),
    caseId: wireId(id),
    contactId: wireId(contact),
    scheduleDate: new Date(at).toISOString(),
    message: text,
  };
  await call({ verb: 'POST', path: 'crm/follow-up/create', about: id, body }, z.unknown());
};
