import type { Case } from '../../core/case.ts';
import type { CaseReading, EventOf } from '../../core/event.ts';
import { CaseId, compareIds, MessageId } from '../../core/ids.ts';
import type { Baseline } from '../../core/link.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';
import { readRecord, storeRecord } from '../records.ts';

/** One process reads what is open; should it die meanwhile, another may begin after this. */
const BASELINE_MS = 60_000;

/** What was there when the store was new, so that an old account does not flood Slack with threads. */

/** All open cases, page by page; pages may overlap while cases come and go. `seen`: told of each as soon as it is read. */
export const listOpen = async (
  bridge: Bridge,
  seen: (item: Case) => Promise<void> = async () => undefined,
): Promise<ReadonlyMap<CaseId, Case>> => {
  const open = new Map<CaseId, Case>();
  for (let page: number | null = 0; page !== null; ) {
    const wanted: number = page;
    const { cases, next } = await bridge.reads.within('list', () => bridge.helpdesk.listOpenCases(wanted));
    for (const item of cases) {
      open.set(item.id, item);
      await seen(item);
    }
    page = next;
  }
  return open;
};

/** On a new store only: remembers what is open. */
export const beginBaseline = async (bridge: Bridge): Promise<void> => {
  const { account } = bridge.helpdesk;
  if ((await readRecord(bridge.records, 'baseline', account)) !== null) return;
  if (!(await bridge.lead('baseline', BASELINE_MS)))
    throw new Failure({
      kind: 'transient',
      side: 'acquire',
      attempted: 'the first reading of open cases, by another process',
      effect: 'none',
    });
  const at = bridge.now();
  // Read first: a message written while the list is read counts as new.
  const message = await bridge.reads.within('list', () => bridge.helpdesk.newestMessage());
  const open = [...(await listOpen(bridge)).values()];
  const newest = open.reduce<CaseId | null>((a, { id }) => (a === null || compareIds(id, a) > 0 ? id : a), null);
  const since = Math.max(0, ...open.map((item) => item.updatedAt ?? item.createdAt ?? 0));
  const baseline: Baseline = { version: 1, message, case: newest, since, at };
  await storeRecord(bridge.records, 'baseline', { key: account, value: baseline });
  bridge.log.info({ open: open.length }, 'the store is new: what is open now starts no threads by itself');
};

const NOTHING = '0';

/**
 * While the helpdesk could not be read yet, webhooks may have told what was new: that is not taken for old because it
 * was there when the first reading succeeded.
 */
export const toldBefore = (
  baseline: Baseline,
  told: { readonly event: EventOf<'case_nudged'>; readonly at: number },
  { messages }: CaseReading,
): Baseline => {
  if (baseline.at === undefined || told.at >= baseline.at) return baseline;
  if (told.event.event === 'case:new')
    return { ...baseline, message: MessageId.parse(NOTHING), case: CaseId.parse(NOTHING) };
  if (told.event.event !== 'case:message:new') return baseline;
  const first = (told.event.messages[0] ?? messages.findLast((row) => row.sender.side === 'contact'))?.id;
  if (first === undefined || (baseline.message !== null && compareIds(first, baseline.message) > 0)) return baseline;
  const before = messages.findLast((row) => compareIds(row.id, first) < 0)?.id;
  return { ...baseline, message: before ?? MessageId.parse(NOTHING) };
};
