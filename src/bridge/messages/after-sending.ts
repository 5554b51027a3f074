import {
  type Changed,
  changeRecord,
  emptyEdit,
  heldChange,
  notCarried,
  type Obstacle,
  OUTCOME,
} from '../../core/change-words.ts';
import type { EventOf } from '../../core/event.ts';
import { describedFile } from '../../core/file-words.ts';
import { morePrivate } from '../../core/kind.ts';
import { leaksIn, outgoingText } from '../../core/leaks.ts';
import type { MemberMessage } from '../../core/link.ts';
import { type Notice, say } from '../../core/notice.ts';
import { settingsOf } from '../../core/settings.ts';
import { REPLY_LIMIT, split } from '../../core/split.ts';
import { heldQuestion, isHeldReason, kindStays, notAnAgent } from '../../core/words.ts';
import type { ClaimedEvent, DeliveryView, NewDelivery, Settlement } from '../../delivery/ports.ts';
import { type Standing, standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { obstacleOfFiles, type SharedFile } from '../files/files-deleted.ts';
import { owe } from '../lanes.ts';
import { replaceRecord, type Stored } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread, memberMessageKey, messageValue, tellPrivately } from '../telling.ts';
import type { StoredLink } from '../threads/links.ts';
import { rowOf } from './change-message.ts';
import type { Meaning } from './meaning.ts';
import { type Changes, deletionsFor, editsFor, kindSent, mayBeThere, type Sent } from './message-changes.ts';
import { partsOfMessage } from './message-parts.ts';
import { messagesAmong, settleQuestion } from './questions.ts';
import { wordsFor } from './writing.ts';

/** What follows when a member edits or deletes a message of which something was sent, or may have been. */

type Edited = EventOf<'member_edited'>;
type Deleted = EventOf<'member_deleted'>;

export type Edit = {
  readonly event: Edited;
  readonly known: Stored<MemberMessage>;
  readonly parts: readonly DeliveryView[];
  readonly link: StoredLink;
};

const SECOND = 1000;

export const editSent = async (
  bridge: Bridge,
  edit: Edit,
  { meant, claimed }: { readonly meant: Meaning; readonly claimed: ClaimedEvent },
): Promise<Settlement> => {
  const { event, known, link } = edit;
  const kind = kindSent(known.value);
  const tell = `edit:${event.ts}:${event.edition}`;
  const told = { at: claimed.receivedAt, channel: event.channel, from: event.memberTeam };
  const standing = await standingOf(bridge, event.member, told);
  if (standing.is === 'stranger')
    return ignored('the author is not an agent', seen(edit), tellPrivately(event, tell, notAnAgent));
  if (meant.text === '') return handled(seen(edit), tellPrivately(event, tell, emptyEdit(kind)));
  const sent: Sent = { link, message: known.value, source: event, parts: edit.parts };
  const obstacle = obstacleTo(bridge, sent, doneAt(event.edition.split(':').at(-1), claimed));
  if (obstacle !== null) {
    const changed = { deed: 'edit', kind } as const;
    const note = recordOf(sent, { ...changed, standing, cause: event.edition, text: meant.text });
    return handled(seen(edit), tellPrivately(event, tell, notCarried(changed, obstacle, bridge.editWindowMs)), note);
  }
  const held = reasonToAsk(bridge, edit, { standing, meant, kind });
  const how = { cause: event.edition, after: claimed.lane, held };
  const wanted = await wantedParts(bridge, edit, { meant, claimed });
  const changes = await editsFor(bridge, sent, { wanted, edition: event.edition, how });
  const stays = morePrivate(kind, meant.kind) !== meant.kind;
  return handled(
    await carriedEdit(bridge, edit, { changes, held, cause: claimed.key }),
    stays ? tellPrivately(event, `${tell}:kind`, kindStays(kind)) : {},
  );
};

