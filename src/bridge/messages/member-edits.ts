import { prefixTooLate } from '../../core/change-words.ts';
import type { EventOf } from '../../core/event.ts';
import { morePrivate } from '../../core/kind.ts';
import type { MemberMessage } from '../../core/link.ts';
import { say } from '../../core/notice.ts';
import { type HeldReason, isHeldReason, kindStays } from '../../core/words.ts';
import type { ClaimedEvent, DeliveryView, NewEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { filesNotThere, sharedFiles, takenBackFiles, withheldFiles } from '../files/files-deleted.ts';
import { isAnyShared } from '../files/files-out.ts';
import { readRecord, replaceRecord, type Stored } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { memberMessageKey, messageValue, receipt, tellPrivately } from '../telling.ts';
import { linkOfThread } from '../threads/found-again.ts';
import type { StoredLink } from '../threads/links.ts';
import { deleteSent, type Deletion, doneAt, type Edit, editSent, obstacleTo, seen } from './after-sending.ts';
import { settledBefore } from './done-before.ts';
import { removalsIn } from './files-removed.ts';
import { meaningOf } from './meaning.ts';
import { recoverFirst, takeMessage, type Wrote } from './member-events.ts';
import { isUnsent, kindSent, mayBeThere, partsOf, type Sent } from './message-changes.ts';
import { settleQuestion } from './questions.ts';

/** What members change and delete of what they wrote. */

/** An edit or deletion that came while an attempt was open is looked at again after this, then ever more rarely. */
const OUTCOME_MS = 1000;
const MOST_DOUBLINGS = 2;

type Edited = EventOf<'member_edited'>;
type Deleted = EventOf<'member_deleted'>;

export const onMemberEdited = async (bridge: Bridge, event: Edited, claimed: ClaimedEvent): Promise<Settlement> => {
  const settled = await onWordsEdited(bridge, event, claimed);
  return { ...settled, ...joined(settled, removalsIn(event, claimed)) };
};

const onWordsEdited = async (bridge: Bridge, event: Edited, claimed: ClaimedEvent): Promise<Settlement> => {
  const found = await linkOfThread(bridge, { team: event.team, channel: event.channel, ts: event.thread });
  if (found === null) return ignored('not a linked thread');
  if ('recover' in found) return recoverFirst(found.recover, event, claimed);
  if (found.link.value.state === 'ended') return ignored('the link has ended');
  const known = await readRecord(bridge.records, 'member_message', memberMessageKey(event));
  if (known === null) return onEditFirst(bridge, { event, link: found.link }, claimed);
  const { deleted, edition, edit } = known.value;
  if (deleted) return ignored('the message was deleted');
  const comesAgain = edit === event.edition;
  if (!comesAgain && event.edition <= (edit ?? edition)) return ignored('an older version');
  const parts = await partsOf(bridge, known.value);
  // What was not sent of the first one owed was not sent of those behind it, and they are not reached before it.
  const first = parts.find(({ state }) => state === 'owed');
  if (first !== undefined && isOnItsWay(first)) return handled(waitForOutcome(event, known, claimed));
  const before = await outcomeBefore(bridge, found.link, parts);
  if (before !== null) return handled(before, waitForOutcome(event, known, claimed));
  return onEditOf(bridge, { event, known, parts, link: found.link }, claimed);
};

/** The edit overtook its message, or its message is forgotten: one that is not fresh is not sent by itself. */
const onEditFirst = (
  bridge: Bridge,
  { event, link }: { readonly event: Edited; readonly link: StoredLink },
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const age = bridge.now() - Number(event.ts) * 1000;
  const held = age > bridge.editWindowMs ? 'edited' : null;
  const instead = { known: null, held } as const;
  return takeMessage(
    bridge,
    { event: asWritten(event), edition: event.edition, link, instead, before: event.before },
    claimed,
  );
};

const asWritten = (event: Edited): Wrote => ({ ...event, type: 'member_wrote', caught: false });

/** What was said to be refused may have been done: the case tells, once it can be read. Null: nothing was done. */
const outcomeBefore = async (
  bridge: Bridge,
  link: StoredLink,
  parts: readonly DeliveryView[],
): Promise<Consequence | null> => {
  const first = parts.find(({ state }) => state === 'owed');
  const settled = first === undefined ? null : await settledBefore(bridge, link, first);
  return settled === 'later' ? {} : settled;
};

const isOnItsWay = (part: DeliveryView): boolean => part.state === 'owed' && (part.attempting || part.suspect);

/** Nothing more of the message goes out before the attempt's outcome is known; then the same event is looked at again. */
const waitForOutcome = (event: Edited, known: Stored<MemberMessage>, claimed: ClaimedEvent): Consequence => ({
  records: [
    replaceRecord('member_message', memberMessageKey(event), {
      was: known,
      value: { ...known.value, edit: event.edition },
    }),
  ],
  events: [again(event, claimed)],
});

const again = (event: Edited | Deleted, claimed: ClaimedEvent): NewEvent => {
  const [key = '', turn = '0'] = claimed.key.split('|');
  return {
    key: `${key}|${Number(turn) + 1}`,
    lane: claimed.lane,
    payload: JSON.parse(JSON.stringify(event)),
    due: claimed.receivedAt + OUTCOME_MS * 2 ** Math.min(Number(turn), MOST_DOUBLINGS),
  };
};

const onEditOf = async (bridge: Bridge, edit: Edit, claimed: ClaimedEvent): Promise<Settlement> => {
  const { event, known, parts, link } = edit;
  const { kind } = known.value;
  const meant = await meaningOf(bridge, { text: event.text, link, known: null, before: null });
  if (parts.length > 0 && parts.every(isUnsent)) return replaceUnsent(bridge, edit, claimed);
  if (parts.length === 0 && (known.value.files ?? []).length > 0) {
    // What was nothing but files has words now, or a prefix.
    if (!(await isAnyShared(bridge, known.value))) return replaceUnsent(bridge, edit, claimed);
    if (morePrivate(kind, meant.kind) !== kind) return handled(await keepRest(bridge, edit, claimed));
    if (meant.text !== '') return editSent(bridge, edit, { meant, claimed });
  }
  if (!parts.some(mayBeThere))
    return handled(seen(edit), kindToldOf(edit, morePrivate(kind, meant.kind) !== meant.kind));
  if (morePrivate(kind, meant.kind) === kind) return editSent(bridge, edit, { meant, claimed });
  return handled(await keepRest(bridge, edit, claimed));
};

/** What was sent does not become private by an edit; what was not sent yet stays inside. */
const keepRest = async (bridge: Bridge, edit: Edit, claimed: ClaimedEvent): Promise<Consequence> => {
  const { event, known, parts, link } = edit;
  const rest = parts.filter(isUnsent);
  const at = doneAt(event.edition.split(':').at(-1), claimed);
  const files = await filesNotThere(bridge, known.value);
  const withheld = await withheldFiles(bridge, known.value, { files, at });
  const sent: Sent = { link, message: known.value, source: event, parts };
  const value = obstacleTo(bridge, sent, claimed.receivedAt) === null ? messageValue(event) : null;
  const stays = rest.length + files.length > 0;
  const notice = prefixTooLate({ kind: kindSent(known.value), rest: stays, value });
  return joined(
    withdraw(rest, 'made private before it was sent'),
    seen(edit, withheld.message),
    withheld.follows,
    rest.length > 0
      ? await settleQuestion(bridge, known.value.question, {
          cause: claimed.key,
          notice: say('The rest stays inside.'),
        })
      : {},
    tellPrivately(event, `edit:${event.ts}:${event.edition}`, notice),
  );
};

/** Whoever takes a prefix away expects something to be sent; it is not. */
const kindToldOf = ({ event, known }: Edit, lessPrivate: boolean): Consequence =>
  lessPrivate ? tellPrivately(event, `edit:${event.ts}:${event.edition}`, kindStays(known.value.kind)) : {};

const withdraw = (parts: readonly DeliveryView[], reason: string): Consequence => ({
  changes: parts.map(({ id }) => ({ type: 'drop', id, reason })),
});

/** Puts the new version in the place of one of which nothing was sent. */
const replaceUnsent = async (
  bridge: Bridge,
  { event, known, parts, link }: Edit,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const held = reasonOf(parts);
  const taken = await takeMessage(
    bridge,
    { event: asWritten(event), edition: event.edition, link, instead: { known, held }, before: event.before },
    claimed,
  );
  if (taken.outcome !== 'handled') return taken;
  const nothingHeld = !taken.deliveries.some((delivery) => delivery.state === 'held');
  return handled(
    taken,
    withdraw(parts, 'edited before it was sent'),
    nothingHeld ? { deliveries: [receipt(event, 'none', event.edition)] } : {},
    await settleQuestion(bridge, known.value.question, {
      cause: claimed.key,
      notice: say(nothingHeld ? 'Its author edited it: nothing is to be decided.' : 'Its author edited it: see below.'),
    }),
  );
};

/** A held version is followed by a held one; what had failed is not sent again without a word. */
const reasonOf = (parts: readonly DeliveryView[]): HeldReason | null => {
  if (parts.some((part) => part.state === 'dead')) return 'edited';
  const held = parts.find((part) => part.state === 'held')?.reason ?? null;
  return held === null ? null : isHeldReason(held) ? held : 'edited';
};

export const onMemberDeleted = async (bridge: Bridge, event: Deleted, claimed: ClaimedEvent): Promise<Settlement> => {
  const found = await linkOfThread(bridge, { team: event.team, channel: event.channel, ts: event.thread });
  if (found === null) return ignored('not a linked thread');
  if ('recover' in found) return recoverFirst(found.recover, event, claimed);
  const key = memberMessageKey(event);
  const known = await readRecord(bridge.records, 'member_message', key);
  const before: MemberMessage = known?.value ?? {
    version: 1,
    link: found.link.key,
    author: event.member,
    kind: 'kept',
    edition: '',
    deleted: false,
    deliveries: [],
  };
  const parts = await partsOf(bridge, before);
  // A tombstone: whatever version of the message turns up later is not sent.
  const tombstone = (more: Partial<MemberMessage> = {}): Consequence => ({
    records: [replaceRecord('member_message', key, { was: known, value: { ...before, deleted: true, ...more } })],
  });
  const outcome = parts.some(isOnItsWay) ? {} : await outcomeBefore(bridge, found.link, parts);
  if (outcome !== null) return handled(outcome, tombstone(), { events: [again(event, claimed)] });
  const sent: Sent = { link: found.link, message: before, source: event, parts };
  const files = await sharedFiles(bridge, before);
  const isSent = before.kind !== 'kept' && (parts.some(mayBeThere) || files.length > 0);
  const deletion = isSent ? await deleteSent(bridge, { event, sent, files }, claimed) : NOTHING;
  const at = doneAt(event.at, claimed);
  const kept = deletion.refused ? [] : await filesNotThere(bridge, before);
  const withheld = await withheldFiles(bridge, before, { files: kept, at });
  return handled(
    tombstone({ ...deletion.message, ...withheld.message }),
    withheld.follows,
    withdraw(parts.filter(isUnsent), 'deleted before it was sent'),
    await settleQuestion(bridge, before.question, {
      cause: claimed.key,
      notice: say('Its author deleted the message: nothing is to be decided.'),
    }),
    deletion.follows,
    deletion.refused ? {} : await takenBackFiles(bridge, before, { ts: event.ts, at }),
  );
};

const NOTHING: Deletion = { follows: {}, message: {} };
