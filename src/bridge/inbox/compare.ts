import { z } from 'zod';
import { contactName } from '../../core/card.ts';
import type { Difference } from '../../core/difference.ts';
import { ToHelpdesk } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import { CaseId, compareIds, SlackTs } from '../../core/ids.ts';
import type { CaseMessageRecord, Link, Root } from '../../core/link.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { MissedFact, SeenMessage } from '../../core/ports.ts';
import { postsOf, type Telling } from '../../core/rows.ts';
import { Failure } from '../../delivery/errors.ts';
import type { DeliveryView } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import { postId } from '../cases/case-events.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane, slackLane } from '../lanes.ts';
import { meaningOf } from '../messages/meaning.ts';
import { readRecord } from '../records.ts';
import { caseMessageKey, memberMessageKey } from '../telling.ts';
import { joinedIn } from '../threads/joining.ts';
import { rootOf, type StoredLink } from '../threads/links.ts';

/** Compares the cases of a link with its thread. It only reads; what was deleted on either side stays deleted. */

/** Every case of a chain is one before this: also those that followed without our knowing. */
const AFTER_ALL = CaseId.parse('9'.repeat(19));
/** What is listed of one lane at most. */
const MOST_LISTED = 1000;

export type Comparison = {
  readonly link: StoredLink;
  readonly root: Root | null;
  readonly cases: readonly CaseId[];
  readonly messages: number;
  readonly replies: number;
  readonly differences: readonly Difference[];
};

export const compare = async (bridge: Bridge, link: StoredLink): Promise<Comparison> => {
  const cases = await casesOf(bridge, link.value);
  const { rows, unread } = await rowsOf(bridge, link.value, cases);
  const root = await rootOf(bridge, link.key);
  const thread = root === null || root.gone === true ? null : await threadOf(bridge, root);
  const sides = { bridge, link, thread };
  const messages: Difference[] = [];
  for (const row of rows) messages.push(...(await differenceOfRow(sides, row, row === rows[0])));
  return {
    link,
    root: thread?.root ?? null,
    cases,
    messages: rows.length,
    replies: thread === null ? 0 : thread.seen.filter(isMembers).length,
    differences: [
      ...unread.map((id) => remark('case', id, 'cannot be read as a whole')),
      ...(root !== null && thread === null ? [remark('thread', root.ts, 'its first message was deleted')] : []),
      ...messages,
      ...(thread === null ? [] : await missingReplies(bridge, link, thread)),
      ...(await unfinished(bridge, link.key)),
    ],
  };
};

const remark = (what: 'case' | 'thread', id: string, state: string): Difference => ({
  what,
  id,
  by: null,
  at: null,
  gap: false,
  state,
});

const casesOf = async (bridge: Bridge, link: Link): Promise<readonly CaseId[]> => {
  const of = { ...link.case, id: AFTER_ALL };
  const listed = await bridge.reads.within('list', () => bridge.helpdesk.casesBefore(of));
  return [...new Set([...link.caseIds, ...listed])].toSorted(compareIds);
};

type Rows = { readonly rows: readonly CaseMessage[]; readonly unread: readonly CaseId[] };

/** Above the floor: what was there before the link was never owed one by one. System lines are nobody's words. */
const rowsOf = async (bridge: Bridge, { floor }: Link, cases: readonly CaseId[]): Promise<Rows> => {
  const rows = new Map<string, CaseMessage>();
  const unread: CaseId[] = [];
  for (const id of cases) {
    const { reading } = await bridge.reads.read(id, { urgency: 'list', since: bridge.now() });
    if (reading?.complete !== true) unread.push(id);
    for (const row of reading?.messages ?? []) {
      if (row.type !== 'event' && (floor === null || compareIds(row.id, floor) > 0)) rows.set(row.id, row);
    }
  }
  return { rows: [...rows.values()].toSorted((a, b) => compareIds(a.id, b.id)), unread };
};

type Thread = {
  readonly root: Root;
  readonly seen: readonly SeenMessage[];
  /** Deliveries that our posts in it name. */
  readonly shown: ReadonlySet<string>;
};

/** Null when its first message is gone and nothing of it can be read. */
const threadOf = async (bridge: Bridge, root: Root): Promise<Thread | null> => {
  try {
    const seen = await bridge.chat.readThread(root.channel, root.ts, null);
    const ours = seen.flatMap(({ own, marker }) => (own && marker !== null ? [marker] : []));
    return { root, seen, shown: new Set(ours.flatMap((marker) => [marker.delivery, ...joinedIn(marker)])) };
  } catch (error) {
    if (error instanceof Failure && error.facts.word === 'thread_not_found') return null;
    throw error;
  }
};

type Sides = { readonly bridge: Bridge; readonly link: StoredLink; readonly thread: Thread | null };

const differenceOfRow = async (sides: Sides, row: CaseMessage, isFirst: boolean): Promise<readonly Difference[]> => {
  const { bridge } = sides;
  const record = (await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row)))?.value ?? null;
  const { side, id } = row.sender;
  const about = { what: 'message', id: row.id, by: `${side} ${id}`, at: row.createdAt } as const;
  if (isOurs(bridge, row, record)) {
    const marked = row.marker === null ? null : await bridge.store.view(row.marker);
    // The first words of a case that was opened from Slack went with its opening.
    const isKnown = record !== null || marked !== null || isFirst;
    return isKnown ? [] : [{ ...about, gap: false, state: 'ours, but of no delivery' }];
  }
  const state = await stateOfRow(sides, row, record);
  return state === null ? [] : [{ ...about, gap: state === 'missing', state }];
};

