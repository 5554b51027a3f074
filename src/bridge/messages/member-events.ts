import { undoOffer } from '../../core/change-words.ts';
import type { EventOf, SlackText } from '../../core/event.ts';
import { leaksInWords } from '../../core/leaks.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { Notice } from '../../core/notice.ts';
import { settingsOf } from '../../core/settings.ts';
import { viaOf } from '../../core/via.ts';
import { channelNotTaken, emptyReply, type HeldReason, heldQuestion, notAnAuthor } from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { standingOf } from '../agents.ts';
import type { Bridge } from '../context.ts';
import { askAboutFiles, filesOf, type Waiting } from '../files/files-out.ts';
import { readRecord, replaceRecord, type Stored } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread, memberMessageKey, messageValue, receipt, tellPrivately } from '../telling.ts';
import { linkOfThread } from '../threads/found-again.ts';
import { currentCase, type StoredLink } from '../threads/links.ts';
import { goesOnElsewhere } from '../threads/lost-threads.ts';
import { onWrittenBesideLinks } from '../visitors/visitor-replies.ts';
import { type Meaning, meaningOf } from './meaning.ts';
import { partsOfMessage } from './message-parts.ts';
import { type Wording, wordsFor } from './writing.ts';

/** What members write in linked threads. */

export type Wrote = EventOf<'member_wrote'>;

const SECOND = 1000;

export const onMemberWrote = async (bridge: Bridge, event: Wrote, claimed: ClaimedEvent): Promise<Settlement> => {
  const [found, known] = await Promise.all([
    linkOfThread(bridge, { team: event.team, channel: event.channel, ts: event.thread }),
    readRecord(bridge.records, 'member_message', memberMessageKey(event)),
  ]);
  if (found === null) return onWrittenBesideLinks(bridge, event);
  if ('recover' in found) return recoverFirst(found.recover, event, claimed);
  if (found.link.value.state === 'ended') return ignored('the link has ended');
  if (known !== null) return ignored('this message is known');
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
  const { before = null } = version;
  const known = instead?.known?.value.kind ?? null;
  const meant = await meaningOf(bridge, { text: event.text, link, known, before });
  if (meant.kind === 'kept') return handled(remember(version, { kind: 'kept', deliveries: [] }));
  const told = { at: claimed.receivedAt, channel: event.channel, from: event.memberTeam };
  const standing = await standingOf(bridge, event.member, told);
  if (standing.is === 'stranger')
    return ignored('the author is not an agent', tellPrivately(event, `stranger:${event.thread}`, notAnAuthor));
  const elsewhere = isKnown(version) ? null : await goesOnElsewhere(bridge, link.key, event);
  if (elsewhere !== null) return ignored('the case goes on in another thread', tellOfAnother(event, elsewhere));
  if (meant.text === '' && event.files.length === 0) {
    const empty = tellPrivately(event, `empty:${event.ts}:${version.edition}`, emptyReply);
    return handled(remember(version, { kind: meant.kind, deliveries: [] }), empty);
  }
  if (meant.kind === 'reply' && viaOf(link.value.case.channel) === null)
    return handled(await refuseChannel(bridge, version));
  const reason = standing.is === 'unchecked' ? 'unchecked' : await reasonToHold(bridge, meant, version);
  const { kind } = meant;
  if (meant.text === '') {
    const held = reason ?? instead?.held ?? null;
    const pause = kind === 'reply' && held === null ? pauseFor(bridge, version, claimed) : null;
    return handled(sendFilesAlone(bridge, version, { kind, held, pause }));
  }
  const files = filesOf(bridge, { event, link, kind });
  const words = await wordsFor(bridge, { link, kind, member: event.member, body: meant.body });
  const held = reason ?? (kind === 'reply' ? reasonOfWords(version, words) : null);
  const pause = kind === 'reply' && held === null ? pauseFor(bridge, version, claimed) : null;
  return handled(
    sendParts(version, { kind, words, files: files.ids, after: claimed.lane, held, pause }),
    { deliveries: files.deliveries },
    files.told,
    pause === null || isKnown(version)
      ? {}
      : tellPrivately(event, `undo:${event.ts}`, undoOffer(pause.inMs, messageValue(event))),
  );
};

