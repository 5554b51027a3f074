import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainText } from '../../src/acquire/text.ts';

test.each([
  'a < b and c > d',
  '&lt;b&gt; is how one writes a tag',
  'write <b> before it',
  'Tom &amp; Jerry',
  'if (a<b && c>d) { return x</y> }',
  'AT&T <support@example.com>',
])('what somebody typed stays as it is: %s', (text) => {
  expect(plainText(text)).toBe(text);
});

test.each([
  ['<p>hi</p>', 'hi'],
  ['one<br>two<br/>three', 'one\ntwo\nthree'],
  ['<p>Tom &amp; Jerry</p><p>a &lt; b&nbsp;&#33;&#x21;</p>', 'Tom & Jerry\na < b !!'],
  [
    '<div>see <a href="https://example.com/?a=1&amp;b=2">this page</a></div>',
    'see this page (https://example.com/?a=1&b=2)',
  ],
  ['<p><a href="https://example.com">https://example.com</a></p>', 'https://example.com'],
  ['<ul><li>one</li><li>two</li></ul>', 'one\ntwo'],
])('HTML is read as text: %s', (html, text) => {
  expect(plainText(html)).toBe(text);
});

test("the translator's mark is taken off system lines", () => {
  expect(plainText('This thread has been reactivated.|translate')).toBe('This thread has been reactivated.');
});

const pieces = [
  '<',
  '<p>',
  '</p>',
  '<a href="',
  '<a ',
  '">',
  '&',
  '&#x',
  '&lt;',
  'x',
  ' ',
  ' \n',
  '\n',
  '<br',
  '<br>',
  '/>',
];

test('any text is read without complaint', () => {
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((parts) => parts.join(''));

  expect(() => fc.assert(fc.property(texts, (text) => void plainText(text)))).not.toThrow();
});

test.each(pieces)('a long text of nothing but %j is read in a moment', (piece) => {
  const started = performance.now();

  plainText(`<br>${piece.repeat(20_000)}`);

  expect(performance.now() - started).toBeLessThan(500);
});
