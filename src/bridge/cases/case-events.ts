import { hasSameCard } from '../../core/card.ts';
import { type Carried, carry, rowsToCarry } from '../../core/carry.ts';
import type { AnswerTo, CaseReading, EventOf } from '../../core/event.ts';
import { compareIds, linkKey } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { CarriedPost } from '../../core/rows.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedEvent, Json, NewDelivery, NewEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { attachmentsOf, withMailFiles } from '../files/files-in.ts';
import { helpdeskLane, owe } from '../lanes.ts';
import { readRecord } from '../records.ts';
import { type Consequence, handled, ignored } from '../settlement.ts';
import { caseMessageKey } from '../telling.ts';
import { carryContext, linkOfChain, refreshCard, type StoredLink, writeLink } from '../threads/links.ts';
import { toldBefore } from './baseline.ts';
import { callPeople } from './calling.ts';
import { readForNews } from './late-rows.ts';
import { confirmRefused, confirmUnknown } from './seen-rows.ts';
import { suspicionOf } from './suspicion.ts';
import { waitTimers } from './waiting.ts';

/** News of a case: read it, and carry what is new into its thread. */

/** Rows asked about in the store, one by one. */
const MOST_ASKED = 60;

export const onCaseNews = async (
  bridge: Bridge,
  event: EventOf<'case_nudged'> | EventOf<'case_changed'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const read = await readForNews(bridge, event, claimed);
  if (read === null) return ignored('there is no such case');
  const reading = event.type === 'case_nudged' ? withToldMessages(read, event.messages) : read;
  return carryReading(bridge, reading, {
    cause: claimed.key,
    since: claimed.receivedAt,
    round: event.type === 'case_changed' ? event.round : null,
    nudge: event.type === 'case_nudged' ? { event, at: claimed.receivedAt } : null,
  });
};

/** Where no reader shows the whole, the webhook's own messages fill it up. */
const withToldMessages = (reading: CaseReading, told: readonly CaseMessage[]): CaseReading => {
  if (reading.complete) return reading;
  const rows = new Map([...told, ...reading.messages].map((row) => [row.id, row]));
  return { ...reading, messages: [...rows.values()].toSorted((a, b) => compareIds(a.id, b.id)) };
};

type Told = {
  readonly cause: string;
  /** Cases are read as they are now, or were since. */
  readonly since: number;
  readonly round: number | null;
  readonly nudge: Parameters<typeof toldBefore>[1] | null;
};

/** Carries a reading into its thread; `cause` is the key of the event that led to it. */
const carryReading = async (bridge: Bridge, read: CaseReading, told: Told): Promise<Settlement> => {
  const link = await linkOfChain(bridge, read.case.chain);
  const whole = await withEarlierCases(bridge, read, { link, since: told.since });
  const doubted = link !== null && isMoreThanTheirs(whole, { link: link.value, told });
  const attempting = doubted && (await isAttempting(bridge, link.key));
  const ours = await withOurs(bridge, whole, link?.value ?? null);
  // An agent who answers without a pause would keep the customer's words back, were all of it refused.
  if (attempting && (await mayShowOurs(bridge, ours, { link: link.value, told }))) throw attemptIsOpen();
  const reading = await withMailFiles(bridge, ours, link?.value ?? null);
  const context = await carryContext(bridge, reading, link?.value ?? null);
  const { cause, round, nudge } = told;
  const baseline = nudge === null ? context.baseline : toldBefore(context.baseline, nudge, reading);
  const carried = carry(reading, link?.value ?? null, { ...context, baseline });
  if (carried === null) return ignored('nothing in this case starts a thread');
  const consequence = await carriedConsequence(bridge, carried, { was: link, tell: null, cause, round });
  if (link === null) return handled(consequence);
  const refused = await confirmRefused(bridge, link, reading.messages);
  return handled(consequence, await confirmUnknown(bridge, link, reading.messages), refused);
};

