import { z } from 'zod';
import type { EffectOf } from '../../core/effect.ts';
import { ChannelId, SlackTs } from '../../core/ids.ts';
import type { Posted } from '../../core/ports.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedDelivery, GateClosing, Instant, Prepared, RecordWrite, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { threadGate } from '../lanes.ts';
import { readRecord, writeRecord } from '../records.ts';
import { type Carried, carriedBehind, chooseJoined, joinNotices, markerOf } from './joining.ts';
import { rootOf, rootRecords } from './links.ts';
import { refuseShared } from './shared-channels.ts';
import { type Threaded, threadedBy } from './threaded.ts';

/** Threads in Slack: how they are started and written to, and what is done when they are gone. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A thread whose first message is not there yet is looked at again after this, if nobody says that it started. */
const NO_ROOT_MS = MINUTE;
/** A thread whose first message was deleted takes nothing more; this is long enough for a new one to stand. */
const GONE_MS = 10 * MINUTE;

/** Where an attempt posts to, and from where a look-up reads. */
export const Plan = z.object({
  channel: ChannelId.nullable(),
  root: SlackTs.nullable(),
  above: SlackTs.nullable(),
  /** Ids of what a post takes along, in order. */
  joined: z.array(z.string()).default([]),
});
export type Plan = z.infer<typeof Plan>;
export const NOWHERE: Plan = { channel: null, root: null, above: null, joined: [] };

export type Work = {
  readonly bridge: Bridge;
  readonly delivery: ClaimedDelivery;
  /** No post is begun after this. */
  readonly deadline?: Instant;
};

/** Frozen or slow since it was opened: nothing may be posted that could still land after the attempt was looked up. */
const isTooLate = ({ bridge, deadline }: Work): boolean => deadline !== undefined && bridge.now() >= deadline;
const TOO_LATE: Verdict = { type: 'retry', reason: 'too late to begin', afterMs: 0 };

const newestKey = (bridge: Bridge, channel: ChannelId, root: SlackTs | null): string =>
  root === null ? `${bridge.chat.team}:${channel}` : `${bridge.chat.team}:${channel}:${root}`;

/** The newest message of ours in a channel or thread, as the store knows it. */
export const newestPost = async (bridge: Bridge, channel: ChannelId, root: SlackTs | null): Promise<SlackTs | null> =>
  (await readRecord(bridge.records, 'newest_post', newestKey(bridge, channel, root)))?.value.ts ?? root;

const newestRecord = (
  bridge: Bridge,
  channel: ChannelId,
  { root, ts }: { readonly root: SlackTs | null; readonly ts: SlackTs },
): RecordWrite => writeRecord('newest_post', newestKey(bridge, channel, root), { version: 1, ts });

export const go = (plan: Plan): Prepared => ({ type: 'go', baseline: plan, plan });

export const prepareStart = async (bridge: Bridge, effect: EffectOf<'start_thread'>): Promise<Prepared> => {
  const link = await threadedBy(bridge, effect.link);
  if (link === null) return { type: 'dropped', reason: 'the link is gone' };
  const root = await rootOf(bridge, effect.link);
  if (root !== null && root.generation >= link.value.generation)
    return { type: 'delivered', receipt: { channel: root.channel, ts: root.ts } };
  const refused = await refuseShared(bridge, link.value, effect.channel);
  if (refused !== null) return refused;
  return go({ ...NOWHERE, channel: effect.channel, above: await newestPost(bridge, effect.channel, null) });
};

export const preparePost = async ({ bridge, delivery }: Work, effect: EffectOf<'post'>): Promise<Prepared> => {
  const [root, threaded] = await Promise.all([rootOf(bridge, effect.link), threadedBy(bridge, effect.link)]);
  if (root === null) return closedUntil(bridge, effect.link, NO_ROOT);
  if (root.gone === true) return closedUntil(bridge, effect.link, ROOT_GONE);
  const refused = await refuseShared(bridge, threaded?.value ?? { route: null }, root.channel);
  if (refused !== null) return refused;
  if (effect.history === true && root.adopted === true)
    return { type: 'dropped', reason: 'the thread was there already, with what was said' };
  const above = await newestPost(bridge, root.channel, root.ts);
  return go({ channel: root.channel, root: root.ts, above, joined: await chooseJoined(bridge, delivery, effect) });
};

export const NO_ROOT = { ms: NO_ROOT_MS, reason: 'the thread has not started' };
export const ROOT_GONE = { ms: GONE_MS, reason: 'the first message of the thread was deleted' };

type Closing = { readonly ms: number; readonly reason: string };

export const gateOf = (bridge: Bridge, link: string, { ms, reason }: Closing): GateClosing => ({
  key: threadGate(link),
  until: bridge.now() + ms,
  reason,
});

/** What belongs into a thread that cannot be written to waits, and dies of nothing. */
export const closedUntil = (
  bridge: Bridge,
  link: string,
  closing: Closing,
): { type: 'snooze'; reason: string; gate: GateClosing } => ({
  type: 'snooze',
  reason: closing.reason,
  gate: gateOf(bridge, link, closing),
});

