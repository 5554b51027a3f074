import { newLink } from '../../core/carry.ts';
import type { CaseReading } from '../../core/event.ts';
import { CaseId, type ChainId, compareIds, parseLinkKey, type ThreadRef, threadKey } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { SeenMessage } from '../../core/ports.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { alarmOf } from '../visitors/visitor-asking.ts';
import { carryContext, linkByKey, refreshCard, rootOf, rootRecords, type StoredLink, writeLink } from './links.ts';
import { recoverWatch } from './lost-watches.ts';

/** Which link a thread in Slack belongs to, also when the store that began it is lost. */

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
  const root = await firstMessage(bridge, thread);
  const recover = (await recoverLink(bridge, thread, root)) ?? (await watchOf(bridge, thread, root));
  if (recover === 'not now') return null;
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
const firstMessage = async (bridge: Bridge, { channel, ts }: ThreadRef): Promise<SeenMessage | undefined> => {
  try {
    return (await bridge.chat.readThread(channel, ts, null)).at(0);
  } catch (error) {
    if (error instanceof Failure && error.facts.word === 'thread_not_found') return undefined;
    throw error;
  }
};

const recoverLink = async (
  bridge: Bridge,
  thread: ThreadRef,
  root: SeenMessage | undefined,
): Promise<Consequence | null> => {
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

/** What is written below a watched case goes nowhere, so it need not wait until its system can be asked. */
const watchOf = async (
  bridge: Bridge,
  thread: ThreadRef,
  root: SeenMessage | undefined,
): Promise<Consequence | 'not now' | null> => {
  try {
    return await recoverWatch(bridge, thread, root);
  } catch (error) {
    if (!(error instanceof Failure) || bridge.visitors === null) throw error;
    bridge.log.warn({ error }, 'a thread that watches a case could not be found again yet');
    alarmOf(bridge, bridge.visitors, error);
    return 'not now';
  }
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

/** The newest case of a chain, starting from its root. */
const newestCase = async (bridge: Bridge, chain: ChainId): Promise<CaseReading | null> => {
  const root = CaseId.parse(chain);
  const first = await bridge.helpdesk.getCase(root);
  if (first === null) return null;
  const open = await bridge.helpdesk.openCasesOf(first.contact.id);
  const newest = open
    .filter((item) => item.chain === chain)
    .reduce((a, b) => (compareIds(a.id, b.id) >= 0 ? a : b), first);
  return (await bridge.reads.read(newest.id, { urgency: 'nudged', since: bridge.now() })).reading;
};
