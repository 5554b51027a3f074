import { z } from 'zod';
import { Effect, type EffectOf } from '../../core/effect.ts';
import { ChannelId, SlackTs } from '../../core/ids.ts';
import type { Notice } from '../../core/notice.ts';
import type { DeliveryView } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { owe } from '../lanes.ts';
import type { Consequence } from '../settlement.ts';

/** A reply or note that a person is asked about. */
export type AskedAbout = { readonly view: DeliveryView; readonly effect: EffectOf<'add_message'> };

/** A change of one that was sent. */
export type ChangeAskedAbout = {
  readonly view: DeliveryView;
  readonly effect: EffectOf<'update_message'> | EffectOf<'delete_message'>;
};

/** Those of the views that are messages and whose content is still kept. */
export const messagesAmong = (views: readonly (DeliveryView | null)[]): readonly AskedAbout[] =>
  views.flatMap((view) => {
    const { data } = Effect.safeParse(view?.effect);
    return view !== null && data?.do === 'add_message' ? [{ view, effect: data }] : [];
  });

export const changesAmong = (views: readonly (DeliveryView | null)[]): readonly ChangeAskedAbout[] =>
  views.flatMap((view) => {
    const { data } = Effect.safeParse(view?.effect);
    const isChange = data?.do === 'update_message' || data?.do === 'delete_message';
    return view !== null && isChange ? [{ view, effect: data }] : [];
  });

const Posted = z.object({ channel: ChannelId, ts: SlackTs });

/**
 * Puts the answer in the place of a question that nobody needs to answer any more, so that no button is left alone. It
 * must be rich text: Slack refuses to replace rich text by anything else (`block_mismatch`, chat.update).
 */
export const settleQuestion = async (
  bridge: Bridge,
  question: string | undefined,
  { cause, notice }: { readonly cause: string; readonly notice: Notice },
): Promise<Consequence> => {
  const asked = question === undefined ? null : await bridge.store.view(question);
  if (asked === null) return {};
  if (asked.state === 'owed' && !asked.attempting)
    return { changes: [{ type: 'drop', id: asked.id, reason: 'decided before it was asked' }] };
  const posted = Posted.safeParse(asked.receipt);
  if (!posted.success) return {};
  const { channel, ts } = posted.data;
  return {
    deliveries: [owe({ id: `settled:${asked.id}:${cause}`, effect: { do: 'replace_post', channel, ts, notice } })],
  };
};
