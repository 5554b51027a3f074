import { notFound } from './answers.ts';
import { announceMessage } from './events.ts';
import { restText } from './rows.ts';
import type { Account, CaseRecord, MessageRecord, MessageType, Row, Sender } from './state.ts';
import { changed, messagesOf } from './state.ts';

/** The life of messages: ids grow over the whole account, texts of the system are events. */

export interface Draft {
  sender: Sender;
  text: string;
  type?: MessageType;
  channel?: string;
  meta?: Row;
  attachments?: Row[];
  line?: MessageRecord['line'];
}

export const JOINED = (name: string): string => `${name} just joined this thread.`;
export const CLOSED = (name: string): string => `The thread has been closed by ${name}.`;
export const LEFT = (name: string): string => `${name} has left this thread.`;
export const REACTIVATED = 'This thread has been reactivated.';
export const TRANSFERRED = "You're being transferred to one of our agents, they'll be with you shortly.";

export function append(account: Account, kase: CaseRecord, draft: Draft): MessageRecord {
  const now = account.now();
  const message: MessageRecord = {
    id: account.nextId('message'),
    caseId: kase.id,
    channel: draft.channel ?? kase.channel,
    sender: draft.sender,
    type: draft.type ?? 'message',
    text: draft.text,
    meta: draft.meta ?? {},
    ...(draft.attachments === undefined ? {} : { attachments: draft.attachments }),
    seen: draft.sender.type === 'contact' || draft.type === 'event' ? 'yes' : 'no',
    line: draft.line ?? 'none',
    hidden: { reads: account.stale?.reads ?? 0, until: now + (account.stale?.ms ?? 0) },
    dateCreated: now,
    dateUpdated: null,
  };
  account.messages.set(message.id, message);
  account.messagesByCase.set(kase.id, [...messagesOf(account, kase.id), message]);
  if (account.variants.messagesTouchCase) {
    kase.description = restText(account, message);
    kase.dateUpdated = now;
  }
  changed(account, 'message', message.id);
  if (!account.stale?.untold) announceMessage(account, message);
  return message;
}

export function systemLine(account: Account, kase: CaseRecord, line: { sender: Sender; text: string }): MessageRecord {
  const fixed = line.text === REACTIVATED || line.text === TRANSFERRED;
  return append(account, kase, { ...line, type: 'event', line: fixed ? 'fixed' : 'named' });
}

const isShown = (account: Account, { hidden }: MessageRecord): boolean =>
  hidden.reads === 0 && hidden.until <= account.now();

/** A mail is read with its message, or not yet. */
export const isReadable = (account: Account, id: number): boolean => {
  const message = account.messages.get(id);
  return message === undefined || isShown(account, message);
};

/** Whatever was not shown yet is from now on. */
export function showAll(account: Account): void {
  for (const message of account.messages.values()) message.hidden = { reads: 0, until: 0 };
}

/** What a reader is shown now: each read that misses a stale message brings it nearer. */
export function readable(account: Account, messages: MessageRecord[]): MessageRecord[] {
  const shown = messages.filter((message) => isShown(account, message));
  for (const { hidden } of messages) hidden.reads = Math.max(hidden.reads - 1, 0);
  return shown;
}

export function readableMessage(account: Account, id: number): MessageRecord {
  const message = account.messages.get(id);
  const [shown] = message ? readable(account, [message]) : [];
  if (!shown) throw notFound(account.variants, `Message ${id}`);
  return shown;
}

export function update(account: Account, message: MessageRecord, text: string): void {
  message.text = text;
  message.dateUpdated = account.now();
  changed(account, 'message', message.id);
}

export function remove(account: Account, message: MessageRecord): void {
  account.messages.delete(message.id);
  const others = messagesOf(account, message.caseId).filter((one) => one !== message);
  account.messagesByCase.set(message.caseId, others);
  changed(account, 'message', message.id);
}
