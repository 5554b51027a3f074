import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlOf } from '../../src/core/html-text.ts';
import { type RichText, wordsOf } from '../../src/core/rich-text.ts';
import { A_MOMENT, msOf, richTexts, wordsIn, wordsInHtml } from './rich-texts.ts';

const chat = (rich: RichText) => htmlOf(rich, { for: 'chat' });
const mail = (rich: RichText) => htmlOf(rich, { for: 'mail' });
const item = (text: string, number: number | null, indent = 0): RichText[number] => ({
  block: 'item',
  spans: [{ text }],
  indent,
  number,
  quote: 0,
});

test('a nested list stands inside the entry that it belongs to, and numbers go on behind it', () => {
  const rich = [item('a', 1), item('b', null, 1), item('c', 2), item('d', 7)];

  expect(chat(rich)).toBe('<ol><li>a<ul><li>b</li></ul></li><li>c</li><li value="7">d</li></ol>');
});

test('lists that a blank line parts stay two lists', () => {
  const rich: RichText = [item('a', 1), { block: 'paragraph', spans: [], quote: 0 }, item('b', 1)];

  expect(mail(rich)).toBe('<ol><li>a</li></ol><ol><li>b</li></ol>');
});

test('an address is opened beside a chat, never with another scheme than it may have', () => {
  const link = (url: string): RichText => [{ block: 'paragraph', spans: [{ url, label: 'here' }], quote: 0 }];

  expect(chat(link('https://a.example/?q="<'))).toBe(
    '<a href="https://a.example/?q=&quot;&lt;" target="_blank" rel="noopener">here</a>',
  );
  for (const url of ['javascript:alert(1)', 'data:text/html,x', ' https://a.example', 'https:a', 'java\nscript:x'])
    expect(mail(link(url))).toBe('<p>here</p>');
});

test('nothing that was typed becomes HTML', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'b', '/', ';', ' ', '\n') }), (text) => {
      const rich: RichText = [
        { block: 'paragraph', spans: [{ text, bold: true }], quote: 0 },
        { block: 'code', text, quote: 0 },
      ];
      const tags = mail(rich).match(/<[^>]*>/gu) ?? [];
      expect(tags.filter((tag) => !/^<\/?(?:p|b|br|pre|code)>$/u.test(tag))).toEqual([]);
    }),
  );
});

test('every tag is closed where it was opened', () => {
  const left = (html: string): string => {
    const fewer = html.replaceAll(/<br>|<([a-z]+)(?: [^>]*)?><\/\1>/gu, '');
    return fewer === html ? html : left(fewer);
  };
  fc.assert(
    fc.property(richTexts, fc.constantFrom('chat' as const, 'mail' as const), (rich, medium) => {
      expect(left(htmlOf(rich, { for: medium }).replaceAll(/(?<=^|>)[^<]+/gu, ''))).toBe('');
    }),
  );
});

test('HTML has the same words in the same order', () => {
  fc.assert(
    fc.property(richTexts, (rich) => {
      expect(wordsInHtml(chat(rich))).toEqual(wordsIn(wordsOf(rich)));
      expect(wordsInHtml(mail(rich))).toEqual(wordsIn(wordsOf(rich)));
    }),
  );
});

test('a mail in Arabic or Hebrew begins at the right', () => {
  expect(mail([{ block: 'paragraph', spans: [{ text: 'שלום' }], quote: 0 }])).toBe('<div dir="auto"><p>שלום</p></div>');
});

test('a megabyte and 10,000 levels are drawn in a moment', async () => {
  const signs: RichText = [{ block: 'paragraph', spans: [{ text: '<&\n  '.repeat(200_000) }], quote: 0 }];
  const deep = Array.from({ length: 10_000 }, (_, at) => ({ ...item('x', at, at), quote: at % 7 }));

  expect(await msOf(() => chat(signs))).toBeLessThan(A_MOMENT);
  expect(await msOf(() => mail(signs))).toBeLessThan(A_MOMENT);
  expect(await msOf(() => mail(deep))).toBeLessThan(A_MOMENT);
});