/** The deliveries that the new version would be sent by. */
const wantedParts = async (
  bridge: Bridge,
  { event, known, link }: Edit,
  { meant, claimed }: { readonly meant: Meaning; readonly claimed: ClaimedEvent },
): Promise<readonly NewDelivery[]> => {
  const kind = kindSent(known.value);
  const words = await wordsFor(bridge, { link, kind, member: event.member, body: meant.body });
  const version = { message: memberMessageKey(event), suffix: `:${event.edition}`, link, kind, words };
  return partsOfMessage({ ...version, event: { ...event, caught: false } }, { after: claimed.lane, held: null });
};

/** The edit is seen; nothing waits for it any more. */
export const seen = (
  { event, known }: Pick<Edit, 'event' | 'known'>,
  now: Partial<MemberMessage> = {},
): Consequence => {
  const { edit: _waited, ...value } = known.value;
  return {
    records: [
      replaceRecord('member_message', memberMessageKey(event), {
        was: known,
        value: { ...value, edition: event.edition, ...now },
      }),
    ],
  };
};

type Asking = 'mention' | 'confirm' | 'unchecked' | 'leak';
type Carried = { readonly changes: Changes; readonly held: Asking | null; readonly cause: string };

/** What is owed for an edit, with a question where a person must decide, in the place of an earlier one. */
const carriedEdit = async (bridge: Bridge, edit: Edit, { changes, held, cause }: Carried): Promise<Consequence> => {
  const { event, known, parts, link } = edit;
  const { question: before, ...value } = known.value;
  const changesNothing = changes.deliveries.length === 0 && changes.changes.length === 0;
  const notice = questionAbout(edit, changes, held);
  const question = notice === null ? null : inThread(link, `held:${memberMessageKey(event)}:${event.edition}`, notice);
  // What stands about a part of which nobody knows whether it arrived is not answered by an edit.
  const stands = changesNothing || parts.some(({ state }) => state === 'unknown');
  const asks = question?.id ?? (stands ? before : undefined);
  return joined(
    seen(
      { event, known: { ...known, value } },
      { ...changes.message, ...(asks === undefined ? {} : { question: asks }) },
    ),
    { deliveries: [...changes.deliveries, ...(question === null ? [] : [question])], changes: changes.changes },
    stands
      ? {}
      : await settleQuestion(bridge, before, {
          cause,
          notice: say(
            question === null ? 'Its author edited it: nothing is to be decided.' : 'Its author edited it: see below.',
          ),
        }),
  );
};

const questionAbout = ({ event, known }: Edit, { deliveries }: Changes, held: Asking | null): Notice | null => {
  const kind = kindSent(known.value);
  const value = messageValue(event);
  const first = deliveries.find(({ state, reason }) => state === 'held' && reason !== 'part' && reason !== OUTCOME);
  if (first === undefined) return null;
  if (held !== null) return heldChange({ deed: 'edit', kind, member: event.member, value }, held);
  const reason = first.reason !== undefined && isHeldReason(first.reason) ? first.reason : 'edited';
  return heldQuestion(event.member, reason, { kind, value });
};

type Said = { readonly standing: Standing; readonly meant: Meaning; readonly kind: 'reply' | 'note' };

/** An edit may say what would not have gone by itself either; a mention that was there before was decided on. */
const reasonToAsk = (bridge: Bridge, { event, link }: Edit, { standing, meant, kind }: Said): Asking | null => {
  const { text, before } = event;
  if (standing.is === 'unchecked') return 'unchecked';
  if (kind !== 'reply') return null;
  if (meant.mode === 'confirm') return 'confirm';
  const known = new Set(before === null ? [] : mentionsIn(bridge, before));
  if (mentionsIn(bridge, text).some((mention) => !known.has(mention))) return 'mention';
  const rules = settingsOf(bridge.channels(), link.value).leaks;
  const decided = before === null ? [] : leaksIn(`${bridge.text.start(before)}\n${before.mrkdwn}`, rules);
  return leaksIn(outgoingText(meant.body), rules).some((leak) => !decided.includes(leak)) ? 'leak' : null;
};

const mentionsIn = (bridge: Bridge, text: Edited['text']): readonly string[] => {
  const { members, groups, broadcast } = bridge.text.mentions(text);
  return [...members, ...groups, ...broadcast];
};

