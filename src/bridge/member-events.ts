import { ZodError } from 'zod';
import type { EffectOf } from '../core/effect.ts';
import type { EventOf, SlackText } from '../core/event.ts';
import { ChannelId, MemberId, type SlackTs } from '../core/ids.ts';
import { replyChannels } from '../core/case.ts';
import { kindOf, type KindOfText, type Mode, morePrivate } from '../core/kind.ts';
import type { MemberMessage } from '../core/link.ts';
import type { Notice } from '../core/notice.ts';
import type { Names } from '../core/ports.ts';
import { settingsOf } from '../core/settings.ts';
import { REPLY_LIMIT, split } from '../core/split.ts';
import {
  channelNotTaken,
  emptyReply,
  filesLeftOut,
  type HeldReason,
  heldQuestion,
  notAnAuthor,
} from '../core/words.ts';
import { Failure } from '../delivery/errors.ts';
import type { ClaimedEvent, NewDelivery, Settlement } from '../delivery/ports.ts';
import { standingOf } from './agents.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import { currentCase, linkOfThread, type StoredLink } from './links.ts';
import { goesOnElsewhere } from './lost-threads.ts';
import { readRecord, replaceRecord, type Stored } from './records.ts';
import { type Consequence, handled, ignored } from './settlement.ts';

/** What members write in linked threads. */

type Place = { readonly team: string; readonly channel: ChannelId; readonly ts: SlackTs };
export const memberMessageKey = (place: Place): string => `${place.team}:${place.channel}:${place.ts}`;

/** Buttons name the message they are about; see `deliveriesOf` in decisions.ts. */
export const messageValue = (place: Place): string => `message:${memberMessageKey(place)}`;

export type Wrote = EventOf<'member_wrote'>;

export const onMemberWrote = async (bridge: Bridge, event: Wrote, claimed: ClaimedEvent): Promise<Settlement> => {
  const found = await linkOfThread(bridge, { team: event.team, channel: event.channel, ts: event.thread });
  if (found === null) return ignored('not a linked thread');
  if ('recover' in found) return recoverFirst(found.recover, event, claimed);
  if (found.link.value.state === 'ended') return ignored('the link has ended');
  if ((await readRecord(bridge.records, 'member_message', memberMessageKey(event))) !== null)
    return ignored('this message is known');
  return takeMessage(bridge, { event, edition: '', link: found.link, instead: null }, claimed);
};

/** A version of a member's message of which nothing was sent so far. */
type Version = {
  readonly event: Wrote;
  /** `edited.ts`, or '' for the first version. */
  readonly edition: string;
  readonly link: StoredLink;
  /** What is known of the message from before, and why this version waits for a decision all the same. */
  readonly instead: { readonly known: Stored<MemberMessage> | null; readonly held: HeldReason | null } | null;
  /** An earlier version that never came by itself: the most private of all versions counts. */
  readonly before?: SlackText | null;
};

/** Everything that follows from a message whose kind is decided now. */
export const takeMessage = async (bridge: Bridge, version: Version, claimed: ClaimedEvent): Promise<Settlement> => {
  const { event, link, instead } = version;
  const meant = await meaningOf(bridge, version);
  if (meant.kind === 'kept') return handled(remember(version, { kind: 'kept', deliveries: [] }));
  const told = { at: claimed.receivedAt, channel: event.channel, from: event.memberTeam };
  const standing = await standingOf(bridge, event.member, told);
  if (standing.is === 'stranger')
    return ignored('the author is not an agent', tellPrivately(event, `stranger:${event.thread}`, notAnAuthor));
  const elsewhere = isKnown(version) ? null : await goesOnElsewhere(bridge, link.key, event);
  if (elsewhere !== null) return ignored('the case goes on in another thread', tellOfAnother(event, elsewhere));
  const files = event.files.map((file) => file.name);
  if (meant.text === '') {
    const notice = files.length > 0 ? filesLeftOut(files, meant.kind) : emptyReply;
    return handled(
      remember(version, { kind: meant.kind, deliveries: [] }),
      tellPrivately(event, `empty:${event.ts}:${version.edition}`, notice),
    );
  }
  if (meant.kind === 'reply' && !replyChannels.has(link.value.case.channel))
    return handled(await refuseChannel(bridge, version));
  const reason = standing.is === 'unchecked' ? 'unchecked' : await reasonToHold(bridge, meant, version);
  return handled(
    sendParts(version, {
      meant,
      after: claimed.lane,
      held: reason ?? (meant.kind === 'reply' ? (instead?.held ?? null) : null),
    }),
    files.length === 0 ? {} : tellPrivately(event, `files:${event.ts}`, filesLeftOut(files, meant.kind)),
  );
};

