import { z } from 'zod';
import { invalidInput, noRoute, parse } from './answers.ts';
import { casesOfThread, findCase } from './cases.ts';
import { iso } from './dates.ts';
import { append, isReadable } from './messages.ts';
import { requiredId } from './query.ts';
import type { Call, Route } from './routes.ts';
import { caseRow, caseUserRows, senderRow, timelineRow } from './rows.ts';
import type { Account, CaseRecord, MessageRecord, Row } from './state.ts';
import { changed } from './state.ts';

/** E-mail and text messages, each with rows of its own next to the case's messages. */

// Every key that the newest revision stars, though older ones ask for fewer.
const Mail = z.strictObject({
  data: z.strictObject({
    caseId: z.int(),
    contactId: z.int(),
    to: z.array(z.string()).min(1),
    from: z.string(),
    cc: z.array(z.string()),
    bcc: z.array(z.string()),
    subject: z.string(),
    htmlBody: z.string(),
    textBody: z.string().optional(),
    type: z.literal('message'),
    attachments: z.array(z.unknown()),
    originalRecipient: z.string().optional(),
    replyTo: z.array(z.string()).optional(),
    mailboxInReplyTo: z.string().optional(),
    parentId: z.int().optional(),
    isDraft: z.boolean().optional(),
    inboxId: z.int().optional(),
    caseParentId: z.int().optional(),
    delay: z.int().optional(),
  }),
});

const Sms = z.strictObject({
  From: z.string(),
  To: z.string().regex(/^\+\d{6,15}$/),
  Body: z.string().min(1),
  contactId: z.int(),
  threadId: z.int(),
  timelineId: z.int(),
  id: z.int().optional(),
  isClosed: z.boolean().optional(),
  isMultiChannel: z.boolean().optional(),
  markValue: z.string().optional(),
  message: z.string().optional(),
  msgType: z.literal('message').optional(),
  sms: z.string().optional(),
  title: z.string().optional(),
});

export const mailAndSmsRoutes: readonly Route[] = [
  ['POST', '/mail/add-message', sendMail],
  ['GET', '/mail/messages', listMails],
  ['POST', '/voip/send-sms', sendSms],
  ['GET', '/voip/get-all-numbers', listNumbers],
];

function writable(account: Account, caseId: number, contactId: number): CaseRecord {
  const kase = findCase(account, caseId);
  if (kase.contactId !== contactId) throw invalidInput('contactId is not of this case');
  if (kase.status !== 'active') throw invalidInput(`Case ${caseId} is not active.`);
  return kase;
}

function sendMail({ account, user, body }: Call): unknown {
  const mail = parse(Mail, body).data;
  const kase = writable(account, mail.caseId, mail.contactId);
  if (kase.channel !== 'mail') throw invalidInput(`Case ${kase.id} is not an e-mail case.`);
  if (!account.inboxes.includes(mail.from)) throw invalidInput('from is not a connected inbox');
  const text = mail.textBody ?? mail.htmlBody.replaceAll(/<[^>]*>/g, '');
  const shown = { text, html: mail.htmlBody, subject: mail.subject }[account.variants.mailMessage];
  const message = append(account, kase, { sender: { type: 'user', id: user.id }, text: shown });
  const row = addMail(account, message, { ...mail, textBody: text });
  return { ...row, user: { departments: [], ...senderRow(account, message.sender) }, mailMsgId: message.id };
}

interface MailParts {
  to: string[];
  from: string;
  cc: string[];
  bcc: string[];
  subject: string;
  htmlBody: string;
  textBody: string;
  attachments: unknown[];
  originalRecipient?: string | undefined;
  replyTo?: string[] | undefined;
  mailboxInReplyTo?: string | undefined;
  parentId?: number | undefined;
}

export function addMail(account: Account, message: MessageRecord, mail: MailParts): Row {
  const address = (one: string): Row => ({ Name: '', Email: one });
  const sender = senderRow(account, message.sender);
  const inbox = account.inboxes.findIndex((one) => one === mail.from || one === mail.originalRecipient) + 1;
  const row = {
    id: message.id,
    caseMessageId: message.id,
    channelId: null,
    caseId: message.caseId,
    inboxId: inbox,
    mailId: inbox,
    type: 'message',
    senderType: message.sender.type,
    senderId: message.sender.id,
    to: mail.to.map(address),
    from: { Name: sender['name'], Email: mail.from, MailboxHash: '' },
    cc: mail.cc.map(address),
    bcc: mail.bcc.map(address),
    reply_to: mail.replyTo === undefined || mail.replyTo.length === 0 ? null : mail.replyTo.map(address),
    subject: mail.subject,
    textBody: mail.textBody,
    htmlBody: mail.htmlBody,
    mailboxMessageId: `<${message.id}@mail.example.com>`,
    messageId: null,
    mailboxInReplyTo: mail.mailboxInReplyTo ?? null,
    originalRecipient: mail.originalRecipient ?? null,
    parentId: mail.parentId ?? null,
    attachments: account.variants.mailAttachments === 'shown' ? mail.attachments : [],
    dateCreated: iso(message.dateCreated),
    dateSeen: null,
    dateBounce: null,
    dateFailed: null,
    dateDelivery: null,
    seen: 'no',
    isDraft: 'no',
    scheduleAt: iso(message.dateCreated),
    meta: null,
    clickedDate: null,
    unsubscribeDate: null,
    appMessageId: null,
    appThreadId: null,
    sender: { type: message.sender.type, id: message.sender.id, name: sender['name'], email: mail.from, photo: '' },
  };
  account.mails.set(message.id, row);
  changed(account, 'mail', message.id);
  return row;
}

