import { z } from 'zod';
import { invalidInput, notFound, parse } from './answers.ts';
import type { Closing } from './cases.ts';
import { casesOfThread, close, findCase, invite, join, open, reject } from './cases.ts';
import { findContact, inCaseAnswer } from './contacts.ts';
import { readable } from './messages.ts';
import type { ListQuery } from './query.ts';
import { filtered, paged, picked, readListQuery, readSelection, requiredId } from './query.ts';
import type { Call, Route } from './routes.ts';
import { caseColumns, caseRow, caseUserRow, caseUserRows, contactSummary, messageRow, timelineRow } from './rows.ts';
import type { Account, CaseRecord, Row, Sender } from './state.ts';
import { messagesOf } from './state.ts';
import { actingSide } from './user-type.ts';

const relations = ['contact', 'messages', 'cases', 'users', 'fields', 'tags', 'feedbacks', 'timeline', 'parent'];
const vocabulary = { columns: caseColumns, relations };

const flag = z.enum(['yes', 'no']);
const CaseReference = z.strictObject({ caseId: z.int(), askJoin: z.boolean().optional() });

const Creation = z.strictObject({
  title: z.string().optional(),
  source: z.string().optional(),
  mentionUsers: z.array(z.union([z.string(), z.int()])).optional(),
  message: z
    .strictObject({
      type: z.enum(['message', 'note']),
      message: z.string().min(1),
      translateLangKey: z.string().optional(),
    })
    .optional(),
  channel: z.literal('chat').optional(),
  routeAgentId: z.int().optional(),
  agentId: z.int().optional(),
  isFromCobrowse: z.boolean().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  sessionId: z.union([z.int(), z.string()]).optional(),
  threadId: z.int().optional(),
});

const Close = z.strictObject({
  caseId: z.int(),
  archive: flag.optional(),
  closingState: z.string().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  forceClose: z.boolean().optional(),
  leaveOnly: z.boolean().optional(),
  leaveEvent: z.boolean().optional(),
  askFeedback: z.boolean().optional(),
});

// The table says that caseId is a string, the example shows a number.
const Invitation = z.strictObject({
  caseId: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
  agentIds: z.array(z.int()).optional(),
  department: z.array(z.int()).optional(),
});

export const caseRoutes: readonly Route[] = [
  ['GET', '/crm/objects/case', listCases],
  ['GET', '/crm/objects/case/:id', getCase],
  ['POST', '/crm/messenger/chat/create', createOrReopen],
  ['POST', '/crm/messenger/chat/close', closeCase],
  ['POST', '/crm/messenger/chat/join', joinCase],
  ['POST', '/crm/messenger/chat/reject', rejectCase],
  ['POST', '/crm/messenger/agent/invite-agent', inviteAgents],
];

function listCases({ account, query }: Call): unknown {
  const list = readListQuery(query, vocabulary);
  const rows = filtered([...account.cases.values()], list, { variants: account.variants, column: caseColumn });
  const page = paged(rows, list, account.variants);
  return { ...page, data: page.data.map((kase) => expanded(account, kase, list)) };
}

// Without building a row for each of thousands of cases, unless a date is asked for.
function caseColumn(kase: CaseRecord, name: string): unknown {
  return name.startsWith('date') ? caseRow(kase)[name] : (Reflect.get(kase, name) ?? null);
}

function getCase({ account, query, id }: Call): unknown {
  return expanded(account, findCase(account, id), readSelection(query, vocabulary));
}

type Selection = Pick<ListQuery, 'select' | 'relations'>;

export function expanded(account: Account, kase: CaseRecord, { select, relations: wanted }: Selection): Row {
  const { contactId, threadId, ...columns } = picked(caseRow(kase), select, ['id', 'threadId']);
  const row: Row = wanted.has('contact') || contactId === undefined ? columns : { ...columns, contactId };
  for (const name of wanted) {
    const value = relationOf(account, kase, name);
    if (value !== undefined) row[name] = value;
  }
  // Where a timeline is shown in `meta`, as in the sample of a sent text message, it is there without being asked for.
  const meta = account.variants.timeline === 'meta' && 'meta' in row ? { timeline: timelineRow(kase) } : row['meta'];
  return { ...row, ...('meta' in row ? { meta } : {}), threadId };
}

function relationOf(account: Account, kase: CaseRecord, name: string): unknown {
  switch (name) {
    case 'contact':
      return contactSummary(findContact(account, kase.contactId));
    case 'messages':
      // Named as a relation but never shown: where it does not work, the key is simply not there.
      if (!account.variants.readers.caseRelation) return undefined;
      return readable(account, messagesOf(account, kase.id)).map((one) => messageRow(account, one));
    case 'cases':
      return casesOfThread(account, kase.threadId)
        .filter((one) => one.id !== kase.id)
        .map(caseRow);
    case 'users':
      return caseUserRows(account, kase);
    case 'parent':
      return kase.parentId === null ? null : caseRow(findCase(account, kase.parentId));
    case 'timeline':
      return account.variants.timeline === 'relation' ? timelineRow(kase) : undefined;
    case 'fields':
      return kase.fields;
    case 'tags':
      return kase.tags
        .flatMap((id) => account.tags.get(id) ?? [])
        .map((tag) => ({ id: tag.id, name: tag.name, color: tag.color }));
    default:
      return [];
  }
}

