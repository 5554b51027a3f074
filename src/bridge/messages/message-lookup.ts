import type { EffectOf } from '../../core/effect.ts';
import type { CaseReading } from '../../core/event.ts';
import { compareIds, type MessageId } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { SentMail } from '../../core/ports.ts';
import type { Finding, Json } from '../../delivery/ports.ts';
import { isLike } from '../cases/same-words.ts';
import type { Bridge } from '../context.ts';
import { authorOf } from './authors.ts';
import { messageRecord, misfiled, type Plan, recordOfRow, type Work } from './plan.ts';

/** What became of a message whose call had no certain answer. */

type AddMessage = EffectOf<'add_message'>;

/**
 * Looks for our row above the baseline: by its marker, else among rows of our own senders that no other delivery is
 * known by. Two equal texts stay two, because each row is mapped to one delivery.
 */
export const lookupMessage = async (work: Work, effect: AddMessage, plan: Plan): Promise<Finding> => {
  const reading = await work.bridge.helpdesk.readCase(plan.case);
  if (reading === null) return { type: 'undecided', reason: 'the case no longer exists' };
  return lookupIn(work, effect, { plan, reading });
};

export const lookupIn = async (
  work: Work,
  effect: AddMessage,
  { plan, reading }: { readonly plan: Plan; readonly reading: CaseReading },
): Promise<Finding> => {
  const { bridge, delivery } = work;
  const marked = reading.messages.find((row) => row.marker === delivery.id);
  if (marked !== undefined && marked.id === plan.row && !isLike(bridge, marked, effect)) return { type: 'absent' };
  if (marked !== undefined)
    return isMisfiled(marked, effect) ? misfiled(bridge, delivery.id, marked) : found(bridge, delivery.id, marked.id);
  const above = rowsAbove(reading.messages, plan);
  const ours = await unmappedOf(bridge, above);
  const same = ours.find((row) => isLike(bridge, row, effect));
  if (same !== undefined) return found(bridge, delivery.id, same.id);
  // Stored as something else, or of another delivery: too little to take it back.
  if (ours.some((row) => isLike(bridge, row, { ...effect, kind: otherKind(effect) })))
    return { type: 'undecided', reason: 'the same words are there as something else' };
  if (effect.kind === 'reply' && effect.via !== 'chat')
    return lookupSent(work, effect, { plan, reading, seen: { above, ours } });
  if (!reading.complete) return { type: 'undecided', reason: 'the messages of this case cannot be read as a whole' };
  return whereNoneIsOurs(work, effect, { above, ours });
};

type Sought = { readonly id: string; readonly effect: AddMessage; readonly plan: Pick<Plan, 'above'> };

/** Of some rows of the case the one that is this delivery's beyond doubt; that none is there says nothing. */
export const certainRow = async (
  bridge: Bridge,
  { id, effect, plan }: Sought,
  rows: readonly CaseMessage[],
): Promise<CaseMessage | null> => {
  const marked = rows.find((row) => row.marker === id);
  if (marked !== undefined) return isMisfiled(marked, effect) ? null : marked;
  const ours = await unmappedOf(bridge, rowsAbove(rows, plan));
  return ours.find((row) => isLike(bridge, row, effect)) ?? null;
};

const rowsAbove = (rows: readonly CaseMessage[], { above }: Pick<Plan, 'above'>): readonly CaseMessage[] =>
  rows.filter((row) => above === null || compareIds(row.id, above) > 0);

/** What goes by mail or as a text message is stored as whatever its channel makes of it. */
export const isMisfiled = (row: CaseMessage, { kind, via }: AddMessage): boolean => {
  if (kind === 'reply' && via !== 'chat') return false;
  return row.sender.side === 'contact' || (kind === 'reply' ? row.type === 'note' : row.type !== 'note');
};

const otherKind = ({ kind }: AddMessage): AddMessage['kind'] => (kind === 'reply' ? 'note' : 'reply');

type Seen = { readonly above: readonly CaseMessage[]; readonly ours: readonly CaseMessage[] };

