import type { Case } from '../../core/case.ts';
import type { EffectOf } from '../../core/effect.ts';
import type { CaseId } from '../../core/ids.ts';
import { OWN_KEY_REFUSED } from '../../core/ports.ts';
import { isMissingWay } from '../../core/words.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Instant, Prepared, Verdict } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { attachmentsOf } from '../files/attachments.ts';
import { helpdeskLane } from '../lanes.ts';
import { readRecord } from '../records.ts';
import { memberMessageKey } from '../telling.ts';
import { currentCase, linkByKey, type StoredLink } from '../threads/links.ts';
import { authorOf } from './authors.ts';
import { doneBefore, doneIn } from './done-before.ts';
import { crossing } from './guard.ts';
import { typedParts } from './message-parts.ts';
import { messageRecord, misfiled, type Plan, recordOfRow, type Work } from './plan.ts';
import { messagesAmong } from './questions.ts';
import { wayFor, writeBy } from './ways.ts';

/** A reply or note on its way into a case: when it may go, how it goes, and what became of it. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** A reply that waited longer goes out only if nothing happened on the case since (contract 7.3). */
const STALE_MS = 30 * MINUTE;
/** Replies held at once, beyond any thread; what is left would be held by the next one. */
const HELD_TOGETHER = 1000;
/** An edit that waits for the outcome of an attempt is worked on within this. */
const EDIT_WAITS_MS = SECOND;

type AddMessage = EffectOf<'add_message'>;

/** What a message needs to know before it goes, or why it does not. */
export const prepareMessage = async (work: Work, effect: AddMessage, link: StoredLink): Promise<Prepared> => {
  const { bridge } = work;
  const [changed, now] = await Promise.all([changedMeanwhile(work, effect), currentCase(bridge, link)]);
  const { id } = now;
  const above = link.value.cursor ?? link.value.floor;
  const before = await doneBefore(work, effect, { case: id, above });
  if (before !== null && before.type !== 'row') return before;
  const stopped = changed ?? (await beforeSending(work, effect, { link, now }));
  if (stopped !== null) return stopped;
  const way = await wayFor(bridge, effect, { link, case: { ...link.value.case, id } });
  if ('missing' in way) return { type: 'dead', reason: way.missing };
  const mail = way.via === 'mail' ? way.answers.newest : null;
  const baseline = { case: id, above, mail, ...(before === null ? {} : { row: before.row }) };
  const plan: Plan = { ...baseline, way, author: await authorOf(bridge, effect.member) };
  return { type: 'go', baseline, plan };
};

type Where = { readonly link: StoredLink; readonly now: Awaited<ReturnType<typeof currentCase>> };

/** Holds what must not go out any more; null when it may. */
const beforeSending = async (work: Work, effect: AddMessage, { link, now }: Where): Promise<Prepared | null> => {
  const { bridge, delivery } = work;
  if (effect.kind === 'note') return null;
  // What the link says may be old: a customer may have reopened the case since.
  if (now.closed && (await bridge.helpdesk.getCase(now.id))?.state === 'closed')
    return { type: 'hold', reason: 'closed' };
  // A message that reading the thread found was written earlier than it was stored.
  const written =
    effect.source === null ? delivery.createdAt : Math.min(delivery.createdAt, Number(effect.source.ts) * SECOND);
  if (effect.insisted) return null;
  if (bridge.now() - written > STALE_MS && (await movedOn(bridge, now.id, written)))
    return { type: 'hold', reason: 'stale', also: await repliesBehind(work, effect.link) };
  const crossed = await crossing(bridge, { id: delivery.id, effect, written, link, case: now.id });
  return crossed === null ? null : { type: 'hold', reason: crossed };
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
  if (effect.source === null) return stuckBefore(bridge, delivery.id, typedParts(delivery.id));
  const key = memberMessageKey({ ...effect.source, team: bridge.chat.team });
  const message = (await readRecord(bridge.records, 'member_message', key))?.value;
  if (message === undefined) return null;
  if (message.deleted) return { type: 'dropped', reason: 'deleted before it was sent' };
  if (message.edit !== undefined) return { type: 'retry', reason: 'its author edited it', afterMs: EDIT_WAITS_MS };
  return stuckBefore(bridge, delivery.id, message.deliveries);
};

/** A part waits for the decision about one before it. */
const stuckBefore = async (bridge: Bridge, id: string, parts: readonly string[]): Promise<Prepared | null> => {
  const before = parts.slice(0, Math.max(0, parts.indexOf(id)));
  const views = await Promise.all(before.map((one) => bridge.store.view(one)));
  const stuck = views.some((view) => view !== null && ['held', 'dead', 'unknown'].includes(view.state));
  return stuck ? { type: 'hold', reason: 'part' } : null;
};

/** Whether anything happened on the case since; what cannot be read counts as something. */
const movedOn = async (bridge: Bridge, id: CaseId, since: Instant): Promise<boolean> => {
  const reading = await bridge.helpdesk.readCase(id);
  if (reading === null || reading.case.state !== 'open' || !reading.complete) return true;
  const others = reading.messages.filter(
    (row) => row.type === 'message' && row.sender.side !== 'self' && (row.createdAt ?? since + 1) > since,
  );
  // Before the first answer of Acquire nobody knows which sender we are; what we sent is known all the same.
  const known = await Promise.all(others.map((row) => recordOfRow(bridge, row)));
  return known.some((record) => record === null || record.value.channel !== null);
};

