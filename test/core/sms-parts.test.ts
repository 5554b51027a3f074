import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGsm, septetsOf, smsPartsOf } from '../../src/core/sms-parts.ts';
import { A_MOMENT, msOf } from './rich-texts.ts';

test.each([
  ['', 0],
  ['a'.repeat(160), 1],
  ['a'.repeat(161), 2],
  ['a'.repeat(306), 2],
  ['a'.repeat(307), 3],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  // 76 signs of two septets fit into 153, and the 153rd stays empty.
  ['€'.repeat(152), 2],
  ['€'.repeat(153), 3],
  ['я'.repeat(70), 1],
  ['я'.repeat(71), 2],
  ['я'.repeat(134), 2],
  ['я'.repeat(135), 3],
  [`${'a'.repeat(69)}’`, 1],
  [`${'a'.repeat(70)}’`, 2],
])('%j takes %i parts', (text, count) => {
  expect(smsPartsOf(text)).toHaveLength(count);
});

test('the short alphabet is Latin, Greek capitals and some signs', () => {
  expect(isGsm('Grüße, señor: 5 £ @ Ωμέγα'.replace('μέγα', ''))).toBe(true);
  expect(isGsm('{[~]} ^ | \\ €')).toBe(true);
  expect(['ç', 'μ', 'ё', '`', '…', '–', '’', '\t', '\u00a0', '👍'].filter(isGsm)).toEqual([]);
  expect(septetsOf('a€')).toBe(3);
});

test('no part ends inside a sign', () => {
  for (const sign of ['👩‍👩‍👧‍👦', '🇫🇮', '👍🏽', '1️⃣', 'ё\u0301'])
    for (const part of smsPartsOf(`x${sign.repeat(40)}`)) expect(part.replaceAll(sign, '')).toMatch(/^x?$/u);
});

test('the parts together are the text, each within its room', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '€', ' ', '\n', '{', 'é'), maxLength: 800 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const parts = smsPartsOf(text);
      expect(parts.join('')).toBe(text);
      const room = parts.length > 1 ? { gsm: 153, ucs2: 67 } : { gsm: 160, ucs2: 70 };
      const isFull = (part: string) => (isGsm(text) ? septetsOf(part) > room.gsm : part.length > room.ucs2);
      expect(parts.filter(isFull)).toEqual([]);
    }),
  );
});

test('a megabyte is counted in a moment', async () => {
  for (const text of [
    '€'.repeat(1_000_000),
    '👩‍👩‍👧‍👦'.repeat(90_000),
    `ё${'\u0301'.repeat(1_000_000)}`,
    '🇫🇮'.repeat(250_000),
  ])
    expect(await msOf(() => smsPartsOf(text))).toBeLessThan(A_MOMENT);
});
