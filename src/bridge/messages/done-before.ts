import { type EffectOf, ToHelpdesk } from '../../core/effect.ts';
import type { CaseReading } from '../../core/event.ts';
import { compareIds, type MessageId } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import { Failure, isPassing } from '../../delivery/errors.ts';
import type { DeliveryView, Instant, Verdict } from '../../delivery/ports.ts';
import { isLike } from '../cases/same-words.ts';
import type { Bridge } from '../context.ts';
import type { Consequence } from '../settlement.ts';
import type { StoredLink } from '../threads/links.ts';
import { verdictOf } from '../verdicts.ts';
import { certainRow, isMisfiled, lookupIn } from './message-lookup.ts';
import { messageRecord, type Plan, type Work } from './plan.ts';

/**
 * Before a message is sent a second time its case is read: a refusal may be said after the effect, by whatever stands
 * between us and Acquire, and what the case shows counts more.
 */

type AddMessage = EffectOf<'add_message'>;
type Delivered = Extract<Verdict, { type: 'delivered' }>;
type Snooze = Extract<Verdict, { type: 'snooze' }>;

/** In a reading made after the refusal; null where nothing shows that it was done all the same. */
export const doneIn = async (
  work: Work,
  effect: AddMessage,
  { plan, reading }: { readonly plan: Plan; readonly reading: CaseReading },
): Promise<Delivered | null> => {
  const finding = await lookupIn(work, effect, { plan, reading });
  return finding.type === 'found' ? { ...finding, type: 'delivered' } : null;
};

/** `row`: it is there with the words that it had before its author edited it. */
export type Before = Delivered | Snooze | { readonly type: 'row'; readonly row: MessageId };

/** What an earlier attempt left, though it was said to be refused. Null: nothing, or nobody can tell. */
export const doneBefore = async (work: Work, effect: AddMessage, plan: Plan): Promise<Before | null> => {
  const { bridge, delivery } = work;
  if (!delivery.tried) return null;
  try {
    const reading = await bridge.helpdesk.readCase(plan.case);
    const marked = reading?.messages.find((row) => row.marker === delivery.id);
    if (marked !== undefined && !isMisfiled(marked, effect) && !isLike(bridge, marked, effect))
      return { type: 'row', row: marked.id };
    if (reading === null) return null;
    const above = lower(plan.above, newestBefore(reading.messages, delivery.createdAt));
    return await doneIn(work, effect, { plan: { ...plan, above }, reading });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const verdict = verdictOf(error, { side: 'acquire', place: null, attempts: delivery.attempts, now: bridge.now() });
    return verdict.type === 'snooze' ? verdict : null;
  }
};

/** Clocks differ, and Acquire's has whole seconds. */
const SKEW_MS = 5_000;

/** News may have carried the cursor past what the earlier attempt wrote; it did not write before it was owed. */
const newestBefore = (rows: readonly CaseMessage[], at: Instant): MessageId | null =>
  rows.findLast(({ createdAt }) => createdAt !== null && createdAt < at - SKEW_MS)?.id ?? null;

const lower = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : compareIds(a, b) < 0 ? a : b;

/** Settles a part that is owed again and stands in the case all the same. Null: it does not; `later`: not to be told now. */
export const settledBefore = async (
  bridge: Bridge,
  { value: { case: of, cursor, floor } }: StoredLink,
  { id, tried, effect, createdAt }: DeliveryView,
): Promise<Consequence | 'later' | null> => {
  const { data } = ToHelpdesk.safeParse(effect);
  if (!tried || data?.do !== 'add_message') return null;
  try {
    const reading = await bridge.helpdesk.readCase(of.id);
    if (reading === null) return null;
    const above = lower(cursor ?? floor, newestBefore(reading.messages, createdAt));
    const row = await certainRow(bridge, { id, effect: data, plan: { above } }, reading.messages);
    if (row === null) return null;
    return {
      changes: [{ type: 'confirm', id, receipt: { message: row.id } }],
      records: [messageRecord(bridge, id, row)],
    };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return isPassing(error) ? 'later' : null;
  }
};
