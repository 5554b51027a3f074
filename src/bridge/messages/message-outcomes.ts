import { OUTCOME } from '../../core/change-words.ts';
import type { EffectOf } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import type { MemberId } from '../../core/ids.ts';
import { leaksIn, leaksInWords } from '../../core/leaks.ts';
import type { MemberMessage } from '../../core/link.ts';
import { type Notice, say } from '../../core/notice.ts';
import { settingsOf } from '../../core/settings.ts';
import {
  failedQuestion,
  heldQuestion,
  isHeldReason,
  lateTold,
  line,
  reasonInWords,
  unknownQuestion,
  waitingTold,
} from '../../core/words.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedEvent, DeliveryView, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { sharesDue } from '../files/files-out.ts';
import { readRecord, replaceRecord, type Stored } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread, memberMessageKey, messageValue, receipt } from '../telling.ts';
import { changeLink, linkByKey, type StoredLink } from '../threads/links.ts';
import { takeBack } from './change-outcomes.ts';
import { typedParts } from './message-parts.ts';
import { messagesAmong, settleQuestion } from './questions.ts';
import { askAboutStale, noStaleLeft } from './stale.ts';
import { longSmsOf } from './writing.ts';

/** What follows for its author from what became of a reply or note: a receipt, a question, words. */

type News = Omit<EventOf<'delivery'>, 'effect'> & { readonly effect: EffectOf<'add_message'> };

/** Earlier reminders only show the receipt (contract 7.3). */
const SHOW_IN_WORDS_MS = 2 * 60_000;

type Told = {
  readonly event: News;
  readonly link: StoredLink;
  readonly claimed: ClaimedEvent;
  /** The member's message it is a part of; null when it came from a form or a command. */
  readonly message: Stored<MemberMessage> | null;
  /** All parts of that message, in order. */
  readonly parts: readonly DeliveryView[];
};

export const onMessageNews = async (bridge: Bridge, event: News, claimed: ClaimedEvent): Promise<Settlement> => {
  const back = takeBack(bridge, event);
  const [link, message] = await Promise.all([linkByKey(bridge, event.effect.link), messageOf(bridge, event.effect)]);
  if (link === null) return ignored('the link of this message is gone', back);
  const waiting = event.state === 'delivered' ? await changesWaiting(bridge, event, message) : {};
  if (message !== null && !message.value.deliveries.includes(event.id))
    return ignored('a newer version took the place of this one', back, waiting);
  const parts = await Promise.all(
    (message?.value.deliveries ?? typedParts(event.id)).map((id) => bridge.store.view(id)),
  );
  const told = { event, link, claimed, message, parts: parts.filter((part) => part !== null) };
  switch (event.state) {
    case 'delivered':
      return handled(
        waiting,
        ...(await Promise.all([
          onArrived(bridge, told),
          nobodyAsks(bridge, told),
          noStaleLeft(bridge, link, claimed.key),
          followedByFiles(bridge, told),
        ])),
      );
    case 'dropped':
      return handled(mark(told, 'none'), await nobodyAsks(bridge, told), await noStaleLeft(bridge, link, claimed.key));
    case 'owed':
      return onWaiting(bridge, told);
    case 'dead': {
      const asked = await onSetAside(bridge, told);
      return { ...asked, ...joined(asked, back) };
    }
    case 'unknown':
    case 'held':
      return onSetAside(bridge, told);
  }
};

const followedByFiles = async (bridge: Bridge, { event, link, message }: Told): Promise<Consequence> => {
  const { source } = event.effect;
  if (source === null || message === null) return {};
  const key = memberMessageKey({ ...source, team: bridge.chat.team });
  return sharesDue(bridge, { key, message: message.value, link });
};

/** An edit or a deletion waited for it to be known whether this part arrived. */
const changesWaiting = async (
  bridge: Bridge,
  { id }: News,
  message: Stored<MemberMessage> | null,
): Promise<Consequence> => {
  const change = message?.value.changes?.[id];
  const view = change === undefined ? null : await bridge.store.view(change);
  return view?.state === 'held' && view.reason === OUTCOME ? { changes: [{ type: 'release', id: view.id }] } : {};
};

