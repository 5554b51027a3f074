import { contactName } from './card.ts';
import type { Case } from './case.ts';
import type { CaseReading } from './event.ts';
import { type AccountId, type CaseId, type ChannelId, compareIds, type TeamId } from './ids.ts';
import type { Baseline, Link } from './link.ts';
import type { CaseMessage } from './message.ts';
import type { Start } from './route.ts';
import { type CarriedPost, historyPost, inAcquire, postsOf } from './rows.ts';
import { line } from './words.ts';

/**
 * Carries what a reading of a case shows into its Slack thread. Pure: the same reading and link always give the same
 * posts under the same keys, so that telling it twice does nothing twice.
 */

const HOUR = 3_600_000;
/** After so long without a word from either side a customer's message is shown in the channel again. */
const SILENCE_MS = 8 * HOUR;
/** A reading starts so many messages below the cursor: rows may become visible late. */
const OVERLAP = 20;

export type Carried = {
  readonly link: Link;
  /** The thread must be started first. */
  readonly starts: boolean;
  readonly posts: readonly CarriedPost[];
};

export type CarryContext = {
  readonly team: TeamId;
  readonly account: AccountId;
  readonly baseline: Baseline;
  /** Where a new thread starts. */
  readonly home: ChannelId;
  /** When one starts by itself. */
  readonly start: Start;
  /** The rule that takes the case, and the channel for which it was made. */
  readonly rule: { readonly name: string; readonly channel: ChannelId | null } | null;
  /** The thread's setting: show unattended customers' messages in the channel too. */
  readonly broadcast: boolean;
  readonly caseUrl: string;
  /** Ids that our keys write and act as. */
  readonly ownSenders: ReadonlySet<string>;
  /** The case that a reopen of ours made; its own words are said when the delivery is told. */
  readonly reopenedByUs: CaseId | null;
};

/** Null when there is no link and nothing that starts one. */
export const carry = (reading: CaseReading, link: Link | null, context: CarryContext): Carried | null => {
  if (link !== null && link.state === 'on') return carryOn(reading, link, context);
  if (!startsNow(reading, link, context)) return null;
  return startFor(reading, link, context);
};

/** By the rule that takes the case. What was there before, and was left alone, starts nothing by itself. */
const startsNow = (reading: CaseReading, ended: Link | null, { start, baseline }: CarryContext): boolean => {
  const isWritten = reading.messages.some((row) => isFromContact(row) && isFresh(row, ended, baseline));
  switch (start) {
    case 'never':
      return false;
    case 'message':
      return isWritten;
    case 'new':
      return isWritten || (isNewCase(reading.case, ended, baseline) && reading.case.state !== 'closed');
    case 'waiting':
      return reading.case.state === 'waiting' && (isWritten || isNewCase(reading.case, ended, baseline));
  }
};

const isNewCase = (item: Case, ended: Link | null, baseline: Baseline): boolean => {
  if (ended !== null) return compareIds(item.id, ended.case.id) > 0;
  if (baseline.case !== null) return compareIds(item.id, baseline.case) > 0;
  return item.createdAt !== null && item.createdAt > baseline.since;
};

const isFromContact = (row: CaseMessage): boolean => row.sender.side === 'contact' && row.type === 'message';

/** Came after the store was new, or after the earlier link ended. */
const isFresh = (message: CaseMessage, ended: Link | null, baseline: Baseline): boolean => {
  if (ended !== null && ended.cursor !== null) return compareIds(message.id, ended.cursor) > 0;
  if (baseline.message !== null) return compareIds(message.id, baseline.message) > 0;
  return message.createdAt === null || message.createdAt > baseline.since;
};

