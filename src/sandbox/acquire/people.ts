import type { Closing } from './cases.ts';
import { close, currentCase, findCase, hasJoined, invite, join, open, setStatus } from './cases.ts';
import { addContact, findContact } from './contacts.ts';
import { announceUser } from './events.ts';
import { addMail, smsMeta } from './mail-and-sms.ts';
import { append, remove, update } from './messages.ts';
import type { PersonChoice } from './options.ts';
import type { Account, CaseRecord, ContactRecord, MessageRecord, Row, Sender, UserRecord } from './state.ts';
import { addUser, changed, messagesOf } from './state.ts';
import type { UploadChoice } from './uploads.ts';
import { attachmentRow } from './uploads.ts';

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
}

/** What is left out is between the contact and the first inbox. */
export interface Mailing {
  text: string;
  /** As the mail program wrote it; then this is what the case shows, as Acquire may do. */
  html?: string;
  from?: string;
  to?: string[];
  cc?: string[];
  replyTo?: string[];
  attachments?: Row[];
}

export interface Sending {
  text?: string;
  as?: 'attachment' | 'meta' | 'address' | 'nameless';
}

export function people(account: Account, origin: () => string): People {
  return {
    contact: (fields = {}) => addContact(account, { name: 'Jo Contact', email: 'jo@example.com', ...fields }),
    agent: ({ name, email = '' }) => addUser(account, { role: 'agent', name, email }),
    openCase: (contactId, opening) => openCase(account, contactId, opening),
    customerWrites: (caseId, text, reopened) => customerWrites(account, { caseId, text, ...reopened }),
    customerSends: (caseId, file, how) => customerSends(account, caseId, { file, origin: origin(), ...how }),
    customerMails: (caseId, mail) => {
      const kase = currentCase(account, caseId);
      const sender = { type: 'contact', id: kase.contactId } as const;
      return mailIn(account, append(account, kase, { sender, text: mail.html ?? mail.text }), mail);
    },
    agentMails: (userId, caseId, mail) => {
      const sender = { type: 'user', id: findUser(account, userId).id } as const;
      return mailOut(
        account,
        append(account, currentCase(account, caseId), { sender, text: mail.html ?? mail.text }),
        mail,
      );
    },
    agentWrites: (userId, caseId, text, as = {}) => agentWrites(account, userId, { caseId, text, ...as }),
    agentSends: (userId, caseId, file, how) => agentSends(account, userId, { caseId, file, origin: origin(), ...how }),
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

function customerSends(
  account: Account,
  caseId: number,
  { file, origin, text = '', as = 'attachment' }: Sending & { file: UploadChoice; origin: string },
): MessageRecord {
  const kase = currentCase(account, caseId);
  return sent(account, kase, { sender: { type: 'contact', id: kase.contactId }, file, origin, text, as });
}

function agentSends(
  account: Account,
  userId: number,
  {
    caseId,
    file,
    origin,
    text = '',
    as = 'attachment',
  }: Sending & { caseId: number; file: UploadChoice; origin: string },
): MessageRecord {
  const kase = currentCase(account, caseId);
  const user = findUser(account, userId);
  if (kase.status === 'closed') throw new Error(`Case ${kase.id} is closed`);
  if (kase.status !== 'active' && !hasJoined(kase, user)) join(account, kase, user);
  return sent(account, kase, { sender: { type: 'user', id: userId }, file, origin, text, as });
}

function sent(
  account: Account,
  kase: CaseRecord,
  { sender, file, origin, text, as }: Required<Sending> & { sender: Sender; file: UploadChoice; origin: string },
): MessageRecord {
  const row = attachmentRow(account, origin, file);
  const address = String(row['url']);
  const drafts = {
    attachment: { text, attachments: [row] },
    meta: { text, meta: { payload: { file: row } } },
    address: { text: `${text} ${address}`.trim() },
    nameless: { text, attachments: [{ name: file.name }] },
  };
  return append(account, kase, { sender, ...drafts[as] });
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

function openCase(account: Account, contactId: number, opening: Opening): CaseRecord {
  const { text, status = 'active', title, channel, to = account.numbers[0] ?? '' } = opening;
  const kase = open(account, {
    contactId,
    by: { type: 'contact', id: contactId },
    status: status === 'queue' ? account.variants.queueStatus : status,
    ...(title === undefined ? {} : { title }),
    ...(channel === undefined ? {} : { channel }),
    ...(text === undefined
      ? {}
      : { message: channel === 'sms' ? smsIn(account, contactId, { text, to }) : { type: 'message', text } }),
  });
  kase.fields = { ...opening.fields };
  kase.tags = (opening.tags ?? []).map((tag) => tagNamed(account, tag));
  for (const userId of opening.asked ?? []) invite(account, kase, findUser(account, userId));
  const first = messagesOf(account, kase.id).find((one) => one.type === 'message');
  if (first) mailed(account, first);
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

function smsIn(account: Account, contactId: number, { text, to }: { text: string; to: string }) {
  const From = String(findContact(account, contactId).fields['phone'] ?? '');
  return { type: 'sms' as const, text, meta: smsMeta(account, { From, To: to }) };
}

function mailIn(account: Account, message: MessageRecord, mail: Mailing): MessageRecord {
  const [inbox = ''] = account.inboxes;
  return mailBetween(account, message, {
    from: addressOf(account, message),
    to: [inbox],
    originalRecipient: inbox,
    ...mail,
  });
}

function mailOut(account: Account, message: MessageRecord, mail: Mailing): MessageRecord {
  const [inbox = ''] = account.inboxes;
  return mailBetween(account, message, { from: inbox, to: [addressOf(account, message)], ...mail });
}

const addressOf = (account: Account, message: MessageRecord): string =>
  String(findContact(account, findCase(account, message.caseId).contactId).fields['email'] ?? '');

type Sent = Mailing & { from: string; to: string[]; originalRecipient?: string };

function mailBetween(account: Account, message: MessageRecord, { text, html, ...mail }: Sent): MessageRecord {
  const subject = findCase(account, message.caseId).title;
  const bodies = { textBody: text, htmlBody: html ?? `<p>${text}</p>` };
  addMail(account, message, { cc: [], bcc: [], subject, attachments: [], ...bodies, ...mail });
  return message;
}

type Words = { caseId: number; text: string };

function customerWrites(account: Account, said: Words & { status?: 'active' | 'pending' | undefined }): MessageRecord {
  const kase = currentCase(account, said.caseId);
  const sender = { type: 'contact', id: kase.contactId } as const;
  const type = kase.channel === 'sms' ? 'sms' : 'message';
  if (kase.status !== 'closed') return mailed(account, append(account, kase, { sender, text: said.text, type }));
  const reopened = open(account, {
    contactId: kase.contactId,
    by: sender,
    threadId: kase.threadId,
    title: kase.title,
    status: said.status ?? 'active',
    message: { type, text: said.text },
  });
  const written = messagesOf(account, reopened.id).findLast((one) => one.type === type);
  if (!written) throw new Error('The reopened case has no message');
  return mailed(account, written);
}

function mailed(account: Account, message: MessageRecord): MessageRecord {
  if (message.channel !== 'mail' || message.type !== 'message') return message;
  const mail = { text: message.text };
  return message.sender.type === 'contact' ? mailIn(account, message, mail) : mailOut(account, message, mail);
}

function agentWrites(
  account: Account,
  userId: number,
  said: Words & { type?: 'message' | 'note' | undefined },
): MessageRecord {
  const kase = currentCase(account, said.caseId);
  const user = findUser(account, userId);
  if (kase.status === 'closed') throw new Error(`Case ${kase.id} is closed`);
  if (kase.status !== 'active' && !hasJoined(kase, user)) join(account, kase, user);
  const sender = { type: 'user', id: userId } as const;
  return mailed(account, append(account, kase, { sender, text: said.text, type: said.type ?? 'message' }));
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
