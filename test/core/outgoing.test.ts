import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FILE_FROM, isFileLong, partsFor, previewOf, SMS_ROW, type Way } from '../../src/core/outgoing.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { plainRichText, type RichText } from '../../src/core/rich-text.ts';
import { smsPartsOf } from '../../src/core/sms-parts.ts';
import { REPLY_LIMIT } from '../../src/core/split.ts';
import { richTexts, wordsIn } from './rich-texts.ts';

const chat: Way = { via: 'chat', html: false, signature: null };
const mail: Way = { via: 'mail', html: true, signature: null };
const sms: Way = { via: 'sms', html: false, signature: null };
const hello: RichText = [{ block: 'paragraph', spans: [{ text: 'Hello ' }, { text: 'Jo', bold: true }], quote: 0 }];
const long = plainRichText('A sentence of some words. '.repeat(1600));

test('a chat gets plain text, and HTML when its setting asks for it', () => {
  expect(partsFor(hello, chat)).toEqual([{ text: 'Hello Jo', html: null }]);
  expect(partsFor(hello, { ...chat, html: true })).toEqual([{ text: 'Hello Jo', html: 'Hello <b>Jo</b>' }]);
});

test('a mail gets both, whatever the setting', () => {
  expect(partsFor(hello, { ...mail, html: false })).toEqual([{ text: 'Hello Jo', html: '<p>Hello <b>Jo</b></p>' }]);
});

test('a short message is plain, in signs of its alphabet where only drawing asks for others', () => {
  const list: RichText = [{ block: 'item', spans: [{ text: 'a\u00a0b' }], indent: 0, number: null, quote: 0 }];

  expect(partsFor(list, { ...sms, html: true, signature: 'Anna' })).toEqual([{ text: '- a b\n\n- Anna', html: null }]);
});

test('nothing to say means nothing to send', () => {
  for (const way of [chat, mail, sms]) expect(partsFor([], { ...way, signature: 'Anna' })).toEqual([]);
});

describe('40,000 characters', () => {
  test('go to a chat in parts that each fit, at ends of sentences', () => {
    const parts = partsFor(long, chat);

    expect(parts.length).toBe(11);
    for (const { text } of parts) {
      expect(text.length).toBeLessThanOrEqual(REPLY_LIMIT);
      expect(text).toMatch(/^A sentence.*words\.$/su);
    }
    expect(parts.map(({ text }) => text).join(' ')).toBe(plainTextOf(long).trim());
  });

  test('go by mail in one', () => {
    expect(partsFor(long, mail)).toHaveLength(1);
  });

  test('go as short messages of at most ten parts each', () => {
    const parts = partsFor(long, sms);

    expect(parts.length).toBeGreaterThan(20);
    for (const { text } of parts) expect(smsPartsOf(text).length).toBeLessThanOrEqual(SMS_ROW);
  });
});

describe('a signature', () => {
  test('is the last line, in text and in HTML', () => {
    const signed = (way: Way) => partsFor(hello, { ...way, signature: 'Anna' });

    expect(signed({ ...chat, html: true })).toEqual([{ text: 'Hello Jo\n– Anna', html: 'Hello <b>Jo</b><br>– Anna' }]);
    expect(signed(mail)).toEqual([{ text: 'Hello Jo\n\n– Anna', html: '<p>Hello <b>Jo</b></p><p>– Anna</p>' }]);
    expect(signed(sms)).toEqual([{ text: 'Hello Jo\n- Anna', html: null }]);
  });

  test('stands apart from a list, a quotation and code', () => {
    const code: RichText = [{ block: 'code', text: 'x', quote: 0 }];

    expect(partsFor(code, { ...chat, signature: 'Anna' })[0]?.text).toBe('```\nx\n```\n\n– Anna');
  });

  test('is there once, and does not make a part too long', () => {
    const parts = partsFor(long, { ...chat, signature: 'Anna of the team with the very long name' }).map(
      ({ text }) => text,
    );

    expect(parts.filter((text) => text.includes('Anna'))).toEqual([parts.at(-1)]);
    expect(parts.every((text) => text.length <= REPLY_LIMIT)).toBe(true);
  });
});

test('short messages keep emoji of many characters whole, and still fit', () => {
  const parts = partsFor(plainRichText('👩🏽‍❤️‍💋‍👨🏿'.repeat(300)), sms);

  for (const { text } of parts) {
    expect(text.replaceAll('👩🏽‍❤️‍💋‍👨🏿', '')).toBe('');
    expect(smsPartsOf(text).length).toBeLessThanOrEqual(SMS_ROW);
  }
});

test('every way carries the same words in the same order', () => {
  const ways = fc.constantFrom(chat, mail, sms);
  fc.assert(
    fc.property(richTexts, ways, (rich, way) => {
      const sent = partsFor(rich, way).map(({ text }) => text);
      expect(wordsIn(sent.join('\n'))).toEqual(wordsIn(plainTextOf(rich)));
    }),
  );
});

test('a text of some pages is one for a file, and its preview is its beginning', () => {
  expect(isFileLong(plainRichText('x'.repeat(FILE_FROM)))).toBe(false);
  expect(isFileLong(long)).toBe(true);
  expect(plainTextOf(previewOf(hello))).toBe('Hello Jo');
  const preview = plainTextOf(previewOf(long));
  expect(preview.length).toBeLessThan(1100);
  expect(preview).toMatch(/^A sentence .*words\.\n…$/su);
});