type Pause = { readonly at: number; readonly inMs: number };

/** How long a reply can be taken back before it goes out; an edit does not begin the time anew. */
const pauseFor = (bridge: Bridge, { link, instead }: Version, { receivedAt }: ClaimedEvent): Pause | null => {
  const inMs = settingsOf(bridge.channels(), link.value).undo * SECOND;
  const known = instead?.known?.value;
  const at = known === undefined ? receivedAt + inMs : (known.undoUntil ?? receivedAt);
  return at > receivedAt ? { at, inMs } : null;
};

/** What was held stays held when it is edited, though it may be for another reason then. */
const reasonOfWords = ({ instead }: Version, { longSms, found }: Wording): HeldReason | null => {
  const before = instead?.held ?? null;
  const now = found.length > 0 ? 'leak' : longSms === null ? null : 'long_sms';
  if (now === null) return before === 'long_sms' || before === 'leak' ? 'edited' : before;
  return before === null || before === 'edited' ? now : before;
};

/** A message without words. */
const sendFilesAlone = (
  bridge: Bridge,
  version: Version,
  { kind, held, pause }: Waiting & { readonly kind: 'reply' | 'note' },
): Consequence => {
  const { event, link } = version;
  const { ids, deliveries, told } = filesOf(bridge, { event, link, kind }, { held, pause });
  const isPaused = pause !== null && ids.length > 0;
  return joined(
    remember(version, { kind, deliveries: [], files: ids, ...(pause === null ? {} : { undoUntil: pause.at }) }),
    { deliveries },
    told,
    held === null || ids.length === 0 ? {} : askAboutFiles({ event, link, kind }, held),
    isPaused ? tellPrivately(event, `undo:${event.ts}`, undoOffer(pause.inMs, messageValue(event))) : {},
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
  event: EventOf<'member_wrote' | 'member_edited' | 'member_removed_files' | 'member_deleted'>,
  claimed: ClaimedEvent,
): Settlement =>
  handled(recover, {
    events: [{ key: `${claimed.key}:again`, lane: claimed.lane, payload: JSON.parse(JSON.stringify(event)) }],
  });

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
  readonly kind: 'reply' | 'note';
  readonly words: Wording;
  /** Ids of the deliveries that fetch its files. */
  readonly files: readonly string[];
  readonly held: HeldReason | null;
  /** The lane of events of the thread: what was written before may still wait in it. */
  readonly after: string;
  readonly pause: Pause | null;
};

const sendParts = (version: Version, { kind, words, files, held, after, pause }: Send): Consequence => {
  const { event, edition, link } = version;
  const message = memberMessageKey(event);
  const suffix = edition === '' ? '' : `:${edition}`;
  const parts = partsOfMessage({ message, event, suffix, link, kind, words }, { after, held, notBefore: pause });
  const deliveries = parts.map((part) => part.id);
  const undoUntil = pause === null ? {} : { undoUntil: pause.at };
  if (held === null) return { ...remember(version, { kind, deliveries, files, ...undoUntil }), deliveries: parts };
  const question = inThread(
    link,
    `held:${message}${suffix}`,
    heldQuestion(event.member, held, {
      kind,
      value: messageValue(event),
      sms: words.longSms,
      found: leaksInWords(words.found),
    }),
  );
  return {
    ...remember(version, { kind, deliveries, files, question: question.id }),
    deliveries: [...parts, receipt(event, 'held', `${held}${suffix}`), question],
  };
};

const remember = (
  { event, edition, link, instead }: Version,
  {
    files = [],
    ...what
  }: Pick<MemberMessage, 'kind' | 'deliveries' | 'question' | 'undoUntil'> & { readonly files?: readonly string[] },
): Consequence => {
  const kept = instead?.known?.value.filesKept;
  return {
    records: [
      replaceRecord('member_message', memberMessageKey(event), {
        was: instead?.known ?? null,
        value: {
          version: 1,
          link: link.key,
          author: event.member,
          edition,
          deleted: false,
          ...what,
          ...(kept === undefined ? {} : { filesKept: kept }),
          ...(files.length === 0 ? {} : { files: [...files] }),
        },
      }),
    ],
  };
};
