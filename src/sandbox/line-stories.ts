import type { WatchedDelivery, WatchedEvent } from './deliveries-watch.ts';
import type { Told } from './line-told.ts';
import { handleOf } from './line-told.ts';

/** What was told, what was stored of it, and what followed: joined into one story each, by ids and by transactions. */

export interface Try {
  readonly at: number;
  readonly ms: number;
  readonly outcome: string;
  readonly reason: string | null;
}

export interface StoryDelivery {
  readonly id: string;
  readonly does: string;
  readonly lane: string;
  readonly state: string;
  readonly isBeingTried: boolean;
  readonly reason: string | null;
  readonly owedAt: number;
  readonly settledAt: number | null;
  readonly tries: readonly Try[];
}

/** One thing that happened, from the wire to the last delivery. A moment is null while, or because, it has not come. */
export interface Story {
  readonly id: string;
  /** `reading`: nobody told of it, casebridge looked. */
  readonly from: 'Slack' | 'Acquire' | 'reading' | 'casebridge';
  readonly what: string;
  readonly at: number;
  readonly receivedAt: number | null;
  readonly storedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly decidedAt: number | null;
  readonly answer: string | null;
  readonly tries: number;
  /** What became of it on the wire, and then in the inbox. */
  readonly state: string;
  readonly reason: string | null;
  readonly isEcho: boolean;
  /** Acknowledged and not stored: it was known already, or there is nothing to do. */
  readonly isKnown: boolean;
  readonly deliveries: readonly StoryDelivery[];
}

export interface Known {
  readonly told: readonly Told[];
  readonly events: readonly WatchedEvent[];
  readonly deliveries: readonly WatchedDelivery[];
  readonly tries: ReadonlyMap<string, readonly Try[]>;
  /** When the store was last looked at. */
  readonly watchedAt: number;
}

/** The store is looked at every 300 ms. */
const LOOKED_MS = 500;

/** The newest first. */
export function storiesOf(known: Known): Story[] {
  const causes = causesOf(known);
  const followed = Map.groupBy(known.deliveries, ({ id }) => causes.get(id) ?? `delivery ${id}`);
  const shown = (cause: string): StoryDelivery[] =>
    (followed.get(cause) ?? []).map((one) => shownDelivery(one, known.tries)).toSorted((a, b) => a.owedAt - b.owedAt);
  const unmatched = new Set(known.events);
  const byHandle = Map.groupBy(known.events, handleOf);
  const stories = known.told.map((told) => {
    const event = byHandle.get(told.handle)?.find((one) => unmatched.has(one) && one.receivedAt >= told.at);
    if (event !== undefined) unmatched.delete(event);
    const story = toldStory(told, event, event === undefined ? [] : shown(event.key));
    const { acknowledgedAt, storedAt } = story;
    const isKnown = acknowledgedAt !== null && storedAt === null && known.watchedAt > acknowledgedAt + LOOKED_MS;
    return { ...story, isKnown };
  });
  for (const event of unmatched) if (!isNews(event)) stories.push(ownStory(event, shown(event.key)));
  for (const [cause, [first]] of followed) {
    if (cause.startsWith('delivery ') && first !== undefined) stories.push(orphanStory(first, shown(cause)));
  }
  return stories.toSorted((a, b) => b.at - a.at);
}

/**
 * The event that each delivery follows from, by delivery. Both are stored in one transaction, hence at one moment; where
 * several events were settled at that moment, the one whose ids the delivery carries. What follows from the news of a
 * delivery belongs to what that one follows from.
 */
function causesOf({ events, deliveries }: Known): Map<string, string> {
  const settled = Map.groupBy(
    events.filter(({ settledAt }) => settledAt !== null),
    ({ settledAt }) => settledAt ?? 0,
  );
  const direct = new Map(deliveries.map((one) => [one.id, likeliest(one, settled.get(one.createdAt) ?? [])] as const));
  const rootOf = (event: WatchedEvent | undefined, depth = 0): string | undefined => {
    if (event === undefined || !isNews(event) || depth > 8) return event?.key;
    const parent = deliveryOfNews(event);
    return direct.has(parent) ? (rootOf(direct.get(parent), depth + 1) ?? `delivery ${parent}`) : event.key;
  };
  return new Map(
    [...direct].flatMap(([id, event]) => {
      const root = rootOf(event);
      return root === undefined ? [] : [[id, root]];
    }),
  );
}

function likeliest(delivery: WatchedDelivery, events: readonly WatchedEvent[]): WatchedEvent | undefined {
  return events.map((event) => ({ event, rank: rankOf(delivery, event) })).toSorted((a, b) => b.rank - a.rank)[0]
    ?.event;
}

function rankOf({ id }: WatchedDelivery, { key, lane }: WatchedEvent): number {
  if (id.includes(key)) return 3;
  if (id.includes(key.replace(/^slack:/u, ''))) return 2;
  return lane.startsWith('case:') && /^(?:post|thread):/u.test(id) ? 1 : 0;
}

const isNews = ({ key }: WatchedEvent): boolean => key.startsWith('news:');

/** `news:<id>:<state>:<number>` */
const deliveryOfNews = ({ key }: WatchedEvent): string => key.split(':').slice(1, -2).join(':');

function toldStory(told: Told, event: WatchedEvent | undefined, deliveries: readonly StoryDelivery[]): Story {
  const { handle: _, state, ...shown } = told;
  return {
    ...shown,
    deliveries,
    receivedAt: state === 'lost' ? null : told.at,
    storedAt: event?.receivedAt ?? null,
    decidedAt: event?.settledAt ?? null,
    state: state === 'delivered' && event !== undefined ? event.state : state,
    reason: event?.reason ?? null,
    isKnown: false,
  };
}

const READ = /^(?:case_changed|visitor_case_changed|member_wrote|member_edited)$/u;
const UNTOLD = {
  receivedAt: null,
  acknowledgedAt: null,
  answer: null,
  tries: 0,
  isEcho: false,
  isKnown: false,
} as const;

function ownStory(event: WatchedEvent, deliveries: readonly StoryDelivery[]): Story {
  const { key, type, state, reason, receivedAt, settledAt } = event;
  const isRead = type !== null && READ.test(type);
  return {
    ...UNTOLD,
    id: key,
    from: key.startsWith('acquire:') ? 'Acquire' : isRead ? 'reading' : 'casebridge',
    what: type === null ? 'event' : type.replaceAll('_', ' '),
    at: receivedAt,
    storedAt: receivedAt,
    decidedAt: settledAt,
    state,
    reason,
    deliveries,
  };
}

/** What it follows from is no longer known. */
function orphanStory({ id, createdAt }: WatchedDelivery, deliveries: readonly StoryDelivery[]): Story {
  return {
    ...UNTOLD,
    id,
    from: 'casebridge',
    what: 'earlier',
    at: createdAt,
    storedAt: null,
    decidedAt: createdAt,
    state: 'handled',
    reason: null,
    deliveries,
  };
}

function shownDelivery(one: WatchedDelivery, tries: Known['tries']): StoryDelivery {
  const { id, does, lane, state, attempting, reason, createdAt, settledAt } = one;
  const made = tries.get(id) ?? [];
  return { id, does, lane, state, isBeingTried: attempting, reason, owedAt: createdAt, settledAt, tries: made };
}
