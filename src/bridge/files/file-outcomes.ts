import { z } from 'zod';
import type { EffectOf } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import { attachmentNotSeenTold, describedFile, fileReasonInWords, notAttachedTold } from '../../core/file-words.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { Inline, Notice } from '../../core/notice.ts';
import {
  ask,
  button,
  failedQuestion,
  heldQuestion,
  isHeldReason,
  unknownQuestion,
  waitingTold,
} from '../../core/words.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { type Consequence, handled, ignored, joined } from '../settlement.ts';
import { inThread, memberMessageKey, receipt } from '../telling.ts';
import { changeLink, linkByKey, type StoredLink } from '../threads/links.ts';
import { takenBackFile } from './files-deleted.ts';
import { askAboutFiles, fetchOfShare, owedShare, shareId, shareInstead, sharesDue } from './files-out.ts';

/** What follows from what became of a file, on its way to either side. */

type News<D extends 'fetch_file' | 'share_file' | 'attach_file'> = Omit<EventOf<'delivery'>, 'effect'> & {
  readonly effect: EffectOf<D>;
};

/** Buttons of the question about one file name its delivery; see file-decisions.ts. */
const fileValue = (delivery: string): string => `file:${delivery}`;

/** Earlier reminders are not for words (contract 7.3). */
const SHOW_IN_WORDS_MS = 2 * 60_000;

type Outgoing = News<'fetch_file'> | News<'share_file'>;

/** A member's file goes in two deliveries: it is fetched from Slack, then it is shared with the customer. */
export const onFileOut = async (bridge: Bridge, event: Outgoing, claimed: ClaimedEvent): Promise<Settlement> => {
  const link = await linkByKey(bridge, event.effect.link);
  if (link === null) return ignored('the link of this file is gone');
  const { key, message } = await messageOf(bridge, event.effect);
  if (message === null) return ignored('the message of this file is gone');
  const at = { key, message, link, claimed };
  switch (event.state) {
    case 'delivered':
      return handled(isShare(event) ? await onArrived(bridge, event, at) : await sharesDue(bridge, at));
    case 'dropped':
      return ignored('nothing follows from this');
    case 'owed':
      return onWaiting(event, link, claimed);
    case 'held':
      return isShare(event)
        ? handled(askAbout(event, link, claimed), marked(event, claimed))
        : handled(stillHeld(bridge, event, at));
    case 'dead':
    case 'unknown':
      return handled(askAbout(event, link, claimed), marked(event, claimed));
  }
};

const isShare = (event: Outgoing): event is News<'share_file'> => event.effect.do === 'share_file';

const messageOf = async (
  bridge: Bridge,
  { source }: EffectOf<'fetch_file' | 'share_file'>,
): Promise<{ readonly key: string; readonly message: MemberMessage | null }> => {
  const key = memberMessageKey({ ...source, team: bridge.chat.team });
  return { key, message: (await readRecord(bridge.records, 'member_message', key))?.value ?? null };
};

const onWaiting = (event: Outgoing, link: StoredLink, claimed: ClaimedEvent): Settlement => {
  if (event.waitedMs === undefined || event.waitedMs < SHOW_IN_WORDS_MS) return ignored('it only waits');
  const words = waitingTold(event.effect.member, event.waitedMs, describedFile(event.effect.file));
  return handled({ deliveries: [inThread(link, `waiting:${claimed.key}`, words)] });
};

/** A message of files alone was held when it was written, and its author has not decided yet: one question for all. */
const stillHeld = (
  bridge: Bridge,
  event: News<'fetch_file'>,
  { link, message }: { readonly link: StoredLink; readonly message: MemberMessage },
): Consequence => {
  const { reason, waitedMs, effect } = event;
  if (waitedMs === undefined || reason === undefined || !isHeldReason(reason) || message.files?.[0] !== event.id)
    return {};
  const { channel, ts } = effect.source;
  const asked = { team: bridge.chat.team, channel, ts, member: effect.member, thread: null, files: [effect.file] };
  return askAboutFiles({ event: asked, link, kind: 'reply', again: waitedMs }, reason);
};

const marked = ({ effect }: Outgoing, claimed: ClaimedEvent): Consequence => ({
  deliveries: [receipt(effect.source, 'as_it_stands', claimed.key)],
});

