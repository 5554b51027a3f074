import { z } from 'zod';
import type { MailDraft, WrittenMessage } from '../core/ports.ts';
import { attachmentsFor } from './mail-attachments.ts';
import { MailRow } from './mail-rows.ts';
import { type Room, wireId } from './room.ts';
import { messageId } from './schema.ts';

// Without the id of the case's own message we could not tell our mail from another's: then it must be looked up.
const SentMail = z.intersection(MailRow, z.object({ caseMessageId: messageId }));

export const sendMail = async (room: Room, draft: MailDraft): Promise<WrittenMessage> => {
  const { inbox, to, cc, subject, messageId: answered } = draft.answers;
  const data = {
    caseId: wireId(draft.case),
    contactId: wireId(draft.contact),
    type: 'message',
    from: inbox,
    to,
    cc,
    bcc: [],
    subject: answering(subject),
    htmlBody: draft.html,
    textBody: draft.text,
    attachments: attachmentsFor(draft.attachments ?? []),
    // Of the keys that only older pages have, the one without which the contact's program shows a new conversation.
    ...(answered === null ? {} : { mailboxInReplyTo: answered }),
  };
  const path = 'mail/add-message';
  return room.keys.writeAs(draft.author, async ({ call, learn }) => {
    const row = await call({ verb: 'POST', path, about: draft.case, body: { data } }, SentMail);
    const asAgent = row.senderType === 'user';
    if (asAgent) learn(row.senderId);
    return {
      id: row.caseMessageId,
      case: row.caseId,
      chain: null,
      asAsked: asAgent && (row.type ?? 'message') === 'message' && row.isDraft !== 'yes' && row.caseId === draft.case,
      attached: row.attachments.length,
    };
  });
};

const ANSWERED = /^(?:re|aw|sv|vs|antw)(?:\[\d+\])?\s*:/i;

/** One line, whatever the other side put in its own. */
const answering = (subject: string): string => {
  const line = subject.replaceAll(/\s+/g, ' ').trim();
  return ANSWERED.test(line) ? line : `Re: ${line}`.trimEnd();
};
