import type { EventOf } from '../../core/event.ts';
import { type SlackTs, threadKey } from '../../core/ids.ts';
import { readReaction } from '../../core/reactions.ts';
import { settingsOf } from '../../core/settings.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { linkOfThread } from '../threads/found-again.ts';
import { linkByKey, rootOf, type StoredLink } from '../threads/links.ts';
import type { Asked } from './actions.ts';
import { act, ifFits } from './case-actions.ts';
import { snoozeCase } from './snoozing.ts';

/** Reactions that the settings of a thread make stand for an action. Casebridge's own marks never do. */

export type ReactedCase = {
  readonly link: StoredLink;
  readonly thread: SlackTs;
  readonly means: NonNullable<ReturnType<typeof readReaction>>;
};

/** The case whose thread the message stands in, and what the reaction stands for there; null for all others. */
export const reactedCase = async (bridge: Bridge, event: EventOf<'reaction'>): Promise<ReactedCase | null> => {
  const found = await threadOf(bridge, event);
  if (found === null || found.link.value.state === 'ended') return null;
  const words = settingsOf(bridge.channels(), found.link.value).reactions[event.reaction];
  const means = words === undefined ? null : readReaction(words);
  return means === null ? null : { ...found, means };
};

export const onReaction = (bridge: Bridge, asked: Asked, { link, means }: ReactedCase): Promise<Consequence> => {
  const { name } = means;
  if (name === 'snooze')
    return ifFits(asked, { name, link }, () => snoozeCase(bridge, asked, { link, words: means.words }));
  return act(bridge, asked, { button: `case_${name}`, name, link });
};

type Found = { readonly link: StoredLink; readonly thread: SlackTs };

/** Slack does not tell the thread of the message: it is the first message of one, known to us, or looked up. */
const threadOf = async (bridge: Bridge, { to, message }: EventOf<'reaction'>): Promise<Found | null> => {
  const { team, channel } = to;
  const key = threadKey({ team, channel, ts: message });
  const root = await readRecord(bridge.records, 'thread', key);
  if (root !== null) return withThread(await linkByKey(bridge, root.value.link), message);
  const written = await readRecord(bridge.records, 'member_message', `${team}:${channel}:${message}`);
  if (written !== null) {
    const link = await linkByKey(bridge, written.value.link);
    return withThread(link, (await rootOf(bridge, written.value.link))?.ts ?? message);
  }
  const seen = await bridge.chat.readThread(channel, message, null);
  const thread = seen.find(({ ts }) => ts === message)?.thread ?? null;
  if (thread === null) return null;
  const found = await linkOfThread(bridge, { team, channel, ts: thread });
  return found !== null && 'link' in found ? withThread(found.link, thread) : null;
};

const withThread = (link: StoredLink | null, thread: SlackTs): Found | null =>
  link === null ? null : { link, thread };
