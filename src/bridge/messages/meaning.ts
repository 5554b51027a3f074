import { ZodError } from 'zod';
import type { SlackText } from '../../core/event.ts';
import { ChannelId, MemberId } from '../../core/ids.ts';
import { type Kind, kindOf, kindOfRich, type Mode, morePrivate } from '../../core/kind.ts';
import { plainTextOf } from '../../core/plain-text.ts';
import type { Names } from '../../core/ports.ts';
import type { RichText } from '../../core/rich-text.ts';
import { settingsOf } from '../../core/settings.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import type { StoredLink } from '../threads/links.ts';

/** What a member's message is: its kind, and its words without what said so. */

export type Meaning = {
  readonly kind: Kind;
  /** Without the prefix; empty when nothing is left that can be seen. */
  readonly body: RichText;
  /** The body as plain text. */
  readonly text: string;
  readonly mode: Mode;
};

type Said = {
  readonly text: SlackText;
  readonly link: StoredLink;
  /** What the message was known as before. */
  readonly known: Kind | null;
  /** An earlier version that never came by itself: the most private of all versions counts. */
  readonly before: SlackText | null;
};

/** A message keeps its kind; an edit may only make it more private. */
export const meaningOf = async (bridge: Bridge, { text, link, known, before }: Said): Promise<Meaning> => {
  const { mode } = settingsOf(bridge.channels(), link.value);
  const read = await bridge.text.read(text, namesOf(bridge));
  const meant = kindOfRich(read, bridge.text.start(text), mode);
  const earlier = before === null ? 'reply' : kindOf(bridge.text.start(before), mode).kind;
  const kind = morePrivate(known ?? 'reply', morePrivate(earlier, meant.kind));
  return { kind, body: meant.body, text: plainTextOf(meant.body), mode };
};

/** A name that cannot be looked up must not keep a message from going anywhere. */
const namesOf = (bridge: Bridge): Names => ({
  member: (id) => nameOr('colleague', async () => (await bridge.chat.member(MemberId.parse(id)))?.name),
  channel: (id) => nameOr('channel', () => bridge.chat.channelName(ChannelId.parse(id))),
  group: (id) => nameOr('group', () => bridge.chat.groupName(id)),
});

const nameOr = async (otherwise: string, look: () => Promise<string | null | undefined>): Promise<string> => {
  try {
    return (await look()) ?? otherwise;
  } catch (error) {
    if (error instanceof Failure || error instanceof ZodError) return otherwise;
    throw error;
  }
};
