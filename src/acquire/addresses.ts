import type { Span, Styles } from '../core/rich-text.ts';

/** Addresses in what customers write: those under the words of a link, and those typed out. */

const SCHEMES = new Set(['http:', 'https:', 'mailto:', 'tel:']);
const MAX_LENGTH = 8_000;

/** Where a link leads, in ASCII; null for what nobody should be given to press, such as `javascript:`. */
export const safeAddress = (href: string): string | null => {
  if (href.length > MAX_LENGTH) return null;
  const url = URL.parse(href.trim());
  if (url === null || !SCHEMES.has(url.protocol)) return null;
  if (url.protocol === 'mailto:' || url.protocol === 'tel:') return url.href.replaceAll(/\s/g, '');
  // `https://bank.example@evil.example` leads to the latter.
  url.username = '';
  url.password = '';
  // As it was written, where that says the same: programs end an address without a path in a slash.
  return url.href === `${href}/` ? href : url.href;
};

// Letters of these scripts may stand in a path as they are; after any others nobody can tell where the address ends.
const PATH_LETTERS = String.raw`\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{M}`;
const TYPED = new RegExp(String.raw`(?<![\w/@.:])https?:\/\/[!#-;=?-Z\\^-z|~${PATH_LETTERS}]+`, 'giu');
const UNBROKEN = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\P{L}]/u;
const PUNCTUATION = new Set('.,:;!?\'"*_~|\\^`');
// Other scripts in a host can look like Latin letters, so such an address stays the text it is.
const HOST = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?\.?(?::\d{1,5})?(?:[/?#]|$)/i;

/** What stands right before and right after the words, in another style. */
type Edges = { readonly before: string; readonly after: string };

/** Words with the addresses typed in them as links that show exactly what was typed. */
export const withTypedAddresses = (text: string, styles: Styles, edges: Edges = { before: '', after: '' }): Span[] => {
  if (!text.includes('://')) return [{ ...styles, text }];
  const spans: Span[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(TYPED)) {
    const typed = withoutPunctuation(found);
    const end = index + typed.length;
    const rest = end < text.length ? text.slice(end, end + 2) : edges.after;
    // An address whose halves are styled in two ways is not known as a whole.
    const isTorn = (index === 0 && /\S$/.test(edges.before)) || (end === text.length && /^\S/.test(rest));
    const isWhole = !isTorn && (rest === '' || (UNBROKEN.test(rest) && !(isLetter(rest) && /\W$/.test(typed))));
    if (!isWhole || !HOST.test(typed) || URL.parse(typed) === null) continue;
    if (index > from) spans.push({ ...styles, text: text.slice(from, index) });
    spans.push({ ...styles, url: typed, label: '' });
    from = end;
  }
  if (from < text.length) spans.push({ ...styles, text: text.slice(from) });
  return spans;
};

const isLetter = (text: string): boolean => /^\p{L}/u.test(text);

/** Without what ends the sentence around it; a bracket belongs to the address that opened it. */
const withoutPunctuation = (found: string): string => {
  let unopened = 0;
  for (const sign of found) unopened += sign === ')' ? 1 : sign === '(' ? -1 : 0;
  let end = found.length;
  for (; end > 0; end -= 1) {
    const sign = found[end - 1] ?? '';
    if (PUNCTUATION.has(sign)) continue;
    if (sign !== ')' || unopened <= 0) break;
    unopened -= 1;
  }
  return found.slice(0, end);
};