/** Ids of contacts and of agents may be the same number. */
export const isOurs = (bridge: Bridge, { sender, marker }: CaseMessage, record: CaseMessageRecord | null): boolean =>
  sender.side === 'self' ||
  (sender.side !== 'contact' && (marker !== null || bridge.helpdesk.ownSenders().has(sender.id))) ||
  (record !== null && record.channel === null);

/** Null when it stands in the thread, or when its delivery tells where it is. */
const stateOfRow = async (
  { bridge, link, thread }: Sides,
  row: CaseMessage,
  record: CaseMessageRecord | null,
): Promise<string | null> => {
  for (const post of postsOf(row, tellingOf(bridge, link.value))) {
    const id = postId(link.value, post);
    if (thread?.shown.has(id) === true) continue;
    const view = await bridge.store.view(id);
    if (view === null && record === null) return 'missing';
    if (view?.state === 'dropped') return 'dropped';
    const ts = view?.state === 'delivered' ? (postedAt(view) ?? record?.ts) : record?.ts;
    if (thread !== null && ts && isDeleted(thread, ts)) return 'deleted in Slack';
  }
  return null;
};

const Posted = z.object({ ts: SlackTs });

const postedAt = ({ receipt }: DeliveryView): SlackTs | null => Posted.safeParse(receipt).data?.ts ?? null;

/** What is older than the thread was posted into the one before it. */
const isDeleted = ({ root, seen }: Thread, ts: SlackTs): boolean =>
  ts > root.ts && !seen.some((message) => message.ts === ts);

/** What posts of rows are drawn with. */
export const tellingOf = (bridge: Bridge, link: Link): Omit<Telling, 'loud'> & { loud: false } => ({
  case: link.case.id,
  contact: contactName(link.case.contact),
  claimer: link.claimedBy,
  caseUrl: bridge.helpdesk.caseUrl(link.case.id),
  loud: false,
});

const isMembers = ({ own, author, thread, ts }: SeenMessage): boolean => !own && author !== null && thread !== ts;

/** Members' messages that nothing was ever made of, though they were meant for the case. */
const missingReplies = async (bridge: Bridge, link: StoredLink, thread: Thread): Promise<readonly Difference[]> => {
  const unknown = new Set<SlackTs>();
  for (const { ts } of thread.seen.filter(isMembers)) {
    const key = memberMessageKey({ team: bridge.chat.team, channel: thread.root.channel, ts });
    if ((await readRecord(bridge.records, 'member_message', key)) === null) unknown.add(ts);
  }
  const missing: Difference[] = [];
  for (const { event } of await factsOf(bridge, thread.root, unknown)) {
    if (!(await isForCase(bridge, link, event))) continue;
    const at = Math.round(Number(event.ts) * 1000);
    missing.push({ what: 'reply', id: event.ts, by: `member ${event.member}`, at, gap: true, state: 'missing' });
  }
  return missing;
};

type Wrote = EventOf<'member_wrote'>;
type WroteFact = MissedFact & { readonly event: Wrote };

/** What the events of these messages would have told. */
export const factsOf = async (
  bridge: Bridge,
  root: Root,
  wanted: ReadonlySet<string>,
): Promise<readonly WroteFact[]> => {
  if (wanted.size === 0) return [];
  const facts = await bridge.chat.repliesAbove(root.channel, root.ts, root.ts);
  return facts.flatMap(({ event, ...fact }) =>
    event.type === 'member_wrote' && wanted.has(event.ts) ? [{ ...fact, event }] : [],
  );
};

/** Neither a stranger's nor meant to stay in Slack. */
const isForCase = async (bridge: Bridge, link: StoredLink, event: Wrote): Promise<boolean> => {
  const { kind } = await meaningOf(bridge, { text: event.text, link, known: null, before: null });
  if (kind === 'kept') return false;
  const { is } = await standingOf(bridge, event.member, { at: bridge.now(), channel: event.channel });
  return is !== 'stranger';
};

/** Owed, held, dead or unknown: on its way, or waiting for a person. */
const unfinished = async (bridge: Bridge, link: string): Promise<readonly Difference[]> => {
  const states = ['owed', 'held', 'dead', 'unknown'] as const;
  const found: DeliveryView[] = [];
  for (const lane of [slackLane(link), helpdeskLane(link)])
    found.push(...(await bridge.store.list({ lane, states, limit: MOST_LISTED })));
  return found.map((view) => ({
    what: 'delivery',
    id: view.id,
    by: authorOf(view),
    at: view.createdAt,
    gap: true,
    state: view.reason === null ? view.state : `${view.state} (${view.reason})`,
  }));
};

const authorOf = ({ effect }: DeliveryView): string | null => {
  const { data } = ToHelpdesk.safeParse(effect);
  return data === undefined ? null : `member ${data.member}`;
};