export type Try = { readonly plan: Plan; readonly deadline: Instant };

export const sendMessage = async (work: Work, effect: AddMessage, { plan, deadline }: Try): Promise<Verdict> => {
  try {
    return await send(work, effect, { plan, deadline });
  } catch (error) {
    if (!isRefusal(error, work)) throw error;
    return afterRefusal(work, effect, { plan, deadline, refusal: error });
  }
};

/** Surely not done, and not for reasons that pass; a refused key of an agent's own is no refusal of what they wrote. */
const isRefusal = (error: unknown, { delivery }: Work): error is Failure =>
  error instanceof Failure &&
  // Said once more, after a look-up that did not find it, under a status of success.
  (error.facts.effect === 'none' || (error.facts.saidNo === true && delivery.tried)) &&
  error.facts.word !== OWN_KEY_REFUSED &&
  (error.facts.kind === 'permanent' || error.facts.kind === 'not_found');

type Sending = Try & { readonly unmarked?: boolean };

const send = async (
  { bridge, delivery }: Work,
  effect: AddMessage,
  { plan, deadline, unmarked = false }: Sending,
): Promise<Verdict> => {
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return { type: 'dead', reason: 'unlinked' };
  // Frozen or slow since it was opened: nothing may be sent that could still land after the attempt was looked up.
  if (bridge.now() >= deadline) return { type: 'retry', reason: 'too late to begin', afterMs: 0 };
  const { case: of, way = { via: 'chat' }, author = null } = plan;
  const { kind, text, html } = effect;
  const contact = link.value.case.contact.id;
  const attachments = await attachmentsOf(bridge, effect);
  const draft = { case: of, contact, author, kind, text, html, marker: unmarked ? null : delivery.id, attachments };
  const { row: message } = plan;
  const written = await (message === undefined
    ? writeBy(bridge, way, draft)
    : bridge.helpdesk.updateMessage({ case: of, message, kind, text, html, author }));
  if (!written.asAsked && way.via === 'chat') return misfiled(bridge, delivery.id, written);
  if (!written.asAsked)
    bridge.alarm(
      'kind',
      `Acquire stored a ${effect.kind} as something else (delivery ${delivery.id}). Check ACQUIRE_USER_TYPE_PARAM.`,
    );
  return {
    type: 'delivered',
    receipt: { message: written.id, ...(attachments.length === 0 ? {} : { attached: written.attached ?? null }) },
    records: [messageRecord(bridge, delivery.id, written)],
  };
};

/**
 * A case that is not active refuses messages: join it once and try again; what is closed waits for a person. Before
 * each further try, and before it is given up, the case is read: a refusal may come after the effect.
 */
const afterRefusal = async (
  work: Work,
  effect: AddMessage,
  { plan, deadline, refusal }: Try & { readonly refusal: Failure },
): Promise<Verdict> => {
  const { bridge } = work;
  const { word: missing } = refusal.facts;
  if (isMissingWay(missing)) return { type: 'dead', reason: missing };
  const tried = new Set<Remedy>();
  for (;;) {
    const reading = await bridge.helpdesk.readCase(plan.case);
    if (reading === null) return { type: 'dead', reason: 'the case no longer exists in Acquire' };
    const done = await doneIn(work, effect, { plan, reading });
    if (done !== null) return done;
    if (reading.case.state === 'closed') return { type: 'hold', reason: 'closed' };
    const remedy = remediesFor(bridge, { refusal, plan, state: reading.case.state }).find((one) => !tried.has(one));
    if (remedy === undefined) return { type: 'dead', reason: refusedInWords(refusal) };
    tried.add(remedy);
    try {
      if (remedy === 'join' && (await bridge.helpdesk.joinCase(plan.case, plan.author)).state === 'closed')
        return { type: 'hold', reason: 'closed' };
      return await send(work, effect, { plan, deadline, unmarked: remedy === 'unmark' });
    } catch (error) {
      if (!isRefusal(error, work)) throw error;
    }
  }
};

type Remedy = 'join' | 'unmark';
type Refused = { readonly refusal: Failure; readonly plan: Plan; readonly state: Case['state'] };

const BAD_REQUEST = 400;

/** The likelier cause first: a case that waits takes no messages, and not every server takes our mark. */
const remediesFor = ({ helpdesk }: Bridge, { refusal, plan, state }: Refused): readonly Remedy[] => {
  const isMarked = plan.row === undefined && (plan.way === undefined || plan.way.via === 'chat');
  const mayBeMark = refusal.facts.status === BAD_REQUEST && isMarked && helpdesk.takesMarks() === null;
  if (!mayBeMark) return ['join'];
  return state === 'open' ? ['unmark', 'join'] : ['join', 'unmark'];
};

const refusedInWords = ({ facts: { word, status } }: Failure): string =>
  `Acquire refused it (${word ?? `HTTP ${status ?? '4xx'}`}), also after joining the case`;
