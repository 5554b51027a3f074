import { OUTCOME } from '../../core/change-words.ts';
import type { EffectOf } from '../../core/effect.ts';
import type { ChannelId, SlackTs } from '../../core/ids.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { DeliveryChange, DeliveryView, NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import type { StoredLink } from '../threads/links.ts';
import type { Change } from './change-message.ts';
import { changesAmong, messagesAmong } from './questions.ts';

/** The deliveries that change a message in its case after it was sent: part by part, in the lane of the case. */

/** A message of which something was sent, or may have been. */
export type Sent = {
  readonly link: StoredLink;
  readonly message: MemberMessage;
  readonly source: { readonly channel: ChannelId; readonly ts: SlackTs };
  /** What it was sent by, in order. */
  readonly parts: readonly DeliveryView[];
};

/** How changes are owed: what they follow from, and why they wait for a person, if they do. */
export type How = {
  /** Tells the changes of one cause from those of another. */
  readonly cause: string;
  /** The lane of events of the thread: what was done before may still wait in it. Null where nothing is waited for. */
  readonly after: string | null;
  readonly held: string | null;
};

/** What follows for the deliveries of a message, and what its record says of them then. */
export type Changes = {
  readonly deliveries: readonly NewDelivery[];
  readonly changes: readonly DeliveryChange[];
  readonly message: Required<Pick<MemberMessage, 'deliveries' | 'changes'>>;
};

export const isUnsent = (part: DeliveryView): boolean => ['owed', 'held', 'dead'].includes(part.state);
export const mayBeThere = (part: DeliveryView): boolean => part.state === 'delivered' || part.state === 'unknown';

/** What was sent is a note or a reply. */
export const kindSent = ({ kind }: Pick<MemberMessage, 'kind'>): 'note' | 'reply' =>
  kind === 'note' ? 'note' : 'reply';

export const partsOf = async (
  bridge: Bridge,
  message: Pick<MemberMessage, 'deliveries'>,
): Promise<readonly DeliveryView[]> => {
  const views = await Promise.all(message.deliveries.map((id) => bridge.store.view(id)));
  return views.filter((view) => view !== null);
};

/** The newest change of each part, by the id of the part. */
export const newestChanges = async (
  bridge: Bridge,
  { changes = {} }: Pick<MemberMessage, 'changes'>,
): Promise<ReadonlyMap<string, DeliveryView>> => {
  const found = new Map<string, DeliveryView>();
  for (const [part, id] of Object.entries(changes)) {
    const view = await bridge.store.view(id);
    if (view !== null) found.set(part, view);
  }
  return found;
};

/** What is owed for a new version, given as the deliveries that would send it. */
export const editsFor = async (
  bridge: Bridge,
  sent: Sent,
  { wanted, edition, how }: { readonly wanted: readonly NewDelivery[]; readonly edition: string; readonly how: How },
): Promise<Changes> => {
  const { parts, message } = sent;
  const newest = await newestChanges(bridge, message);
  const plan = emptyPlan(message);
  for (let index = 0; index < Math.max(parts.length, wanted.length); index += 1) {
    const part = parts[index];
    const want = wanted[index];
    if (part === undefined) {
      // At the end of the lane: what was sent since stands before it at the customer's anyhow.
      if (want !== undefined) plan.add(heldFor({ ...want, position: null }, how.held));
    } else if (isUnsent(part)) {
      plan.drop(part, 'edited before it was sent');
      if (want !== undefined) plan.add(heldFor(want, how.held ?? asBefore(part)));
    } else if (mayBeThere(part)) {
      const is = { part, before: newest.get(part.id), how };
      if (want === undefined) plan.change(removal(sent, is, 'shorter'), is);
      else plan.keep(part);
      const text = want === undefined ? null : newWords(want, is);
      if (text !== null) plan.change(update(sent, is, { ...text, edition }), is);
    } else plan.keep(part);
  }
  return plan.result();
};

