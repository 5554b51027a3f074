import type { EventOf } from '../../core/event.ts';
import { say } from '../../core/notice.ts';
import { staleQuestion } from '../../core/words.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane } from '../lanes.ts';
import { readRecord, replaceRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { inThread } from '../telling.ts';
import type { StoredLink } from '../threads/links.ts';
import { type AskedAbout, messagesAmong, settleQuestion } from './questions.ts';

/** Replies of a thread that waited too long, for a case that has moved on: one question stands for all of them. */

/** Beyond any thread; the rest is asked about when these are decided. */
const MOST = 1000;

/** What the buttons of the question name. */
const staleValue = (link: string): string => `stale:${link}`;

/** In the order in which they were to be sent. */
export const staleReplies = async (bridge: Bridge, link: string): Promise<readonly AskedAbout[]> => {
  const held = await bridge.store.list({ lane: helpdeskLane(link), states: ['held'], inOrder: true, limit: MOST });
  return messagesAmong(held.filter(({ reason }) => reason === 'stale'));
};

/** What is told of one of them: that it is held now, or has been for a while. */
type Held = Pick<EventOf<'delivery'>, 'id' | 'waitedMs'>;

/** Asks, unless the question that stands is about this reply too; null when nobody needs to be asked. */
export const askAboutStale = async (
  bridge: Bridge,
  link: StoredLink,
  { held, cause }: { readonly held: Held; readonly cause: string },
): Promise<Consequence | null> => {
  const replies = await staleReplies(bridge, link.key);
  const standing = await readRecord(bridge.records, 'stale_question', link.key);
  // All of them are reminded of at the same time: the first one stands for the others.
  const isAsked =
    held.waitedMs === undefined ? standing?.value.about.includes(held.id) === true : replies[0]?.view.id !== held.id;
  if (isAsked || !replies.some(({ view }) => view.id === held.id)) return null;
  const question = inThread(link, `told:${cause}`, questionAbout(replies, link.key));
  const about = replies.map(({ view }) => view.id);
  const replaced = await settleQuestion(bridge, standing?.value.question, {
    cause,
    notice: say('Asked again below.'),
  });
  return {
    ...replaced,
    deliveries: [...(replaced.deliveries ?? []), question],
    records: [
      replaceRecord('stale_question', link.key, {
        was: standing,
        value: { version: 1, question: question.id, about },
      }),
    ],
  };
};

const questionAbout = (replies: readonly AskedAbout[], link: string) => {
  const members = [...new Set(replies.map(({ effect }) => effect.member))];
  const messages = new Set(replies.map(({ view, effect }) => effect.source?.ts ?? view.id));
  // What was written in a form stands nowhere in the thread.
  const texts = replies.filter(({ effect }) => effect.source === null).map(({ effect }) => effect.text);
  return staleQuestion(members, { value: staleValue(link), count: messages.size, texts });
};

/** Nothing is left that the question is about. */
export const noStaleLeft = async (bridge: Bridge, link: StoredLink, cause: string): Promise<Consequence> => {
  const standing = await readRecord(bridge.records, 'stale_question', link.key);
  if (standing === null || (await staleReplies(bridge, link.key)).length > 0) return {};
  const notice = say('Nothing of this is to be decided any more.');
  return {
    ...(await settleQuestion(bridge, standing.value.question, { cause, notice })),
    records: [replaceRecord('stale_question', link.key, { was: standing, value: null })],
  };
};