/** A new link for a case; used too when a person links one by hand. */
export const newLink = (reading: CaseReading, ended: Link | null, context: CarryContext): Link => ({
  version: 1,
  team: context.team,
  account: context.account,
  chain: reading.case.chain,
  state: 'on',
  generation: (ended?.generation ?? 0) + 1,
  channel: context.home,
  case: reading.case,
  caseIds: [...new Set([...(ended?.caseIds ?? []), reading.case.id])],
  floor: ended?.cursor ?? null,
  cursor: null,
  waitingSince: null,
  activeAt: null,
  answered: null,
  attended: false,
  claimedBy: null,
  // Who chose another channel for it, chose its settings too.
  route: context.rule?.channel === context.home ? context.rule.name : null,
  turn: null,
  doneBy: null,
  snoozedUntil: null,
});

/** Starts a thread: an older case brings its last messages in one post, a new one everything. */
export const startFor = (reading: CaseReading, ended: Link | null, context: CarryContext): Carried => {
  const link = newLink(reading, ended, context);
  const isOld =
    ended !== null || (context.baseline.case !== null && compareIds(reading.case.id, context.baseline.case) <= 0);
  const before = isOld
    ? reading.messages.filter((message) => !isFresh(message, ended, context.baseline))
    : spokenBefore(reading.messages, context.start);
  const floor = before.at(-1)?.id ?? link.floor;
  const carried = carryOn(reading, { ...link, floor }, context);
  const history = before.length === 0 ? [] : [historyPost(before, context.caseUrl)];
  return { ...carried, starts: true, posts: [...history, ...carried.posts] };
};

/** Where a bot spoke first, a person who is asked for reads that as history, and the last words of the customer as news. */
const spokenBefore = (messages: readonly CaseMessage[], start: Start): readonly CaseMessage[] => {
  if (start !== 'waiting') return [];
  const last = messages.findLastIndex(isFromContact);
  const others = messages.slice(0, Math.max(0, last)).findLastIndex((row) => !isFromContact(row));
  return messages.slice(0, others + 1);
};

const carryOn = (reading: CaseReading, link: Link, context: CarryContext): Carried => {
  const telling = {
    case: reading.case.id,
    contact: contactName(reading.case.contact),
    claimer: link.claimedBy,
    caseUrl: context.caseUrl,
  };
  // What is read of a case that was followed by another is late, and says nothing of how things stand.
  if (compareIds(reading.case.id, link.case.id) < 0) {
    const posts = rowsToCarry(reading, link).flatMap((row) => postsOf(row, { ...telling, loud: false }));
    return { link: { ...link, caseIds: withId(link, reading.case.id) }, starts: false, posts };
  }
  const posts: CarriedPost[] = [];
  const rows = rowsToCarry(reading, link);
  let attended = link.attended && link.case.id === reading.case.id;
  let { activeAt } = link;
  for (const row of rows) {
    const isNew = isAbove(row, link.cursor);
    const silent = activeAt !== null && row.createdAt !== null && row.createdAt - activeAt > SILENCE_MS;
    if (silent && isNew) attended = false;
    posts.push(...postsOf(row, { ...telling, loud: context.broadcast && isNew && !attended }));
    if (row.type !== 'message') continue;
    if (row.sender.side === 'self' && isNew) attended = true;
    activeAt = row.createdAt ?? activeAt;
  }
  const change = changeOf(reading, link, context);
  const next = nextLink(reading, link, { attended, activeAt, doneBy: change === null ? link.doneBy : change.by });
  const told = rows.some((row) => row.type === 'event' && isAbove(row, link.cursor));
  return { link: next, starts: false, posts: change === null || told ? posts : [...posts, ...change.posts] };
};

const isAbove = (row: CaseMessage, cursor: Link['cursor']): boolean =>
  cursor === null || compareIds(row.id, cursor) > 0;

const withId = (link: Link, id: CaseId): CaseId[] => (link.caseIds.includes(id) ? link.caseIds : [...link.caseIds, id]);