const messageOf = async (bridge: Bridge, { source }: News['effect']): Promise<Stored<MemberMessage> | null> =>
  source === null
    ? null
    : readRecord(bridge.records, 'member_message', memberMessageKey({ ...source, team: bridge.chat.team }));

const mark = ({ event, claimed, message }: Told, name: EffectOf<'set_receipt'>['receipt']): Consequence =>
  event.effect.source === null || message?.value.deleted === true
    ? {}
    : { deliveries: [receipt(event.effect.source, name, claimed.key)] };

const onWaiting = (bridge: Bridge, told: Told): Settlement => {
  const { event, link, claimed } = told;
  if (event.waitedMs === undefined) return ignored('owed again');
  const isFirst = told.parts.find((part) => part.state === 'owed')?.id === event.id;
  if (event.waitedMs < SHOW_IN_WORDS_MS || !isFirst) return handled(mark(told, 'waiting'));
  const down = bridge.health().acquire !== 'ok';
  const words = waitingTold(event.effect.member, event.waitedMs, down ? 'Acquire cannot be reached' : null);
  // Once for each wait, whichever part of the message is the first one then.
  const began = claimed.receivedAt - event.waitedMs;
  const id = `waiting:${told.message?.value.deliveries[0] ?? event.id}:${began}`;
  return handled(mark(told, 'waiting'), { deliveries: [inThread(link, id, words)] });
};

/** A person must decide. One question stands for all parts of a message. */
const onSetAside = async (bridge: Bridge, told: Told): Promise<Settlement> => {
  const { event, link, claimed, message, parts } = told;
  const view = parts.find((part) => part.id === event.id);
  if (view !== undefined && view.state !== event.state) return ignored('it was decided meanwhile');
  if (event.reason === 'stale') return onStale(bridge, told);
  const first = parts.find((part) => part.state === 'held' || part.state === 'dead' || part.state === 'unknown');
  if (event.reason === 'part' || (first !== undefined && first.id !== event.id))
    return ignored('an earlier part of the message stands for it');
  const question = inThread(link, `told:${claimed.key}`, questionOf(bridge, told));
  const asked: Consequence = {
    deliveries: [question],
    records: message === null ? [] : [replaceQuestion(bridge, told, question.id)],
  };
  return handled(
    await nobodyAsks(bridge, told, 'Asked again below.'),
    mark(told, event.state === 'held' ? 'held' : 'failed'),
    asked,
  );
};

const onStale = async (bridge: Bridge, told: Told): Promise<Settlement> => {
  const { event, link, claimed, message } = told;
  const asked = await askAboutStale(bridge, link, { held: event, cause: claimed.key });
  if (asked === null) return handled(mark(told, 'held'));
  // A question about this message alone may stand: it was edited while it was held.
  const own = message?.value.question === undefined ? [] : [replaceQuestion(bridge, told, undefined)];
  return handled(await nobodyAsks(bridge, told, 'Asked again below.'), mark(told, 'held'), asked, { records: own });
};

const questionOf = (bridge: Bridge, { event, link, parts }: Told): Notice => {
  const { member, kind, source } = event.effect;
  // The name of a message on buttons: the member's own message, or the delivery when there is none.
  const value = source === null ? `delivery:${event.id}` : messageValue({ ...source, team: bridge.chat.team });
  const messages = messagesAmong(parts).map(({ effect }) => effect);
  const from = parts.findIndex((part) => part.id === event.id);
  const text =
    source === null
      ? messages
          .slice(Math.max(0, from))
          .map((part) => part.text)
          .join('\n')
      : null;
  if (event.state === 'unknown') return unknownQuestion(member, { kind, value, text });
  if (event.state === 'dead') return failedQuestion(member, reasonInWords(event.reason), { kind, value, text });
  const reason = event.reason !== undefined && isHeldReason(event.reason) ? event.reason : 'stale';
  const isSms = event.effect.via === 'sms' && kind === 'reply';
  const settings = settingsOf(bridge.channels(), link.value);
  const sms = isSms ? longSmsOf(messages, settings) : null;
  const words = messages.map((part) => `${part.text}\n${part.html ?? ''}`).join('\n');
  const found = kind === 'reply' ? leaksInWords(leaksIn(words, settings.leaks)) : '';
  return heldQuestion(member, reason, { kind, value, text, sms, found });
};

