import { z } from 'zod';

/**
 * What somebody wrote, with its styles, in neither side's markup. Both rooms read into it and draw from it; every text
 * in it is literal, so nothing that somebody typed can become markup on the way.
 */

const styles = {
  bold: z.literal(true).optional(),
  italic: z.literal(true).optional(),
  strike: z.literal(true).optional(),
  code: z.literal(true).optional(),
};

/** A run of text in one style. Line breaks inside are kept. */
const Words = z.object({ text: z.string(), ...styles });
export type Words = z.infer<typeof Words>;
/** An address (`http:`, `https:`, `mailto:`, `tel:` only) under the words that cover it; '' shows the address itself. */
const Address = z.object({ url: z.string(), label: z.string(), ...styles });

export const Span = z.union([Words, Address]);
export type Span = z.infer<typeof Span>;

/** How a span looks; what is absent is not so. */
export type Styles = Omit<Words, 'text'>;

/** How many levels of quotation a block stands in; 0 is the author's own words. */
const quote = z.int().min(0);

export const Block = z.discriminatedUnion('block', [
  /** Inline text; a blank line inside it is written as two line breaks. */
  z.object({ block: z.literal('paragraph'), spans: z.array(Span), quote }),
  /** One entry of a list. `number` is null under a bullet; `indent` 0 is the outermost list. */
  z.object({
    block: z.literal('item'),
    spans: z.array(Span),
    indent: z.int().min(0),
    number: z.int().nullable(),
    quote,
  }),
  /** Every character counts. */
  z.object({ block: z.literal('code'), text: z.string(), quote }),
]);
export type Block = z.infer<typeof Block>;

/** Blocks from top to bottom. A block begins on a line of its own; blank lines between stand in the paragraphs. */
export const RichText = z.array(Block);
export type RichText = z.infer<typeof RichText>;

/** Text without any style, as one paragraph; none for an empty one. */
export const plainRichText = (text: string): RichText =>
  text === '' ? [] : [{ block: 'paragraph', spans: [{ text }], quote: 0 }];

/** Addresses that a reader may be given to open; of any other only the words are shown. */
export const isOpenable = (url: string): boolean => /^(?:https?:\/\/|mailto:|tel:)[^\s\p{Cc}]+$/iu.test(url);

/** The address as people know it: without what only programs read. */
export const shownAddress = (url: string): string =>
  /^(?:mailto|tel):/iu.test(url) ? url.replace(/^(?:mailto|tel):/iu, '').replace(/\?.*$/su, '') : url;

/** The words of a span, of a link those that cover it. */
export const wordsOfSpan = (span: Span): string => {
  if ('text' in span) return span.text;
  return span.label === '' ? shownAddress(span.url) : span.label;
};

/** Every word without styles and layout, blocks on lines of their own. */
export const wordsOf = (rich: RichText): string =>
  rich.map((block) => (block.block === 'code' ? block.text : block.spans.map(wordsOfSpan).join(''))).join('\n');

/** Without blank space before the first and after the last words; code keeps its own. */
export const trimmed = (rich: RichText): RichText => {
  const from = rich.findIndex((block) => !isBlank(block));
  if (from < 0) return [];
  const kept = rich.slice(from, rich.findLastIndex((block) => !isBlank(block)) + 1);
  return kept.map((block, at) => {
    if (block.block === 'code') return block;
    const started = at === 0 && block.block === 'paragraph' ? withoutBlanksBefore(block.spans) : block.spans;
    return { ...block, spans: at === kept.length - 1 ? withoutBlanksAfter(started) : started };
  });
};

const isBlank = (block: Block): boolean =>
  block.block === 'paragraph' && block.spans.every((span) => 'text' in span && span.text.trim() === '');

export const withoutBlanksBefore = (spans: readonly Span[]): Span[] => {
  const first = spans.findIndex((span) => !('text' in span) || span.text.trim() !== '');
  return spans
    .slice(first < 0 ? spans.length : first)
    .map((span, at) => (at === 0 && 'text' in span ? { ...span, text: span.text.trimStart() } : span));
};

const withoutBlanksAfter = (spans: readonly Span[]): Span[] => {
  const kept = spans.slice(0, spans.findLastIndex((span) => !('text' in span) || span.text.trim() !== '') + 1);
  return kept.map((span, at) =>
    at === kept.length - 1 && 'text' in span ? { ...span, text: span.text.trimEnd() } : span,
  );
};
