import type { EffectOf } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import type { SlackTs } from '../../core/ids.ts';
import { CardPost } from '../../core/link.ts';
import type { Notice } from '../../core/notice.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Prepared, Settlement, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord, writeRecord } from '../records.ts';
import { handled, ignored } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { refreshCard as oweCard, rootOf } from './links.ts';
import { threadedBy } from './threaded.ts';
import { closedUntil, go, NO_ROOT, NOWHERE, type Plan, rememberGone, ROOT_GONE, type Work } from './threads.ts';

/**
 * The card of a thread, drawn anew in place. It is the first message, or, where Slack does not let us change that any
 * more, a later one of the same thread.
 */

/** Slack says of a message that it is not ours to change, or not any more (chat.update). */
const NOT_OURS: ReadonlySet<string> = new Set(['block_mismatch', 'cant_update_message', 'edit_window_closed']);
/** The card in the place of another is about to be posted. */
const SOON_MS = 2000;

type Place = { readonly ts: SlackTs; readonly instead: CardPost | null };

/** The card of a thread that is just being started may have been drawn before the last change: it is drawn again. */
export const prepareCard = async (bridge: Bridge, effect: EffectOf<'refresh_card'>): Promise<Prepared> => {
  const [root, cardPost] = await Promise.all([
    rootOf(bridge, effect.link),
    readRecord(bridge.records, 'card_post', effect.link),
  ]);
  if (root === null) return closedUntil(bridge, effect.link, NO_ROOT);
  if (root.gone === true) return { type: 'dropped', reason: ROOT_GONE.reason };
  const place = await placeOf(bridge, cardPost?.value ?? null, root);
  if (place === null) return { type: 'retry', reason: 'the card is about to be posted anew', afterMs: SOON_MS };
  return go({ ...NOWHERE, channel: root.channel, root: root.ts, above: place.ts });
};

/** Where the card stands now; null while it is on its way there. */
const placeOf = async (
  bridge: Bridge,
  instead: CardPost | null,
  root: { readonly ts: SlackTs; readonly generation: number },
): Promise<Place | null> => {
  if (instead === null || instead.generation !== root.generation) return { ts: root.ts, instead: null };
  if (instead.ts !== null) return { ts: instead.ts, instead };
  const post = await bridge.store.view(instead.delivery);
  const posted = CardPost.shape.ts.unwrap().safeParse(tsIn(post?.receipt));
  if (posted.success) return { ts: posted.data, instead };
  // What could not be posted leaves the first message as it is.
  return post?.state === 'owed' ? null : { ts: root.ts, instead: null };
};

const tsIn = (receipt: unknown): unknown =>
  typeof receipt === 'object' && receipt !== null && 'ts' in receipt ? receipt.ts : null;

export const refreshCard = async ({ bridge }: Work, effect: EffectOf<'refresh_card'>, plan: Plan): Promise<Verdict> => {
  const [link, root] = await Promise.all([threadedBy(bridge, effect.link), rootOf(bridge, effect.link)]);
  const { channel, root: first, above: ts } = plan;
  if (link === null || root === null || channel === null || first === null || ts === null)
    return { type: 'dropped', reason: 'the link is gone' };
  const isFirst = ts === first;
  const notice = isFirst ? link.card() : inPlaceOfFirst(link.card());
  try {
    await bridge.chat.update({ channel, ts, notice });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return afterRefusal(bridge, error, { link: effect.link, ts, isFirst, generation: root.generation });
  }
  const known = isFirst ? null : await readRecord(bridge.records, 'card_post', effect.link);
  if (known === null || known.value.ts === ts) return { type: 'delivered', receipt: null };
  return {
    type: 'delivered',
    receipt: null,
    records: [writeRecord('card_post', effect.link, { ...known.value, ts })],
  };
};

type Refused = {
  readonly link: string;
  readonly ts: SlackTs;
  readonly isFirst: boolean;
  readonly generation: number;
};

const afterRefusal = async (
  bridge: Bridge,
  failure: Failure,
  { link, ts, isFirst, generation }: Refused,
): Promise<Verdict> => {
  const isGone = failure.facts.kind === 'not_found';
  if (isGone && isFirst) {
    await rememberGone(bridge, link);
    return { type: 'dropped', reason: ROOT_GONE.reason };
  }
  if (!isGone && !NOT_OURS.has(failure.facts.word ?? '')) throw failure;
  await bridge.store.put([
    { key: `card-lost:${link}:${ts}`, lane: link, payload: { type: 'card_lost', link, generation, ts } },
  ]);
  return { type: 'dropped', reason: 'the card cannot be changed: another takes its place' };
};

/** A new card in the same thread, which is drawn anew from then on. */
export const onCardLost = async (bridge: Bridge, event: EventOf<'card_lost'>): Promise<Settlement> => {
  const root = await rootOf(bridge, event.link);
  const link = await threadedBy(bridge, event.link);
  if (link === null || root === null || root.gone === true || root.generation !== event.generation)
    return ignored('the thread of this card is gone');
  const post = inThread(link, `card-post:${event.link}:${event.ts}`, inPlaceOfFirst(link.card()));
  const { generation } = event;
  return handled({
    records: [writeRecord('card_post', event.link, { version: 1, generation, delivery: post.id, ts: null })],
    // What changed while it was on its way.
    deliveries: [post, oweCard(event.link, `posted:${event.ts}`)],
  });
};

const inPlaceOfFirst = (notice: Notice): Notice => ({
  ...notice,
  parts: [
    { part: 'small', text: ['In the place of the first message, which Slack does not let casebridge change:'] },
    ...notice.parts,
  ],
});
