import { type Block, type RichText, type Span, shownAddress } from './rich-text.ts';

/** A text without markup, for channels that know none. */

/** The signs that stand for what plain text cannot show. */
export type Marks = {
  readonly bullet: string;
  /** Around code; '' leaves it bare. */
  readonly fence: string;
};

export const WRITTEN: Marks = { bullet: '• ', fence: '```' };
/** Every sign is one of a short message's own alphabet: any other would halve the room for all. */
export const SHORT: Marks = { bullet: '- ', fence: '' };

/** Deeper levels are drawn like this one: nobody counts them, and a line must stay short. */
export const DEEPEST = 8;

/** Lists, quotes and code keep their shape, links show where they lead; bold and italic words are words. */
export const plainTextOf = (rich: RichText, marks: Marks = WRITTEN): string =>
  rich.map((block) => plainBlock(block, marks)).join('\n');

const plainBlock = (block: Block, marks: Marks): string => {
  const { first, next } = marginsOf(block, marks);
  const text = block.block === 'code' ? fenced(block.text, marks) : plainSpans(block.spans);
  if (first === '' && next === '') return text;
  return text
    .split('\n')
    .map((line, at) => (line === '' ? (at === 0 ? first : next).trimEnd() : `${at === 0 ? first : next}${line}`))
    .join('\n');
};

const fenced = (code: string, { fence }: Marks): string => (fence === '' ? code : `${fence}\n${code}\n${fence}`);

/** What stands before the first line of a block and before its others. */
export const marginsOf = (block: Block, { bullet }: Marks): { readonly first: string; readonly next: string } => {
  const quote = '> '.repeat(Math.min(block.quote, DEEPEST));
  if (block.block !== 'item') return { first: quote, next: quote };
  const margin = `${quote}${'  '.repeat(Math.min(block.indent, DEEPEST))}`;
  const mark = block.number === null ? bullet : `${block.number}. `;
  return { first: `${margin}${mark}`, next: `${margin}${' '.repeat(mark.length)}` };
};

const plainSpans = (spans: readonly Span[]): string => {
  const out: string[] = [];
  let struck = '';
  for (const span of spans) {
    if (span.strike) struck += plainSpan(span);
    else {
      out.push(inStrikes(struck), plainSpan(span));
      struck = '';
    }
  }
  return [...out, inStrikes(struck)].join('');
};

/** Without a sign “~12~ 15 euro” would offer two prices. */
const inStrikes = (text: string): string => {
  const words = text.trim();
  if (words === '') return text;
  const from = text.length - text.trimStart().length;
  return `${text.slice(0, from)}~${words}~${text.slice(from + words.length)}`;
};

/** A link under other words than its address shows both. */
export const plainSpan = (span: Span): string => {
  if ('text' in span) return span.text;
  const { url, label } = span;
  const address = shownAddress(url);
  if (label === '') return address;
  if (!isSameAddress(url, label)) return `${label} (${address})`;
  return isTelephone(url) ? label : address;
};

const isTelephone = (url: string): boolean => /^tel:/iu.test(url);

/** `example.com` covers `http://example.com/`, and people part telephone numbers as they like. */
const isSameAddress = (url: string, label: string): boolean => {
  const bare = isTelephone(url) ? digitsOf : withoutScheme;
  return bare(shownAddress(url)) === bare(label);
};

const digitsOf = (number: string): string => number.replaceAll(/[\s().-]/gu, '');

const withoutScheme = (address: string): string =>
  address
    .replace(/^https?:\/\//iu, '')
    .replace(/\/$/u, '')
    .toLowerCase();
