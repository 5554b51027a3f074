import type {
  RichTextBlock,
  RichTextElement,
  RichTextLink,
  RichTextList,
  RichTextPreformatted,
  RichTextQuote,
  RichTextSection,
  RichTextText,
} from '@slack/types';
import { type Block, isOpenable, type RichText, type Span, type Styles, shownAddress } from '../core/rich-text.ts';
import { split } from './characters.ts';

/**
 * Draws what customers wrote. In `rich_text` nothing is markup: a mention, a broadcast or a link stands there only if we
 * make one, and of these we make links alone, to addresses that they show.
 */

/** Slack's own types lack `offset`, the numbers that an ordered list has left out before its first. */
type List = RichTextList & { offset?: number };
type Part = List | RichTextSection | RichTextQuote | RichTextPreformatted;
type Inline = RichTextText | RichTextLink;

/** Characters in one block: Slack's limit for other text, as none is published for this one. */
const MOST_CHARACTERS = 3000;
const LONGEST_URL = 3000;
/** Slack's own editor indents no further, and nobody counts so many marks. */
const DEEPEST = 8;

export const drawRich = (rich: RichText): RichTextBlock[] => {
  const blocks: RichTextBlock[] = [];
  let room = 0;
  for (const part of together(rich.flatMap((block, at) => partsOf(block, rich[at + 1])))) {
    const length = lengthOf(part);
    const last = blocks.at(-1);
    if (last === undefined || length > room) {
      blocks.push({ type: 'rich_text', elements: [part] });
      room = MOST_CHARACTERS - length;
    } else {
      last.elements.push(part);
      room -= length;
    }
  }
  return blocks;
};

const partsOf = (block: Block, next: Block | undefined): readonly Part[] => {
  switch (block.block) {
    case 'code':
      return inPieces([{ type: 'text', text: block.text }]).map((elements) => ({
        type: 'rich_text_preformatted',
        elements,
        ...(block.quote > 0 ? { border: 1 } : {}),
      }));
    case 'item':
      return block.number !== null && block.number < 1 ? sections(numbered(block)) : listOf(block);
    case 'paragraph':
      return sections({ ...block, spans: withLastBreak(block, next) });
  }
};

type Paragraph = Extract<Block, { block: 'paragraph' }>;
type Item = Extract<Block, { block: 'item' }>;

/** Slack does not show the last line break before a list, a quote or code, as its own editor writes one there. */
const withLastBreak = ({ spans, quote }: Paragraph, next: Block | undefined): Span[] => {
  const last = spans.at(-1);
  if (next === undefined || last === undefined || !('text' in last) || !last.text.endsWith('\n')) return spans;
  const goesOnThere = next.block === 'paragraph' && next.quote > 0 === quote > 0;
  return goesOnThere ? spans : [...spans, { text: '\n' }];
};

const sections = ({ spans, quote }: Pick<Paragraph, 'spans' | 'quote'>): readonly Part[] => {
  const type = quote > 0 ? 'rich_text_quote' : 'rich_text_section';
  // There is one level of quotation; deeper ones have the marks of plain text.
  const inlines = prefixed(inlinesOf(spans), '> '.repeat(Math.min(Math.max(quote - 1, 0), DEEPEST)));
  return inPieces(inlines).map((elements) => ({ type, elements }));
};

/** A list cannot begin below one. */
const numbered = ({ spans, number, quote }: Item): Pick<Paragraph, 'spans' | 'quote'> => ({
  spans: [{ text: `${number}. ` }, ...spans],
  quote,
});

const listOf = ({ spans, indent, number, quote }: Item): readonly Part[] =>
  inPieces(inlinesOf(spans)).map((elements, at) => ({
    type: 'rich_text_list',
    style: number === null ? 'bullet' : 'ordered',
    elements: [{ type: 'rich_text_section', elements }],
    indent: Math.min(indent, DEEPEST),
    ...(number === null || number + at === 1 ? {} : { offset: number - 1 }),
    ...(quote > 0 ? { border: 1 } : {}),
  }));

/** Neighbouring entries of a list are one list, neighbouring lines are one text. */
const together = (parts: readonly Part[]): readonly Part[] => {
  const out: Part[] = [];
  let length = 0;
  for (const part of parts) {
    const last = out.at(-1);
    length += lengthOf(part);
    if (last === undefined || length > MOST_CHARACTERS || !join(last, part)) {
      out.push(part);
      length = lengthOf(part);
    }
  }
  return out;
};

