import { z } from 'zod';
import type { EffectOf } from '../core/effect.ts';
import { CaseId, compareIds, type CaseId as CaseIdType } from '../core/ids.ts';
import { type CaseMessage, normalised } from '../core/message.ts';
import { Failure } from '../delivery/errors.ts';
import type { ClaimedDelivery, Finding, Instant, Json, Prepared, RecordWrite, Verdict } from '../delivery/ports.ts';
import { caseMessageKey } from './case-events.ts';
import type { Bridge } from './context.ts';
import { helpdeskLane } from './lanes.ts';
import { currentCase, linkByKey, type StoredLink } from './links.ts';
import { memberMessageKey } from './member-events.ts';
import { messagesAmong } from './questions.ts';
import { readRecord, writeRecord } from './records.ts';

/** A reply or note on its way into a case: when it may go, how it goes, and what became of it. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A reply that waited longer goes out only if nothing happened on the case since (contract 7.3). */
const STALE_MS = 30 * MINUTE;
/** Replies held at once, beyond any thread; what is left would be held by the next one. */
const HELD_TOGETHER = 1000;
/** An edit that waits for the outcome of an attempt is worked on within this. */
const EDIT_WAITS_MS = SECOND;

/** What an attempt is made with, and what a look-up starts from. */
export const Plan = z.object({ case: CaseId, above: z.string().nullable() });
export type Plan = z.infer<typeof Plan>;

export type Work = { readonly bridge: Bridge; readonly delivery: ClaimedDelivery };
type AddMessage = EffectOf<'add_message'>;

/** Holds or drops what must not go out any more; null when it may. */
export const beforeSending = async (work: Work, effect: AddMessage, link: StoredLink): Promise<Prepared | null> => {
  const { bridge, delivery } = work;
  const changed = await changedMeanwhile(work, effect);
  if (changed !== null || effect.kind === 'note') return changed;
  const now = await currentCase(bridge, link);
  // What the link says may be old: a customer may have reopened the case since.
  if (now.closed && (await bridge.helpdesk.getCase(now.id))?.state === 'closed')
    return { type: 'hold', reason: 'closed' };
  // A message that reading the thread found was written earlier than it was stored.
  const written =
    effect.source === null ? delivery.createdAt : Math.min(delivery.createdAt, Number(effect.source.ts) * SECOND);
  if (effect.insisted || bridge.now() - written <= STALE_MS) return null;
  if (!(await movedOn(bridge, now.id, written))) return null;
  return { type: 'hold', reason: 'stale', also: await repliesBehind(work, effect.link) };
};

/** They were written for the same old state of the case; what a person has released goes out all the same. */
const repliesBehind = async ({ bridge, delivery }: Work, link: string): Promise<readonly string[]> => {
  const owed = await bridge.store.list({
    lane: helpdeskLane(link),
    states: ['owed'],
    inOrder: true,
    limit: HELD_TOGETHER,
  });
  return messagesAmong(owed)
    .filter(({ view, effect }) => view.id !== delivery.id && effect.kind === 'reply' && !effect.insisted)
    .map(({ view }) => view.id);
};

/** What its author did to the message while it waited, and what became of the parts before this one. */
const changedMeanwhile = async ({ bridge, delivery }: Work, effect: AddMessage): Promise<Prepared | null> => {
  if (effect.source === null) return null;
  const key = memberMessageKey({ ...effect.source, team: bridge.chat.team });
  const message = (await readRecord(bridge.records, 'member_message', key))?.value;
  if (message === undefined) return null;
  if (message.deleted) return { type: 'dropped', reason: 'deleted before it was sent' };
  if (message.edit !== undefined) return { type: 'retry', reason: 'its author edited it', afterMs: EDIT_WAITS_MS };
  const before = message.deliveries.slice(0, Math.max(0, message.deliveries.indexOf(delivery.id)));
  const views = await Promise.all(before.map((id) => bridge.store.view(id)));
  const stuck = views.some((view) => view !== null && ['held', 'dead', 'unknown'].includes(view.state));
  return stuck ? { type: 'hold', reason: 'part' } : null;
};

/** Whether anything happened on the case since; what cannot be read counts as something. */
const movedOn = async (bridge: Bridge, id: CaseIdType, since: Instant): Promise<boolean> => {
  const reading = await bridge.helpdesk.readCase(id);
  if (reading === null || reading.case.state !== 'open' || !reading.complete) return true;
  const others = reading.messages.filter(
    (row) => row.type === 'message' && row.sender.side !== 'self' && (row.createdAt ?? since + 1) > since,
  );
  // Before the first answer of Acquire nobody knows which sender we are; what we sent is known all the same.
  const known = await Promise.all(others.map((row) => recordOfRow(bridge, row)));
  return known.some((record) => record === null || record.value.channel !== null);
};

const recordOfRow = (bridge: Bridge, row: CaseMessage) =>
  readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row));

export type Try = { readonly plan: Plan; readonly deadline: Instant };

export const sendMessage = async (work: Work, effect: AddMessage, { plan, deadline }: Try): Promise<Verdict> => {
  try {
    return await send(work, effect, { plan, deadline });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return afterRefusal(work, effect, { plan, deadline, refusal: error });
  }
};

