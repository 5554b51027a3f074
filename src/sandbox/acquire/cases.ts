import { duplicate, invalidInput, notFound } from './answers.ts';
import { announceCase, announceMember } from './events.ts';
import type { Draft } from './messages.ts';
import { append, CLOSED, JOINED, LEFT, REACTIVATED, systemLine, TRANSFERRED } from './messages.ts';
import type { Account, CaseRecord, CaseUserRecord, MessageType, Sender, UserRecord } from './state.ts';
import { changed } from './state.ts';

/** The life of cases: a thread is a chain of cases, and reopening adds a new one to it. */

export interface CaseDraft {
  contactId: number;
  by: Sender;
  title?: string;
  channel?: string;
  status?: string;
  /** The chain to continue; its newest case is closed, or the variant allows it to be open. */
  threadId?: number;
  message?: Pick<Draft, 'text' | 'meta' | 'attachments'> & { type: MessageType };
  /** Cases made over REST start active and with nobody in them, as their published sample shows. */
  overRest?: boolean;
}

export function findCase(account: Account, id: number): CaseRecord {
  const kase = account.cases.get(id);
  if (!kase) throw notFound(account.variants, `Case ${id}`);
  return kase;
}

export const casesOfThread = (account: Account, threadId: number): CaseRecord[] =>
  [...account.cases.values()].filter((kase) => kase.threadId === threadId);

/** The newest case of the chain that any of its case ids names. */
export function currentCase(account: Account, anyCaseId: number): CaseRecord {
  const kase = findCase(account, anyCaseId);
  return casesOfThread(account, kase.threadId).at(-1) ?? kase;
}

export function open(account: Account, draft: CaseDraft): CaseRecord {
  const previous = draft.threadId === undefined ? undefined : continued(account, draft.threadId, draft.contactId);
  const kase = createRecord(account, draft, previous);
  account.cases.set(kase.id, kase);
  changed(account, 'case', kase.id);
  if (!previous || account.variants.caseNewOnReopen) announceCase(account, 'case:new', kase);
  if (previous) systemLine(account, kase, { sender: draft.by, text: REACTIVATED });
  if (draft.message) append(account, kase, { sender: draft.by, ...draft.message });
  if (draft.by.type === 'contact' && kase.status === 'pending') {
    systemLine(account, kase, { sender: draft.by, text: TRANSFERRED });
  }
  announceCase(account, 'case:status', kase);
  return kase;
}

function continued(account: Account, threadId: number, contactId: number): CaseRecord {
  const newest = casesOfThread(account, threadId).at(-1);
  if (!newest) throw notFound(account.variants, `Thread ${threadId}`);
  if (newest.contactId !== contactId) throw invalidInput('threadId belongs to another contact');
  if (newest.status !== 'closed' && account.variants.reopenOfOpenCase === 'refused') {
    throw duplicate(`Thread ${threadId} has an open case.`);
  }
  return newest;
}

function createRecord(account: Account, draft: CaseDraft, previous: CaseRecord | undefined): CaseRecord {
  const now = account.now();
  const id = account.nextId('case');
  const status = draft.status ?? 'active';
  const name = account.contacts.get(draft.contactId)?.fields['name'] ?? `#${draft.contactId}`;
  return {
    id,
    threadId: previous?.threadId ?? id,
    parentId: previous?.threadId ?? null,
    contactId: draft.contactId,
    channel: draft.channel ?? previous?.channel ?? 'chat',
    title: draft.title ?? `${String(name)} has just started a chat`,
    description: draft.message?.text ?? '',
    status,
    closingState: draft.overRest ? null : 'handled',
    closedBy: null,
    userId: draft.overRest && draft.by.type === 'user' ? draft.by.id : null,
    queueId: status === 'pending' ? 15 : null,
    tags: [],
    fields: {},
    waitTime: 0,
    visitId: id - 700,
    timelineId: previous?.timelineId ?? account.nextId('timeline'),
    meta: {},
    users: draft.overRest ? [] : [member(account, { type: 'contact', userId: draft.contactId, status: 'active' })],
    feedbackAsked: false,
    dateCreated: now,
    dateUpdated: null,
    dateQueue: now,
    datePending: draft.overRest ? null : now,
    dateActive: status === 'active' && !draft.overRest ? now : null,
    dateClosed: null,
  };
}

