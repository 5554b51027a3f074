import type { Stage } from '../stage.ts';
import type { Talk } from './talk.ts';

/** What both sides hold in the end, against what was written: each message exactly once, in order, and nothing owed. */

const OPEN = new Set(['owed', 'held', 'unknown', 'dead']);

export interface Finding {
  readonly words: string;
  /** It may still come right. What is there too often, or should not be there, does not go away. */
  readonly mayPass: boolean;
}

/** How what is there differs from what should be; nothing when it does not. */
export function differences(expected: readonly string[], seen: readonly string[]): Finding[] {
  const should = Map.groupBy(expected, (text) => text);
  const is = Map.groupBy(seen, (text) => text);
  const found = [...should].flatMap(([text, { length }]) => {
    const times = is.get(text)?.length ?? 0;
    if (times === length) return [];
    return times < length
      ? [{ words: `“${text}” is lost (${times} of ${length})`, mayPass: true }]
      : [{ words: `“${text}” is there ${times} times, not ${length}`, mayPass: false }];
  });
  const strange = [...is.keys()]
    .filter((text) => !should.has(text))
    .map((text) => ({ words: `“${text}” should not be there`, mayPass: false }));
  if (found.length + strange.length > 0) return [...found, ...strange];
  const at = expected.findIndex((text, index) => seen[index] !== text);
  if (at === -1) return [];
  return [{ words: `out of order from “${expected[at]}” on, where “${seen[at]}” stands`, mayPass: false }];
}

/** What is wrong with a conversation. */
export function findings(stage: Stage, talk: Talk): Finding[] {
  const expected = talk.expected();
  const shown = talk.shown();
  const { length: threads } = talk.roots();
  const unmarked = talk.replies().filter((reply) => !talk.marksOn(reply).includes('white_check_mark'));
  return [
    ...(threads === 1 ? [] : [{ words: `${threads} threads instead of one`, mayPass: threads === 0 }]),
    ...at('in the thread', differences(expected.inThread, shown.inThread)),
    ...at('at the customer’s', differences(expected.atCustomer, shown.atCustomer)),
    ...unmarked.map(({ text }) => ({ words: `“${text}” carries no :white_check_mark:`, mayPass: true })),
    ...openOf(stage, talk).map(({ does, state }) => ({
      words: `${does.replaceAll('_', ' ')} is ${state}`,
      mayPass: state === 'owed',
    })),
  ].map(({ words, mayPass }) => ({ words: `${talk.customer}: ${words}`, mayPass }));
}

const at = (where: string, found: readonly Finding[]): Finding[] =>
  found.map(({ words, mayPass }) => ({ words: `${where}, ${words}`, mayPass }));

/** Deliveries of a conversation that are not done, or wait for a person. */
export const openOf = ({ deliveries }: Stage, talk: Talk) =>
  (deliveries.now()?.deliveries ?? []).filter((one) => OPEN.has(one.state) && talk.owns(one));

export function inWords(talks: readonly Talk[]): string {
  const written = talks.flatMap((talk) => talk.expected().inThread).length;
  const replies = talks.flatMap((talk) => talk.expected().atCustomer).length;
  const threads = talks.length === 1 ? 'one thread' : `${talks.length} threads`;
  return `${counted(written, ['message', 'messages'])} of customers and ${counted(replies, ['reply', 'replies'])} exactly once and in order, in ${threads}; nothing is owed`;
}

const counted = (count: number, [one, more]: readonly [string, string]): string =>
  `${count} ${count === 1 ? one : more}`;
