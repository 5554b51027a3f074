import type { MemberId } from '../../core/ids.ts';
import { type Leak, leaksIn, outgoingText } from '../../core/leaks.ts';
import { signatureOf } from '../../core/names.ts';
import { type OutgoingPart, partsFor } from '../../core/outgoing.ts';
import type { RichText } from '../../core/rich-text.ts';
import { type ChannelSettings, settingsOf } from '../../core/settings.ts';
import { smsPartsOf } from '../../core/sms-parts.ts';
import { type Via, viaOf } from '../../core/via.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { shortened } from '../files/long-text.ts';
import type { StoredLink } from '../threads/links.ts';

/** The words of a reply or note in the shape in which they are sent. */

export type Writing = {
  readonly link: Pick<StoredLink, 'key' | 'value'>;
  readonly kind: 'reply' | 'note';
  readonly member: MemberId;
  readonly body: RichText;
};

export type Wording = {
  readonly via: Via;
  /** One message each, in order. */
  readonly parts: readonly OutgoingPart[];
  /** How many text messages it takes, where that is more than the channel allows without asking; else null. */
  readonly longSms: number | null;
  /** What is found in it that should perhaps stay inside. */
  readonly found: readonly Leak[];
};

/** Everything that writes goes through this, edits too: they keep the signature and the shape. */
export const wordsFor = async (bridge: Bridge, { link, kind, member, body }: Writing): Promise<Wording> => {
  if (kind === 'note') return { via: 'chat', parts: partsFor(body, NOTE), longSms: null, found: [] };
  const settings = settingsOf(bridge.channels(), link.value);
  const via = viaOf(link.value.case.channel) ?? 'chat';
  const signature = await signatureFor(bridge, settings, member);
  const parts = partsFor(await shortened(bridge, body, { via, link: link.key }), {
    via,
    html: settings.html,
    signature,
  });
  const longSms = via === 'sms' ? longSmsOf(parts, settings) : null;
  return { via, parts, longSms, found: leaksIn(outgoingText(body), settings.leaks) };
};

const NOTE = { via: 'chat', html: false, signature: null } as const;

/** How many text messages the parts take, when that is more than the channel allows without asking. */
export const longSmsOf = (
  parts: readonly Pick<OutgoingPart, 'text'>[],
  { sms_parts: most }: ChannelSettings,
): number | null => {
  const count = parts.reduce((sum, { text }) => sum + smsPartsOf(text).length, 0);
  return count > most ? count : null;
};

const signatureFor = async (
  bridge: Bridge,
  { signature }: ChannelSettings,
  member: MemberId,
): Promise<string | null> => {
  if (signature === 'none') return null;
  try {
    return signatureOf(signature, (await bridge.chat.member(member))?.fullName ?? '');
  } catch (error) {
    // Who may write is checked before; what cannot be looked up now is held or sent, not kept for its signature.
    if (error instanceof Failure) return null;
    throw error;
  }
};
