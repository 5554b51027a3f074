import type { Closing } from './cases.ts';
import { close, currentCase, invite, join, open, setStatus } from './cases.ts';
import { addContact, findContact } from './contacts.ts';
import { announceUser } from './events.ts';
import { smsMeta } from './mail-and-sms.ts';
import { append, remove, update } from './messages.ts';
import type { PersonChoice } from './options.ts';
import type { Account, CaseRecord, ContactRecord, MessageRecord, UserRecord } from './state.ts';
import { addUser, changed, messagesOf } from './state.ts';
import type { UploadChoice } from './uploads.ts';
import { attachmentRow } from './uploads.ts';
import type { Mailing, Sending } from './writing.ts';
import { agentSays, customerSays, mailed, mailing, sending } from './writing.ts';

/**
 * What people do on Acquire's side, without its API: customers in the widget, agents in Acquire's own screens.
 * A case may be named by any case id of its thread; what is done happens to the newest case of the thread.
 */
export interface People {
  contact: (fields?: ContactRecord['fields']) => ContactRecord;
  agent: (person: PersonChoice) => UserRecord;
  openCase: (contactId: number, opening: Opening) => CaseRecord;
  /** After a close this reopens: a new case of the same thread. */
  customerWrites: (caseId: number, text: string, reopened?: { status?: 'active' | 'pending' }) => MessageRecord;
  /** A file, with or without words; `as`: where the row names it. */
  customerSends: (caseId: number, file: UploadChoice, how?: Sending) => MessageRecord;
  /** In a case of channel mail, where more than words can be chosen. */
  customerMails: (caseId: number, mail: Mailing) => MessageRecord;
  agentMails: (userId: number, caseId: number, mail: Mailing) => MessageRecord;
  agentWrites: (userId: number, caseId: number, text: string, as?: { type?: 'message' | 'note' }) => MessageRecord;
  agentSends: (userId: number, caseId: number, file: UploadChoice, how?: Sending) => MessageRecord;
  botWrites: (caseId: number, text: string) => MessageRecord;
  agentJoins: (userId: number, caseId: number) => CaseRecord;
  agentCloses: (userId: number, caseId: number, closing?: Closing) => CaseRecord;
  agentReopens: (userId: number, caseId: number, text?: string) => CaseRecord;
  agentIs: (userId: number, online: boolean) => void;
  editMessage: (messageId: number, text: string) => MessageRecord;
  deleteMessage: (messageId: number) => void;
  setStatus: (caseId: number, status: string) => CaseRecord;
}

export interface Opening {
  text?: string;
  status?: 'active' | 'pending' | 'queue';
  title?: string;
  channel?: string;
  /** Names of tags, the account's own attributes, and ids of agents who are asked to join. */
  tags?: readonly string[];
  fields?: CaseRecord['fields'];
  asked?: readonly number[];
  /** Of a text message: the account's number that it goes to. */
  to?: string;
  /** What goes along with the first message. */
  files?: readonly UploadChoice[];
}

