import { describe, expect, test } from 'vitest';
import { CaseId, MemberId, MessageId } from '../../src/core/ids.ts';
import { CaseMessage } from '../../src/core/message.ts';
import type { Notice, Part } from '../../src/core/notice.ts';
import { originalForm, originalKey, parseOriginalKey } from '../../src/core/original.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { plainRichText } from '../../src/core/rich-text.ts';
import { historyPost, postsOf } from '../../src/core/rows.ts';

const caseUrl = 'https://acme.acquire.io/?caseId=72';
const telling = { case: CaseId.parse('72'), contact: 'Jo', claimer: null, loud: false, caseUrl };
const anna = MemberId.parse('U0ANNA');

const rowOf = (shown: string, more: Partial<CaseMessage> = {}): CaseMessage =>
  CaseMessage.parse({
    id: '9',
    type: 'message',
    sender: { side: 'contact', id: '4', name: 'Jo' },
    text: shown,
    body: plainRichText(shown),
    createdAt: 0,
    marker: null,
    ...more,
  });

const partsOf = (notice: Notice | undefined): readonly Part['part'][] => notice?.parts.map(({ part }) => part) ?? [];
const shownIn = (notice: Notice): string =>
  notice.parts.map((part) => (part.part === 'rich' ? plainTextOf(part.blocks) : '')).join('');

const long = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');

test('a long message is several posts, in order, each under a key of its own', () => {
  const posts = postsOf(rowOf(long), telling);

  expect(posts.map(({ key }) => key)).toEqual(['9', '9/2', '9/3']);
  expect(posts.map(({ position }) => position?.slice(-6))).toEqual(['9:0000', '9:0001', '9:0002']);
  expect(posts.map(({ notice }) => shownIn(notice)).join(' ')).toBe(long);
});

test('a very long message is its beginning, and the whole as a file', () => {
  const text = `${long} `.repeat(4).trim();
  const [post, ...others] = postsOf(rowOf(text), telling);

  expect(others).toEqual([]);
  expect(post?.attachment).toEqual({ name: 'message-9.txt', text });
  expect(partsOf(post?.notice)).toEqual(['rich', 'small']);
  expect(text.startsWith(post?.notice.summary.replace(/\s*…$/, '') ?? '?')).toBe(true);
});

describe('a mail of which something is folded', () => {
  const folded = { text: `${long}\n\n> an earlier mail`, folded: true };

  test('has a button to the whole under its last post, with ids only', () => {
    const [first, second, third] = postsOf(rowOf(long, folded), telling);

    expect([first, second].map((post) => partsOf(post?.notice))).toEqual([['rich'], ['rich']]);
    expect(third?.notice.parts.slice(1)).toEqual([
      { part: 'small', text: ['Earlier mails or a signature are left out here.'] },
      {
        part: 'buttons',
        buttons: [{ action: 'case_original', label: 'Show original', value: '72:9', style: 'plain', confirm: null }],
      },
    ]);
  });

  test('is said in the history of a case without what is folded', () => {
    const { notice } = historyPost([rowOf('Short words', { text: 'Short words\n> long ones', folded: true })], caseUrl);

    expect(JSON.stringify(notice)).toContain('Short words');
    expect(JSON.stringify(notice)).not.toContain('long ones');
    expect(JSON.stringify(notice)).toContain(caseUrl);
  });
});

test.each([[30], [500], [3000]])(
  'the history of a case is its last twenty messages, also of %i characters',
  (length) => {
    const rows = Array.from({ length: 30 }, (_, n) =>
      rowOf(`${n} ${'word '.repeat(length / 5)}`, { id: MessageId.parse(String(n + 1)) }),
    );

    const { notice, messages } = historyPost(rows, caseUrl);

    const quotes = notice.parts.filter(({ part }) => part === 'quote');
    expect(quotes.map((part) => /,"(\d+) /.exec(JSON.stringify(part))?.[1] ?? JSON.stringify(part))).toEqual(
      Array.from({ length: 20 }, (_, n) => String(n + 10)),
    );
    expect(messages).toHaveLength(20);
    expect(JSON.stringify(notice.parts).length).toBeLessThan(11_000);
    expect(JSON.stringify(notice)).toContain('10 more');
  },
);

test('only what is longer than its share is shortened in the history of a case', () => {
  const rows = [rowOf('Short'), rowOf('word '.repeat(3000))];

  const { notice } = historyPost(rows, caseUrl);

  const [short = '', shortened = ''] = notice.parts.slice(1).map((part) => JSON.stringify(part));
  expect(short).toContain('"Short"');
  expect(shortened).toContain(' …"');
  expect(shortened.length).toBeGreaterThan(7_500);
});

test('whoever has the case is called right under the words', () => {
  const loud = { ...telling, loud: true, claimer: anna };

  const [post] = postsOf(rowOf('Hello', { folded: true }), loud);

  expect(post?.notice.parts[1]).toEqual({ part: 'text', text: [{ member: anna }] });
  expect(partsOf(post?.notice)).toEqual(['rich', 'text', 'small', 'buttons']);
  expect(post?.notice.summary).toBe('Hello');
});

test('what was stored before there was a body is shown by its text', () => {
  const stored = CaseMessage.parse({ ...rowOf('Hello'), body: undefined, folded: undefined });

  expect(postsOf(stored, telling).map(({ notice }) => shownIn(notice))).toEqual(['Hello']);
});

describe('the name of a whole message', () => {
  const of = { case: CaseId.parse('72'), message: MessageId.parse('323') };

  test('is taken apart again', () => {
    expect(parseOriginalKey(originalKey(of))).toEqual(of);
  });

  test.each(['', '72', '72:', ':323', '72:323:1', 'a:b', '72:<!channel>'])('is not %j', (key) => {
    expect(parseOriginalKey(key)).toBeNull();
  });
});

test('a whole message is shown in a modal; of one that is too long, where to read on', () => {
  const wordsIn = (text: string) => JSON.stringify(originalForm(rowOf('', { text }), caseUrl).parts);
  const huge = `${long} `.repeat(20);

  expect(wordsIn(long)).toContain('word1199');
  expect(wordsIn(long)).not.toContain(caseUrl);
  expect(wordsIn(huge)).toContain(caseUrl);
  expect(wordsIn(huge).length).toBeLessThan(70_000);
});