const MAILS_ON_A_PAGE = 20;

/** Oldest first; a cursor holds the mail that it starts after or ends before. */
function listMails({ account, query }: Call): unknown {
  if (!account.variants.readers.mails) throw noRoute();
  const ids = casesOfThread(account, requiredId(query, 'threadId')).map((kase) => kase.id);
  const mails = [...account.mails.values()].filter(({ id, caseId }) => ids.includes(caseId) && isReadable(account, id));
  const cursor = account.variants.mailCursor === 'next' ? query.get('next') : null;
  const after = cursor === null ? 0 : Number(Buffer.from(cursor, 'base64').toString('utf8').slice(1));
  const messages = mails.filter((mail) => mail.id > after).slice(0, MAILS_ON_A_PAGE);
  const made = (sign: string, id: number | undefined): string | null =>
    id === undefined ? null : Buffer.from(`${sign}${id}`).toString('base64');
  return { previous: made('-', messages[0]?.id), next: made('+', messages.at(-1)?.id), messages };
}

/** Kept without the plus, as in the sample of a contact. */
export const smsMeta = (account: Account, between: { From: string; To: string }): Row =>
  account.variants.smsNumbers === 'hidden'
    ? {}
    : { From: between.From.replace('+', ''), To: between.To.replace('+', ''), numMedia: '0' };

// What this call names threadId is the id of the case.
function sendSms({ account, user, body }: Call): unknown {
  const sms = parse(Sms, body);
  const kase = writable(account, sms.threadId, sms.contactId);
  if (!account.numbers.includes(sms.From)) throw invalidInput('From is not a connected number');
  if (sms.timelineId !== kase.timelineId) throw invalidInput('timelineId is not of this case');
  const sender = { type: 'user', id: user.id } as const;
  const meta = smsMeta(account, { From: sms.From, To: sms.To });
  const message = append(account, kase, { sender, text: sms.Body, type: 'sms', channel: 'sms', meta });
  const timeline = timelineRow(kase);
  const users = caseUserRows(account, kase);
  const cas = { ...caseRow(kase), users, timeline };
  const data = {
    ...smsRow(account, kase, message),
    from: sms.From,
    to: sms.To,
    meta: { To: sms.To, From: sms.From, Body: sms.Body, SMS: sms.Body, numMedia: '0', MediaMeta: [], status: 'queued' },
    cas,
    case_id: kase.id,
    timeline,
  };
  return { cas, threadId: kase.id, timeline: { ...timeline, case: cas, note: null, view: null, snooze: [] }, data };
}

function smsRow(account: Account, kase: CaseRecord, message: MessageRecord): Row {
  const sender = senderRow(account, message.sender);
  return {
    members: [],
    message: `SMS by ${String(sender['name'])}`,
    msgType: 'sms',
    channelType: 'voip',
    attachments: [],
    id: message.id - 8_000,
    caseId: kase.id,
    voip_account_id: 3,
    senderType: message.sender.type,
    senderId: message.sender.id,
    type: 'sms',
    recording_status: null,
    call_transcript: 0,
    caseMessageId: message.id,
    timelineId: kase.timelineId,
    contactId: kase.contactId,
    seen: 'yes',
    dateCreated: iso(message.dateCreated),
    call_answered: null,
    call_end: null,
    call_sid: 'SM00000000000000000000000000000000',
    status: 'sent',
    call_status: null,
    conferenceId: null,
    price: '0',
    sender,
    is_new_case: false,
    is_new_contact: false,
    is_case_join: false,
  };
}

function listNumbers({ account }: Call): unknown {
  const data = account.numbers.map((number, index) => ({
    id: index + 1,
    name: number,
    number,
    type: 'Local',
    location: 'AL',
    sid: 'PN00000000000000000000000000000000',
    status: 'active',
    twiml_app: 'sandbox-app',
    app_sid: 'AP00000000000000000000000000000000',
    webhook_url: 'https://www.example.com/api/v1/voip/call',
    meta: { type: 'Local', number, feature: ['Call', 'SMS'], location: 'AL' },
    config: null,
    ivr: [],
  }));
  return { count: data.length, data, isOtherTwilioAccount: false, twilioAccountStatus: 'Full' };
}