/** One question for each file: they are decided apart. */
const askAbout = (event: Outgoing, link: StoredLink, claimed: ClaimedEvent): Consequence => ({
  deliveries: [inThread(link, `told:${claimed.key}`, questionOf(event))],
});

const questionOf = ({ id, state, reason, effect }: Outgoing): Notice => {
  const about = { kind: 'reply', value: fileValue(id), text: describedFile(effect.file) } as const;
  if (state === 'held') return heldQuestion(effect.member, isReason(reason) ? reason : 'stale', about);
  if (state === 'unknown' && effect.do === 'share_file') return unknownQuestion(effect.member, about);
  return failedQuestion(effect.member, fileReasonInWords(reason), about);
};

const isReason = (reason: string | undefined) => reason !== undefined && isHeldReason(reason);

type Arrived = {
  readonly key: string;
  readonly message: MemberMessage;
  readonly link: StoredLink;
  readonly claimed: ClaimedEvent;
};

const onArrived = async (bridge: Bridge, event: News<'share_file'>, at: Arrived): Promise<Consequence> => {
  const { message, link, claimed } = at;
  const { effect } = event;
  const { files = [], filesKept = {} } = message;
  const wanted = files.filter((id) => filesKept[id] === undefined);
  const shares = await Promise.all(wanted.map((id) => bridge.store.view(shareId(id))));
  // Files that were not fetched yet, or have failed, keep the mark that they have.
  const whole = shares.every((view) => view !== null && view.state === 'delivered');
  const by = (await bridge.chat.member(effect.member).catch(() => null))?.name ?? 'a member';
  const answered = { by, at: bridge.now() };
  const change = changeLink({ ...link.value, answered, attended: true, waitingSince: null }, link, claimed.key);
  return joined(
    change,
    whole && !message.deleted ? { deliveries: [receipt(effect.source, 'as_it_stands', claimed.key)] } : {},
    await followsArrival(bridge, event, at),
  );
};

/** Its author may have taken it back, or made it private, while it was on its way. */
const followsArrival = async (bridge: Bridge, event: News<'share_file'>, at: Arrived): Promise<Consequence> => {
  const { message, claimed } = at;
  const privateSince = message.kind === 'reply' ? undefined : claimed.receivedAt;
  const keptAt = message.filesKept?.[fetchOfShare(event.id)] ?? privateSince;
  const view = await bridge.store.view(event.id);
  if (keptAt !== undefined && view !== null)
    return takenBackFile(bridge, { message, at: keptAt }, { view, effect: event.effect });
  return missesAttachment(event) ? linkInstead(bridge, event, at) : {};
};

const MailReceipt = z.object({ attached: z.literal(0) });

/** The mail went out, and the answer shows it without its file. */
const missesAttachment = ({ effect, receipt: given }: News<'share_file'>): boolean =>
  effect.attached && MailReceipt.safeParse(given).success;

const linkInstead = (bridge: Bridge, { id, effect }: News<'share_file'>, at: Arrived): Consequence => {
  const { key, message, link } = at;
  const canLink = bridge.files.settings.publicUrl !== null;
  const { file, via } = effect;
  const shared = canLink
    ? owedShare(bridge, { id: shareInstead(id), via, file, attached: false, key, message, link, suspect: null })
    : {};
  const told = inThread(link, `not-seen:${id}`, attachmentNotSeenTold(effect.member, file.name, canLink));
  return { ...shared, deliveries: [told, ...(shared.deliveries ?? [])] };
};

/** A file of the customer's that could not be brought into the thread: a line says so, and where it is. */
export const onFileAttached = async (
  bridge: Bridge,
  event: News<'attach_file'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const { effect, state, reason, id } = event;
  if (state !== 'dead' && state !== 'unknown') return ignored('nothing follows from this');
  const link = await linkByKey(bridge, effect.link);
  if (link === null) return ignored('the link of this file is gone');
  const url = bridge.helpdesk.caseUrl(link.value.case.id);
  const words: readonly Inline[] = notAttachedTold(effect.file.name, fileReasonInWords(reason), url);
  const notice = ask(words, [button('case_retry', 'Try again', fileValue(id))]);
  return handled({ deliveries: [inThread(link, `told:${claimed.key}`, notice)] });
};
