import { REACTIONS } from './doors.ts';
import { RECEIPT_EMOJI } from './effect.ts';
import { saysTime } from './times.ts';

/** What a reaction stands for, as the settings say it: `claim`, `close`, `snooze`, `snooze 2h`. */
export type ReactionMeaning =
  | { readonly name: 'claim' | 'close' }
  | { readonly name: 'snooze'; readonly words: string };

/** Until when a reaction snoozes that says no time. */
const NEXT_MORNING = 'tomorrow 9:00';

/** Null for words that stand for nothing. */
export const readReaction = (words: string): ReactionMeaning | null => {
  const [first = '', ...others] = words.trim().split(/\s+/);
  const name = REACTIONS.find((one) => one === first);
  const rest = others.join(' ');
  if (name === 'snooze') {
    const until = rest === '' ? NEXT_MORNING : rest;
    return saysTime(until) ? { name, words: until } : null;
  }
  return name === undefined || rest !== '' ? null : { name };
};

/** Receipts are never commands: an emoji of ours stands for nothing else. */
export const isReceiptEmoji = (emoji: string): boolean => Object.values(RECEIPT_EMOJI).includes(emoji);
