import { contactName } from '../../core/card.ts';
import { Effect } from '../../core/effect.ts';
import type { MemberId } from '../../core/ids.ts';
import type { Button, Part } from '../../core/notice.ts';
import { button, heldText, isHeldReason, reasonInWords } from '../../core/words.ts';
import type { DeliveryView } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { memberMessageKey, messageValue } from '../telling.ts';
import { linkByKey } from '../threads/links.ts';

/** What a member wrote that was not sent: held for their decision, failed, or of unknown outcome. */

/** So many are looked through; what is older is in the threads, where it was asked about. */
const LOOKED_THROUGH = 300;
const EXCERPT = 120;

type Unsent = {
  readonly state: DeliveryView['state'];
  readonly link: string;
  readonly reason: string | null | undefined;
  readonly words: string;
  /** What the buttons name. */
  readonly value: string;
};

export const unsentOf = async (bridge: Bridge, member: MemberId, most: number): Promise<readonly Part[]> => {
  const views = await bridge.store.list({ states: ['held', 'dead', 'unknown'], limit: LOOKED_THROUGH });
  const all = views.flatMap((view) => unsentBy(bridge, member, view));
  // A message of several parts is asked about once: by the first of them, which the list shows last.
  const mine = [...new Map(all.map((one) => [one.value, one])).values()];
  if (mine.length === 0) return [];
  const rows = await Promise.all(mine.slice(0, most).map((one) => rowsOf(bridge, one)));
  const left = mine.length - rows.length;
  return [
    { part: 'title', text: `Not sent (${mine.length})` },
    ...rows.flat(),
    ...(left > 0
      ? [{ part: 'small', text: [`${left} more: decide these first, or in their threads.`] } satisfies Part]
      : []),
  ];
};

const unsentBy = (bridge: Bridge, member: MemberId, view: DeliveryView): readonly Unsent[] => {
  const effect = Effect.safeParse(view.effect).data;
  if (effect === undefined || !('link' in effect) || !('member' in effect) || effect.member !== member) return [];
  const known = { state: view.state, link: effect.link, reason: view.reason };
  switch (effect.do) {
    case 'add_message':
    case 'update_message': {
      const source = effect.source === null ? null : { ...effect.source, team: bridge.chat.team };
      const value = source === null ? `delivery:${view.id}` : messageValue(source);
      return [{ ...known, words: effect.text, value }];
    }
    case 'fetch_file':
    case 'share_file': {
      const key = memberMessageKey({ ...effect.source, team: bridge.chat.team });
      const isHeld = view.state === 'held';
      return [{ ...known, words: `File ${effect.file.name}`, value: isHeld ? `files:${key}` : `file:${view.id}` }];
    }
    default:
      return [];
  }
};

const rowsOf = async (bridge: Bridge, unsent: Unsent): Promise<readonly Part[]> => {
  const link = await linkByKey(bridge, unsent.link);
  const to = link === null ? '' : ` To ${contactName(link.value.case.contact)} (case ${link.value.case.id}):`;
  const words = unsent.words.replaceAll(/\s+/gu, ' ').trim();
  const excerpt = words.length > EXCERPT ? `${[...words].slice(0, EXCERPT).join('')}…` : words;
  return [
    { part: 'text', text: [{ strong: `${stateOf(unsent)}.` }, `${to} ${excerpt}`] },
    { part: 'buttons', buttons: [...buttonsOf(unsent)] },
  ];
};

const stateOf = ({ state, reason }: Unsent): string => {
  if (state === 'unknown') return 'Nobody knows whether it arrived';
  if (state === 'dead') return `Not delivered: ${reasonInWords(reason ?? undefined)}`;
  if (reason === null || reason === undefined || !isHeldReason(reason)) return 'Waits for your decision';
  return `Waits for your decision: ${heldText(reason).replace(/\.$/u, '')}`;
};

const buttonsOf = ({ state, value }: Unsent): readonly Button[] => {
  const keep = button('case_keep', 'Keep inside', value);
  switch (state) {
    case 'held':
      return [button('case_release', 'Send to customer', value, { style: 'primary' }), keep];
    case 'unknown':
      return [
        button('case_arrived', 'It arrived', value, { style: 'primary' }),
        button('case_retry', 'Send again', value),
      ];
    default:
      return [button('case_retry', 'Retry', value, { style: 'primary' }), keep];
  }
};
