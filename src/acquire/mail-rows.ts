import { z } from 'zod';
import { absentId, caseId, decimal, type LooseList, looseList, messageId, personId, words } from './schema.ts';

/** Mails as Acquire shows them beside the messages of a case. */

const BARE = /^[^\s@<>,;:"()]{1,200}@[^\s@<>,;:"()]{1,200}$/;
const IN_BRACKETS = /<([^<>]*)>\s*$/;

/** `Robin <robin@example.com>` or the address alone; null for what is none. */
export const bareAddress = (given: string): string | null => {
  const address = (IN_BRACKETS.exec(given)?.[1] ?? given).trim();
  return BARE.test(address) ? address : null;
};

// Keys inside addresses are capitalised; requests have plain text in their place.
const Address = z
  .union([z.string(), z.object({ Email: z.string() }).transform(({ Email }) => Email)])
  .transform((given, context) => {
    const address = bareAddress(given);
    if (address !== null) return address;
    context.addIssue('not an address');
    return z.NEVER;
  });
const oneAddress = Address.nullable().catch(null);

// What `reply_to` holds was never shown but as null.
const addresses: z.ZodType<readonly string[]> = z
  .union([looseList(Address).transform(({ good }) => good), Address.transform((one) => [one])])
  .catch([]);

export const MailRow = z.object({
  id: decimal,
  /** Absent in the only published list, there in the answer to sending. */
  caseMessageId: absentId(messageId),
  caseId,
  senderType: z.string().min(1),
  senderId: personId,
  type: words,
  isDraft: words,
  from: oneAddress,
  to: addresses,
  cc: addresses,
  reply_to: addresses,
  originalRecipient: oneAddress,
  subject: z.string().catch(''),
  mailboxMessageId: words,
  attachments: z.array(z.unknown()).catch([]),
  textBody: words,
  htmlBody: words,
});
export type MailRow = z.infer<typeof MailRow>;

export type MailPage = LooseList<MailRow> & { readonly next: string | null };

const Messages = z.object({ messages: looseList(MailRow), next: words });

/** Cursors are opaque; `next` is there even on the last page. */
export const MailPage: z.ZodType<MailPage> = Messages.transform(({ messages, next }) => ({ ...messages, next }));