function member(account: Account, of: Pick<CaseUserRecord, 'type' | 'userId' | 'status'>): CaseUserRecord {
  const assigned = of.status === 'joined' ? null : account.now();
  const id = account.nextId('caseUser');
  return { id, ...of, closed: 'no', dateCreated: account.now(), dateLastAssigned: assigned };
}

export function hasJoined(kase: CaseRecord, user: UserRecord): boolean {
  return kase.users.some((one) => one.type === 'user' && one.userId === user.id && one.status === 'joined');
}

export function join(account: Account, kase: CaseRecord, user: UserRecord): CaseUserRecord {
  if (kase.status === 'closed') throw invalidInput('A closed case cannot be joined.');
  const known = kase.users.find((one) => one.type === 'user' && one.userId === user.id);
  if (known?.status === 'joined') return known;
  const joined = known ?? member(account, { type: 'user', userId: user.id, status: 'joined' });
  joined.status = 'joined';
  if (!known) kase.users.push(joined);
  systemLine(account, kase, { sender: { type: 'user', id: user.id }, text: JOINED(user.name) });
  announceMember(account, 'user:case-joined', { kase, user });
  if (kase.status !== 'active') setStatus(account, kase, 'active');
  changed(account, 'case', kase.id);
  return joined;
}

export function reject(account: Account, kase: CaseRecord, user: UserRecord): void {
  if (kase.status !== 'pending') throw invalidInput('Only a pending case can be rejected.');
  const known = kase.users.find((one) => one.type === 'user' && one.userId === user.id);
  if (known) known.status = 'rejected';
  else kase.users.push(member(account, { type: 'user', userId: user.id, status: 'rejected' }));
  changed(account, 'case', kase.id);
}

export function invite(account: Account, kase: CaseRecord, user: UserRecord): void {
  if (kase.status === 'closed') throw invalidInput('Nobody can be invited to a closed case.');
  if (!kase.users.some((one) => one.type === 'user' && one.userId === user.id)) {
    kase.users.push(member(account, { type: 'user', userId: user.id, status: 'assigned' }));
  }
  announceMember(account, 'user:case-invite', { kase, user });
  changed(account, 'case', kase.id);
}

export interface Closing {
  state?: string;
  askFeedback?: boolean;
  leaveOnly?: boolean;
}

/** Answers whether the case is now closed, and not only left by the one who closed it. */
export function close(account: Account, kase: CaseRecord, by: UserRecord, closing: Closing = {}): boolean {
  if (kase.status === 'closed') throw invalidInput(`Case ${kase.id} is closed already.`);
  const sender: Sender = { type: 'user', id: by.id };
  if (closing.leaveOnly || !account.variants.foreverClosed) {
    kase.users = kase.users.filter((one) => one.type !== 'user' || one.userId !== by.id);
    systemLine(account, kase, { sender, text: LEFT(by.name) });
    changed(account, 'case', kase.id);
    return false;
  }
  systemLine(account, kase, { sender, text: CLOSED(by.name) });
  kase.closedBy = by.id;
  kase.closingState = closing.state ?? 'handled';
  kase.feedbackAsked = closing.askFeedback ?? true;
  for (const one of kase.users) one.closed = 'yes';
  setStatus(account, kase, 'closed');
  return true;
}

export function setStatus(account: Account, kase: CaseRecord, status: string): void {
  const now = account.now();
  kase.status = status;
  kase.dateUpdated = now;
  if (status === 'active') {
    kase.dateActive = now;
    kase.waitTime = Math.floor((now - kase.dateCreated) / 1000);
  }
  if (status === 'pending') kase.datePending = now;
  if (status === 'closed') kase.dateClosed = now;
  changed(account, 'case', kase.id);
  announceCase(account, 'case:status', kase);
}