/** Rows above the floor that are new, or so near below the cursor that they may have become visible late. */
export const rowsToCarry = (
  reading: CaseReading,
  { cursor, floor }: Pick<Link, 'cursor' | 'floor'>,
): readonly CaseMessage[] => {
  const above = reading.messages.filter((message) => floor === null || compareIds(message.id, floor) > 0);
  if (cursor === null) return above;
  const seen = above.filter((message) => compareIds(message.id, cursor) <= 0);
  return [...seen.slice(-OVERLAP), ...above.slice(seen.length)];
};

const nextLink = (reading: CaseReading, link: Link, seen: Pick<Link, 'attended' | 'activeAt' | 'doneBy'>): Link => {
  const newest = reading.messages.at(-1)?.id ?? null;
  const grows = newest !== null && (link.cursor === null || compareIds(newest, link.cursor) > 0);
  const wroteAnew = reading.messages.some((row) => isFromContact(row) && isAbove(row, link.cursor));
  return {
    ...link,
    ...seen,
    case: reading.case,
    caseIds: withId(link, reading.case.id),
    cursor: reading.complete && grows ? newest : link.cursor,
    waitingSince: reading.complete ? waitingSince(reading.messages) : link.waitingSince,
    answered: lastAnswer(reading.messages, link.answered),
    snoozedUntil: wroteAnew ? null : link.snoozedUntil,
  };
};

/** When the oldest customer's message without an answer was written. */
export const waitingSince = (messages: readonly CaseMessage[]): number | null => {
  let since: number | null = null;
  for (const { type, sender, createdAt } of messages) {
    if (type !== 'message') continue;
    if (sender.side === 'contact') since ??= createdAt;
    if (sender.side === 'agent' || sender.side === 'self') since = null;
  }
  return since;
};

const lastAnswer = (messages: readonly CaseMessage[], known: Link['answered']): Link['answered'] => {
  const last = messages.findLast((row) => row.type === 'message' && row.sender.side === 'agent');
  if (last === undefined || last.createdAt === null) return known;
  if (known !== null && known.at >= last.createdAt) return known;
  return { by: inAcquire(last.sender.name), at: last.createdAt };
};

/** A change of the case's state: who made it, as far as can be seen, and a line where no system line tells it. */
type Change = { readonly by: string | null; readonly posts: readonly CarriedPost[] };

const changeOf = (reading: CaseReading, link: Link, context: CarryContext): Change | null => {
  const { case: now } = reading;
  const reopened = now.id !== link.case.id;
  if (!reopened && now.state === link.case.state) return null;
  const told = (by: string | null, words: string): Change => {
    const key = `state:${now.id}:${now.state}:${now.updatedAt ?? link.cursor ?? '0'}`;
    return { by, posts: [{ key, as: null, notice: line(words), messages: [], position: null, broadcast: false }] };
  };
  if (now.state === 'closed') {
    // Our own closing is told by its delivery, which knows the member.
    if (now.closedBy !== null && context.ownSenders.has(now.closedBy)) return { by: null, posts: [] };
    const who = whoClosed(reading);
    return told(who === null ? 'closed in Acquire' : `closed by ${who}`, `The case was closed${byWhom(who)}.`);
  }
  if (reopened) {
    if (now.id === context.reopenedByUs) return { by: null, posts: [] };
    const first = reading.messages.find((row) => isFromContact(row) && isAbove(row, link.cursor));
    return first === undefined
      ? told('reopened in Acquire', 'The case was reopened in Acquire.')
      : told('reopened by the customer', 'The customer reopened the case.');
  }
  return now.state === 'open'
    ? told(null, 'The case is open now (in Acquire).')
    : told(null, 'The case waits for an agent (in Acquire).');
};

/** Ids of contacts and of agents may be the same number. */
const whoClosed = ({ case: { closedBy }, messages }: CaseReading): string | null => {
  if (closedBy === null) return null;
  const row = messages.findLast(({ sender }) => sender.side !== 'contact' && sender.id === closedBy && sender.name);
  return row === undefined ? null : inAcquire(row.sender.name);
};

const byWhom = (who: string | null): string => (who === null ? ' in Acquire' : ` by ${who}`);