/** When it was done, by the clock that also dates the message; else when we were told of it. */
export const doneAt = (ts: string | null | undefined, { receivedAt }: ClaimedEvent): number => {
  const at = Number(ts ?? Number.NaN) * SECOND;
  return Number.isNaN(at) ? receivedAt : at;
};

/** Why nothing of the message can be changed on the other side any more; null when all of it can. */
export const obstacleTo = (bridge: Bridge, { parts, source }: Sent, at: number): Obstacle | null => {
  if (at - Number(source.ts) * SECOND > bridge.editWindowMs) return 'late';
  for (const part of parts.filter(mayBeThere)) {
    const via = messagesAmong([part])[0]?.effect.via ?? 'chat';
    if (via !== 'chat') return via;
    if (part.state === 'delivered' && rowOf(part) === null) return 'row';
  }
  return null;
};

type Recorded = Changed & { readonly standing: Standing; readonly cause: string; readonly text: string };

/** An internal note in the place of a change; the thread shows the change itself. */
const recordOf = ({ link, message, source }: Sent, { standing, cause, ...changed }: Recorded): Consequence => {
  const name = standing.is === 'agent' ? standing.member.name : 'A colleague';
  const words = changeRecord({ ...changed, name, sentAt: Number(source.ts) * SECOND });
  return {
    deliveries: split(words, REPLY_LIMIT).map((text, index) =>
      owe({
        id: `record:${link.key}:${source.channel}:${source.ts}:${cause}:${index + 1}`,
        effect: {
          do: 'add_message',
          link: link.key,
          kind: 'note',
          via: 'chat',
          text,
          html: null,
          member: message.author,
          source: null,
          insisted: true,
          records: 'change',
        },
      }),
    ),
  };
};

/** What follows from a deletion beside the record of it, and what that is to say besides. */
export type Deletion = {
  readonly follows: Consequence;
  readonly message: Partial<MemberMessage>;
  /** Its author is no agent any more. */
  readonly refused?: true;
};

type Deleting = { readonly event: Deleted; readonly sent: Sent; readonly files: readonly SharedFile[] };

/** The caller withdraws what was not sent, takes back its files, and writes that the message is deleted. */
export const deleteSent = async (
  bridge: Bridge,
  { event, sent, files }: Deleting,
  claimed: ClaimedEvent,
): Promise<Deletion> => {
  const kind = kindSent(sent.message);
  const tell = `delete:${event.ts}`;
  const standing = await standingOf(bridge, event.member, { at: claimed.receivedAt, channel: event.channel });
  if (standing.is === 'stranger')
    return { follows: tellPrivately(event, tell, notAnAgent), message: {}, refused: true };
  const obstacle = obstacleTo(bridge, sent, doneAt(event.at, claimed)) ?? obstacleOfFiles(files);
  if (obstacle !== null) {
    const changed = { deed: 'deletion', kind } as const;
    const texts = messagesAmong(sent.parts.filter(mayBeThere)).map(({ effect }) => effect.text);
    const said = [...texts, ...files.map(({ effect }) => describedFile(effect.file))];
    const note = recordOf(sent, { ...changed, standing, cause: 'deleted', text: said.join('\n\n') });
    const told = tellPrivately(event, tell, notCarried(changed, obstacle, bridge.editWindowMs));
    return { follows: joined(told, note), message: {} };
  }
  const held = standing.is === 'unchecked' ? 'unchecked' : null;
  const { deliveries, changes, message } = await deletionsFor(bridge, sent, {
    cause: 'deleted',
    after: claimed.lane,
    held,
  });
  const { changes: newest } = message;
  const owed = { deliveries, changes };
  if (held === null) return { follows: owed, message: { changes: newest } };
  const about = { deed: 'deletion', kind, member: event.member, value: messageValue(event) } as const;
  const question = inThread(sent.link, `held:${memberMessageKey(event)}:deleted`, heldChange(about, held));
  return { follows: joined(owed, { deliveries: [question] }), message: { changes: newest, question: question.id } };
};