const join = (last: Part, part: Part): boolean => {
  if (last.type === 'rich_text_list' && part.type === 'rich_text_list' && goesOn(last, part)) {
    last.elements.push(...part.elements);
    return true;
  }
  if (!isText(last) || !isText(part) || last.type !== part.type) return false;
  last.elements.push({ type: 'text', text: '\n' }, ...part.elements);
  return true;
};

const isText = (part: Part): part is RichTextSection | RichTextQuote =>
  part.type === 'rich_text_section' || part.type === 'rich_text_quote';

const goesOn = (list: List, next: List): boolean =>
  list.style === next.style &&
  list.indent === next.indent &&
  list.border === next.border &&
  (list.style === 'bullet' || (list.offset ?? 0) + list.elements.length === (next.offset ?? 0));

const inlinesOf = (spans: readonly Span[]): readonly Inline[] => spans.flatMap(inlineOf);

const inlineOf = (span: Span): readonly Inline[] => {
  const style = styleOf(span);
  if ('text' in span) return [{ type: 'text', text: span.text, ...style }];
  const { url, label } = span;
  const address = linkTo(url, label === '' ? shownAddress(url) : label, style);
  if (label === '' || leadsThere(label, url)) return [address];
  return [
    { type: 'text', text: `${label} (`, ...style },
    linkTo(url, shortened(shownAddress(url)), style),
    { type: 'text', text: ')', ...style },
  ];
};

const linkTo = (url: string, text: string, style: ReturnType<typeof styleOf>): Inline => {
  const ascii = /^[!-~]*$/.test(url) ? url : (URL.parse(url)?.href ?? '');
  if (!isOpenable(ascii) || ascii.length > LONGEST_URL) return { type: 'text', text, ...style };
  return { type: 'link', url: ascii, text, ...style };
};

const styleOf = ({ bold, italic, strike, code }: Styles) => {
  const style = { ...(bold && { bold }), ...(italic && { italic }), ...(strike && { strike }), ...(code && { code }) };
  return Object.keys(style).length === 0 ? {} : { style };
};

/** `example.com` says where `https://example.com/` leads; anything else might be a lie. */
const leadsThere = (label: string, url: string): boolean =>
  bare(label) === bare(url) ||
  (/^tel:/i.test(url) && /^[\d\s()+./-]+$/.test(label) && digitsOf(label) === digitsOf(url));

const digitsOf = (text: string): string => text.replaceAll(/[^\d+]/g, '');

const bare = (address: string): string =>
  shownAddress(address)
    .replace(/^https?:\/\//i, '')
    .replace(/\/$/, '')
    .toLowerCase();

/** Characters of a path: the long ones of newsletters say nothing to people. */
const SHOWN_OF_PATH = 40;

/** The whole host, which tells who is there, and the beginning of what follows. */
const shortened = (address: string): string => {
  const [origin = ''] = /^https?:\/\/[^/?#]*/i.exec(address) ?? [];
  const limit = origin.length + SHOWN_OF_PATH;
  return origin === '' || address.length <= limit ? address : `${address.slice(0, limit)}…`;
};

/** Puts a mark before each line. */
const prefixed = (inlines: readonly Inline[], mark: string): readonly Inline[] => {
  if (mark === '') return inlines;
  const marked = inlines.map((inline) =>
    inline.type === 'text' ? { ...inline, text: inline.text.replaceAll('\n', `\n${mark}`) } : inline,
  );
  return [{ type: 'text', text: mark }, ...marked];
};

/** In rows that are short enough for one block each. */
const inPieces = (inlines: readonly Inline[]): Inline[][] => {
  const rows: Inline[][] = [];
  let room = 0;
  for (const inline of inlines.flatMap(pieces)) {
    const { length } = inline.text ?? '';
    // Slack refuses an empty text.
    if (length === 0) continue;
    const last = rows.at(-1);
    if (last === undefined || length > room) {
      rows.push([inline]);
      room = MOST_CHARACTERS - length;
    } else {
      last.push(inline);
      room -= length;
    }
  }
  return rows;
};

const pieces = (inline: Inline): readonly Inline[] => {
  const text = inline.text ?? '';
  return text.length <= MOST_CHARACTERS
    ? [inline]
    : split(text, MOST_CHARACTERS).map((piece) => ({ ...inline, text: piece }));
};

const lengthOf = (part: Part): number =>
  part.elements.reduce(
    (sum, element) => sum + ('elements' in element ? lengthOfSection(element) : lengthOfInline(element)),
    0,
  );

const lengthOfSection = ({ elements }: RichTextSection): number =>
  elements.reduce((sum, element) => sum + lengthOfInline(element), 0);

const lengthOfInline = (element: RichTextElement): number =>
  'text' in element && typeof element.text === 'string' ? element.text.length : 0;
