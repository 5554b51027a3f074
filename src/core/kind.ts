import { z } from 'zod';
import {
  type Block,
  type RichText,
  type Span,
  trimmed,
  withoutBlanksBefore,
  wordsOf,
  wordsOfSpan,
} from './rich-text.ts';

/** What a member's message in a linked thread is: for the customer, for colleagues in the helpdesk, or for Slack only. */
export const Kind = z.enum(['reply', 'note', 'kept']);
export type Kind = z.infer<typeof Kind>;

/** How plain messages of a channel are meant; the first message of every thread says it in words. */
export const Mode = z.enum(['reply', 'note', 'confirm']);
export type Mode = z.infer<typeof Mode>;

/** A message's kind and what is left of its text without the prefix that said so. */
export type KindOfText = { readonly kind: Kind; readonly text: string };

const PRIVACY: Readonly<Record<Kind, number>> = { reply: 0, note: 1, kept: 2 };

/** The more private of two kinds: an edit never makes a message less private. */
export const morePrivate = (a: Kind, b: Kind): Kind => (PRIVACY[a] >= PRIVACY[b] ? a : b);

// What no reader sees: controls, zero-width characters, joiners, direction marks, fillers, variation selectors.
const INVISIBLE = /(?![\n\r\t])\p{Cc}|[\p{Cf}\p{Variation_Selector}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
// Signs that look like a colon or a slash, besides those that NFKC makes plain.
const NOTE = /^\s*note\s*[:\u02d0\u0589\u05c3\u2236\ua789]/iu;
const KEPT = /^\s*[/\u2044\u2215\u29f8]\s*[/\u2044\u2215\u29f8]/u;

/**
 * Decides the kind of a member's message from its text without styling. Look-alikes of the prefixes count as the
 * prefix too: when in doubt a message stays inside.
 */
export const kindOf = (text: string, mode: Mode): KindOfText => {
  const visible = text.replaceAll(INVISIBLE, '');
  const plain = visible.normalize('NFKC');
  const prefix = [KEPT, NOTE].find((known) => known.test(plain));
  if (prefix === undefined) {
    const isEmpty = visible.trim() === '';
    return { kind: mode === 'note' ? 'note' : 'reply', text: isEmpty ? '' : text.trim() };
  }
  // Where only the plain form shows the prefix, the words keep it: better than to change what was written.
  const words = withoutStart(text, prefix.exec(visible)?.[0].length ?? 0);
  return { kind: prefix === KEPT ? 'kept' : 'note', text: words.replaceAll(INVISIBLE, '').trim() === '' ? '' : words };
};

/** The same of a text with its styles: `start` is what the author's own client shows, names not yet put in. */
export const kindOfRich = (
  rich: RichText,
  start: string,
  mode: Mode,
): { readonly kind: Kind; readonly body: RichText } => {
  const words = wordsOf(rich);
  const kind = morePrivate(kindOf(start, mode).kind, kindOf(words, mode).kind);
  const visible = words.replaceAll(INVISIBLE, '');
  const taken = [KEPT, NOTE].map((known) => known.exec(visible)?.[0].length ?? 0).find((length) => length > 0) ?? 0;
  const body = trimmed(withoutStartOf(rich, taken));
  return { kind, body: wordsOf(body).replaceAll(INVISIBLE, '').trim() === '' ? [] : body };
};

/** Takes so many visible characters off the first blocks. What is left of them without words goes too. */
const withoutStartOf = (rich: RichText, visible: number): RichText => {
  let left = visible;
  return rich.flatMap((block): Block[] => {
    if (left <= 0) return [block];
    if (block.block === 'code') {
      const text = block.text.slice(lengthOfVisible(block.text, left)).replace(/^[^\S\n]*\n?/u, '');
      left -= visibleLength(block.text) + 1;
      return text === '' ? [] : [{ ...block, text }];
    }
    const spans = block.spans.flatMap((span): Span[] => {
      if (left <= 0) return [span];
      const words = wordsOfSpan(span);
      const rest = words.slice(lengthOfVisible(words, left));
      left -= visibleLength(words);
      if (rest === '') return [];
      return ['text' in span ? { ...span, text: rest } : { ...span, label: rest }];
    });
    left -= 1;
    const rest = withoutBlanksBefore(spans);
    return rest.length === 0 ? [] : [{ ...block, spans: rest }];
  });
};

const visibleLength = (text: string): number => text.replaceAll(INVISIBLE, '').length;

/** Takes off so many characters that can be seen, with the others among them. */
const withoutStart = (text: string, visible: number): string => text.slice(lengthOfVisible(text, visible)).trim();

/** How much of a text holds so many visible characters. */
const lengthOfVisible = (text: string, visible: number): number => {
  let left = visible;
  let at = 0;
  for (const character of text) {
    if (left <= 0) break;
    at += character.length;
    left -= visibleLength(character);
  }
  return at;
};

/** The rule of a channel, in words, for the first message of each of its threads. */
export const ruleOf = (mode: Mode): string => {
  switch (mode) {
    case 'reply':
      return 'What you write in this thread goes to the customer. Start with “note:” for an internal note, with “//” to keep it in Slack.';
    case 'note':
      return 'What you write in this thread is an internal note. Use “Reply to customer” to answer. Start with “//” to keep it in Slack.';
    case 'confirm':
      return 'What you write in this thread goes to the customer after you confirm it. Start with “note:” for an internal note, with “//” to keep it in Slack.';
  }
};
