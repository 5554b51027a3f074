import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainTextOf, SHORT } from '../../src/core/plain-text.ts';
import { type RichText, wordsOf } from '../../src/core/rich-text.ts';
import { A_MOMENT, msOf, richTexts, wordsIn } from './rich-texts.ts';

const item = (text: string, number: number | null, indent = 0): RichText[number] => ({
  block: 'item',
  spans: [{ text }],
  indent,
  number,
  quote: 0,
});

test('lists keep their marks and levels, and an entry hangs below its mark', () => {
  const rich: RichText = [item('one\nmore', 9), item('deep\nmore', null, 1), item('ten', 10)];

  expect(plainTextOf(rich)).toBe('9. one\n   more\n  • deep\n    more\n10. ten');
});

test('quotations are marked on every line, code stands between fences', () => {
  const rich: RichText = [
    { block: 'paragraph', spans: [{ text: 'a\n\nb' }], quote: 2 },
    { block: 'code', text: ' x\n', quote: 1 },
  ];

  expect(plainTextOf(rich)).toBe('> > a\n> >\n> > b\n> ```\n>  x\n>\n> ```');
});

test.each([
  ['https://a.example', '', 'https://a.example'],
  ['https://a.example/', 'A.example', 'https://a.example/'],
  ['https://a.example', 'our page', 'our page (https://a.example)'],
  ['https://a.example', 'https://b.example', 'https://b.example (https://a.example)'],
  ['mailto:jo@a.example?subject=x', 'jo@a.example', 'jo@a.example'],
  ['tel:+358401', '+358 40 1', '+358 40 1'],
  ['tel:+358401', 'us', 'us (+358401)'],
])('the link %s under “%s” reads %s', (url, label, text) => {
  expect(plainTextOf([{ block: 'paragraph', spans: [{ url, label }], quote: 0 }])).toBe(text);
});

test('struck words stay struck, for without it the text would say something else', () => {
  const struck = { strike: true as const };
  const spans = [
    { text: 'for ' },
    { text: '12', ...struck },
    { text: ' euro ', ...struck, bold: true as const },
    { text: '9' },
  ];

  expect(plainTextOf([{ block: 'paragraph', spans, quote: 0 }])).toBe('for ~12 euro~ 9');
});

test('in short messages every mark is of their own alphabet', () => {
  const rich: RichText = [item('a', null), { block: 'code', text: 'b', quote: 0 }];

  expect(plainTextOf(rich, SHORT)).toBe('- a\nb');
});

test('plain text has the same words in the same order', () => {
  fc.assert(
    fc.property(richTexts, (rich) => {
      const linksOf = (text: string) => text.replaceAll(/ \(https:[^)]*\)/gu, '');
      expect(wordsIn(linksOf(plainTextOf(rich)))).toEqual(wordsIn(wordsOf(rich)));
    }),
  );
});

test('a megabyte is drawn in a moment', async () => {
  const quoted: RichText = [{ block: 'paragraph', spans: [{ text: ' \n'.repeat(500_000) }], quote: 100_000 }];
  const struck = Array.from({ length: 200_000 }, () => ({ text: '<', strike: true as const }));

  expect(await msOf(() => plainTextOf(quoted))).toBeLessThan(A_MOMENT);
  expect(await msOf(() => plainTextOf([{ block: 'paragraph', spans: struck, quote: 0 }]))).toBeLessThan(A_MOMENT);
});
