import { z } from 'zod';
import { Effect, type EffectOf } from '../../core/effect.ts';
import { MessageId, type SlackTs } from '../../core/ids.ts';
import type { MemberMessage } from '../../core/link.ts';
import type { DeliveryView, NewDelivery } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import type { Consequence } from '../settlement.ts';
import { revokedIn, revokedLinks } from './file-links.ts';
import { shareId } from './files-out.ts';

/** Files at the contact, when their message is deleted. */

/** A file that was brought to the contact, or may have been. */
export type SharedFile = { readonly view: DeliveryView; readonly effect: EffectOf<'share_file'> };

export const sharedFiles = async (
  bridge: Bridge,
  { files = [] }: Pick<MemberMessage, 'files'>,
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
      ...(await revokedLinks(bridge, files.map(shareId))),
      ...revokedIn(
        bridge,
        words.map((view) => textOf(view?.effect)),
      ),
    ],
    deliveries: shared.flatMap((file) => deletionOf(message, file)),
  };
};

const Text = z.object({ text: z.string() });

/** A text that was too long for a message has a link to the whole of it. */
const textOf = (effect: unknown): string => Text.safeParse(effect).data?.text ?? '';

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
