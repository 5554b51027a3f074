import type { EffectOf } from '../../core/effect.ts';
import type { ChannelId, SlackTs } from '../../core/ids.ts';
import type { SeenMessage } from '../../core/ports.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, Finding } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { carriedBehind, joinedIn } from '../threads/joining.ts';
import { rootOf } from '../threads/links.ts';
import { threadedBy } from '../threads/threaded.ts';
import { gateOf, NO_ROOT, type Plan, postRecords, rememberGone, startedUnseen, type Work } from '../threads/threads.ts';

/** Posts whose outcome nobody knows, looked for in Slack by the marker that each carries. */

/** A channel is searched so many messages back for a thread that may be there. */
const MOST_SEARCHED = 2000;

export const lookupPost = async (work: Work, effect: EffectOf<'post'>, plan: Plan): Promise<Finding> => {
  const { bridge, delivery } = work;
  const root = await rootOf(bridge, effect.link);
  // Whether it is in a thread that was not found yet can only be told later.
  if (root === null) return { type: 'later', reason: NO_ROOT.reason, gate: gateOf(bridge, effect.link, NO_ROOT) };
  const above = plan.root === root.ts ? plan.above : null;
  const { channel, ts } = root;
  const seen = await readThread(bridge, { channel, ts, above });
  if (seen === null) await rememberGone(bridge, effect.link);
  const mine = seen?.find((message) => isMine(message, delivery));
  if (mine !== undefined) {
    const joined = await carriedBehind(bridge, alongWith(mine, delivery), 'known');
    return {
      type: 'found',
      receipt: { channel, ts: mine.ts },
      records: postRecords(bridge, [{ id: delivery.id, effect }, ...joined], { channel, root: ts, ts: mine.ts }),
      also: joined.map(({ id }) => id),
    };
  }
  // It was tried in this life, so it may stand outside its thread.
  if (plan.channel !== null) await removeStray(work, channel, above ?? ts);
  return { type: 'absent' };
};

/** Null when the thread is no longer there. */
const readThread = async (
  bridge: Bridge,
  { channel, ts, above }: { readonly channel: ChannelId; readonly ts: SlackTs; readonly above: SlackTs | null },
): Promise<readonly SeenMessage[] | null> => {
  try {
    return await bridge.chat.readThread(channel, ts, above);
  } catch (error) {
    if (error instanceof Failure && error.facts.word === 'thread_not_found') return null;
    throw error;
  }
};

/** A post that landed in the channel because its thread is gone, and whose removal was not certain. */
const removeStray = async ({ bridge, delivery }: Work, channel: ChannelId, above: SlackTs): Promise<void> => {
  const stray = await findInChannel(bridge, { channel, above }, (message) => isMine(message, delivery));
  if (stray !== null) await bridge.chat.remove(channel, stray.ts);
};

/** What was taken along by a post of an earlier life of the store is found in that one. */
const isMine = ({ own, marker }: SeenMessage, { id }: ClaimedDelivery): boolean =>
  own && marker !== null && (marker.delivery === id || joinedIn(marker).includes(id));

/** As the post itself says: an effect may land so late that another composition was planned meanwhile. */
const alongWith = ({ marker }: SeenMessage, { id }: ClaimedDelivery): readonly string[] =>
  marker === null || marker.delivery !== id ? [] : joinedIn(marker);

const isRootItself = ({ thread, ts }: SeenMessage): boolean => thread === null || thread === ts;

const findInChannel = async (
  bridge: Bridge,
  { channel, above }: { readonly channel: ChannelId; readonly above: SlackTs | null },
  isWanted: (message: SeenMessage) => boolean,
): Promise<SeenMessage | null> => {
  const found: SeenMessage[] = [];
  let searched = 0;
  await bridge.chat.readChannel(channel, above, (message) => {
    searched += 1;
    if (isWanted(message)) found.push(message);
    return found.length > 0 || searched >= MOST_SEARCHED ? 'enough' : 'go on';
  });
  return found[0] ?? null;
};

export const lookupStart = async (
  { bridge, delivery }: Work,
  effect: EffectOf<'start_thread'>,
  plan: Plan,
): Promise<Finding> => {
  const link = await threadedBy(bridge, effect.link);
  if (link === null) return { type: 'undecided', reason: 'the link is gone' };
  // Perhaps started by an earlier life of the store: whatever thread of this link stands there is adopted.
  const adopts = plan.channel === null && link.value.generation === 1;
  const found = await findInChannel(bridge, { channel: effect.channel, above: plan.above }, (message) => {
    const isRoot = message.own && message.marker?.link === effect.link && isRootItself(message);
    return isMine(message, delivery) || (adopts && isRoot);
  });
  if (found === null) return { type: 'absent' };
  const { receipt, records } = startedUnseen(bridge, link, { channel: effect.channel, ts: found.ts, adopted: adopts });
  return { type: 'found', receipt, records };
};

export const lookupAlone = async (
  { bridge, delivery }: Work,
  effect: EffectOf<'post_alone'>,
  plan: Plan,
): Promise<Finding> => {
  const { channel } = effect;
  const found = await findInChannel(bridge, { channel, above: plan.above }, (message) => isMine(message, delivery));
  return found === null ? { type: 'absent' } : { type: 'found', receipt: { channel, ts: found.ts } };
};