/** A case that follows others: what was said in those, and not read yet, comes first. */
const withEarlierCases = async (
  bridge: Bridge,
  reading: CaseReading,
  { link, since }: { readonly link: StoredLink | null; readonly since: number },
): Promise<CaseReading> => {
  const last = link?.value.case.id ?? null;
  if (last !== null && compareIds(reading.case.id, last) <= 0) return reading;
  const before = await bridge.helpdesk.casesBefore(reading.case);
  const earlier: CaseReading[] = [];
  for (const id of before.filter((one) => last === null || compareIds(one, last) >= 0)) {
    const { reading: read } = await bridge.reads.readSoon(id, { urgency: 'nudged', since });
    if (read !== null) earlier.push(read);
  }
  const all = [...earlier, reading];
  const messages = all.flatMap((one) => one.messages).toSorted((a, b) => compareIds(a.id, b.id));
  return { ...reading, messages, complete: all.every(({ complete }) => complete) };
};

/** Rows are known as ours by stored id and by the marker that we sent along, also where their sender is not known yet. */
const withOurs = async (bridge: Bridge, reading: CaseReading, link: Link | null): Promise<CaseReading> => {
  const own = bridge.helpdesk.ownSenders();
  const near = new Set(rowsToCarry(reading, link ?? { cursor: null, floor: null }).slice(-MOST_ASKED));
  const messages: CaseMessage[] = [];
  for (const row of reading.messages) {
    const { side, id } = row.sender;
    const isOurs =
      side !== 'contact' &&
      side !== 'self' &&
      (row.marker !== null || own.has(id) || (near.has(row) && (await isStoredAsOurs(bridge, row))));
    messages.push(isOurs ? { ...row, sender: { ...row.sender, side: 'self' } } : row);
  }
  return { ...reading, messages };
};

/** What we wrote has no place of its own in Slack; what we carried there has one. */
const isStoredAsOurs = async (bridge: Bridge, row: CaseMessage): Promise<boolean> => {
  const stored = await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row));
  return stored !== null && stored.value.channel === null;
};

const ATTEMPT_MS = 500;

/** While our own attempt on a case is open, what is read could show our own words as somebody else's: later. */
export const refuseWhileAttempting = async (bridge: Bridge, link: string): Promise<void> => {
  if (await isAttempting(bridge, link)) throw attemptIsOpen();
};

const isAttempting = async (bridge: Bridge, link: string): Promise<boolean> => {
  const open = await bridge.store.list({ lane: helpdeskLane(link), states: ['owed'], attempting: true, limit: 1 });
  return open.length > 0;
};

const attemptIsOpen = (): Failure =>
  new Failure({
    kind: 'transient',
    side: 'acquire',
    attempted: 'reading a case with an open attempt of ours',
    effect: 'none',
    // An attempt takes moments as a rule: by backoff, a busy agent would keep the customer's words back for a minute.
    retryAfterMs: ATTEMPT_MS,
  });

type Since = { readonly link: Link; readonly told: Told };

/** Words of the customer alone cannot come of an attempt of ours, so nobody need ask whether one is open. */
const isMoreThanTheirs = (reading: CaseReading, since: Since): boolean =>
  hasMoved(reading, since.link) || newsIn(reading, since).some((row) => !isTheirs(row));

const hasMoved = (reading: CaseReading, link: Link): boolean =>
  reading.case.id !== link.case.id || reading.case.state !== link.case.state;

/** What is read and not carried yet, and what was told. */
const newsIn = (reading: CaseReading, { link, told }: Since): readonly CaseMessage[] => [
  ...rowsToCarry(reading, link),
  ...(told.nudge?.event.messages ?? []),
];

const isTheirs = (row: CaseMessage): boolean => row.sender.side === 'contact' && row.marker === null;

/**
 * Whether anything that is read, or told, may come of the open attempt: it is neither the customer's nor stored as shown
 * or sent. A row that is known as ours and is not stored settles the attempt (own-rows.ts), so its news must come again.
 */
