import { z } from 'zod';
import { Effect } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import { type FileLeftOut, describedFile, leftOutTold, type LeftOut, sharedWords } from '../../core/file-words.ts';
import type { FileRef, SlackFile } from '../../core/files.ts';
import { type CaseId, ChannelId, SlackTs } from '../../core/ids.ts';
import type { Kind } from '../../core/kind.ts';
import type { MemberMessage } from '../../core/link.ts';
import { settingsOf } from '../../core/settings.ts';
import { type Via, viaOf } from '../../core/via.ts';
import { heldQuestion, type HeldReason } from '../../core/words.ts';
import type { DeliveryView, NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { type Consequence, joined } from '../settlement.ts';
import { inThread, memberMessageKey, receipt, tellPrivately } from '../telling.ts';
import type { StoredLink } from '../threads/links.ts';
import { keptFile, newLink } from './file-links.ts';

/**
 * Files of members' replies. Each is a delivery of its own that brings it to our disk, apart from everything else; once
 * it is there, and the words of its message have arrived, a short message with the file or a link to it goes into the
 * lane of the case, at its end. So the order at the customer is: words in the order of the thread, each file behind the
 * words it came with; a file that is slow or fails holds up nothing but itself.
 */

/** Postmark takes 10 MB for a whole mail (https://postmarkapp.com/developer/user-guide/send-email-with-api), and base64 adds a third. */
const MAIL_LIMIT = 7_000_000;

type Wrote = Pick<EventOf<'member_wrote'>, 'team' | 'channel' | 'ts' | 'member' | 'files'> & {
  readonly caught?: boolean;
  readonly thread: SlackTs | null;
};

type Writing = {
  readonly event: Wrote;
  readonly link: StoredLink;
  readonly kind: Kind;
  /** For how long it has been held, when its author is asked again. */
  readonly again?: number;
};

/** What becomes of a message's files: deliveries for those that go, word of those that do not. */
export type FilesOut = {
  /** Ids of the deliveries that fetch them, in order. */
  readonly ids: readonly string[];
  readonly deliveries: readonly NewDelivery[];
  readonly told: Consequence;
};

const NO_FILES: FilesOut = { ids: [], deliveries: [], told: {} };

/** How a message of files alone waits, as a text would: for its author, or for a while in which it can be taken back. */
export type Waiting = {
  readonly held: HeldReason | null;
  readonly pause: { readonly at: number; readonly inMs: number } | null;
};
const AT_ONCE: Waiting = { held: null, pause: null };

export const filesOf = (
  bridge: Bridge,
  { event, link, kind }: Writing,
  { held, pause }: Waiting = AT_ONCE,
): FilesOut => {
  if (event.files.length === 0 || kind === 'kept') return NO_FILES;
  const left: FileLeftOut[] = [];
  const deliveries: NewDelivery[] = [];
  for (const file of event.files) {
    const why = whyLeftOut(bridge, file, { kind, link });
    if (why === null)
      deliveries.push(fetchOf(event, link, { file, held: deliveries.length === 0 ? held : held && 'part', pause }));
    else left.push({ name: file.name, why });
  }
  return { ids: deliveries.map(({ id }) => id), deliveries, told: toldOf({ event, link, kind }, left) };
};

const whyLeftOut = (
  bridge: Bridge,
  { state, size }: SlackFile,
  { kind, link }: Pick<Writing, 'kind' | 'link'>,
): LeftOut | null => {
  if (kind !== 'reply') return 'note';
  if (state === 'external' || state === 'hidden' || state === 'gone') return state;
  const { limit, publicUrl } = bridge.files.settings;
  const via = viaOf(link.value.case.channel);
  if (via === null) return 'no_way';
  if (size === 0) return 'empty';
  if (size !== null && size > limit) return { above: limit };
  if (publicUrl !== null) return null;
  if (via !== 'mail') return 'no_link';
  return size !== null && size > MAIL_LIMIT ? { above: MAIL_LIMIT } : null;
};

const fetchOf = (
  event: Wrote,
  link: StoredLink,
  { file, held, pause }: Waiting & { readonly file: SlackFile },
): NewDelivery =>
  owe({
    id: fetchId(memberMessageKey(event), file.id),
    effect: {
      do: 'fetch_file',
      link: link.key,
      member: event.member,
      source: { channel: event.channel, ts: event.ts },
      file,
      ...(event.caught === true ? { caught: true } : {}),
    },
    ...(held === null ? {} : { held }),
    ...(pause === null ? {} : { notBefore: pause }),
  });

/** A note's author alone needs to know; what a customer does not get, everybody in the thread does. */
const toldOf = ({ event, link, kind }: Writing, left: readonly FileLeftOut[]): Consequence => {
  if (left.length === 0) return {};
  const notice = leftOutTold(event.member, left);
  return kind === 'reply'
    ? { deliveries: [inThread(link, `left-out:${memberMessageKey(event)}`, notice)] }
    : tellPrivately(event, `files:${event.ts}`, notice);
};

/** Buttons of the question about a message of files alone name it; see file-decisions.ts. */
const filesValue = (message: string): string => `files:${message}`;

/** Asks the author of a message of files alone, which waits as a text would. */
export const askAboutFiles = ({ event, link, again }: Writing, held: HeldReason): Consequence => {
  const message = memberMessageKey(event);
  const text = event.files.map(describedFile).join('\n');
  const question = heldQuestion(event.member, held, { kind: 'reply', value: filesValue(message), text });
  return {
    deliveries: [
      receipt(event, 'held', `files:${held}`),
      inThread(link, `held:files:${message}${again === undefined ? '' : `:${again}`}`, question),
    ],
  };
};

/** Something of these files is at the contact, or may be. */
export const isAnyShared = async (bridge: Bridge, { files = [] }: MemberMessage): Promise<boolean> => {
  const views = await Promise.all(files.map((id) => bridge.store.view(shareId(id))));
  return views.some((view) => view !== null && (view.attempting || ['delivered', 'unknown'].includes(view.state)));
};

/** The delivery that fetches a file of a member's message. `message`: its key. */
export const fetchId = (message: string, file: string): string => `file:${message}:${file}`;

/** The delivery that brings a fetched file to the contact. */
export const shareId = (fetch: string): string => `share:${fetch.slice('file:'.length)}`;

/** What fetched the file of a delivery that brings it to the contact, or that makes up for one. */
export const fetchOfShare = (share: string): string => `file:${share.slice('share:'.length).replace(/:link$/, '')}`;

/** Makes up for a mail that went out without its file. */
export const shareInstead = (share: string): string => `${share}:link`;

type Due = { readonly key: string; readonly message: MemberMessage; readonly link: StoredLink };

/** Files that are on disk by now, of a message whose words have all arrived. */
export const sharesDue = async (bridge: Bridge, { key, message, link }: Due): Promise<Consequence> => {
  const { files = [], filesKept = {}, kind, deleted, deliveries } = message;
  if (files.length === 0 || kind !== 'reply' || deleted || link.value.state === 'ended') return {};
  const words = await Promise.all(deliveries.map((id) => bridge.store.view(id)));
  // What is forgotten by now had arrived; what was kept inside keeps its files inside.
  const states = words.map((view) => view?.state ?? 'delivered');
  if (states.some((state) => state !== 'delivered' && state !== 'dropped')) return {};
  if (states.length > 0 && !states.includes('delivered')) return {};
  const due: Consequence[] = [];
  for (const fetch of files.filter((id) => filesKept[id] === undefined)) {
    const fetched = await bridge.store.view(fetch);
    if (fetched?.state !== 'delivered' || (await bridge.store.view(shareId(fetch))) !== null) continue;
    due.push(await shareOf(bridge, { key, message, link }, fetched));
  }
  return joined(...due);
};

const Fetched = z.object({ file: z.string() });

const shareOf = async (bridge: Bridge, { key, message, link }: Due, fetched: DeliveryView): Promise<Consequence> => {
  const id = shareId(fetched.id);
  const file = await keptFile(bridge, Fetched.parse(fetched.receipt).file);
  if (file === null) return toldLeftOut({ id, message, link }, { name: 'a file', why: 'not_kept' });
  const via = viaOf(link.value.case.channel) ?? 'chat';
  const attached = via === 'mail' && file.size <= MAIL_LIMIT;
  const suspect = wasCaught(fetched) ? { case: link.value.case.id, above: null } : null;
  return owedShare(bridge, { id, via, file, attached, key, message, link, suspect });
};

const wasCaught = ({ effect }: DeliveryView): boolean => {
  const { data } = Effect.safeParse(effect);
  return data?.do === 'fetch_file' && data.caught === true;
};

type Told = Pick<Due, 'message' | 'link'> & { readonly id: string };

const toldLeftOut = ({ id, message, link }: Told, left: FileLeftOut): Consequence => ({
  deliveries: [inThread(link, `left-out:${id}`, leftOutTold(message.author, [left]))],
});

type Share = Due & {
  readonly id: string;
  readonly via: Via;
  readonly file: FileRef;
  readonly attached: boolean;
  /** Where to look for it before it is sent; null when it cannot be there yet. */
  readonly suspect: { readonly case: CaseId; readonly above: null } | null;
};

/** A message that takes a file along, or links to it. */
export const owedShare = (bridge: Bridge, share: Share): Consequence => {
  const { id, via, file, attached, key, message, link, suspect } = share;
  const made = attached ? null : newLink(bridge, file, id);
  const source = sourceOf(key);
  if (!attached && made === null) {
    const why: LeftOut = via === 'mail' ? { above: MAIL_LIMIT } : 'no_link';
    return toldLeftOut({ id, message, link }, { name: file.name, why });
  }
  const { text, html } = sharedWords(file, made?.url ?? null);
  const asHtml = via === 'mail' || (via === 'chat' && settingsOf(bridge.channels(), link.value).html);
  return {
    deliveries: [
      owe({
        id,
        effect: {
          do: 'share_file',
          link: link.key,
          via,
          text,
          html: asHtml ? html : null,
          member: message.author,
          source,
          file,
          attached,
          insisted: false,
        },
        ...(suspect === null ? {} : { suspect }),
      }),
    ],
    records: made?.records ?? [],
  };
};

type Source = Pick<Wrote, 'channel' | 'ts'>;

/** The place that the key of a member's message names. */
const sourceOf = (key: string): Source => {
  const [, channel = '', ts = ''] = key.split(':');
  return { channel: ChannelId.parse(channel), ts: SlackTs.parse(ts) };
};
