import { z } from 'zod';
import { GONE, MISFILED, OUTCOME, ROW_UNKNOWN } from '../../core/change-words.ts';
import type { EffectOf } from '../../core/effect.ts';
import { CaseId, compareIds, MessageId } from '../../core/ids.ts';
import { type CaseMessage, normalised } from '../../core/message.ts';
import { Failure } from '../../delivery/errors.ts';
import type { DeliveryView, Finding, Instant, Json, Prepared, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { memberMessageKey } from '../telling.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { authorOf } from './authors.ts';
import type { Work } from './plan.ts';

/** An update or a deletion of a message that was sent: whether it is still wanted, how it is made, what became of it. */

export type Change = EffectOf<'update_message'> | EffectOf<'delete_message'>;

export const isChange = (effect: { readonly do: string }): effect is Change =>
  effect.do === 'update_message' || effect.do === 'delete_message';

/** What an attempt is made with: the row that is changed, and the case for answers that name none. */
const ChangePlan = z.object({ case: CaseId, message: MessageId });

const SentReceipt = z.object({ message: MessageId });

/** The row of the case that a delivery made; null when that is not known. */
export const rowOf = ({ receipt }: Pick<DeliveryView, 'receipt'>): MessageId | null =>
  SentReceipt.safeParse(receipt).data?.message ?? null;

export const prepareChange = async (work: Work, effect: Change, link: StoredLink | null): Promise<Prepared> => {
  const { bridge } = work;
  const isOver = link === null || link.value.state === 'ended';
  if (isOver && effect.do === 'update_message') return { type: 'dead', reason: 'unlinked' };
  if (!(await isNewest(work, effect))) return { type: 'dropped', reason: 'a newer version took its place' };
  const message = await rowToChange(bridge, effect);
  if (typeof message !== 'string') return message;
  const plan = { case: link === null ? '0' : (await currentCase(bridge, link)).id, message };
  return { type: 'go', baseline: plan, plan };
};

/** A later change of the same part makes this one unnecessary: an older wording never replaces a newer one. */
const isNewest = async ({ bridge, delivery }: Work, { of, source }: Change): Promise<boolean> => {
  if (source === null) return true;
  const key = memberMessageKey({ ...source, team: bridge.chat.team });
  const newest = (await readRecord(bridge.records, 'member_message', key))?.value.changes?.[of];
  return newest === undefined || newest === delivery.id;
};

const rowToChange = async (bridge: Bridge, effect: Change): Promise<MessageId | Prepared> => {
  if (effect.do === 'delete_message' && effect.message !== null) return effect.message;
  const sent = await bridge.store.view(effect.of);
  if (sent === null) return { type: 'dead', reason: ROW_UNKNOWN };
  switch (sent.state) {
    case 'delivered':
      return rowOf(sent) ?? { type: 'dead', reason: ROW_UNKNOWN };
    // What becomes of it decides (message-outcomes.ts).
    case 'unknown':
    case 'owed':
      return { type: 'hold', reason: OUTCOME };
    case 'held':
    case 'dead':
    case 'dropped':
      return { type: 'dropped', reason: 'the message itself was not sent' };
  }
};

type Try = { readonly plan: Json; readonly deadline: Instant };

export const makeChange = async ({ bridge }: Work, effect: Change, { plan, deadline }: Try): Promise<Verdict> => {
  const { case: of, message } = ChangePlan.parse(plan);
  // Frozen or slow since it was opened: nothing may be done that could still land after it was looked up.
  if (bridge.now() >= deadline) return { type: 'retry', reason: 'too late to begin', afterMs: 0 };
  const author = await authorOf(bridge, effect.member);
  if (effect.do === 'delete_message') {
    await bridge.helpdesk.deleteMessage(message, author);
    return { type: 'delivered', receipt: { message } };
  }
  const { kind, text, html } = effect;
  try {
    const { asAsked } = await bridge.helpdesk.updateMessage({ case: of, message, kind, text, html, author });
    return asAsked
      ? { type: 'delivered', receipt: { message } }
      : { type: 'dead', reason: MISFILED, receipt: { message } };
  } catch (error) {
    if (isGone(error)) return { type: 'dead', reason: GONE };
    throw error;
  }
};

const isGone = (error: unknown): boolean =>
  error instanceof Failure && error.facts.kind === 'not_found' && error.facts.effect === 'none';

/** Done again where it cannot be seen: the same words twice do no harm, and what is gone cannot go again. */
export const lookupChange = async ({ bridge }: Work, effect: Change, plan: Json): Promise<Finding> => {
  const { message } = ChangePlan.parse(plan);
  if (effect.do === 'delete_message') return { type: 'absent' };
  const row = await readRow(bridge, effect.link, message);
  if (row === null) return { type: 'absent' };
  const isAsAsked = row.sender.side !== 'contact' && row.type === (effect.kind === 'note' ? 'note' : 'message');
  if (!isAsAsked) return { type: 'dead', reason: MISFILED, receipt: { message } };
  return bridge.helpdesk.readBack(effect).includes(normalised(row.text))
    ? { type: 'found', receipt: { message } }
    : { type: 'absent' };
};

/** It may stand in an earlier case of the chain: the newest are read first. Null when none of them shows it. */
const readRow = async (bridge: Bridge, key: string, message: MessageId): Promise<CaseMessage | null> => {
  const link = await linkByKey(bridge, key);
  if (link === null) return null;
  const { id } = await currentCase(bridge, link);
  const cases = [...new Set([id, ...link.value.caseIds])].toSorted(compareIds).toReversed();
  for (const one of cases) {
    const reading = await bridge.helpdesk.readCase(one);
    const row = reading?.messages.find((candidate) => candidate.id === message);
    if (row !== undefined) return row;
  }
  return null;
};
