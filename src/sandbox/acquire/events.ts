import { spelledOut } from './dates.ts';
import type { Account, CaseRecord, ContactRecord, MessageRecord, Row, UserRecord } from './state.ts';
import { messagesOf } from './state.ts';

/**
 * What the account tells the outside. Only the body of `case:status` with `closed` was ever published;
 * the other bodies and the names `case:new` and `user:status` are guesses that share its habits:
 * ids are strings, dates are spelled out, there is no thread id and no id of the event.
 */

export function announceCase(account: Account, event: 'case:new' | 'case:status', kase: CaseRecord): void {
  const withMessages = account.variants.messagesInEveryStatusEvent || kase.status === 'closed';
  const data: Row = { caseId: String(kase.id), status: kase.status, fields: {}, contact: contactOf(account, kase) };
  if (withMessages && event === 'case:status') {
    data['messages'] = messagesOf(account, kase.id).map(eventMessage);
  }
  account.announce({ event, body: { event, data }, caseId: kase.id, status: kase.status });
}

export function announceMessage(account: Account, message: MessageRecord): void {
  const event = 'case:message:new';
  const data = { caseId: String(message.caseId), message: eventMessage(message) };
  account.announce({ event, body: { event, data }, caseId: message.caseId });
}

export function announceMember(
  account: Account,
  event: 'user:case-invite' | 'user:case-joined',
  { kase, user }: { kase: CaseRecord; user: UserRecord },
): void {
  const data = { caseId: String(kase.id), userId: String(user.id) };
  account.announce({ event, body: { event, data }, caseId: kase.id });
}

export function announceUser(account: Account, user: UserRecord): void {
  const event = 'user:status';
  const data = { userId: String(user.id), name: user.name, status: user.online ? 'online' : 'offline' };
  account.announce({ event, body: { event, data } });
}

function contactOf(account: Account, kase: CaseRecord): Row {
  const contact = account.contacts.get(kase.contactId) satisfies ContactRecord | undefined;
  return { id: String(kase.contactId), fields: contact?.fields ?? {} };
}

const eventMessage = (message: MessageRecord): Row => ({
  id: String(message.id),
  channel: message.channel,
  senderId: String(message.sender.id),
  senderType: message.sender.type,
  type: message.type,
  message: message.text,
  seen: message.seen,
  dateCreated: spelledOut(message.dateCreated),
});
