import type { Receipt } from '../../core/effect.ts';
import type { DeliveryView } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord } from '../records.ts';
import { fetchOfShare, shareId } from './files-out.ts';

/**
 * The one mark of a member's message that has files, from what its words and its files have become by now. `key` is that of
 * the message.
 */
export const standingReceipt = async (bridge: Bridge, key: string): Promise<Receipt> => {
  const message = (await readRecord(bridge.records, 'member_message', key))?.value;
  if (message === undefined || message.deleted) return 'none';
  const words = await viewsOf(bridge, message.deliveries);
  const fetches = await viewsOf(bridge, message.files ?? []);
  const shares = await viewsOf(
    bridge,
    fetches.map(({ id }) => shareId(id)),
  );
  const all = [...words, ...fetches, ...shares];
  if (all.some(({ state }) => state === 'dead' || state === 'unknown')) return 'failed';
  if (all.some(({ state }) => state === 'held')) return 'held';
  const { filesKept = {} } = message;
  const sent =
    message.deliveries.length > 0 ? words : shares.filter(({ id }) => filesKept[fetchOfShare(id)] === undefined);
  const settled = sent.every(({ state }) => state === 'delivered' || state === 'dropped');
  if (!settled || !sent.some(({ state }) => state === 'delivered')) return 'none';
  return message.kind === 'note' ? 'note' : 'delivered';
};

const viewsOf = async (bridge: Bridge, ids: readonly string[]): Promise<readonly DeliveryView[]> =>
  (await Promise.all(ids.map((id) => bridge.store.view(id)))).filter((view) => view !== null);
