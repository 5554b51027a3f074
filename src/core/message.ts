import { z } from 'zod';
import { MessageId } from './ids.ts';

/** Who wrote a message of a case. `self`: one of our own keys. */
export const Sender = z.object({
  side: z.enum(['contact', 'agent', 'bot', 'self']),
  /** The helpdesk's id of the sender, within its side. */
  id: z.string(),
  name: z.string().nullable(),
});
export type Sender = z.infer<typeof Sender>;

/** One row of a case, as read from the helpdesk. */
export const CaseMessage = z.object({
  id: MessageId,
  /** `message` is seen by the contact, `note` by agents only, `event` is a system line, `other` is shown as a link. */
  type: z.enum(['message', 'note', 'event', 'other']),
  sender: Sender,
  /** Plain text: no markup of the vendor left in it. */
  text: z.string(),
  createdAt: z.number().nullable(),
  /** The delivery id that we sent along, where the helpdesk gives it back. */
  marker: z.string().nullable(),
});
export type CaseMessage = z.infer<typeof CaseMessage>;

/** Same words for the purpose of recognising our own row: the vendor may change spaces, line ends and marks. */
export const normalised = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[\u200b-\u200d\u2060\ufeff]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
