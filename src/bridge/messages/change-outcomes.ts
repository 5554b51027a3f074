import {
  type Deed,
  failedChange,
  heldChange,
  MISFILED,
  notTakenBack,
  OUTCOME,
  waitingChange,
} from '../../core/change-words.ts';
import type { EffectOf } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import type { MessageId } from '../../core/ids.ts';
import type { MemberMessage } from '../../core/link.ts';
import { type Notice, say } from '../../core/notice.ts';
import type { ClaimedEvent, DeliveryView, NewDelivery, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { revokedIn } from '../files/file-links.ts';
import { textOf } from '../files/files-deleted.ts';
import { owe } from '../lanes.ts';
import { readRecord, replaceRecord, type Stored } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread, memberMessageKey, messageValue, receipt } from '../telling.ts';
import { linkByKey, type StoredLink } from '../threads/links.ts';
import { type Change, rowOf } from './change-message.ts';
import { newestChanges, partsOf } from './message-changes.ts';
import { changesAmong, settleQuestion } from './questions.ts';

/** What follows from what became of an update or a deletion: its author is told where it failed. */

type Told = Omit<EventOf<'delivery'>, 'effect'>;
type News = Told & { readonly effect: Change };
type Of<D extends Change['do']> = Told & { readonly effect: EffectOf<D> };

export const onChangeNews = async (bridge: Bridge, event: News, claimed: ClaimedEvent): Promise<Settlement> => {
  const { effect } = event;
  if (effect.do === 'delete_message' && effect.why === 'misfiled')
    return onTakenBack(bridge, { ...event, effect }, claimed);
  const back = joined(takeBack(bridge, event), await withoutOldLinks(bridge, event));
  const found = await changedMessage(bridge, event);
  if (effect.source === null) return handled(await onFailedAlone(bridge, event, claimed), back);
  if (found === null) return ignored('a newer change took the place of this one', back);
  const change = { ...found, event, claimed };
  switch (event.state) {
    case 'delivered':
    case 'dropped':
      return handled(await nobodyAsks(bridge, change), withoutReceipt(change), back);
    case 'owed':
      return event.waitedMs === undefined ? ignored('owed again') : handled(stillWaits(change, event.waitedMs));
    case 'held':
      return onHeld(bridge, change);
    case 'dead':
    case 'unknown':
      return handled(await onFailed(bridge, change), back);
  }
};

/** A text that was too long for a message had a link to the whole of it, which goes with the words. */
const withoutOldLinks = async (bridge: Bridge, { state, effect }: News): Promise<Consequence> => {
  if (state !== 'delivered') return {};
  const now = effect.do === 'update_message' ? effect.text : '';
  return { records: await revokedIn(bridge, await wordsBefore(bridge, effect), now) };
};

/** What the part said before, or was to say, back to the last wording that was carried over. */
const wordsBefore = async (bridge: Bridge, { of, instead }: Change): Promise<readonly string[]> => {
  const texts = [textOf((await bridge.store.view(of))?.effect)];
  for (let id = instead; id !== undefined; ) {
    const view = await bridge.store.view(id);
    if (view === null) break;
    texts.push(textOf(view.effect));
    id = view.state === 'delivered' ? undefined : changesAmong([view])[0]?.effect.instead;
  }
  return texts;
};

type Changed = {
  readonly event: News;
  readonly claimed: ClaimedEvent;
  readonly link: StoredLink;
  readonly source: NonNullable<Change['source']>;
  readonly message: Stored<MemberMessage>;
  /** The newest change of each part, in the order of the parts as far as they are still there. */
  readonly changes: readonly DeliveryView[];
};

/** Null unless it is the newest change of its part. */
const changedMessage = async (
  bridge: Bridge,
  { id, effect }: News,
): Promise<Omit<Changed, 'event' | 'claimed'> | null> => {
  const { source } = effect;
  if (source === null) return null;
  const link = await linkByKey(bridge, effect.link);
  const message = await readRecord(bridge.records, 'member_message', keyOf(bridge, source));
  if (link === null || message?.value.changes?.[effect.of] !== id) return null;
  return { link, source, message, changes: [...(await newestChanges(bridge, message.value)).values()] };
};

const keyOf = (bridge: Bridge, source: Changed['source']): string =>
  memberMessageKey({ ...source, team: bridge.chat.team });

/**
 * What Acquire stored as something else than asked is taken back before anything else happens in the case: it may be a
 * note that the customer sees.
 */
export const takeBack = (
  bridge: Bridge,
  { id, state, reason, receipt: made, effect }: Told & { readonly effect: Change | EffectOf<'add_message'> },
): Consequence => {
  const message = state === 'dead' && reason === MISFILED ? rowOf({ receipt: receiptOf(made) }) : null;
  if (message === null) return {};
  bridge.alarm(
    'kind',
    `Acquire stored a ${effect.kind} as something else than asked (delivery ${id}), so it is taken back. Check ACQUIRE_USER_TYPE_PARAM.`,
  );
  return { deliveries: [removalOf(effect, { id, message })] };
};

const receiptOf = (made: unknown): DeliveryView['receipt'] => JSON.parse(JSON.stringify(made ?? null));

const removalOf = (
  effect: Change | EffectOf<'add_message'>,
  { id, message }: { readonly id: string; readonly message: MessageId },
): NewDelivery => {
  const { link, kind, member, source } = effect;
  return owe({
    id: `misfiled:${id}:${message}`,
    effect: { do: 'delete_message', link, of: id, kind, member, source, why: 'misfiled', message },
    position: '',
  });
};

