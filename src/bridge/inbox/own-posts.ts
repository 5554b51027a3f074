import { ToSlack } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import type { DeliveryView, RecordWrite, Settlement, Worker } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { handled, ignored } from '../settlement.ts';
import { carriedBehind, joinedIn } from '../threads/joining.ts';
import { rootOf } from '../threads/links.ts';
import { threadedBy } from '../threads/threaded.ts';
import { postRecords, startedUnseen } from '../threads/threads.ts';

/** Slack tells us of our own posts as well: where nobody knows yet whether one was made, that settles it. */

type Seen = EventOf<'post_seen'>;
export type OwnPost = Omit<Seen, 'type'>;

/** As a rule a post's own answer settles it, a moment before or after its event. */
const ANSWERED_MS = 2000;
/** Posts looked after at once; of more their look-ups know. */
const MOST_WAITING = 1000;

export type OwnPosts = Worker & {
  /** Nothing of it needs to be stored before Slack is answered: without it the attempt is looked up in time. */
  seen(post: OwnPost): void;
};

export const createOwnPosts = (bridge: Bridge): OwnPosts => {
  const waiting = new Set<NodeJS.Timeout>();

  const look = async (post: OwnPost): Promise<void> => {
    const view = await bridge.store.view(post.delivery);
    if (view === null || !isOpen(view)) return;
    const payload: Seen = { type: 'post_seen', ...post };
    const key = `seen:${post.delivery}:${post.ts}`;
    await bridge.store.put([{ key, lane: `news:${view.lane}`, payload }]);
  };

  return {
    start: () => undefined,
    seen(post) {
      if (waiting.size >= MOST_WAITING) return;
      const timer = setTimeout(() => {
        waiting.delete(timer);
        look(post).catch((error: unknown) =>
          bridge.log.warn({ delivery: post.delivery, error }, 'what was seen of a post could not be noted'),
        );
      }, ANSWERED_MS);
      waiting.add(timer);
    },
    stop: async () => {
      for (const timer of waiting) clearTimeout(timer);
      waiting.clear();
    },
  };
};

const isOpen = ({ state, attempting }: DeliveryView): boolean => state === 'owed' && attempting;

export const onPostSeen = async (bridge: Bridge, post: Seen): Promise<Settlement> => {
  const view = await bridge.store.view(post.delivery);
  if (view === null || !isOpen(view)) return ignored('what became of it is known');
  const found = await foundBy(bridge, post, view);
  if (found === null) return ignored('it does not stand where it belongs: its look-up takes it back');
  const { records, also } = found;
  const receipt = { channel: post.channel, ts: post.ts };
  return handled({ changes: [{ type: 'confirm', id: view.id, receipt, also }], records });
};

type Found = { readonly records: readonly RecordWrite[]; readonly also: readonly string[] };

/** What the look-up would write about it. */
const foundBy = async (bridge: Bridge, post: Seen, { id, effect: stored }: DeliveryView): Promise<Found | null> => {
  const effect = ToSlack.parse(stored);
  const { channel, ts } = post;
  const isInChannel = post.thread === null || post.thread === ts;
  switch (effect.do) {
    case 'post': {
      const root = await rootOf(bridge, effect.link);
      if (root?.ts !== post.thread || root.channel !== channel) return null;
      const joined = await carriedBehind(bridge, joinedIn(post), 'known');
      const records = postRecords(bridge, [{ id, effect }, ...joined], { channel, root: root.ts, ts });
      return { records, also: joined.map((one) => one.id) };
    }
    case 'start_thread': {
      const link = await threadedBy(bridge, effect.link);
      if (link === null || !isInChannel || channel !== effect.channel) return null;
      return { records: startedUnseen(bridge, link, { channel, ts, adopted: false }).records, also: [] };
    }
    case 'post_alone':
      return isInChannel ? { records: [], also: [] } : null;
    default:
      return null;
  }
};
