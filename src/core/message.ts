import { z } from 'zod';
import { CaseFile } from './files.ts';
import { MessageId } from './ids.ts';
import { plainTextOf } from './plain-text.ts';
import { plainRichText, RichText } from './rich-text.ts';

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
  /** The whole as plain text: no markup of the vendor left in it. */
  text: z.string(),
  /** What to show: without earlier mails and signatures. */
  body: RichText.default([]),
  /** Something of the whole is not in the body. */
  folded: z.boolean().default(false),
  /** Files that came with it, as far as it names them. */
  files: z.array(CaseFile).optional(),
  createdAt: z.number().nullable(),
  /** The delivery id that we sent along, where the helpdesk gives it back. */
  marker: z.string().nullable(),
});
export type CaseMessage = z.infer<typeof CaseMessage>;

/** What to show of a row. One that was stored before there was a body has its text. */
export const bodyOf = ({ body, text }: CaseMessage): RichText => (body.length > 0 ? body : plainRichText(text));

/** What to show of a row, without styles. */
export const shownText = (row: CaseMessage): string => plainTextOf(bodyOf(row)).trim();

/** Same words for the purpose of recognising our own row: the vendor may change spaces, line ends and marks. */
export const normalised = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
