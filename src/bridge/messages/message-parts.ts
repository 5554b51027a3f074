import type { EventOf } from '../../core/event.ts';
import type { MemberId } from '../../core/ids.ts';
import { leaksInWords } from '../../core/leaks.ts';
import type { RichText } from '../../core/rich-text.ts';
import type { HeldReason } from '../../core/words.ts';
import type { NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { type Owed, owe } from '../lanes.ts';
import type { StoredLink } from '../threads/links.ts';
import { type Wording, wordsFor } from './writing.ts';

/** The deliveries that carry a message into its case, one for each part, in order. */

type Version = {
  readonly message: string;
  readonly event: Pick<EventOf<'member_wrote'>, 'channel' | 'ts' | 'member' | 'caught'>;
  /** Tells the parts of one version from those of another. */
  readonly suffix: string;
  readonly link: StoredLink;
  readonly kind: 'reply' | 'note';
  readonly words: Wording;
};

type How = {
  readonly held: HeldReason | null;
  /** The lane of events of the thread: what was written before may still wait in it. */
  readonly after: string;
  /** Its author can take it back until then. */
  readonly notBefore?: Owed['notBefore'] | null;
};

export const partsOfMessage = (version: Version, { held, after, notBefore = null }: How): readonly NewDelivery[] => {
  const { message, event, suffix, link, kind, words } = version;
  return words.parts.map((part, index) =>
    owe({
      id: `${kind}:${message}:${index + 1}${suffix}`,
      effect: {
        do: 'add_message',
        link: link.key,
        kind,
        via: words.via,
        ...part,
        member: event.member,
        source: { channel: event.channel, ts: event.ts },
        insisted: false,
      },
      position: `${event.ts}:${String(index).padStart(4, '0')}`,
      after,
      ...(held === null ? {} : { held: index === 0 ? held : 'part' }),
      ...(notBefore === null ? {} : { notBefore }),
      ...(event.caught ? { suspect: { case: link.value.case.id, above: null } } : {}),
    }),
  );
};

/** What was written in a form or a command instead of in the thread. */
type Typed = {
  /** Makes the ids of its deliveries. */
  readonly key: string;
  readonly link: Pick<StoredLink, 'key' | 'value'>;
  readonly kind: 'reply' | 'note';
  readonly member: MemberId;
  readonly body: RichText;
  readonly insisted: boolean;
  /** Its author can take it back until then. */
  readonly notBefore?: Owed['notBefore'] | null;
};

export const partsOfTyped = async (bridge: Bridge, typed: Typed): Promise<TypedParts> => {
  const { key, link, kind, member, insisted, notBefore = null } = typed;
  const { via, parts, longSms, found } = await wordsFor(bridge, typed);
  const held = insisted ? null : reasonToHold(longSms, found);
  const deliveries = parts.map((part, index) =>
    owe({
      id: typedId(`${kind}:${key}`, index + 1, parts.length),
      effect: { do: 'add_message', link: link.key, kind, via, ...part, member, source: null, insisted },
      ...(held === null ? {} : { held: index === 0 ? held : 'part' }),
      ...(notBefore === null ? {} : { notBefore }),
    }),
  );
  return { parts: deliveries, held: held === null ? null : { reason: held, sms: longSms, found: leaksInWords(found) } };
};

const reasonToHold = (longSms: number | null, found: Wording['found']): HeldReason | null => {
  if (found.length > 0) return 'leak';
  return longSms === null ? null : 'long_sms';
};

type TypedParts = {
  readonly parts: readonly NewDelivery[];
  /** Why its author is asked before it goes. */
  readonly held: { readonly reason: HeldReason; readonly sms: number | null; readonly found: string } | null;
};

const typedId = (id: string, part: number, of: number): string => (of === 1 ? id : `${id}#${part}/${of}`);

/** All parts of what was typed, in order, from the id of one of them. */
export const typedParts = (id: string): readonly string[] => {
  const match = /^(.*)#\d+\/(\d{1,3})$/su.exec(id);
  if (match === null) return [id];
  const [, base = '', of] = match;
  return Array.from({ length: Number(of) }, (_, index) => typedId(base, index + 1, Number(of)));
};
