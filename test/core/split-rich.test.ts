import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { plainRichText, type RichText, type Span } from '../../src/core/rich-text.ts';
import { splitRich } from '../../src/core/split-rich.ts';
import { A_MOMENT, msOf, richTexts, wordsIn } from './rich-texts.ts';

const parts = (rich: RichText, limit: number) => splitRich(rich, { limit }).map((part) => plainTextOf(part));
const wordsOfLength = (length: number, word = 'word ') => word.repeat(Math.ceil(length / word.length)).trimEnd();

test('a short text is one part', () => {
  expect(splitRich(plainRichText('Hello'), { limit: 100 })).toEqual([plainRichText('Hello')]);
  expect(splitRich([], { limit: 100 })).toEqual([]);
});

test('a text is parted at paragraphs, then lines, then sentences, then words', () => {
  const [sixty, fifty] = [wordsOfLength(60), wordsOfLength(50)];

  for (const edge of ['\n\n', '\n', '. '])
    expect(parts(plainRichText(`${sixty}${edge}${fifty}`), 100)).toEqual([`${sixty}${edge}`.trim(), fifty]);
  expect(parts(plainRichText(`${sixty} a. ${fifty} b c\n${sixty}`), 150)[0]).toBe(`${sixty} a. ${fifty} b c`);
  expect(parts(plainRichText(wordsOfLength(150)), 100)[0]).toHaveLength(99);
  expect(parts(plainRichText('今日は。'.repeat(30)), 100)).toEqual(['今日は。'.repeat(25), '今日は。'.repeat(5)]);
});

test('code that is parted is code on both sides, and not a character of it is lost', () => {
  const code = Array.from({ length: 20 }, (_, at) => `  line ${at};\n`).join('\n');
  const rich: RichText = [{ block: 'code', text: code, quote: 1 }];

  const found = splitRich(rich, { limit: 120 });

  expect(found.length).toBeGreaterThan(2);
  expect(found.flat().every((block) => block.block === 'code' && block.quote === 1)).toBe(true);
  expect(
    found
      .flat()
      .map((block) => (block.block === 'code' ? block.text : ''))
      .join('\n'),
  ).toBe(code);
});

test('styles go on behind a cut, and an entry that goes on has no second mark', () => {
  const spans: Span[] = [{ text: wordsOfLength(150), bold: true }];

  const found = splitRich([{ block: 'item', spans, indent: 0, number: 3, quote: 0 }], { limit: 100 });

  expect(found.map(([block]) => block?.block)).toEqual(['item', 'paragraph']);
  for (const [block] of found) expect(block).toMatchObject({ spans: [{ bold: true }] });
});

test('a link is never parted, unless it is longer than a part', () => {
  const url = `https://shop.example/${'x'.repeat(40)}`;
  const link = (address: string): RichText => [
    { block: 'paragraph', spans: [{ text: wordsOfLength(80) }, { url: address, label: 'here' }], quote: 0 },
  ];

  expect(splitRich(link(url), { limit: 120 })[1]).toEqual([
    { block: 'paragraph', spans: [{ text: 'word' }, { url, label: 'here' }], quote: 0 },
  ]);
  const long = `${url}${'y'.repeat(200)}`;
  expect(parts(link(long), 120).join('')).toContain('x');
  expect(parts(link(long), 120).join('').replaceAll(/\s/gu, '')).toBe(
    `${wordsOfLength(80)}here (${long})`.replaceAll(/\s/gu, ''),
  );
});

test('a sign that takes many characters stays whole', () => {
  const family = '👩‍👩‍👧‍👦';
  const flag = '🇫🇮';

  for (const sign of [family, flag, 'e\u0301', '👍🏽'])
    for (const part of parts(plainRichText(sign.repeat(100)), 101)) expect(part.replaceAll(sign, '')).toBe('');
});

describe('whatever the text', () => {
  test('no part is longer than the limit, and nothing is lost or turned round', () => {
    fc.assert(
      fc.property(richTexts, fc.integer({ min: 100, max: 400 }), (rich, limit) => {
        const found = parts(rich, limit);
        expect(found.filter((part) => part.length > limit)).toEqual([]);
        expect(found.flatMap(wordsIn)).toEqual(wordsIn(plainTextOf(rich)));
      }),
    );
  });

  test.each([
    ['no blank', 'x'.repeat(1_000_000)],
    ['angle brackets', '<'.repeat(1_000_000)],
    ['blanks', `a${' '.repeat(1_000_000)}b`],
    ['line breaks', '\n'.repeat(1_000_000)],
    ['short words', 'a '.repeat(500_000)],
    ['emoji', '👩‍👩‍👧‍👦'.repeat(90_000)],
    ['accents on one letter', `e${'\u0301'.repeat(1_000_000)}`],
  ])('a megabyte of %s is parted in a moment', async (_what, text) => {
    expect(await msOf(() => splitRich(plainRichText(text), { limit: 4000 }))).toBeLessThan(A_MOMENT);
    expect(await msOf(() => splitRich([{ block: 'code', text, quote: 0 }], { limit: 4000 }))).toBeLessThan(A_MOMENT);
  });

  test('a megabyte of styled letters is parted in a moment', async () => {
    const spans = Array.from(
      { length: 300_000 },
      (_, at): Span => (at % 2 ? { text: 'a', bold: true } : { text: 'b' }),
    );

    expect(await msOf(() => splitRich([{ block: 'paragraph', spans, quote: 0 }], { limit: 4000 }))).toBeLessThan(
      A_MOMENT,
    );
  });
});
