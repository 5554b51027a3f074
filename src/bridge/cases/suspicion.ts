import type { Carried } from '../../core/carry.ts';
import type { Case } from '../../core/case.ts';
import { compareIds, linkKey, SlackTs } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { Json } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { rootOf } from '../threads/links.ts';
import { NOWHERE, newestPost } from '../threads/threads.ts';

/**
 * A store may be a restored copy, or may have been lost: what it does not know may stand in Slack all the same. So the
 * first that a life of the app carries over for a case is looked for before it is posted.
 */

const MINUTE = 60_000;
/** The helpdesk's clock, Slack's and ours may differ by so much; a case younger than this life needs no look. */
const CLOCKS_MS = 10 * MINUTE;

/** Where look-ups start to read. */
export type Suspicion = { readonly start: Json; readonly post: Json };

/** Forgotten beyond so many; then one more look is all that follows. */
const KNOWN = 10_000;

type Life = { readonly since: number; readonly first: Map<string, string> };
const lives = new WeakMap<Bridge, Life>();

const lifeOf = (bridge: Bridge): Life => {
  const life = lives.get(bridge) ?? { since: bridge.now(), first: new Map<string, string>() };
  lives.set(bridge, life);
  return life;
};

/** Null when this life of the app knows all about the case. `cause`: the event, which may be decided on again. */
export const suspicionOf = async (
  bridge: Bridge,
  { link, starts, posts }: Carried,
  cause: string,
): Promise<Suspicion | null> => {
  const { since, first } = lifeOf(bridge);
  const key = linkKey(link);
  if (first.size > KNOWN) first.clear();
  const firstCause = first.get(key) ?? cause;
  first.set(key, firstCause);
  if (firstCause !== cause || (posts.length === 0 && !starts)) return null;
  if (starts) {
    // A person who links anew wants a new thread.
    if (link.generation > 1) return null;
    const { createdAt } = link.case;
    if (createdAt !== null && createdAt > since + CLOCKS_MS) return null;
    return { start: { ...NOWHERE, above: await notBefore(bridge, link) }, post: NOWHERE };
  }
  const root = await rootOf(bridge, key);
  if (root === null) return { start: NOWHERE, post: NOWHERE };
  const above = await newestPost(bridge, root.channel, root.ts);
  return { start: NOWHERE, post: { channel: null, root: root.ts, above } };
};

/** A thread is younger than its case, and than what this store last posted if the case came after the store began. */
const notBefore = async (bridge: Bridge, link: Link): Promise<SlackTs | null> => {
  const baseline = (await readRecord(bridge.records, 'baseline', bridge.helpdesk.account))?.value.case ?? null;
  const isNewer = baseline === null || compareIds(link.case.id, baseline) > 0;
  const posted = isNewer ? await newestPost(bridge, link.channel, null) : null;
  const born = bornAt(link.case);
  return posted !== null && (born === null || posted > born) ? posted : born;
};

/** A reopened case says nothing of when its chain began. */
const bornAt = ({ id, chain, createdAt }: Case): SlackTs | null => {
  const ms = (createdAt ?? 0) - CLOCKS_MS;
  return String(id) !== String(chain) || ms <= 0 ? null : SlackTs.parse(`${Math.floor(ms / 1000)}.000000`);
};
