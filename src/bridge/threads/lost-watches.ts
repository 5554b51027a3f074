import { setTimeout as pause } from 'node:timers/promises';
import type { EventOf } from '../../core/event.ts';
import { MemberId, type ThreadRef, threadKey } from '../../core/ids.ts';
import type { SeenMessage } from '../../core/ports.ts';
import { type CasePlace, readCaseValue } from '../../core/visitor-doors.ts';
import { keptOf, type VisitorLink, visitorLinkKey } from '../../core/visitor-link.ts';
import { Failure } from '../../delivery/errors.ts';
import type { NewEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge, Visitors } from '../context.ts';
import { readRecord, storeRecord, writeRecord } from '../records.ts';
import { type Consequence, handled, ignored } from '../settlement.ts';
import { alarmOf } from '../visitors/visitor-asking.ts';
import { pollKeyOf, visitorLinkByKey, writeVisitorLink } from '../visitors/visitor-links.ts';
import { firstDue } from '../visitors/visitor-pace.ts';
import { refreshCard, rootRecords } from './links.ts';

/**
 * Threads that watch a visitor's case, found again after the store was lost: the marker on the first message says which
 * case it is of, its buttons say whose. Nothing would ever come in for them by itself, so a new store looks for them.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** So many messages of each channel are looked through, from the newest back. */
const MOST_SEARCHED = 2000;
/** While somebody must mend what keeps the case system from being asked. */
const REFUSED_AGAIN_MS = 10 * MINUTE;
const LEAD_MS = 5 * MINUTE;

/** What ties such a thread to its case again; null when there is nothing to tie. Rejects when the system cannot be asked. */
export const recoverWatch = async (
  bridge: Bridge,
  thread: ThreadRef,
  root: SeenMessage | undefined,
): Promise<Consequence | null> => {
  const { visitors } = bridge;
  const place = root === undefined ? null : placeOn(bridge, root);
  if (visitors === null || root === undefined || place === null) return null;
  const key = visitorLinkKey({ team: bridge.chat.team, account: visitors.account }, place.case);
  // Known from elsewhere: it was moved, or is just being started.
  if ((await visitorLinkByKey(bridge, key)) !== null) return null;
  const found = await visitors.ask('nudged', (cases) => cases.getCase(place.visitor, place.case));
  if (found === null) return null;
  const now = bridge.now();
  const link: VisitorLink = {
    version: 1,
    team: bridge.chat.team,
    account: visitors.account,
    visitor: place.visitor,
    state: 'on',
    generation: 1,
    channel: thread.channel,
    case: keptOf(found),
    gone: false,
    revision: 1,
    changedAt: now,
    // Who asked for it is lost.
    by: root.author ?? MemberId.parse('unknown'),
  };
  const poll = pollKeyOf(bridge, place.visitor);
  bridge.log.info({ link: key }, 'a thread that watches a case was found again');
  return {
    records: [
      ...writeVisitorLink(link, null),
      ...rootRecords({ key, value: link }, thread),
      ...(poll === null ? [] : [writeRecord('visitor_poll', poll, { version: 1, due: firstDue(now) })]),
    ],
    deliveries: [refreshCard(key, `found:${thread.ts}`)],
  };
};

/** The case that a first message of ours is about; one that is no longer watched has no buttons. */
const placeOn = ({ chat, visitors }: Bridge, { own, marker, buttons }: SeenMessage): CasePlace | null => {
  if (!own || visitors === null) return null;
  const places = buttons.flatMap((value) => readCaseValue(value) ?? []);
  const ref = { team: chat.team, account: visitors.account };
  return places.find((place) => visitorLinkKey(ref, place.case) === marker?.link) ?? null;
};

export const onVisitorThreadSeen = async (
  bridge: Bridge,
  { team, channel, ts }: EventOf<'visitor_thread_seen'>,
): Promise<Settlement> => {
  const thread = { team, channel, ts };
  if ((await readRecord(bridge.records, 'thread', threadKey(thread))) !== null) return ignored('this thread is known');
  const [root] = await bridge.chat.readThread(channel, ts, null);
  try {
    const recover = await recoverWatch(bridge, thread, root);
    return recover === null ? ignored('there is nothing to watch') : handled(recover);
  } catch (error) {
    if (!(error instanceof Failure) || bridge.visitors === null) throw error;
    if (error.facts.kind === 'transient' || error.facts.kind === 'rate_limited') throw error;
    alarmOf(bridge, bridge.visitors, error);
    throw new Failure({ ...error.facts, kind: 'transient', retryAfterMs: REFUSED_AGAIN_MS, cause: error });
  }
};

export type WatchSeeker = { start(): void; stop(): Promise<void> };

/** Looks through the channels once in the life of a store, by one of the processes that share it. */
export const createWatchSeeker = (bridge: Bridge, { account }: Visitors): WatchSeeker => {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();

  const isDone = async (): Promise<boolean> => (await readRecord(bridge.records, 'visitors_sought', account)) !== null;

  const seek = async (): Promise<boolean> => {
    if (await isDone()) return true;
    if (!(await bridge.lead('seeking visitors', LEAD_MS)) || (await isDone())) return isDone();
    const seen: NewEvent[] = [];
    for (const channel of bridge.channels().all.keys()) {
      if (stopped) return false;
      seen.push(...(await seenIn(bridge, channel)));
    }
    if (seen.length > 0) await bridge.store.put(seen);
    await storeRecord(bridge.records, 'visitors_sought', { key: account, value: { version: 1, at: bridge.now() } });
    return true;
  };

  const turn = async (): Promise<void> => {
    const done = await seek().catch((error: unknown) => {
      if (!stopped) bridge.log.warn({ error }, 'channels could not be looked through for watched cases yet');
      return false;
    });
    if (!done && !stopped) timer = setTimeout(begin, MINUTE);
  };
  const begin = (): void => {
    running = turn();
  };

  return {
    start: begin,
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.race([running, pause(SECOND, undefined, { ref: false })]);
    },
  };
};

const seenIn = async (bridge: Bridge, channel: ThreadRef['channel']): Promise<readonly NewEvent[]> => {
  const { team } = bridge.chat;
  const found: NewEvent[] = [];
  let searched = 0;
  await bridge.chat.readChannel(channel, null, (message) => {
    searched += 1;
    const lane = message.marker?.link ?? null;
    if (lane !== null && placeOn(bridge, message) !== null) {
      const { ts } = message;
      const payload = { type: 'visitor_thread_seen', team, channel, ts };
      found.push({ key: `seen:${threadKey({ team, channel, ts })}`, lane, payload });
    }
    return searched >= MOST_SEARCHED ? 'enough' : 'go on';
  });
  return found;
};
