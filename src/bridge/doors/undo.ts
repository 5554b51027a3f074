import { tooLateToUndo, undone } from '../../core/change-words.ts';
import { ChannelId, SlackTs } from '../../core/ids.ts';
import type { MemberMessage } from '../../core/link.ts';
import { say } from '../../core/notice.ts';
import type { ClaimedEvent, DeliveryChange, DeliveryView, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { obstacleOfFiles, sharedFiles, takenBackFiles } from '../files/files-deleted.ts';
import { obstacleTo } from '../messages/after-sending.ts';
import { deletionsFor, isUnsent, kindSent, mayBeThere, partsOf, type Sent } from '../messages/message-changes.ts';
import { typedParts } from '../messages/message-parts.ts';
import { messagesAmong, settleQuestion } from '../messages/questions.ts';
import { readRecord, replaceRecord, type Stored } from '../records.ts';
import { handled } from '../settlement.ts';
import { receipt } from '../telling.ts';
import { linkByKey } from '../threads/links.ts';
import { answer, type Asked } from './actions.ts';

/** What its author takes back by a button: a reply before it goes out, or one that was made private after it had gone. */

type Wanted = {
  readonly asked: Asked;
  /** The member's message, as `messageValue` names it. */
  readonly subject: string;
  readonly claimed: ClaimedEvent;
};

export const undo = async (bridge: Bridge, wanted: Wanted): Promise<Settlement> => {
  const { asked, subject, claimed } = wanted;
  if (subject.startsWith(TYPED)) return undoTyped(bridge, wanted);
  const found = await messageNamed(bridge, subject);
  const parts = found === null ? [] : await partsOf(bridge, partsToUndo(found.known.value));
  if (found === null || !areWaiting(parts)) return handled(answer(asked, notUndone(found?.known.value ?? null)));
  const { key, known, source } = found;
  const { question, undoUntil: _until, ...value } = known.value;
  return handled(
    {
      changes: parts.map(withdrawn),
      // From now on it is one that stays in Slack, also when it is edited.
      records: [
        replaceRecord('member_message', key, { was: known, value: { ...value, kind: 'kept', deliveries: [] } }),
      ],
      deliveries: [receipt(source, 'none', claimed.key)],
    },
    await settleQuestion(bridge, question, { cause: claimed.key, notice: say('Its author took it back.') }),
    answer(asked, undone(null)),
  );
};

/** Files behind words that are taken back stay inside by themselves; those without words are what waits. */
const partsToUndo = ({ deliveries, files = [] }: MemberMessage): Pick<MemberMessage, 'deliveries'> => ({
  deliveries: deliveries.length > 0 ? deliveries : files,
});

/** What was written in a form: names its first delivery. */
const TYPED = 'delivery:';

/** What was written in a form stands nowhere else: it is given back. */
const undoTyped = async (bridge: Bridge, { asked, subject }: Wanted): Promise<Settlement> => {
  const ids = typedParts(subject.slice(TYPED.length));
  const parts = (await Promise.all(ids.map((id) => bridge.store.view(id)))).filter((view) => view !== null);
  const texts = messagesAmong(parts).map(({ effect }) => effect.text);
  if (areWaiting(parts)) return handled({ changes: parts.map(withdrawn) }, answer(asked, undone(texts.join('\n'))));
  const isGone = parts.every(({ state }) => state === 'dropped');
  return handled(answer(asked, isGone ? nothingSent : tooLateToUndo));
};

/** Nothing of it is on its way, or may be. */
const areWaiting = (parts: readonly DeliveryView[]): boolean =>
  parts.length > 0 && parts.every((part) => isUnsent(part) && !part.attempting && !part.suspect);

const withdrawn = ({ id }: DeliveryView): DeliveryChange => ({ type: 'drop', id, reason: 'undone by its author' });

const nothingSent = say('Nothing of this was sent, so there is nothing to take back.');

const notUndone = (message: MemberMessage | null) =>
  message === null || message.deleted || message.kind === 'kept' ? nothingSent : tooLateToUndo;

/** Deletes on the other side what its author made private too late. */
export const takeBackPrivate = async (bridge: Bridge, { asked, subject, claimed }: Wanted): Promise<Settlement> => {
  const found = await messageNamed(bridge, subject);
  const link = found === null ? null : await linkByKey(bridge, found.known.value.link);
  const parts = found === null ? [] : await partsOf(bridge, found.known.value);
  const hasFiles = (found?.known.value.files ?? []).length > 0;
  if (found === null || link === null || !(hasFiles || parts.some(mayBeThere)))
    return handled(answer(asked, say('This was taken back already. Nothing was done.')));
  const { key, known, source } = found;
  const sent: Sent = { link, message: known.value, source, parts };
  const obstacle =
    obstacleTo(bridge, sent, claimed.receivedAt) ?? obstacleOfFiles(await sharedFiles(bridge, known.value));
  if (obstacle !== null)
    return handled(answer(asked, say('It is too late for that: delete the message in Acquire if it must go.')));
  const how = { cause: claimed.key, after: null, held: null };
  const { deliveries, changes, message } = await deletionsFor(bridge, sent, how);
  const value = { ...known.value, kind: 'kept' as const, deliveries: [], changes: message.changes };
  const where = kindSent(known.value) === 'reply' ? 'at the customer’s' : 'in Acquire';
  return handled(
    { deliveries, changes, records: [replaceRecord('member_message', key, { was: known, value })] },
    await takenBackFiles(bridge, known.value, { ts: source.ts, at: claimed.receivedAt }),
    answer(asked, say(`It is deleted ${where}; what it says now stays in Slack.`)),
  );
};

type Named = {
  readonly key: string;
  readonly known: Stored<MemberMessage>;
  readonly source: { readonly channel: ChannelId; readonly ts: SlackTs };
};

/** Null for what no version of ours has put on a button, and for what is no longer known. */
const messageNamed = async (bridge: Bridge, subject: string): Promise<Named | null> => {
  const [kind, team, channel, ts] = subject.split(':');
  const place = SlackTs.safeParse(ts);
  if (kind !== 'message' || !channel || !place.success) return null;
  const key = `${team}:${channel}:${place.data}`;
  const known = await readRecord(bridge.records, 'member_message', key);
  return known === null ? null : { key, known, source: { channel: ChannelId.parse(channel), ts: place.data } };
};