/** Surely not done, and not for reasons that pass. */
const isRefusal = (error: unknown): error is Failure =>
  error instanceof Failure &&
  error.facts.effect === 'none' &&
  (error.facts.kind === 'permanent' || error.facts.kind === 'not_found');

const send = async ({ bridge, delivery }: Work, effect: AddMessage, { plan, deadline }: Try): Promise<Verdict> => {
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return { type: 'dead', reason: 'unlinked' };
  // Frozen or slow since it was opened: nothing may be sent that could still land after the attempt was looked up.
  if (bridge.now() >= deadline) return { type: 'retry', reason: 'too late to begin', afterMs: 0 };
  const written = await bridge.helpdesk.addMessage({
    case: plan.case,
    contact: link.value.case.contact.id,
    kind: effect.kind,
    text: effect.text,
    marker: delivery.id,
  });
  if (!written.asAsked)
    bridge.alarm(
      'kind',
      `Acquire stored a ${effect.kind} as something else (delivery ${delivery.id}). Check ACQUIRE_USER_TYPE_PARAM.`,
    );
  return {
    type: 'delivered',
    receipt: { message: written.id },
    records: [messageRecord(bridge, delivery.id, written)],
  };
};

const messageRecord = (bridge: Bridge, delivery: string, row: Pick<CaseMessage, 'id'>): RecordWrite =>
  writeRecord('case_message', caseMessageKey(bridge, row), { version: 1, delivery, channel: null, ts: null });

/** A case that is not active refuses messages: join it once and try again; what is closed waits for a person. */
const afterRefusal = async (
  work: Work,
  effect: AddMessage,
  { plan, deadline, refusal }: Try & { readonly refusal: Failure },
): Promise<Verdict> => {
  const { bridge } = work;
  const found = await bridge.helpdesk.getCase(plan.case);
  if (found === null) return { type: 'dead', reason: 'the case no longer exists in Acquire' };
  if (found.state === 'closed') return { type: 'hold', reason: 'closed' };
  try {
    const joined = await bridge.helpdesk.joinCase(plan.case);
    if (joined.state === 'closed') return { type: 'hold', reason: 'closed' };
    return await send(work, effect, { plan, deadline });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const word = refusal.facts.word ?? `HTTP ${refusal.facts.status ?? '4xx'}`;
    return { type: 'dead', reason: `Acquire refused it (${word}), also after joining the case` };
  }
};

/**
 * Looks for our row above the baseline: by its marker, else among rows of our own senders that no other delivery is
 * known by. Two equal texts stay two, because each row is mapped to one delivery.
 */
export const lookupMessage = async ({ bridge, delivery }: Work, effect: AddMessage, plan: Plan): Promise<Finding> => {
  const reading = await bridge.helpdesk.readCase(plan.case);
  if (reading === null) return { type: 'undecided', reason: 'the case no longer exists' };
  const above = reading.messages.filter((row) => plan.above === null || compareIds(row.id, plan.above) > 0);
  const marked = reading.messages.find((row) => row.marker === delivery.id);
  if (marked !== undefined) return found(bridge, delivery.id, marked);
  const ours = await unmappedOf(bridge, above);
  const type = effect.kind === 'reply' ? 'message' : 'note';
  const same = ours.find((row) => row.type === type && sameWords(row, effect));
  if (same !== undefined) return found(bridge, delivery.id, same);
  if (!reading.complete) return { type: 'undecided', reason: 'the messages of this case cannot be read as a whole' };
  // Before the first answer of Acquire nobody knows which sender we are.
  const isNamed = bridge.helpdesk.ownSenders().size > 0;
  const twin = above.find((row) => row.sender.side !== 'contact' && row.type === type && sameWords(row, effect));
  if (!isNamed && twin?.sender.side === 'bot') return found(bridge, delivery.id, twin);
  if (!isNamed && twin !== undefined) return { type: 'undecided', reason: 'somebody wrote the same words, perhaps we' };
  return ours.some((row) => row.type === type)
    ? { type: 'undecided', reason: 'an unknown message of ours is in the case' }
    : { type: 'absent' };
};

const sameWords = (row: CaseMessage, effect: AddMessage): boolean => normalised(row.text) === normalised(effect.text);

const found = (bridge: Bridge, delivery: string, row: CaseMessage): Finding => ({
  type: 'found',
  receipt: { message: row.id } satisfies Json,
  records: [messageRecord(bridge, delivery, row)],
});

/** Rows written by one of our keys that no delivery is known by. */
const unmappedOf = async (bridge: Bridge, rows: readonly CaseMessage[]): Promise<readonly CaseMessage[]> => {
  const own = bridge.helpdesk.ownSenders();
  const ours = rows.filter(
    (row) =>
      row.marker === null && row.sender.side !== 'contact' && (row.sender.side === 'self' || own.has(row.sender.id)),
  );
  const known = await Promise.all(ours.map((row) => recordOfRow(bridge, row)));
  return ours.filter((_, index) => known[index] === null);
};
