import { z } from 'zod';
import type { Case } from '../../core/case.ts';
import type { EffectOf } from '../../core/effect.ts';
import { htmlOf } from '../../core/html-text.ts';
import type { Mail, MessageDraft, WrittenMessage } from '../../core/ports.ts';
import { plainRichText } from '../../core/rich-text.ts';
import { settingsOf } from '../../core/settings.ts';
import type { MissingWay } from '../../core/words.ts';
import type { Bridge } from '../context.ts';
import type { StoredLink } from '../threads/links.ts';

/** The ways to a contact: what each must know before anything is sent, and its call. */

const Answered = z.object({
  inbox: z.string(),
  to: z.array(z.string()),
  cc: z.array(z.string()),
  subject: z.string(),
  messageId: z.string().nullable(),
  newest: z.string(),
}) satisfies z.ZodType<Mail>;

export const Way = z.discriminatedUnion('via', [
  z.object({ via: z.literal('chat') }),
  z.object({ via: z.literal('mail'), answers: Answered }),
  z.object({ via: z.literal('sms'), from: z.string() }),
]);
export type Way = z.infer<typeof Way>;

/** What the way needs and nobody knows. */
export type Missing = { readonly missing: MissingWay };

type Message = EffectOf<'add_message'>;
type Of = { readonly link: StoredLink; readonly case: Case };

/** Notes go the way of chat, whatever the channel: they stay inside. */
export const wayFor = async (bridge: Bridge, { kind, via }: Message, of: Of): Promise<Way | Missing> => {
  if (kind === 'note' || via === 'chat') return { via: 'chat' };
  return via === 'mail' ? mailWay(bridge, of) : smsWay(bridge, of);
};

const mailWay = async (bridge: Bridge, { case: of }: Of): Promise<Way | Missing> => {
  const answers = await bridge.helpdesk.lastMail(of);
  if (answers === null) return { missing: 'NO_MAIL' };
  return { via: 'mail', answers: { ...answers, to: [...answers.to], cc: [...answers.cc] } };
};

/** The number that the contact knows: where they last wrote to, else the only one, else the one that is set. */
const smsWay = async (bridge: Bridge, { link, case: of }: Of): Promise<Way | Missing> => {
  const numbers = await bridge.helpdesk.smsNumbers();
  const [only] = numbers;
  if (only === undefined) return { missing: 'NO_NUMBER' };
  const used = await bridge.helpdesk.smsNumberOf(of);
  if (used !== null && numbers.includes(used)) return { via: 'sms', from: used };
  if (numbers.length === 1) return { via: 'sms', from: only };
  const { sms_number: chosen } = settingsOf(bridge.channels(), link.value);
  if (chosen !== undefined && numbers.includes(chosen)) return { via: 'sms', from: chosen };
  bridge.alarm(
    'sms:number',
    `A text message cannot be answered: the Acquire account has several numbers, and nothing shows which one the customer wrote to. Set sms_number for channel ${link.value.channel} in the routes file to one of them, and retry.`,
  );
  return { missing: 'SEVERAL_NUMBERS' };
};

/** The one call. */
export const writeBy = (bridge: Bridge, way: Way, draft: MessageDraft): Promise<WrittenMessage> => {
  const { helpdesk } = bridge;
  const { case: of, contact, text, author = null } = draft;
  switch (way.via) {
    case 'chat':
      return helpdesk.addMessage(draft);
    case 'mail':
      return helpdesk.sendMail({ ...mailOf(draft), answers: way.answers });
    case 'sms':
      return helpdesk.sendSms({ case: of, contact, author, text, from: way.from });
  }
};

const mailOf = ({ case: of, contact, text, html, author = null, attachments = [] }: MessageDraft) => ({
  case: of,
  contact,
  author,
  text,
  html: html ?? htmlOf(plainRichText(text), { for: 'mail' }),
  attachments,
});