// One call for both: a threadId in the body makes it a reopening, which answers with a new case of that thread.
function createOrReopen(call: Call): unknown {
  const { account, user, query } = call;
  const body = parse(Creation, call.body);
  const contact = findContact(account, requiredId(query, 'contactId'));
  const side = actingSide(account, query);
  const by: Sender = side === 'contact' ? { type: 'contact', id: contact.id } : { type: 'user', id: user.id };
  const threadId = body.threadId ?? lastThread(account, contact.id);
  const kase = open(account, {
    contactId: contact.id,
    by,
    overRest: true,
    ...(body.title === undefined ? {} : { title: body.title }),
    ...(threadId === undefined ? {} : { threadId }),
    ...(body.message === undefined ? {} : { message: { type: body.message.type, text: body.message.message } }),
  });
  return createdRow(account, kase);
}

function lastThread(account: Account, contactId: number): number | undefined {
  if (!account.variants.createContinuesThread) return undefined;
  return [...account.cases.values()].findLast((kase) => kase.contactId === contactId)?.threadId;
}

function createdRow(account: Account, kase: CaseRecord): Row {
  const row = caseRow(kase);
  return {
    title: row['title'],
    description: row['description'],
    channel: row['channel'],
    contact: inCaseAnswer(findContact(account, kase.contactId)),
    status: row['status'],
    dateQueue: row['dateQueue'],
    dateCreated: row['dateCreated'],
    datePending: row['datePending'],
    dateActive: row['dateActive'],
    visitId: row['visitId'],
    users: [],
    parentId: row['parentId'],
    userId: row['userId'],
    dateUpdated: null,
    closedBy: null,
    closingState: null,
    dateClosed: null,
    id: kase.id,
    threadId: kase.threadId,
    fields: [],
    isCaseJoined: false,
    timelineId: kase.timelineId,
    preMessages: [],
  };
}

function closeCase({ account, user, body }: Call): unknown {
  const { caseId, closingState, askFeedback, leaveOnly } = parse(Close, body);
  const kase = findCase(account, caseId);
  const closing: Closing = {
    ...(closingState === undefined ? {} : { state: closingState }),
    ...(askFeedback === undefined ? {} : { askFeedback }),
    ...(leaveOnly === undefined ? {} : { leaveOnly }),
  };
  const foreverClosed = close(account, kase, user, closing);
  const entry = { foreverClosed, leftUser: true, caseId: kase.id, contactId: kase.contactId };
  return { '0': entry, userId: user.id, userType: 'user' };
}

function joinCase({ account, user, body }: Call): unknown {
  const kase = findCase(account, parse(CaseReference, body).caseId);
  const joined = join(account, kase, user);
  const last = messagesOf(account, kase.id).at(-1);
  const lastMessage = last ? messageRow(account, last) : null;
  const others = caseUserRows(account, { ...kase, users: kase.users.filter((one) => one !== joined) });
  const { caseId: _absent, ...row } = caseUserRow(account, kase, joined);
  return { ...caseRow(kase), users: [...others, { ...row, case: { ...caseRow(kase), lastMessage } }], lastMessage };
}

function rejectCase({ account, user, body }: Call): unknown {
  const kase = findCase(account, parse(CaseReference, body).caseId);
  reject(account, kase, user);
  const users = caseUserRows(account, kase).map(({ user: _expanded, ...row }) => row);
  return { ...caseRow(kase), users };
}

function inviteAgents({ account, body }: Call): unknown {
  const { caseId, agentIds = [], department = [] } = parse(Invitation, body);
  const kase = findCase(account, caseId);
  if (agentIds.length + department.length === 0) throw invalidInput('agentIds or department is required');
  for (const id of department) if (!account.departments.has(id)) throw notFound(account.variants, `Department ${id}`);
  const members = [...account.users.values()].filter((user) =>
    user.departmentIds.some((id) => department.includes(id)),
  );
  const invited = new Set([...agentIds, ...members.map((user) => user.id)]);
  const users = [...invited].map((id) => {
    const user = account.users.get(id);
    if (!user) throw notFound(account.variants, `User ${id}`);
    return user;
  });
  for (const user of users) invite(account, kase, user);
  return Object.fromEntries(
    users.map((user) => [String(user.id), { userId: user.id, online: user.online, sent: user.online }]),
  );
}