/** What was written while the case was in this thread goes its way. */
const isKnown = ({ instead }: Version): boolean => instead !== null && instead.known !== null;

/** At the level of the channel: below a first message that is gone perhaps nobody sees it. */
const tellOfAnother = (event: Wrote, notice: Notice): Consequence => {
  const { deliveries = [] } = tellPrivately({ ...event, thread: null }, `elsewhere:${event.ts}`, notice);
  return { deliveries: [...deliveries, receipt(event, 'failed', 'elsewhere')] };
};

/** The link is written first; the same event comes again behind it, under a key of its own. */
export const recoverFirst = (
  recover: Consequence,
  event: Wrote | EventOf<'member_edited'> | EventOf<'member_deleted'>,
  claimed: ClaimedEvent,
): Settlement =>
  handled(recover, {
    events: [{ key: `${claimed.key}:again`, lane: claimed.lane, payload: JSON.parse(JSON.stringify(event)) }],
  });

type Meaning = KindOfText & { readonly mode: Mode };

/** A message keeps its kind; an edit may only make it more private. */
export const meaningOf = async (
  bridge: Bridge,
  {
    event,
    link,
    instead,
    before = null,
  }: Pick<Version, 'link' | 'instead' | 'before'> & { readonly event: Pick<Wrote, 'text'> },
): Promise<Meaning> => {
  const { mode } = settingsOf(bridge.channels(), link.value.channel);
  const plain = await bridge.text.plain(event.text, namesOf(bridge));
  const bare = kindOf(bridge.text.start(event.text), mode);
  const meant = kindOf(plain, mode);
  const earlier = before === null ? 'reply' : kindOf(bridge.text.start(before), mode).kind;
  const kind = morePrivate(earlier, morePrivate(bare.kind, meant.kind));
  return { kind: morePrivate(instead?.known?.value.kind ?? 'reply', kind), text: meant.text, mode };
};

/** A name that cannot be looked up must not keep a message from going anywhere. */
const namesOf = (bridge: Bridge): Names => ({
  member: (id) => nameOr('colleague', async () => (await bridge.chat.member(MemberId.parse(id)))?.name),
  channel: (id) => nameOr('channel', () => bridge.chat.channelName(ChannelId.parse(id))),
  group: (id) => nameOr('group', () => bridge.chat.groupName(id)),
});

const nameOr = async (otherwise: string, look: () => Promise<string | null | undefined>): Promise<string> => {
  try {
    return (await look()) ?? otherwise;
  } catch (error) {
    if (error instanceof Failure || error instanceof ZodError) return otherwise;
    throw error;
  }
};

/** What cannot be sent at all, told to its author in the thread. */
const refuseChannel = async (bridge: Bridge, version: Version): Promise<Consequence> => {
  const { event, link } = version;
  const told = channelNotTaken(link.value.case.channel, bridge.helpdesk.caseUrl((await currentCase(bridge, link)).id));
  const { records = [] } = remember(version, { kind: 'reply', deliveries: [] });
  return {
    records,
    deliveries: [receipt(event, 'failed', 'channel'), inThread(link, `told:${memberMessageKey(event)}:channel`, told)],
  };
};

