import { expect, test } from 'vitest';
import { split } from '../../src/core/split.ts';
import { A_MOMENT, msOf } from './rich-texts.ts';

test('a short text is one part', () => {
  expect(split('Hello', 10)).toEqual(['Hello']);
});

test('a text is parted at paragraphs, then lines, then sentences, then words', () => {
  expect(split('one two\n\nthree', 12)).toEqual(['one two', 'three']);
  expect(split('one two\nthree', 12)).toEqual(['one two', 'three']);
  expect(split('One two. Three', 12)).toEqual(['One two.', 'Three']);
  expect(split('one two three', 12)).toEqual(['one two', 'three']);
});

test('a text without edges is cut at the limit, never inside a character', () => {
  expect(split('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
  expect(split('abc😄def', 4)).toEqual(['abc', '😄de', 'f']);
});

test('nothing is lost but the blanks at which it is parted, whatever the text', () => {
  const words = Array.from({ length: 500 }, (_, index) => 'x'.repeat(index % 37) + (index % 5 === 0 ? '\n\n' : ' '));
  const text = words.join('').trim();

  const parts = split(text, 100);

  expect(parts.every((part) => part.length <= 100 && part !== '')).toBe(true);
  expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
});

test('a sign that takes many characters stays whole', () => {
  expect(split('👩‍👩‍👧‍👦'.repeat(4), 25)).toEqual(['👩‍👩‍👧‍👦'.repeat(2), '👩‍👩‍👧‍👦'.repeat(2)]);
});

test('a long run without edges takes no more than a moment', async () => {
  expect(split('x'.repeat(200_000), 4000)).toHaveLength(50);
  expect(await msOf(() => split('<'.repeat(1_000_000), 4000))).toBeLessThan(A_MOMENT);
});
