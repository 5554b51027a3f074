import { type CarryContext, newLink } from '../../core/carry.ts';
import type { CaseReading } from '../../core/event.ts';
import {
  type AccountId,
  type CaseId,
  CaseId as CaseIdSchema,
  type ChainId,
  compareIds,
  type LinkRef,
  linkKey,
  parseLinkKey,
  type ThreadRef,
  threadKey,
} from '../../core/ids.ts';
import type { Baseline, Link, Root } from '../../core/link.ts';
import { Failure } from '../../delivery/errors.ts';
import type { RecordWrite } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { readRecord, replaceRecord, type Stored, writeRecord } from '../records.ts';
import { wayOf, wayOfLink } from './routing.ts';
import type { Consequence } from '../settlement.ts';

/** Finding links, and the records that one link consists of. */

export type StoredLink = Stored<Link> & { readonly key: string };

const caseKey = (account: AccountId, id: CaseId): string => `${account}:${id}`;

export const linkByKey = async (bridge: Bridge, key: string): Promise<StoredLink | null> => {
  const stored = await readRecord(bridge.records, 'link', key);
  return stored === null ? null : { ...stored, key };
};

const linkRef = (bridge: Bridge, chain: ChainId): LinkRef => ({
  team: bridge.chat.team,
  account: bridge.helpdesk.account,
  chain,
});

export const linkOfChain = (bridge: Bridge, chain: ChainId): Promise<StoredLink | null> =>
  linkByKey(bridge, linkKey(linkRef(bridge, chain)));

export const linkOfCase = async (bridge: Bridge, id: CaseId): Promise<StoredLink | null> => {
  const pointer = await readRecord(bridge.records, 'case', caseKey(bridge.helpdesk.account, id));
  return pointer === null ? null : linkByKey(bridge, pointer.value.link);
};

export const rootOf = async (bridge: Bridge, key: string): Promise<Root | null> =>
  (await readRecord(bridge.records, 'root', key))?.value ?? null;

/** The case that a write goes to now: our own create or reopen may be ahead of what was last read. */
export const currentCase = async (bridge: Bridge, link: StoredLink): Promise<{ id: CaseId; closed: boolean }> => {
  const ahead = await readRecord(bridge.records, 'current_case', link.key);
  const read = link.value.case;
  if (ahead !== null && compareIds(ahead.value.case, read.id) > 0) return { id: ahead.value.case, closed: false };
  return { id: read.id, closed: read.state === 'closed' };
};

/** The records that a link consists of, written together; refused when somebody else changed it meanwhile. */
export const writeLink = (link: Link, was: StoredLink | null): readonly RecordWrite[] => {
  const key = linkKey(link);
  const known = was?.value.caseIds ?? [];
  const isOpen = link.state === 'on' && link.case.state !== 'closed';
  return [
    replaceRecord('link', key, { was, value: link }),
    ...link.caseIds
      .filter((id) => !known.includes(id))
      .map((id) => writeRecord('case', caseKey(link.account, id), { version: 1, link: key })),
    writeRecord('open_case', key, isOpen ? { version: 1, case: link.case.id } : null),
  ];
};

/** A changed link and its card drawn anew. `cause` is the key of the event that changed it. */
export const changeLink = (link: Link, was: StoredLink, cause: string): Consequence => ({
  records: writeLink(link, was),
  deliveries: [refreshCard(was.key, cause)],
});

export const refreshCard = (link: string, cause: string) =>
  owe({ id: `card:${link}:${cause}`, effect: { do: 'refresh_card', link } });

/** What a reading is carried over with. */
export const carryContext = async (bridge: Bridge, reading: CaseReading, link: Link | null): Promise<CarryContext> => {
  const { account } = bridge.helpdesk;
  const way = link?.state === 'on' ? wayOfLink(bridge, link) : wayOf(bridge, reading.case);
  const ahead = await readRecord(bridge.records, 'current_case', linkKey(linkRef(bridge, reading.case.chain)));
  return {
    team: bridge.chat.team,
    account,
    baseline: await baselineOf(bridge),
    ...way,
    caseUrl: bridge.helpdesk.caseUrl(reading.case.id),
    ownSenders: bridge.helpdesk.ownSenders(),
    reopenedByUs: ahead?.value.case ?? null,
  };
};

/** What was there when the store was new; until that is known nothing is carried over. */
const baselineOf = async (bridge: Bridge): Promise<Baseline> => {
  const stored = await readRecord(bridge.records, 'baseline', bridge.helpdesk.account);
  if (stored !== null) return stored.value;
  throw new Failure({
    kind: 'transient',
    side: 'acquire',
    attempted: 'carrying news before the first reading of open cases',
    effect: 'none',
  });
};

/** Threads that were looked at and are not ours; a bounded memory that saves calls. */
const foreignThreads = new WeakMap<Bridge, Set<string>>();
const FOREIGN_KEPT = 10_000;