const reasonToHold = async (bridge: Bridge, meant: Meaning, { event, link }: Version): Promise<HeldReason | null> => {
  if (meant.kind !== 'reply') return null;
  if (meant.mode === 'confirm') return 'confirm';
  const mentions = bridge.text.mentions(event.text);
  if (mentions.members.length + mentions.groups.length + mentions.broadcast.length > 0) return 'mention';
  return (await currentCase(bridge, link)).closed ? 'closed' : null;
};

type Send = {
  readonly meant: Meaning;
  readonly held: HeldReason | null;
  /** The lane of events of the thread: what was written before may still wait in it. */
  readonly after: string;
};

const sendParts = (version: Version, { meant, held, after }: Send): Consequence => {
  const { event, edition, link } = version;
  const kind = meant.kind === 'note' ? 'note' : 'reply';
  const message = memberMessageKey(event);
  const suffix = edition === '' ? '' : `:${edition}`;
  const parts = split(meant.text, REPLY_LIMIT).map((text, index) =>
    owe({
      id: `${kind}:${message}:${index + 1}${suffix}`,
      effect: {
        do: 'add_message',
        link: link.key,
        kind,
        text,
        member: event.member,
        source: { channel: event.channel, ts: event.ts },
        insisted: false,
      },
      position: `${event.ts}:${String(index).padStart(4, '0')}`,
      after,
      ...(held === null ? {} : { held: index === 0 ? held : 'part' }),
      ...(event.caught ? { suspect: { case: link.value.case.id, above: null } } : {}),
    }),
  );
  const deliveries = parts.map((part) => part.id);
  if (held === null) return { ...remember(version, { kind, deliveries }), deliveries: parts };
  const question = inThread(
    link,
    `held:${message}${suffix}`,
    heldQuestion(event.member, held, { kind, value: messageValue(event) }),
  );
  return {
    ...remember(version, { kind, deliveries, question: question.id }),
    deliveries: [...parts, receipt(event, 'held', `${held}${suffix}`), question],
  };
};

const remember = (
  { event, edition, link, instead }: Version,
  what: Pick<MemberMessage, 'kind' | 'deliveries' | 'question'>,
): Consequence => ({
  records: [
    replaceRecord('member_message', memberMessageKey(event), {
      was: instead?.known ?? null,
      value: { version: 1, link: link.key, author: event.member, edition, deleted: false, ...what },
    }),
  ],
});

/** A mark on a member's own message. `version` tells one change from another. */
export const receipt = (
  place: { readonly channel: ChannelId; readonly ts: SlackTs },
  mark: EffectOf<'set_receipt'>['receipt'],
  version: string,
): NewDelivery =>
  owe({
    id: `receipt:${place.channel}:${place.ts}:${mark}:${version}`,
    effect: { do: 'set_receipt', channel: place.channel, ts: place.ts, receipt: mark },
  });

/** Something that casebridge says in the thread of a link, after what is there. */
export const inThread = (link: Pick<StoredLink, 'key' | 'value'>, id: string, notice: Notice): NewDelivery =>
  owe({
    id,
    effect: { do: 'post', link: link.key, as: null, notice, messages: [], broadcast: false },
    channel: link.value.channel,
  });

type Spoke = {
  readonly team: Wrote['team'];
  readonly channel: ChannelId;
  readonly member: MemberId;
  readonly thread: SlackTs | null;
};

export const tellPrivately = (event: Spoke, what: string, notice: Notice): Consequence => ({
  deliveries: [
    owe({
      id: `answer:${event.team}:${event.channel}:${event.member}:${what}`,
      effect: {
        do: 'answer',
        to: { team: event.team, channel: event.channel, member: event.member, thread: event.thread, responseUrl: null },
        notice,
      },
    }),
  ],
});
