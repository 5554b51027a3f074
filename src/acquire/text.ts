import { plainTextOf } from '../core/plain-text.ts';
import { plainRichText, type RichText } from '../core/rich-text.ts';
import { linesOfHtml } from './html.ts';
import { harmless, isBlankText, type Line } from './lines.ts';
import { foldMail } from './mail-body.ts';
import { richTextOf } from './rich-lines.ts';

/**
 * What a message says. Acquire does not say whether its texts are HTML, so a text is taken for HTML only when it cannot
 * well be anything else; `a < b`, `&lt;` and "write <b> here" are what somebody typed.
 */

export type ReadMessage = {
  /** What to show: without earlier mails and signatures. */
  readonly body: RichText;
  /** The whole, without markup. */
  readonly text: string;
  /** Something of the whole is not in the body. */
  readonly folded: boolean;
};

/** Only mails carry earlier mails and signatures: in a chat, what looks like one was written by hand. */
export const readMessage = (raw: string, { isMail }: { readonly isMail: boolean }): ReadMessage => {
  if (!isMail && isOneLine(raw)) return { body: plainRichText(raw), text: raw, folded: false };
  const isHtml = looksLikeHtml(raw);
  const lines = isHtml ? linesOfHtml(raw) : linesOfText(harmless(raw), isMail);
  const { shown, isFolded } = isMail ? foldMail(lines) : { shown: lines, isFolded: false };
  const body = richTextOf(shown);
  const text = isHtml ? plainTextOf(richTextOf(lines)) : harmless(raw);
  return { body, text: body.length === 0 ? '' : text, folded: isFolded };
};

/** A line of plain letters without an address or a tag: as most people write in a chat, and there is nothing to find in it. */
const isOneLine = (raw: string): boolean => ONE_LINE.test(raw) && !raw.includes('://') && raw.trim() !== '';
const ONE_LINE = /^[\t -;=-~]*$/;

/** The whole of a text as it would be read, whatever it is a part of. */
export const plainText = (raw: string): string => readMessage(raw, { isMail: false }).text;

// System lines carry a mark for the translator over REST, and lack it in webhooks (seen in Acquire's samples).
export const withoutTranslateMark = (text: string): string => text.replace(/\|translate$/, '');

const TAG = /<(\/?)([a-z][a-z0-9]{0,9})(?:\s[^<>]*)?\/?>/gi;
const DOCUMENT = /^\s*(?:<!doctype html|<html)[\s>]/i;
const HTML_NAMES = new Set(
  'a b blockquote body br caption center code dd div dl dt em font h1 h2 h3 h4 h5 h6 hr html i img li ol p pre s span strong table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
);

const looksLikeHtml = (text: string): boolean => {
  if (DOCUMENT.test(text)) return true;
  const opened = new Set<string>();
  for (const [, slash, given] of text.matchAll(TAG)) {
    const name = (given ?? '').toLowerCase();
    if (!HTML_NAMES.has(name)) continue;
    if (name === 'br' || (slash === '/' && opened.has(name))) return true;
    if (slash === '') opened.add(name);
  }
  return false;
};

// Programs quote with this sign, with and without a blank between and behind.
const QUOTED = /^(?:> ?)+/;

const linesOfText = (text: string, isMail: boolean): readonly Line[] =>
  text.split('\n').map((line) => {
    const marks = isMail ? (QUOTED.exec(line)?.[0] ?? '') : '';
    const words = line.slice(marks.length);
    const quote = marks.replaceAll(' ', '').length;
    return {
      kind: 'text',
      runs: [{ text: words, styles: {}, anchor: null }],
      place: { quote, role: 'own', item: null },
      isBlank: isBlankText(words),
    };
  });
