import { setTimeout as pause } from 'node:timers/promises';
import type { Compared } from '../../core/difference.ts';
import type { EventOf } from '../../core/event.ts';
import { type CaseId, compareIds } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import { postsOf } from '../../core/rows.ts';
import { settingsOf } from '../../core/settings.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedEvent, Json, NewDelivery, NewEvent, Settlement } from '../../delivery/ports.ts';
import { owePost, refuseWhileAttempting } from '../cases/case-events.ts';
import type { Bridge } from '../context.ts';
import { eachRecord, readRecord } from '../records.ts';
import { handled, ignored } from '../settlement.ts';
import { caseMessageKey } from '../telling.ts';
import { linkByKey, linkOfCase, linkOfChain, type StoredLink } from '../threads/links.ts';
import { NOWHERE } from '../threads/threads.ts';
import { type Comparison, compare, factsOf, isOurs, tellingOf } from './compare.ts';

/**
 * What an operator's `reconcile` asks: which links there are, what one of them lacks, and that it be put right. What is
 * missing goes through the inbox under the keys it always has, and is looked for before it is sent.
 */

/** What is on its way at this moment is no gap: only what is missing at two looks, so far apart. */
const SECOND_LOOK_MS = 2_000;

/** The links of open cases, or the one of a case: short enough to be compared one by one. */
export const linkedCases = async (bridge: Bridge, id: CaseId | null): Promise<Json> => {
  if (id === null) {
    const links: { link: string; case: CaseId }[] = [];
    for await (const [link, record] of eachRecord(bridge.records, 'open_case')) links.push({ link, case: record.case });
    return { links };
  }
  try {
    const link = await linkFor(bridge, id);
    if (link === null) return { error: `there is no case ${id} in Acquire` };
    if (link === 'none' || link.value.state === 'ended')
      return { error: `case ${id} has no thread; “${bridge.command} link ${id}” starts one` };
    return { links: [{ link: link.key, case: link.value.case.id }] };
  } catch (error) {
    return failed(error);
  }
};

/** Null when there is no such case. */
const linkFor = async (bridge: Bridge, id: CaseId): Promise<StoredLink | 'none' | null> => {
  const known = await linkOfCase(bridge, id);
  if (known !== null) return known;
  const found = await bridge.reads.within('list', () => bridge.helpdesk.getCase(id));
  return found === null ? null : ((await linkOfChain(bridge, found.chain)) ?? 'none');
};

/** The operator's command waits and asks again where a side says when. */
const failed = (error: unknown): Json => {
  if (!(error instanceof Failure)) throw error;
  const { retryAfterMs } = error.facts;
  return { error: error.message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
};

export type Reconciling = {
  readonly link: string;
  readonly repair: boolean;
  /** Number of the order: two orders to repair are two events. */
  readonly order: number;
};

export const reconcile = async (bridge: Bridge, { link: key, repair, order }: Reconciling): Promise<Json> => {
  const link = await linkByKey(bridge, key);
  if (link === null || link.value.state === 'ended') return { error: 'its thread was unlinked meanwhile' };
  try {
    const compared = await compareTwice(bridge, link);
    return {
      link: key,
      case: compared.link.value.case.id,
      thread: compared.root?.ts ?? null,
      messages: compared.messages,
      replies: compared.replies,
      differences: [...compared.differences],
      repaired: repair ? await putRight(bridge, compared, order) : 0,
    } satisfies Compared;
  } catch (error) {
    return failed(error);
  }
};

const compareTwice = async (bridge: Bridge, link: StoredLink): Promise<Comparison> => {
  const first = await compare(bridge, link);
  const gaps = new Set(first.differences.flatMap(({ gap, what, id }) => (gap ? [`${what}:${id}`] : [])));
  if (gaps.size === 0) return first;
  await pause(SECOND_LOOK_MS);
  const second = await compare(bridge, (await linkByKey(bridge, link.key)) ?? link);
  return {
    ...second,
    differences: second.differences.filter(({ gap, what, id }) => !gap || gaps.has(`${what}:${id}`)),
  };
};

/** Deliveries that wait for a person, and what a person deleted, are left alone. Resolves to how many gaps it is about. */
const putRight = async (bridge: Bridge, compared: Comparison, order: number): Promise<number> => {
  const missing = (wanted: 'message' | 'reply'): readonly string[] =>
    compared.differences.flatMap(({ what, gap, id }) => (gap && what === wanted ? [id] : []));
  const messages = missing('message');
  const { root } = compared;
  const facts = root === null ? [] : await factsOf(bridge, root, new Set(missing('reply')));
  const fresh = await bridge.store.put([
    ...facts.map(({ key, lane, event }) => ({ key, lane, payload: JSON.parse(JSON.stringify(event)) })),
    ...(messages.length === 0 ? [] : eventsFor(bridge, compared, { messages, order })),
  ]);
  return messages.length + fresh.slice(0, facts.length).filter(Boolean).length;
};

type Wanted = { readonly messages: readonly string[]; readonly order: number };

/** The messages first, to be looked for in the thread; then the case as it is now, for its first message and state. */
const eventsFor = (bridge: Bridge, { link, cases }: Comparison, { messages, order }: Wanted): readonly NewEvent[] => {
  const { account } = bridge.helpdesk;
  const newest = cases.at(-1) ?? link.value.case.id;
  const lane = `case:${account}:${newest}`;
  return [
    {
      key: `repair:${order}:${link.key}`,
      lane,
      payload: { type: 'repair_ordered', link: link.key, cases: [...cases], messages: [...messages] },
    },
    {
      key: `repaired:${order}:${link.key}`,
      lane,
      payload: { type: 'case_changed', case: newest, readAt: bridge.now(), round: null },
    },
  ];
};

/** The posts of these messages, as they would have been made when the messages came. */
export const onRepairOrdered = async (
  bridge: Bridge,
  event: EventOf<'repair_ordered'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const link = await linkByKey(bridge, event.link);
  if (link === null || link.value.state === 'ended') return ignored('the link has ended');
  await refuseWhileAttempting(bridge, link.key);
  const wanted = new Set<string>(event.messages);
  const rows: CaseMessage[] = [];
  for (const id of event.cases) {
    const { reading } = await bridge.reads.readSoon(id, { urgency: 'nudged', since: claimed.receivedAt });
    rows.push(...(reading?.messages ?? []).filter((row) => wanted.has(row.id)));
  }
  const deliveries: NewDelivery[] = [];
  for (const row of rows) deliveries.push(...(await postsFor(bridge, link, row)));
  return handled({ deliveries });
};

const postsFor = async (
  bridge: Bridge,
  { value: link }: StoredLink,
  row: CaseMessage,
): Promise<readonly NewDelivery[]> => {
  // Our own row may have been known for that only after it was compared.
  const record = await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row));
  if (record !== null || isOurs(bridge, row, null)) return [];
  const isNew = link.cursor === null || compareIds(row.id, link.cursor) > 0;
  const loud = isNew && !link.attended && settingsOf(bridge.channels(), link).broadcast;
  return postsOf(row, { ...tellingOf(bridge, link), loud }).map((post) => owePost(link, post, NOWHERE));
};
