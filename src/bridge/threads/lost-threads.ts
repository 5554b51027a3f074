import type { EventOf } from '../../core/event.ts';
import { type ChannelId, type SlackTs, type TeamId, threadKey } from '../../core/ids.ts';
import type { Link, Root } from '../../core/link.ts';
import { type Inline, type Notice, say } from '../../core/notice.ts';
import { line } from '../../core/words.ts';
import { Failure, isPassing } from '../../delivery/errors.ts';
import type { NewDelivery, RecordWrite, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { readRecord, replaceRecord } from '../records.ts';
import { handled, ignored } from '../settlement.ts';
import { visitorLinkByKey, writeVisitorLink } from '../visitors/visitor-links.ts';
import { linkByKey, rootOf, writeLink } from './links.ts';
import { newestPost } from './threads.ts';

/** A thread whose first message was deleted takes nothing more: the case goes on in a new one. */

export const onThreadGone = async (bridge: Bridge, event: EventOf<'thread_gone'>): Promise<Settlement> => {
  const root = await readRecord(bridge.records, 'root', event.link);
  if (root === null || root.value.generation !== event.generation) return ignored('the thread was started anew before');
  const gone = { records: [replaceRecord('root', event.link, { was: root, value: { ...root.value, gone: true } })] };
  const going = await goingOn(bridge, event.link);
  if (going === null || (await startsAnyway(bridge, event.link, going.was))) return handled(gone);
  return handled(gone, {
    records: going.records,
    deliveries: await startAnew(bridge, { key: event.link, link: going.next, old: root.value }),
  });
};

type Place = Pick<Link, 'generation' | 'channel'>;

type GoingOn = { readonly was: Place; readonly next: Place; readonly records: readonly RecordWrite[] };

/** What goes on in a new thread; null when nothing does. */
const goingOn = async (bridge: Bridge, key: string): Promise<GoingOn | null> => {
  const link = await linkByKey(bridge, key);
  if (link !== null) return again(link.value, (generation) => writeLink({ ...link.value, generation }, link));
  const watched = await visitorLinkByKey(bridge, key);
  if (watched === null) return null;
  return again(watched.value, (generation) => writeVisitorLink({ ...watched.value, generation }, watched));
};

const again = (
  was: Place & Pick<Link, 'state'>,
  write: (generation: number) => readonly RecordWrite[],
): GoingOn | null => {
  if (was.state === 'ended') return null;
  const generation = was.generation + 1;
  return { was, next: { generation, channel: was.channel }, records: write(generation) };
};

const startId = (key: string, generation: number): string => `thread:${key}:${generation}`;

/** A person linked the case anew: that thread comes first in the lane as it is. A moved one waits behind the last words. */
const startsAnyway = async (bridge: Bridge, key: string, { generation }: Place): Promise<boolean> => {
  const start = await bridge.store.view(startId(key, generation));
  return start?.state === 'owed' && start.position === '';
};

type Anew = { readonly key: string; readonly link: Place; readonly old: Root };

/** Before everything that waits, which then goes on below the new first message by itself. */
const startAnew = async (bridge: Bridge, { key, link, old }: Anew): Promise<readonly NewDelivery[]> => {
  const url = await wayTo(bridge, old);
  const back: readonly Inline[] = url === null ? [] : [' ', { url, label: 'Go to the earlier thread' }, '.'];
  const notice = line('The first message of the earlier thread was deleted, so this case goes on here.', ...back);
  const id = startId(key, link.generation);
  return [
    owe({ id, effect: { do: 'start_thread', link: key, channel: link.channel, tell: null }, position: '' }),
    owe({
      id: `anew:${id}`,
      effect: { do: 'post', link: key, as: null, notice, messages: [], broadcast: false },
      position: '',
      channel: link.channel,
    }),
  ];
};

/** By our newest reply in it, for the first message is not there any more. Null when nothing of it is left. */
const wayTo = async (bridge: Bridge, { channel, ts }: Root): Promise<string | null> => {
  const newest = await newestPost(bridge, channel, ts);
  return newest === null ? null : permalink(bridge, channel, newest);
};

/** Null when the message is not there any more. */
const permalink = async (bridge: Bridge, channel: ChannelId, ts: SlackTs): Promise<string | null> => {
  try {
    return await bridge.chat.permalink(channel, ts);
  } catch (error) {
    if (!(error instanceof Failure) || isPassing(error)) throw error;
    return null;
  }
};

type Where = { readonly team: TeamId; readonly channel: ChannelId; readonly thread: SlackTs };

/** What to say to whoever writes in a thread that the case has left; null in the one where it is. */
export const goesOnElsewhere = async (bridge: Bridge, link: string, place: Where): Promise<Notice | null> => {
  const root = await rootOf(bridge, link);
  if (root === null || threadKey({ ...place, ts: place.thread }) === threadKey({ ...root, team: place.team }))
    return null;
  const url = await permalink(bridge, root.channel, root.ts);
  const there: readonly Inline[] = url === null ? ['.'] : [': ', { url, label: 'go to the thread' }, '.'];
  return say('This was not sent: the case goes on in another thread. Write it again there', ...there);
};
