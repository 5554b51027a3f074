import * as fc from 'fast-check';
import type { Block, RichText, Span } from '../../src/core/rich-text.ts';

/** Any text with styles. Its words are made so that no mark of a drawing looks like one of them. */

const word = fc.stringMatching(/^[a-zåäö日אع]{1,12}$/u);
const blank = fc.constantFrom(' ', ' ', '  ', '\n', '\n\n', '\t');
const words = fc
  .array(fc.tuple(word, blank), { maxLength: 12 })
  .map((pairs) => pairs.map(([text, space]) => `${text}${space}`).join(''));

const on = fc.constantFrom(true as const, undefined);
const styles = fc.record({ bold: on, italic: on, strike: on, code: on }).map(({ bold, italic, strike, code }) => ({
  ...(bold && { bold }),
  ...(italic && { italic }),
  ...(strike && { strike }),
  ...(code && { code }),
}));

const url = word.map((path) => `https://shop.example/${encodeURIComponent(path)}`);
const some: fc.Arbitrary<readonly Span[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(words, styles).map(([text, style]) => [{ ...style, text }]) },
  { weight: 1, arbitrary: fc.tuple(url, word).map(([address, label]) => [{ url: address, label }, { text: ' ' }]) },
);
const spans = fc.array(some, { maxLength: 5 }).map((all) => all.flat());
const quote = fc.constantFrom(0, 0, 0, 1, 2);

const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ block: fc.constant('paragraph' as const), spans, quote }),
  fc.record({
    block: fc.constant('item' as const),
    spans,
    indent: fc.nat(4),
    number: fc.option(fc.integer({ min: 1, max: 30 })),
    quote,
  }),
  fc.record({ block: fc.constant('code' as const), text: words, quote }),
);

export const richTexts: fc.Arbitrary<RichText> = fc.array(block, { maxLength: 8 });

/** The words of a drawing, without its marks. */
export const wordsIn = (text: string): readonly string[] => text.match(/[a-zåäö日אع]+/gu) ?? [];

/** The words of HTML as this product writes it. */
export const wordsInHtml = (html: string): readonly string[] =>
  wordsIn(html.replaceAll(/<[^>]*>/gu, ' ').replaceAll(/&(?:nbsp|amp|lt|gt|quot);/gu, ' '));

/** What each megabyte of awkward text must stay well below: milliseconds of computing, whatever else the machine does. */
export const A_MOMENT = 2500;

const MICROSECONDS = 1000;

export const msOf = async (work: () => unknown): Promise<number> => {
  const began = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / MICROSECONDS;
};
