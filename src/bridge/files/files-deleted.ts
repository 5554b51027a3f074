import { z } from 'zod';
import type { Obstacle } from '../../core/change-words.ts';
import { Effect, type EffectOf } from '../../core/effect.ts';
import { fileNotTakenBack } from '../../core/file-words.ts';
import { MessageId, type SlackTs } from '../../core/ids.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { DeliveryView, NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import { type Consequence, joined } from '../settlement.ts';
import { tellPrivately } from '../telling.ts';
import { rootOf } from '../threads/links.ts';
import { revokedIn, revokedLinks } from './file-links.ts';
import { shareId, shareInstead } from './files-out.ts';

/** Files that their author takes back: with their message, or alone, or by making the message private. */

/** A file that was brought to the contact, or may have been. */
export type SharedFile = { readonly view: DeliveryView; readonly effect: EffectOf<'share_file'> };

export const sharedFiles = async (
  bridge: Bridge,
  { files = [] }: { readonly files?: readonly string[] | undefined },
): Promise<readonly SharedFile[]> => {
  const views = await Promise.all(files.map((id) => bridge.store.view(shareId(id))));
  return views.flatMap((view) => {
    const { data } = Effect.safeParse(view?.effect);
    const isThere = view?.state === 'delivered' || view?.state === 'unknown';
    return isThere && data?.do === 'share_file' ? [{ view, effect: data }] : [];
  });
};

/** Nobody can take back a mail or a text message, though a link in it leads nowhere all the same. */
export const obstacleOfFiles = (files: readonly SharedFile[]): 'mail' | 'sms' | null => {
  for (const { effect } of files) if (effect.via !== 'chat') return effect.via;
  return null;
};

type Taken = { readonly ts: SlackTs; readonly at: number };

/** A message that its author deleted in time: its links lead nowhere any more, and what holds them is taken back. */
export const takenBackFiles = async (
  bridge: Bridge,
  message: MemberMessage,
  { ts, at }: Taken,
): Promise<Consequence> => {
  if (at - Number(ts) * 1000 > bridge.editWindowMs) return {};
  const { files = [], deliveries, changes = {} } = message;
  const words = await Promise.all([...deliveries, ...Object.values(changes)].map((id) => bridge.store.view(id)));
  const shared = await sharedFiles(bridge, message);
  return {
    records: [
      ...(await revokedLinks(bridge, files.map(shareId).flatMap(withMakeshift))),
      ...(await revokedIn(
        bridge,
        words.map((view) => textOf(view?.effect)),
      )),
    ],
    deliveries: shared.flatMap((file) => deletionOf(message, file)),
  };
};

const withMakeshift = (share: string): readonly string[] => [share, shareInstead(share)];

type Withheld = { readonly follows: Consequence; readonly message: Pick<MemberMessage, 'filesKept'> };

/** Files that are not to reach the contact from now on. What is on its way is taken back when it arrives. */
export const withheldFiles = async (
  bridge: Bridge,
  { filesKept = {} }: Pick<MemberMessage, 'filesKept'>,
  { files, at }: { readonly files: readonly string[]; readonly at: number },
): Promise<Withheld> => {
  if (files.length === 0) return { follows: {}, message: {} };
  const ids = files.flatMap((fetch) => [fetch, ...withMakeshift(shareId(fetch))]);
  const views = (await Promise.all(ids.map((id) => bridge.store.view(id)))).filter((view) => view !== null);
  return {
    // What is owed drops itself when its turn comes; what waits for a person would wait for nothing.
    follows: {
      changes: views.filter(isAsking).map(({ id }) => ({ type: 'drop', id, reason: 'its author keeps it inside' })),
    },
    message: { filesKept: { ...Object.fromEntries(files.map((id) => [id, at])), ...filesKept } },
  };
};

const isAsking = ({ state }: DeliveryView): boolean => state === 'held' || state === 'dead';

/** Files of a message that the contact does not have, as far as is known. */
export const filesNotThere = async (
  bridge: Bridge,
  { files = [] }: Pick<MemberMessage, 'files'>,
): Promise<readonly string[]> => {
  const shares = await Promise.all(files.map((id) => bridge.store.view(shareId(id))));
  return files.filter((_, index) => shares[index]?.state !== 'delivered');
};

type TakenFrom = { readonly message: MemberMessage; readonly at: number };

/** A file that is at the contact, and that its author wanted back at that time: gone there, or its author is told. */
export const takenBackFile = async (
  bridge: Bridge,
  { message, at }: TakenFrom,
  file: SharedFile,
): Promise<Consequence> => {
  const { id } = file.view;
  const obstacle = obstacleOfFile(bridge, file, at);
  return joined(
    { records: obstacle === 'late' ? [] : await revokedLinks(bridge, withMakeshift(id)) },
    obstacle === null
      ? { deliveries: deletionOf(message, file) }
      : await notBackTold(bridge, { message, file, obstacle }),
  );
};

/** Why a file that arrived cannot be taken back any more; null when it can. */
export const obstacleOfFile = (bridge: Bridge, { view, effect }: SharedFile, at: number): Obstacle | null => {
  if (at - Number(effect.source.ts) * 1000 > bridge.editWindowMs) return 'late';
  if (effect.via !== 'chat') return effect.via;
  return Row.safeParse(view.receipt).success ? null : 'row';
};

type NotBack = { readonly message: MemberMessage; readonly file: SharedFile; readonly obstacle: Obstacle };

const notBackTold = async (bridge: Bridge, { message, file, obstacle }: NotBack): Promise<Consequence> => {
  const { view, effect } = file;
  const { channel } = effect.source;
  const thread = (await rootOf(bridge, message.link))?.ts ?? null;
  const to = { team: bridge.chat.team, channel, member: message.author, thread };
  const words = fileNotTakenBack(effect.file.name, obstacle, bridge.editWindowMs);
  return tellPrivately(to, `not-back:${view.id}`, words);
};

const Text = z.object({ text: z.string() });

/** A text that was too long for a message has a link to the whole of it. */
export const textOf = (effect: unknown): string => Text.safeParse(effect).data?.text ?? '';

const Row = z.object({ message: MessageId });

/** The row of a mail or a text message stays: the contact has what it says. */
const deletionOf = (message: MemberMessage, { view, effect }: SharedFile): readonly NewDelivery[] => {
  const { data: row } = Row.safeParse(view.receipt);
  if (effect.via !== 'chat' || view.state !== 'delivered' || row === undefined) return [];
  return [
    owe({
      id: `take-back:${view.id}`,
      effect: {
        do: 'delete_message',
        link: message.link,
        of: view.id,
        kind: 'reply',
        member: message.author,
        source: null,
        why: 'deleted',
        message: row.message,
      },
    }),
  ];
};
