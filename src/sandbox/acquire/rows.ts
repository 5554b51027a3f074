import { iso, isoOrNull } from './dates.ts';
import type {
  Account,
  CaseRecord,
  CaseUserRecord,
  ContactRecord,
  MessageRecord,
  Row,
  Sender,
  UserRecord,
} from './state.ts';

/** How records look over REST: the key sets of the published samples, held by a test. */

export const caseColumns = [
  'dateCreated',
  'dateUpdated',
  'id',
  'contactId',
  'closedBy',
  'visitId',
  'title',
  'description',
  'channel',
  'status',
  'closingState',
  'dateQueue',
  'datePending',
  'dateActive',
  'dateClosed',
  'queueId',
  'queueOrder',
  'meta',
  'parentId',
  'userId',
  'waitTime',
  'threadId',
] as const;

export function caseRow(kase: CaseRecord): Row {
  return {
    dateCreated: iso(kase.dateCreated),
    dateUpdated: isoOrNull(kase.dateUpdated),
    id: kase.id,
    contactId: kase.contactId,
    closedBy: kase.closedBy,
    visitId: kase.visitId,
    title: kase.title,
    description: kase.description,
    channel: kase.channel,
    status: kase.status,
    closingState: kase.closingState,
    dateQueue: isoOrNull(kase.dateQueue),
    datePending: isoOrNull(kase.datePending),
    dateActive: isoOrNull(kase.dateActive),
    dateClosed: isoOrNull(kase.dateClosed),
    queueId: kase.queueId,
    queueOrder: null,
    meta: kase.meta,
    parentId: kase.parentId,
    userId: kase.userId,
    waitTime: kase.waitTime,
    threadId: kase.threadId,
  };
}

export function timelineRow(kase: CaseRecord): Row {
  const { dateCreated, dateUpdated } = caseRow(kase);
  return {
    id: kase.timelineId,
    objectType: 'case',
    caseId: kase.id,
    viewId: null,
    noteId: null,
    threadId: kase.threadId,
    dateCreated,
    dateUpdated,
    contactId: kase.contactId,
    archive: 'no',
    meta: {},
  };
}

/** Agents come first, as in every sample. */
export function caseUserRows(account: Account, kase: CaseRecord): Row[] {
  const agents = kase.users.filter((one) => one.type === 'user');
  const contacts = kase.users.filter((one) => one.type === 'contact');
  return [...agents, ...contacts].map((one) => caseUserRow(account, kase, one));
}

export function caseUserRow(account: Account, kase: CaseRecord, member: CaseUserRecord): Row {
  return {
    id: member.id,
    caseId: kase.id,
    type: member.type,
    userId: member.userId,
    role: 'owner',
    status: member.status,
    dateCreated: iso(member.dateCreated),
    dateLastAssigned: isoOrNull(member.dateLastAssigned),
    closed: member.closed,
    meta: null,
    user: senderRow(account, { type: member.type, id: member.userId }),
  };
}

/** Who wrote something. Bots are users as well, told apart by `metaDetails` alone. */
export function senderRow(account: Account, sender: Sender): Row {
  if (sender.type === 'contact') {
    const name = account.contacts.get(sender.id)?.fields['name'];
    return { type: 'contact', id: sender.id, name: name ?? `#${sender.id}`, photo: null };
  }
  const user = account.users.get(sender.id);
  const row = {
    roles: [],
    id: sender.id,
    name: user?.name ?? '',
    firstName: user?.name ?? '',
    lastName: '',
    photo: '',
    email: user?.email ?? '',
    clientId: user ? (clientId(user) ?? '') : '',
    parentId: 0,
    type: 'user',
    accessLevel: null,
  };
  return user?.role === 'bot' ? { ...row, metaDetails: { isBotClient: true, label: user.name } } : row;
}

export const messageColumns = [
  'id',
  'caseId',
  'channel',
  'senderId',
  'senderType',
  'type',
  'message',
  'dateCreated',
  'dateUpdated',
  'seen',
  'meta',
] as const;

export function messageRow(account: Account, message: MessageRecord): Row {
  return {
    id: account.variants.messageIds === 'string' ? String(message.id) : message.id,
    caseId: message.caseId,
    channel: message.channel,
    senderId: message.sender.id,
    senderType: message.sender.type,
    type: message.type,
    message: restText(account, message),
    dateCreated: iso(message.dateCreated),
    dateUpdated: isoOrNull(message.dateUpdated),
    seen: message.seen,
    meta: account.variants.messageMeta === 'kept' ? message.meta : {},
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
  };
}

/** Over REST system lines end in a mark for the translator, in webhooks they do not. */
export function restText(account: Account, message: Pick<MessageRecord, 'line' | 'text'>): string {
  const { translateSuffix } = account.variants;
  const marked = translateSuffix === 'all' ? message.line !== 'none' : message.line === 'fixed';
  return marked && translateSuffix !== 'none' ? `${message.text}|translate` : message.text;
}

/** A contact as other objects show it: without its fields, hence without name and address. */
export function contactSummary(contact: ContactRecord): Row {
  return { ...contactColumns(contact), archive: 'no', companyId: null };
}

export function contactRow(contact: ContactRecord): Row {
  return { ...contactSummary(contact), fields: contact.fields };
}

export function contactColumns(contact: ContactRecord): Row {
  return {
    dateCreated: iso(contact.dateCreated),
    dateUpdated: iso(contact.dateUpdated),
    id: contact.id,
    clientType: null,
    clientName: null,
    clientVersion: null,
    clientOsName: null,
    clientOsVersion: null,
    clientDeviceType: null,
    clientDeviceVendor: null,
    clientDeviceModel: null,
    clientDetails: null,
    ...contact.client,
  };
}

export const userColumns = ['id', 'type', 'status', 'name', 'email', 'dateCreated', 'clientId'] as const;

export function userRow(user: UserRecord): Row {
  const client = user.role !== 'agent';
  return {
    firstName: user.name,
    lastName: '',
    id: user.id,
    type: client ? 'client' : 'user',
    status: 'active',
    lastLoginId: null,
    parentId: null,
    ownerId: null,
    name: user.name,
    email: user.email || null,
    phone: null,
    photo: null,
    inviteToken: null,
    language: null,
    clientId: clientId(user),
    clientAppId: null,
    clientAuthorizer: null,
    clientPermissions: user.role === 'key' ? ['dashboard.contact-list', 'settings.webhooks'] : null,
    stateId: null,
    countryId: null,
    dateCreated: iso(user.dateCreated),
  };
}

const setUp = { install: false, welcome: false, setupMail: false, setupVoip: false, setupAppStore: false };

export const userMeta = (): Row => ({ onboard_setup: { ...setUp, setupSocialApp: false } });

const clientId = (user: UserRecord): string | null =>
  user.role === 'bot' ? `bot:conversational_bot:${user.id}` : null;