const replaceQuestion = (bridge: Bridge, { event, message }: Told, question: string | undefined) => {
  const { source } = event.effect;
  if (source === null || message === null) throw new TypeError('only messages of members keep their question');
  const { question: _old, ...value } = message.value;
  return replaceRecord('member_message', memberMessageKey({ ...source, team: bridge.chat.team }), {
    was: message,
    value: question === undefined ? value : { ...value, question },
  });
};

/** What stood in the thread as a question became true, or untrue, by itself. */
const nobodyAsks = async (bridge: Bridge, told: Told, words?: string): Promise<Consequence> => {
  const { message, event, claimed, parts } = told;
  const question = message?.value.question;
  if (question === undefined) return {};
  const open = parts.some((part) => part.state === 'held' || part.state === 'dead' || part.state === 'unknown');
  if (words === undefined && open) return {};
  const settled = event.state === 'delivered' ? 'This has arrived.' : 'This was not sent.';
  const replaced = await settleQuestion(bridge, question, { cause: claimed.key, notice: say(words ?? settled) });
  return words === undefined ? { ...replaced, records: [replaceQuestion(bridge, told, undefined)] } : replaced;
};

const onArrived = async (bridge: Bridge, told: Told): Promise<Consequence> => {
  const { event, link, claimed, parts } = told;
  const { effect } = event;
  const whole = parts.every((part) => part.state === 'delivered');
  const words = [
    ...(event.late === true ? [inThread(link, `late:${event.id}`, lateTold(effect.member))] : []),
    ...(effect.source === null && effect.records === undefined
      ? [inThread(link, `shown:${event.id}`, writtenElsewhere(effect))]
      : []),
  ];
  const done: Consequence = {
    changes: releasedBy(told),
    deliveries: [...(whole ? (mark(told, arrivedMark(told)).deliveries ?? []) : []), ...words],
  };
  if (effect.kind === 'note') return done;
  const answered = { by: await nameOf(bridge, effect), at: bridge.now() };
  const claims = link.value.claimedBy === null && settingsOf(bridge.channels(), link.value).claim_on_reply;
  const claimedBy = claims ? effect.member : link.value.claimedBy;
  const now = { ...link.value, answered, attended: true, waitingSince: null, claimedBy };
  const change = changeLink(now, link, claimed.key);
  const claim = claims ? [inThread(link, `claim:${claimed.key}`, tookIt(effect.member))] : [];
  return { ...done, ...change, deliveries: [...(change.deliveries ?? []), ...(done.deliveries ?? []), ...claim] };
};

/** A file of the message that has failed, or waits for a person, keeps its mark. */
const arrivedMark = ({ event, message }: Told): EffectOf<'set_receipt'>['receipt'] => {
  if ((message?.value.files ?? []).length > 0) return 'as_it_stands';
  return event.effect.kind === 'note' ? 'note' : 'delivered';
};

const tookIt = (member: MemberId): Notice => line({ member }, ' took this case by answering it.');

/** The parts that were held because of this one. */
const releasedBy = ({ event, parts }: Told): NonNullable<Consequence['changes']> => {
  const after = parts.slice(parts.findIndex((part) => part.id === event.id) + 1);
  const next = after.find((part) => part.state !== 'delivered' && part.state !== 'dropped');
  if (next?.state !== 'held' || next.reason !== 'part') return [];
  return after
    .filter((part) => part.state === 'held' && part.reason === 'part')
    .map((part) => ({ type: 'release', id: part.id }));
};

/** What a member wrote in a form instead of in the thread is shown in the thread. */
const writtenElsewhere = (effect: EffectOf<'add_message'>): Notice => ({
  summary: effect.kind === 'note' ? 'An internal note was written' : 'A reply was sent to the customer',
  parts: [
    {
      part: 'small',
      text: [
        { member: effect.member },
        effect.kind === 'note' ? ' wrote an internal note:' : ' replied to the customer:',
      ],
    },
    { part: 'quote', text: [effect.text] },
  ],
});

/** A name for the card; a look-up that fails must not keep the receipt from being set. */
const nameOf = async (bridge: Bridge, effect: EffectOf<'add_message'>): Promise<string> => {
  try {
    return (await bridge.chat.member(effect.member))?.name ?? 'a member';
  } catch (error) {
    if (error instanceof Failure) return 'a member';
    throw error;
  }
};