const whereNoneIsOurs = async (work: Work, effect: AddMessage, { above, ours }: Seen): Promise<Finding> => {
  const twin = await twinOf(work.bridge, effect, above);
  if (twin?.sender.side === 'bot') return found(work.bridge, work.delivery.id, twin.id);
  if (twin !== null) return { type: 'undecided', reason: 'somebody wrote the same words, perhaps we' };
  const type = effect.kind === 'reply' ? 'message' : 'note';
  return ours.some((row) => row.type === type)
    ? { type: 'undecided', reason: 'an unknown message of ours is in the case' }
    : { type: 'absent' };
};

/** Before the first answer to a key nobody knows which sender it is. A key is a machine, where that is shown. */
const twinOf = async (
  bridge: Bridge,
  effect: AddMessage,
  above: readonly CaseMessage[],
): Promise<CaseMessage | null> => {
  if (bridge.helpdesk.isNamed(await authorOf(bridge, effect.member))) return null;
  const others = above.filter(({ sender }) => sender.side === 'agent' || sender.side === 'bot');
  return (await unknownAmong(bridge, others)).find((row) => isLike(bridge, row, effect)) ?? null;
};

/** Before all mails. */
const FIRST = '0';

type Sent = { readonly plan: Plan; readonly reading: CaseReading; readonly seen: Seen };

/** Nobody can take back a mail or a text message: what is not seen to be there is not sent again by itself. */
const lookupSent = async (work: Work, effect: AddMessage, { plan, reading, seen }: Sent): Promise<Finding> => {
  const { bridge, delivery } = work;
  const since = plan.mail ?? FIRST;
  const mail = effect.via === 'mail' ? await mailOf(bridge, effect, { since, reading }) : null;
  if (mail !== null) return found(bridge, delivery.id, mail.message);
  const twin = await twinOf(bridge, effect, seen.above);
  if (twin?.sender.side === 'bot') return found(bridge, delivery.id, twin.id);
  // Only suspected of an earlier life of the store: nothing of it is still on its way.
  if (plan.mail === undefined && reading.complete) return whereNoneIsOurs(work, effect, seen);
  const what = effect.via === 'mail' ? 'mail' : 'text message';
  return { type: 'undecided', reason: `whether the ${what} went out cannot be seen` };
};

type Mails = { readonly since: string; readonly reading: CaseReading };

/** The list of mails may show what the case shows in other words, or not yet. */
const mailOf = async (bridge: Bridge, effect: AddMessage, { since, reading }: Mails): Promise<SentMail | null> => {
  const own = bridge.helpdesk.ownSenders();
  const words = bridge.helpdesk.readBack(effect);
  for (const mail of await bridge.helpdesk.mailsSince(reading.case, since)) {
    const isOurs = mail.sender !== null && own.has(mail.sender);
    if (!isOurs || !mail.words.some((text) => words.includes(text))) continue;
    if (mail.message === null || (await recordOfRow(bridge, { id: mail.message })) === null) return mail;
  }
  return null;
};

const found = (bridge: Bridge, delivery: string, message: MessageId | null): Finding => ({
  type: 'found',
  receipt: { message } satisfies Json,
  records: message === null ? [] : [messageRecord(bridge, delivery, { id: message })],
});

/** Rows written by one of our keys that no delivery is known by. */
const unmappedOf = (bridge: Bridge, rows: readonly CaseMessage[]): Promise<readonly CaseMessage[]> => {
  const own = bridge.helpdesk.ownSenders();
  const ours = rows.filter(
    (row) =>
      row.marker === null && row.sender.side !== 'contact' && (row.sender.side === 'self' || own.has(row.sender.id)),
  );
  return unknownAmong(bridge, ours);
};

const unknownAmong = async (bridge: Bridge, rows: readonly CaseMessage[]): Promise<readonly CaseMessage[]> => {
  const known = await Promise.all(rows.map((row) => recordOfRow(bridge, row)));
  return rows.filter((_, index) => known[index] === null);
};