export const startThread = async (work: Work, effect: EffectOf<'start_thread'>): Promise<Verdict> => {
  const { bridge, delivery } = work;
  const link = await threadedBy(bridge, effect.link);
  if (link === null) return { type: 'dropped', reason: 'the link is gone' };
  if (isTooLate(work)) return TOO_LATE;
  const posted = await bridge.chat.post({
    channel: effect.channel,
    thread: null,
    as: null,
    notice: link.card(),
    broadcast: false,
    marker: { delivery: delivery.id, link: effect.link },
  });
  return started(bridge, link, { channel: effect.channel, ts: posted.ts, adopted: false });
};

type Standing = { readonly channel: ChannelId; readonly ts: SlackTs; readonly adopted: boolean };

export const started = (
  bridge: Bridge,
  link: Pick<Threaded, 'key' | 'value'>,
  { channel, ts, adopted }: Standing,
): Extract<Verdict, { type: 'delivered' }> & { records: readonly RecordWrite[] } => ({
  type: 'delivered',
  receipt: { channel, ts },
  records: [
    ...rootRecords(link, { team: bridge.chat.team, channel, ts }, adopted),
    newestRecord(bridge, channel, { root: null, ts }),
  ],
});

/**
 * As `started`, for a thread that was found to stand there after all: replies in it may have been refused meanwhile, or told
 * to nobody, while its link did not know it. So the threads are read once more.
 */
export const startedUnseen = (
  bridge: Bridge,
  link: Pick<Threaded, 'key' | 'value'>,
  standing: Standing,
): ReturnType<typeof started> => {
  const begun = started(bridge, link, standing);
  const value = { version: 1, word: `${standing.channel}:${standing.ts}` } as const;
  return { ...begun, records: [...begun.records, writeRecord('missed_events', 'slack', value)] };
};

export const postInThread = async (work: Work, effect: EffectOf<'post'>, plan: Plan): Promise<Verdict> => {
  const { bridge, delivery } = work;
  const { channel, root } = plan;
  if (channel === null || root === null) return { type: 'retry', reason: NO_ROOT.reason };
  const joined = await carriedBehind(bridge, plan.joined, 'owed');
  if (isTooLate(work)) return TOO_LATE;
  const posted = await bridge.chat.post({
    channel,
    thread: root,
    as: effect.as,
    notice:
      joined.length === 0
        ? effect.notice
        : joinNotices([effect, ...joined.map((one) => one.effect)].map(({ notice }) => notice)),
    broadcast: effect.broadcast,
    marker: markerOf(delivery.id, effect.link, joined),
  });
  if (posted.thread !== root) return strayed(bridge, effect.link, { channel, posted });
  return {
    type: 'delivered',
    receipt: { channel, ts: posted.ts },
    records: postRecords(bridge, [{ id: delivery.id, effect }, ...joined], { channel, root, ts: posted.ts }),
    also: joined.map(({ id }) => id),
  };
};

export const postAlone = async ({ bridge, delivery }: Work, effect: EffectOf<'post_alone'>): Promise<Verdict> => {
  const posted = await bridge.chat.post({
    channel: effect.channel,
    thread: null,
    as: null,
    notice: effect.notice,
    broadcast: false,
    marker: { delivery: delivery.id, link: null },
  });
  return {
    type: 'delivered',
    receipt: { channel: effect.channel, ts: posted.ts },
    records: [newestRecord(bridge, effect.channel, { root: null, ts: posted.ts })],
  };
};

/**
 * Slack puts a reply to a deleted first message into the channel without a word: it is taken back at once. When that
 * fails the attempt stays open, and its look-up takes it back.
 */
const strayed = async (
  bridge: Bridge,
  link: string,
  { channel, posted }: { readonly channel: ChannelId; readonly posted: Posted },
): Promise<Verdict> => {
  await rememberGone(bridge, link);
  try {
    await bridge.chat.remove(channel, posted.ts);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { type: 'ambiguous', reason: 'a post outside its thread could not be removed yet' };
  }
  return closedUntil(bridge, link, ROOT_GONE);
};

/** The thread is started anew by what follows from the event; until then what belongs into it waits. */
export const rememberGone = async (bridge: Bridge, link: string): Promise<void> => {
  const root = await rootOf(bridge, link);
  if (root === null || root.gone === true) return;
  const { generation } = root;
  const payload = { type: 'thread_gone', link, generation };
  const [isNew] = await bridge.store.put([{ key: `gone:${link}:${generation}`, lane: link, payload }]);
  if (isNew !== true) return;
  bridge.alarm(
    `root:${link}`,
    'The first message of a thread was deleted in Slack. Nothing is lost: the case goes on in a new thread, with a link to the earlier one.',
  );
};

type Written = {
  readonly channel: ChannelId;
  readonly root: SlackTs;
  readonly ts: SlackTs;
};

export const postRecords = (
  bridge: Bridge,
  carried: readonly Carried[],
  { channel, root, ts }: Written,
): readonly RecordWrite[] => [
  ...carried.flatMap(({ id: delivery, effect }) =>
    effect.messages.map((id) =>
      writeRecord('case_message', `${bridge.helpdesk.account}:${id}`, { version: 1, delivery, channel, ts }),
    ),
  ),
  newestRecord(bridge, channel, { root, ts }),
];
