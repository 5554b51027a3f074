import { type EffectOf, ToHelpdesk } from '../../core/effect.ts';
import { compareIds } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { DeliveryView } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane } from '../lanes.ts';
import { readRecord, writeRecord } from '../records.ts';
import type { Consequence } from '../settlement.ts';
import { caseMessageKey } from '../telling.ts';
import type { StoredLink } from '../threads/links.ts';
import { isLike } from './same-words.ts';

/** Rows of ours in a reading that settle what nobody knew, or believed not to be done. */

/** A row of ours that matches a delivery whose outcome was unknown settles it. */
export const confirmUnknown = async (
  bridge: Bridge,
  link: StoredLink,
  messages: readonly CaseMessage[],
): Promise<Consequence> => {
  if (!messages.some(({ sender }) => sender.side === 'self')) return {};
  const unknown = await bridge.store.list({ lane: helpdeskLane(link.key), states: ['unknown'], limit: 50 });
  const open = unknown.flatMap((delivery) => {
    const effect = ToHelpdesk.safeParse(delivery.effect);
    return effect.success && effect.data.do === 'add_message' ? [{ delivery, effect: effect.data }] : [];
  });
  const found: Found[] = [];
  for (const row of open.length === 0 ? [] : messages) {
    if (row.sender.side !== 'self') continue;
    if ((await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row))) !== null) continue;
    const at = open.findIndex((one) => isRowOf(bridge, row, one));
    const match = at < 0 ? undefined : open.splice(at, 1)[0];
    if (match !== undefined) found.push({ id: match.delivery.id, row });
  }
  return confirmed(bridge, found);
};

type Unknown = { readonly delivery: DeliveryView; readonly effect: EffectOf<'add_message'> };

const isRowOf = (bridge: Bridge, row: CaseMessage, { delivery, effect }: Unknown): boolean =>
  row.marker === null ? isLike(bridge, row, effect) : row.marker === delivery.id;

type Found = { readonly id: string; readonly row: CaseMessage };

const confirmed = (bridge: Bridge, found: readonly Found[]): Consequence => ({
  changes: found.map(({ id, row }) => ({ type: 'confirm', id, receipt: { message: row.id } })),
  records: found.map(({ id, row }) =>
    writeRecord('case_message', caseMessageKey(bridge, row), { version: 1, delivery: id, channel: null, ts: null }),
  ),
});

/** What is owed again heads its lane. */
const MOST_REFUSED = 5;

/** A new row of ours is of a delivery that is owed again: it was done, and then said to be refused. */
export const confirmRefused = async (
  bridge: Bridge,
  { key, value: { cursor } }: StoredLink,
  messages: readonly CaseMessage[],
): Promise<Consequence> => {
  const strange: CaseMessage[] = [];
  for (const row of messages) {
    if (row.sender.side !== 'self') continue;
    if (cursor !== null && compareIds(row.id, cursor) <= 0) continue;
    if ((await readRecord(bridge.records, 'case_message', caseMessageKey(bridge, row))) === null) strange.push(row);
  }
  if (strange.length === 0) return {};
  const filter = { lane: helpdeskLane(key), states: ['owed'], inOrder: true, limit: MOST_REFUSED } as const;
  const owed = (await bridge.store.list(filter)).filter(({ tried, attempting }) => tried && !attempting);
  const found = owed.flatMap(({ id, effect }) => {
    const at = strange.findIndex(({ marker }) => marker === id);
    const like = strange.findIndex((row) => row.marker === null && hasItsWords(bridge, row, effect));
    const [row] = at >= 0 || like >= 0 ? strange.splice(at >= 0 ? at : like, 1) : [];
    return row !== undefined && hasItsWords(bridge, row, effect) ? [{ id, row }] : [];
  });
  return confirmed(bridge, found);
};

/** Its author may have edited it since: then the row is changed when its turn comes (done-before.ts). */
const hasItsWords = (bridge: Bridge, row: CaseMessage, stored: DeliveryView['effect']): boolean => {
  const { data } = ToHelpdesk.safeParse(stored);
  if (data?.do === 'share_file') return isLike(bridge, row, { ...data, kind: 'reply' });
  return data?.do === 'add_message' && isLike(bridge, row, data);
};