const onTakenBack = async (bridge: Bridge, event: Of<'delete_message'>, claimed: ClaimedEvent): Promise<Settlement> => {
  if (event.state !== 'dead' && event.state !== 'unknown') return ignored('nothing follows from this');
  bridge.alarm(
    `misfiled:${event.id}`,
    `What Acquire stored as something else than asked could not be taken back (delivery ${event.id}). Look at its case in Acquire.`,
  );
  const link = await linkByKey(bridge, event.effect.link);
  if (link === null) return handled();
  const words = notTakenBack(event.effect.member, event.reason);
  return handled({ deliveries: [inThread(link, `told:${claimed.key}`, words)] });
};

/** A message that has fewer parts now was edited. */
const deedOf = (effect: Change): Deed =>
  effect.do === 'update_message' || effect.why === 'shorter' ? 'edit' : 'deletion';

const aboutOf = (bridge: Bridge, { event, source }: Changed) => ({
  deed: deedOf(event.effect),
  kind: event.effect.kind,
  member: event.effect.member,
  value: messageValue({ ...source, team: bridge.chat.team }),
});

const stillWaits = ({ event, link }: Changed, waitedMs: number): Consequence => {
  const { effect } = event;
  const about = { deed: deedOf(effect), kind: effect.kind, member: effect.member };
  return { deliveries: [inThread(link, `waiting:${event.id}`, waitingChange(about, waitedMs))] };
};

/** Asked about when it was made, and again after a while. */
const onHeld = async (bridge: Bridge, change: Changed): Promise<Settlement> => {
  const { event, changes } = change;
  if (event.reason === OUTCOME) {
    const sent = await bridge.store.view(event.effect.of);
    if (sent?.state !== 'delivered') return ignored('it is not known yet whether the message arrived');
    return handled({ changes: [{ type: 'release', id: event.id }] });
  }
  const first = changes.find(({ state, reason }) => state === 'held' && reason !== OUTCOME);
  if (event.waitedMs === undefined || first?.id !== event.id) return ignored('it is asked about already');
  return handled(await asks(bridge, change, heldChange(aboutOf(bridge, change), askedFor(event.reason))));
};

const askedFor = (reason: string | undefined): 'mention' | 'confirm' | 'unchecked' | 'leak' =>
  reason === 'mention' || reason === 'unchecked' || reason === 'leak' ? reason : 'confirm';

/** Of what is no part of a message, e.g. of a file that went with one. */
const onFailedAlone = async (bridge: Bridge, event: News, claimed: ClaimedEvent): Promise<Consequence> => {
  if (event.state !== 'dead' && event.state !== 'unknown') return {};
  const { effect } = event;
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return {};
  const about = { deed: deedOf(effect), kind: effect.kind, member: effect.member, value: `delivery:${event.id}` };
  return { deliveries: [inThread(link, `told:${claimed.key}`, failedChange(about, reasonOf(event)))] };
};

const reasonOf = ({ state, reason }: News): string | undefined =>
  state === 'unknown' ? 'it cannot be determined whether Acquire has it' : reason;

/** One question stands for all parts of a message. */
const onFailed = async (bridge: Bridge, change: Changed): Promise<Consequence> => {
  const { event, changes } = change;
  const first = changes.find(({ state }) => state === 'dead' || state === 'unknown');
  if (first !== undefined && first.id !== event.id) return {};
  return asks(bridge, change, failedChange(aboutOf(bridge, change), reasonOf(event)));
};

const asks = async (bridge: Bridge, change: Changed, notice: Notice): Promise<Consequence> => {
  const { claimed, link, message } = change;
  const question = inThread(link, `told:${claimed.key}`, notice);
  const replaced = await settleQuestion(bridge, message.value.question, {
    cause: claimed.key,
    notice: say('Asked again below.'),
  });
  return {
    ...replaced,
    deliveries: [...(replaced.deliveries ?? []), question],
    records: [withQuestion(bridge, change, question.id)],
  };
};

const withQuestion = (bridge: Bridge, { message, source }: Changed, question: string | undefined) => {
  const { question: _old, ...value } = message.value;
  return replaceRecord('member_message', keyOf(bridge, source), {
    was: message,
    value: question === undefined ? value : { ...value, question },
  });
};

/** What stood in the thread as a question became true, or untrue, by itself. */
const nobodyAsks = async (bridge: Bridge, change: Changed): Promise<Consequence> => {
  const { event, claimed, message, changes } = change;
  const parts = await partsOf(bridge, message.value);
  const isOpen = ({ state, reason }: DeliveryView): boolean =>
    ['held', 'dead', 'unknown'].includes(state) && reason !== OUTCOME;
  if (message.value.question === undefined || [...parts, ...changes].some(isOpen)) return {};
  const words = event.state === 'delivered' ? 'This has been carried over.' : 'This was not carried over.';
  const settled = await settleQuestion(bridge, message.value.question, { cause: claimed.key, notice: say(words) });
  return { ...settled, records: [withQuestion(bridge, change, undefined)] };
};

/** A message that its author had deleted on the other side, and still has in Slack, has arrived nowhere. */
const withoutReceipt = ({ event, claimed, message, source, changes }: Changed): Consequence => {
  const { effect, state } = event;
  const isBack = effect.do === 'delete_message' && effect.why === 'deleted' && state === 'delivered';
  if (!isBack || message.value.deleted || changes.some((one) => one.state === 'owed')) return {};
  return { deliveries: [receipt(source, 'none', claimed.key)] };
};
