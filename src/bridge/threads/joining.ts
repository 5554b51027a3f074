import { type EffectOf, ToSlack } from '../../core/effect.ts';
import { type Inline, type Notice, type Part, plainInline } from '../../core/notice.ts';
import { plainTextOf } from '../../core/plain-text.ts';
import type { Marker } from '../../core/ports.ts';
import type { ClaimedDelivery, DeliveryView } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';

/**
 * When a thread falls behind, the customer's messages that wait in it go out as one post: Slack takes about one post a
 * second for a whole channel. Every message stays a delivery of its own; the post carries the names of all.
 */

/** A thread is behind once its first post has waited so long. */
const BEHIND_MS = 3000;
/** Characters of customers' words in one post. */
const MOST_CHARACTERS = 4000;
/** Fifty blocks make a message, and one may be the customer's name. */
const MOST_MESSAGES = 49;

/** One delivery of a lane as a post shows it. */
export type Carried = { readonly id: string; readonly effect: EffectOf<'post'> };

/** Those behind the delivery, in their order, that its post takes along. */
export const chooseJoined = async (
  bridge: Bridge,
  { id, lane, createdAt, attempts }: ClaimedDelivery,
  effect: EffectOf<'post'>,
): Promise<string[]> => {
  const first = { id, effect };
  // What was refused goes alone from then on.
  if (attempts > 0 || bridge.store.now() - createdAt <= BEHIND_MS || !isCustomers(first)) return [];
  const owed = await bridge.store.list({ lane, states: ['owed'], inOrder: true, limit: MOST_MESSAGES });
  // Something else goes first by now; the attempt will not be opened.
  if (owed[0]?.id !== id) return [];
  const joined: string[] = [];
  let room = MOST_CHARACTERS - charactersOf(effect.notice);
  for (const view of owed.slice(1)) {
    const next = carriedOf(view);
    if (next === null || view.suspect || !isCustomers(next) || !isAlike(first, next)) break;
    room -= charactersOf(next.effect.notice);
    if (room < 0) break;
    joined.push(view.id);
  }
  return joined;
};

const carriedOf = ({ id, effect }: DeliveryView): Carried | null => {
  const { data } = ToSlack.safeParse(effect);
  return data?.do === 'post' ? { id, effect: data } : null;
};

const isCustomers = ({ id, effect }: Carried): boolean =>
  effect.as?.icon === 'contact' &&
  effect.messages.length === 1 &&
  effect.history !== true &&
  effect.notice.parts.every(({ part }) => part === 'rich' || part === 'text') &&
  id.startsWith(prefixOf(effect.link));

const isAlike = (one: Carried, other: Carried): boolean =>
  one.effect.as?.name === other.effect.as?.name && one.effect.broadcast === other.effect.broadcast;

/** What is behind these ids, but for what is no longer known or, when asked for, no longer owed. */
export const carriedBehind = async (
  bridge: Bridge,
  ids: readonly string[],
  only: 'owed' | 'known',
): Promise<readonly Carried[]> => {
  const views = await Promise.all(ids.map((id) => bridge.store.view(id)));
  return views.flatMap((view) => {
    const carried = view === null || (only === 'owed' && view.state !== 'owed') ? null : carriedOf(view);
    return carried === null ? [] : [carried];
  });
};

/** Each message stands apart; whoever has the case is called once, at the end. */
export const joinNotices = (notices: readonly Notice[]): Notice => {
  const parts = notices.flatMap((notice) => notice.parts);
  const called = new Map(
    parts.flatMap(inlinesOf).flatMap((inline) => (isMention(inline) ? [[inline.member, inline]] : [])),
  );
  const mentions: Part[] = called.size === 0 ? [] : [{ part: 'text', text: [...called.values()] }];
  return {
    summary: notices.map(({ summary }) => summary).join('\n\n'),
    parts: [...parts.flatMap(wordsOf), ...mentions],
  };
};

type Mention = Extract<Inline, { member: unknown }>;

const inlinesOf = (part: Part): readonly Inline[] => (part.part === 'text' ? part.text : []);
const isMention = (inline: Inline): inline is Mention => typeof inline === 'object' && 'member' in inline;

/** What somebody wrote, without those whom we call. */
const wordsOf = (part: Part): readonly Part[] => {
  if (part.part !== 'text') return [part];
  const text = part.text.filter((inline) => !isMention(inline));
  return text.length === 0 ? [] : [{ ...part, text }];
};

const charactersOf = ({ parts }: Notice): number =>
  parts.flatMap(wordsOf).reduce((sum, part) => {
    if (part.part === 'rich') return sum + plainTextOf(part.blocks).length;
    return sum + inlinesOf(part).reduce((length, inline) => length + plainInline(inline).length, 0);
  }, 0);

/** Slack does not say how much a marker may hold (`metadata_too_large` exists), so ids go without what they share. */
const prefixOf = (link: string): string => `post:${link}:`;

export const markerOf = (id: string, link: string, joined: readonly Carried[]): Marker => ({
  delivery: id,
  link,
  ...(joined.length === 0 ? {} : { joined: joined.map((carried) => carried.id.slice(prefixOf(link).length)) }),
});

/** The ids of those that a post took along, as it says itself. */
export const joinedIn = ({ link, joined = [] }: Marker): readonly string[] =>
  link === null ? [] : joined.map((rest) => `${prefixOf(link)}${rest}`);
