import { currentCase, findCase, hasJoined, join, open } from './cases.ts';
import { findContact } from './contacts.ts';
import { addMail } from './mail-and-sms.ts';
import type { Draft } from './messages.ts';
import { append } from './messages.ts';
import type { Account, CaseRecord, MessageRecord, Row, UserRecord } from './state.ts';
import { messagesOf } from './state.ts';
import type { UploadChoice } from './uploads.ts';
import { attachmentRow, mailAttachmentRow } from './uploads.ts';

/** How what people write gets into a case: with a mail beside it where they write mails, and after a close in a new case. */

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
  files?: readonly UploadChoice[];
}

export interface Sending {
  text?: string;
  as?: 'attachment' | 'meta' | 'address' | 'nameless';
}

type Words = Pick<Draft, 'text' | 'type' | 'meta' | 'attachments'>;

interface Said extends Words {
  /** What the mail says beside the words, in a case of channel mail. */
  mail?: Partial<Mailing>;
}

/** After a close this reopens, in the state that is given. */
export function customerSays(
  account: Account,
  caseId: number,
  { mail, ...words }: Said,
  status: 'active' | 'pending' = 'active',
): MessageRecord {
  const kase = currentCase(account, caseId);
  const by = { type: 'contact', id: kase.contactId } as const;
  const message = { ...words, type: kase.channel === 'sms' ? ('sms' as const) : ('message' as const) };
  if (kase.status !== 'closed') return mailed(account, append(account, kase, { sender: by, ...message }), mail);
  const { contactId, threadId, title } = kase;
  const reopened = open(account, { contactId, by, threadId, title, status, message });
  const written = messagesOf(account, reopened.id).findLast(({ type }) => type === message.type);
  if (!written) throw new Error('The reopened case has no message');
  return mailed(account, written, mail);
}

export function agentSays(account: Account, user: UserRecord, caseId: number, { mail, ...words }: Said): MessageRecord {
  const kase = currentCase(account, caseId);
  if (kase.status === 'closed') throw new Error(`Case ${kase.id} is closed`);
  if (kase.status !== 'active' && !hasJoined(kase, user)) join(account, kase, user);
  return mailed(account, append(account, kase, { sender: { type: 'user', id: user.id }, ...words }), mail);
}

/** Beside the row of a mail stands the mail itself. */
export function mailed(account: Account, message: MessageRecord, mail: Partial<Mailing> = {}): MessageRecord {
  if (message.channel !== 'mail' || message.type !== 'message') return message;
  const kase = findCase(account, message.caseId);
  const [inbox = ''] = account.inboxes;
  const address = String(findContact(account, kase.contactId).fields['email'] ?? '');
  const ways =
    message.sender.type === 'contact'
      ? { from: address, to: [inbox], originalRecipient: inbox }
      : { from: inbox, to: [address] };
  const { text = message.text, html = `<p>${text}</p>`, files: _uploaded, ...rest } = mail;
  const base = { ...ways, cc: [], bcc: [], subject: kase.title, attachments: [] };
  addMail(account, message, { ...base, textBody: text, htmlBody: html, ...rest });
  return message;
}

/** A mail as it is sent: its files lie where its attachments say. */
export const mailing = (account: Account, origin: string, { files = [], ...mail }: Mailing): Said => ({
  text: mail.html ?? mail.text,
  mail: {
    ...mail,
    attachments: [...(mail.attachments ?? []), ...files.map((file) => mailAttachmentRow(account, origin, file))],
  },
});

/** A file in a case: along with a mail, else as the row names it. */
export function sending(
  account: Account,
  kase: CaseRecord,
  { file, origin, text = '', as = 'attachment' }: Sending & { file: UploadChoice; origin: string },
): Said {
  if (kase.channel === 'mail') return mailing(account, origin, { text, files: [file] });
  const row = attachmentRow(account, origin, file);
  return {
    attachment: { text, attachments: [row] },
    meta: { text, meta: { payload: { file: row } } },
    address: { text: `${text} ${String(row['url'])}`.trim() },
    nameless: { text, attachments: [{ name: file.name }] },
  }[as];
}