/** What is owed to take away again whatever of a message was sent. */
export const deletionsFor = async (bridge: Bridge, sent: Sent, how: How): Promise<Changes> => {
  const newest = await newestChanges(bridge, sent.message);
  const plan = emptyPlan(sent.message);
  for (const part of sent.parts) {
    plan.keep(part);
    const is = { part, before: newest.get(part.id), how };
    if (mayBeThere(part)) plan.change(removal(sent, is, 'deleted'), is);
  }
  return plan.result();
};

/** A part that was sent, and the newest change of it that was owed so far. */
type Part = { readonly part: DeliveryView; readonly before: DeliveryView | undefined; readonly how: How };

const emptyPlan = ({ changes: known = {} }: MemberMessage) => {
  const deliveries: NewDelivery[] = [];
  const changes: DeliveryChange[] = [];
  const ids: string[] = [];
  const newest: Record<string, string> = { ...known };
  return {
    keep: ({ id }: DeliveryView) => void ids.push(id),
    drop: ({ id }: DeliveryView, reason: string) => void changes.push({ type: 'drop', id, reason }),
    add: (delivery: NewDelivery) => {
      deliveries.push(delivery);
      ids.push(delivery.id);
    },
    change: (delivery: NewDelivery, { part, before }: Part) => {
      deliveries.push(delivery);
      newest[part.id] = delivery.id;
      if (before !== undefined && isOpen(before))
        changes.push({ type: 'drop', id: before.id, reason: 'a newer version took its place' });
    },
    result: (): Changes => ({ deliveries, changes, message: { deliveries: ids, changes: newest } }),
  };
};

const isOpen = ({ state, attempting }: DeliveryView): boolean =>
  (state === 'owed' && !attempting) || state === 'held' || state === 'dead' || state === 'unknown';

const heldFor = ({ reason: _none, ...delivery }: NewDelivery, held: string | null): NewDelivery =>
  held === null ? delivery : { ...delivery, state: 'held', reason: held };

/** A held part is followed by a held one; what had failed is not sent again without a word. */
const asBefore = ({ state, reason }: DeliveryView): string | null => {
  if (state === 'dead') return 'edited';
  return state === 'held' ? (reason ?? 'edited') : null;
};

type Words = Pick<EffectOf<'add_message'>, 'text' | 'html'>;

/** The words that a part is to have now, or null when it has them, or will. */
const newWords = ({ effect }: NewDelivery, { part, before }: Part): Words | null => {
  const [wanted] = messagesAmong([{ ...part, effect }]);
  if (wanted === undefined) return null;
  const { text, html } = wanted.effect;
  const has =
    before === undefined
      ? wordsIn(part)
      : ['owed', 'held', 'delivered'].includes(before.state)
        ? wordsIn(before)
        : null;
  return has?.text === text && has.html === html ? null : { text, html };
};

/** Null where they are no longer kept. */
const wordsIn = (view: DeliveryView): Words | null => {
  const [message] = messagesAmong([view]);
  if (message !== undefined) return message.effect;
  const [change] = changesAmong([view]);
  return change?.effect.do === 'update_message' ? change.effect : null;
};

const update = (sent: Sent, is: Part, words: Words & { readonly edition: string }): NewDelivery =>
  changed(
    is,
    { do: 'update_message', ...aboutPart(sent, is), text: words.text, html: words.html, edition: words.edition },
    'update',
  );

const removal = (sent: Sent, is: Part, why: 'deleted' | 'shorter'): NewDelivery =>
  changed(is, { do: 'delete_message', ...aboutPart(sent, is), why, message: null }, 'delete');

const changed = ({ part, how }: Part, effect: Change, name: string): NewDelivery => {
  const held = how.held ?? (part.state === 'unknown' ? OUTCOME : null);
  return owe({
    id: `${name}:${part.id}:${how.cause}`,
    effect,
    ...(how.after === null ? {} : { after: how.after }),
    ...(held === null ? {} : { held }),
  });
};

const aboutPart = ({ link, message, source }: Sent, { part, before }: Part) => ({
  link: link.key,
  of: part.id,
  kind: kindSent(message),
  member: message.author,
  source,
  ...(before === undefined ? {} : { instead: before.id }),
});