const mayShowOurs = async (bridge: Bridge, reading: CaseReading, since: Since): Promise<boolean> => {
  const { link } = since;
  if (hasMoved(reading, link)) return true;
  for (const row of newsIn(reading, since)) {
    if (isTheirs(row)) continue;
    // Not every system line is shown, and one that was read before is not what has just been done.
    if (row.type === 'event' && link.cursor !== null && compareIds(row.id, link.cursor) <= 0) continue;
    if ((await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row))) === null) return true;
  }
  return false;
};

export type CarryCause = {
  readonly was: StoredLink | null;
  /** Key of the event that led to it. */
  readonly cause: string;
  /** Who is told when the thread stands; null when nobody asked for it. */
  readonly tell: AnswerTo | null;
  /** The round of polling that found it, for the guard against floods. */
  readonly round: number | null;
};

/** The deliveries and records of what was carried. */
export const carriedConsequence = async (
  bridge: Bridge,
  carried: Carried,
  { was, cause, tell, round }: CarryCause,
): Promise<Consequence> => {
  const { starts } = carried;
  // Who started a thread by hand needs nobody to be called to it.
  const { link, consequence: calling } =
    starts && tell === null ? await callPeople(bridge, carried.link) : { link: carried.link, consequence: {} };
  const key = linkKey(link);
  const suspicion = await suspicionOf(bridge, carried, cause);
  const posts = carried.posts.map((post) => owePost(link, post, suspicion?.post));
  const behind = carried.posts.map((post) => ({ post, behind: postId(link, post) }));
  const files = await attachmentsOf(bridge, link, { posts: behind, suspect: suspicion !== null });
  const start = owe({
    id: `thread:${key}:${link.generation}`,
    effect: { do: 'start_thread', link: key, channel: link.channel, tell },
    position: '',
    ...(starts && tell === null && !bridge.mayStartThread(round, key) ? { held: 'flood' } : {}),
    ...(suspicion === null ? {} : { suspect: suspicion.start }),
  });
  const changed = was === null || JSON.stringify(was.value) !== JSON.stringify(link);
  return {
    records: [...(changed ? writeLink(link, was) : []), ...(calling.records ?? [])],
    deliveries: [
      ...(starts ? [start] : []),
      ...posts,
      ...files,
      ...(calling.deliveries ?? []),
      ...(starts || (was !== null && hasSameCard(link, was.value)) ? [] : [refreshCard(key, cause)]),
    ],
    events: [
      ...(was === null ? [] : lastLook(bridge, link, { was, cause })),
      ...waitTimers(bridge, link, was?.value ?? null),
    ],
  };
};

export const postId = (link: Link, post: Pick<CarriedPost, 'key'>): string => `post:${linkKey(link)}:${post.key}`;

/** A post of a thread. `suspect`: where to look for it before it is made. */
export const owePost = (link: Link, post: CarriedPost, suspect?: Json): NewDelivery =>
  owe({
    id: postId(link, post),
    effect: {
      do: 'post',
      link: linkKey(link),
      as: post.as,
      notice: post.notice,
      messages: [...post.messages],
      broadcast: post.broadcast,
      ...(post.history === true ? { history: true } : {}),
    },
    position: post.position,
    channel: link.channel,
    ...(suspect === undefined ? {} : { suspect }),
  });

/** Rows become visible late at times, and a case that is over or was followed by another is not read by itself. */
const lastLook = (
  bridge: Bridge,
  link: Carried['link'],
  { was, cause }: { readonly was: StoredLink; readonly cause: string },
): readonly NewEvent[] => {
  const { account } = bridge.helpdesk;
  const { case: before } = was.value;
  const isOver = link.case.id !== before.id || (link.case.state === 'closed' && before.state !== 'closed');
  if (!isOver) return [];
  const at = bridge.now() + LAST_LOOK_MS;
  return [
    {
      key: `last:${account}:${before.id}:${cause}`,
      lane: `case:${account}:${before.id}`,
      due: at,
      payload: { type: 'case_changed', case: before.id, readAt: at, round: null },
    },
  ];
};

const LAST_LOOK_MS = 15_000;