const remembersForeign = (bridge: Bridge): Set<string> => {
  const known = foreignThreads.get(bridge) ?? new Set<string>();
  foreignThreads.set(bridge, known);
  if (known.size > FOREIGN_KEPT) known.clear();
  return known;
};

export type FoundLink = { readonly link: StoredLink } | { readonly recover: Consequence } | null;

/**
 * The link of a Slack thread. When the store does not know the thread, its first message tells: a lost store is found
 * again from our marker on it (`recover` must be stored, then the event is worked on again).
 */
export const linkOfThread = async (bridge: Bridge, thread: ThreadRef): Promise<FoundLink> => {
  const key = threadKey(thread);
  const found = await linkUnder(bridge, key);
  if (found !== 'unknown') return found;
  const foreign = remembersForeign(bridge);
  if (foreign.has(key) || !bridge.channels().all.has(thread.channel)) return null;
  const recover = await recoverLink(bridge, thread);
  if (recover !== null) return { recover };
  // While its first message was read, we may have stored that we started it.
  const meanwhile = await linkUnder(bridge, key);
  if (meanwhile !== 'unknown') return meanwhile;
  foreign.add(key);
  return null;
};

const linkUnder = async (bridge: Bridge, key: string): Promise<{ readonly link: StoredLink } | null | 'unknown'> => {
  const pointer = await readRecord(bridge.records, 'thread', key);
  if (pointer === null) return 'unknown';
  const link = await linkByKey(bridge, pointer.value.link);
  return link === null ? null : { link };
};

/** Nothing when there is no such thread: whoever wrote in it was quicker than whoever deleted it. */
const firstMessage = async (bridge: Bridge, { channel, ts }: ThreadRef) => {
  try {
    return (await bridge.chat.readThread(channel, ts, null)).at(0);
  } catch (error) {
    if (error instanceof Failure && error.facts.word === 'thread_not_found') return undefined;
    throw error;
  }
};

const recoverLink = async (bridge: Bridge, thread: ThreadRef): Promise<Consequence | null> => {
  const root = await firstMessage(bridge, thread);
  const key = root?.own === true ? (root.marker?.link ?? null) : null;
  const ref = key === null ? null : parseLinkKey(key);
  if (key === null || ref === null || ref.team !== bridge.chat.team || ref.account !== bridge.helpdesk.account)
    return null;
  const known = await linkByKey(bridge, key);
  if (known !== null) {
    await refuseWhileStarting(bridge, known, root?.marker?.delivery);
    return null;
  }
  const reading = await newestCase(bridge, ref.chain);
  if (reading === null) return null;
  const context = await carryContext(bridge, reading, null);
  const newest = reading.messages.at(-1)?.id ?? null;
  const link: Link = {
    ...newLink(reading, null, { ...context, home: thread.channel }),
    floor: newest,
    cursor: newest,
    attended: true,
  };
  bridge.log.info({ link: key }, 'a link was found again from its thread');
  return {
    records: [...writeLink(link, null), ...rootRecords({ key, value: link }, thread)],
    deliveries: [refreshCard(key, `found:${thread.ts}`)],
  };
};

/** Somebody may answer in a thread before we have stored that it stands: that answer is worked on a little later. */
const refuseWhileStarting = async (bridge: Bridge, link: StoredLink, starter: string | undefined): Promise<void> => {
  const root = await rootOf(bridge, link.key);
  const isStarted = root !== null && root.generation >= link.value.generation;
  const start = isStarted || starter === undefined ? null : await bridge.store.view(starter);
  if (start?.state !== 'owed') return;
  throw new Failure({
    kind: 'transient',
    side: 'slack',
    attempted: 'answering in a thread that is being started',
    effect: 'none',
  });
};

/** The records that tie a thread to its link, written with the delivery that started it. */
export const rootRecords = (
  { key, value }: { readonly key: string; readonly value: Pick<Link, 'generation'> },
  thread: ThreadRef,
  adopted = false,
): readonly RecordWrite[] => {
  const { channel, ts } = thread;
  return [
    writeRecord('root', key, { version: 1, generation: value.generation, channel, ts, adopted }),
    writeRecord('thread', threadKey(thread), { version: 1, link: key }),
  ];
};

/** The newest case of a chain, starting from its root. */
const newestCase = async (bridge: Bridge, chain: ChainId): Promise<CaseReading | null> => {
  const root = CaseIdSchema.parse(chain);
  const first = await bridge.helpdesk.getCase(root);
  if (first === null) return null;
  const open = await bridge.helpdesk.openCasesOf(first.contact.id);
  const newest = open
    .filter((item) => item.chain === chain)
    .reduce((a, b) => (compareIds(a.id, b.id) >= 0 ? a : b), first);
  return (await bridge.reads.read(newest.id, { urgency: 'nudged', since: bridge.now() })).reading;
};