export function people(account: Account, origin: () => string): People {
  return {
    contact: (fields = {}) => addContact(account, { name: 'Jo Contact', email: 'jo@example.com', ...fields }),
    agent: ({ name, email = '' }) => addUser(account, { role: 'agent', name, email }),
    openCase: (contactId, opening) => openCase(account, contactId, { ...opening, origin: origin() }),
    customerWrites: (caseId, text, reopened) => customerSays(account, caseId, { text }, reopened?.status),
    customerSends: (caseId, file, how) =>
      customerSays(account, caseId, sending(account, currentCase(account, caseId), { file, origin: origin(), ...how })),
    customerMails: (caseId, mail) => customerSays(account, caseId, mailing(account, origin(), mail)),
    agentMails: (userId, caseId, mail) =>
      agentSays(account, findUser(account, userId), caseId, mailing(account, origin(), mail)),
    agentWrites: (userId, caseId, text, { type = 'message' } = {}) =>
      agentSays(account, findUser(account, userId), caseId, { text, type }),
    agentSends: (userId, caseId, file, how) => {
      const sent = sending(account, currentCase(account, caseId), { file, origin: origin(), ...how });
      return agentSays(account, findUser(account, userId), caseId, sent);
    },
    botWrites: (caseId, text) => {
      const bot = [...account.users.values()].find((user) => user.role === 'bot');
      if (!bot) throw new Error('This account has no bot');
      return append(account, currentCase(account, caseId), { sender: { type: 'user', id: bot.id }, text });
    },
    agentJoins: (userId, caseId) => joined(account, currentCase(account, caseId), findUser(account, userId)),
    agentCloses: (userId, caseId, closing) => {
      const kase = currentCase(account, caseId);
      close(account, kase, findUser(account, userId), closing);
      return kase;
    },
    agentReopens: (userId, caseId, text) => agentReopens(account, userId, { caseId, text }),
    agentIs: (userId, online) => {
      const user = findUser(account, userId);
      user.online = online;
      changed(account, 'user', userId);
      announceUser(account, user);
    },
    editMessage: (messageId, text) => {
      const message = findMessage(account, messageId);
      update(account, message, text);
      return message;
    },
    deleteMessage: (messageId) => remove(account, findMessage(account, messageId)),
    setStatus: (caseId, status) => {
      const kase = currentCase(account, caseId);
      setStatus(account, kase, status === 'queue' ? account.variants.queueStatus : status);
      return kase;
    },
  };
}

function findUser(account: Account, id: number): UserRecord {
  const user = account.users.get(id);
  if (!user) throw new Error(`There is no user ${id}`);
  return user;
}

function findMessage(account: Account, id: number): MessageRecord {
  const message = account.messages.get(id);
  if (!message) throw new Error(`There is no message ${id}`);
  return message;
}

function openCase(account: Account, contactId: number, opening: Opening & { origin: string }): CaseRecord {
  const { text, status = 'active', title, channel = 'chat' } = opening;
  const kase = open(account, {
    contactId,
    by: { type: 'contact', id: contactId },
    status: status === 'queue' ? account.variants.queueStatus : status,
    channel,
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { message: firstMessage(account, contactId, { ...opening, text, channel }) }),
  });
  kase.fields = { ...opening.fields };
  kase.tags = (opening.tags ?? []).map((tag) => tagNamed(account, tag));
  for (const userId of opening.asked ?? []) invite(account, kase, findUser(account, userId));
  const first = messagesOf(account, kase.id).find((one) => one.type === 'message');
  if (first)
    mailed(account, first, mailing(account, opening.origin, { text: first.text, files: opening.files ?? [] }).mail);
  return kase;
}

/** Who makes a tag is not said; here the first user of the account did. */
function tagNamed(account: Account, name: string): number {
  const known = [...account.tags.values()].find((tag) => tag.name === name);
  if (known) return known.id;
  const id = account.nextId('other');
  account.tags.set(id, { id, name, color: '#3F95FD', userId: 1, dateCreated: account.now() });
  return id;
}

type First = Opening & { text: string; channel: string; origin: string };

function firstMessage(account: Account, contactId: number, first: First) {
  const { text, channel, to = account.numbers[0] ?? '', files = [], origin } = first;
  if (channel === 'sms') {
    const From = String(findContact(account, contactId).fields['phone'] ?? '');
    return { type: 'sms' as const, text, meta: smsMeta(account, { From, To: to }) };
  }
  if (channel === 'mail' || files.length === 0) return { type: 'message' as const, text };
  return { type: 'message' as const, text, attachments: files.map((file) => attachmentRow(account, origin, file)) };
}

function joined(account: Account, kase: CaseRecord, user: UserRecord): CaseRecord {
  join(account, kase, user);
  return kase;
}

function agentReopens(
  account: Account,
  userId: number,
  said: { caseId: number; text: string | undefined },
): CaseRecord {
  const kase = currentCase(account, said.caseId);
  return open(account, {
    contactId: kase.contactId,
    by: { type: 'user', id: userId },
    threadId: kase.threadId,
    title: kase.title,
    ...(said.text === undefined ? {} : { message: { type: 'message', text: said.text } }),
  });
}
