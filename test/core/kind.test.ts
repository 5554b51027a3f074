import { expect, test } from 'vitest';
import { kindOf, kindOfRich, morePrivate, ruleOf } from '../../src/core/kind.ts';
import type { Block, RichText, Span } from '../../src/core/rich-text.ts';

test('a plain message is a reply in modes reply and confirm, and a note in mode note', () => {
  expect(kindOf('Hello', 'reply')).toEqual({ kind: 'reply', text: 'Hello' });
  expect(kindOf('Hello', 'confirm')).toEqual({ kind: 'reply', text: 'Hello' });
  expect(kindOf('Hello', 'note')).toEqual({ kind: 'note', text: 'Hello' });
});

test.each([
  'note: x',
  'Note: x',
  'NOTE : x',
  '  note:x',
  '\n\nnote:\nx',
  'note\u00a0: x',
  'note： x',
  'ｎｏｔｅ: x',
  'n\u200bote: x',
  '\u2060note: x',
  '\u200enote\u200d: x',
  '\ufe0fnote: x',
  '\u2800note: x',
  'note\u2236 x',
  'no\u00adte: x',
])('%j is a note whatever it is dressed in', (text) => {
  expect(kindOf(text, 'reply').kind).toBe('note');
});

test.each(['// x', '//x', ' / / x', '\u200b//x', '／／x', '/\u200b/x', '\u2044\u2044x', '\u2215/x'])(
  '%j stays in Slack in every mode',
  (text) => {
    for (const mode of ['reply', 'note', 'confirm'] as const) expect(kindOf(text, mode).kind).toBe('kept');
  },
);

test.each(['notes: x', 'a note: x', 'noted', 'note', 'https://example.com', '/ x', 'No te: x'])(
  '%j is a reply',
  (text) => {
    expect(kindOf(text, 'reply')).toEqual({ kind: 'reply', text });
  },
);

test('the prefix is taken off what is stored as a note', () => {
  expect(kindOf('Note : call back', 'reply').text).toBe('call back');
  expect(kindOf('note:\ncall\nback', 'reply').text).toBe('call\nback');
});

test('joiners are kept, so that emoji of several characters stay whole', () => {
  expect(kindOf('no\u200bte: 👩\u200d💻 ok', 'reply').text).toBe('👩\u200d💻 ok');
  expect(kindOf(' 👩\u200d💻 ', 'reply').text).toBe('👩\u200d💻');
});

test('a text of which nothing can be seen is empty', () => {
  expect(kindOf('\u200b\u2060 \ufe0f', 'reply')).toEqual({ kind: 'reply', text: '' });
  expect(kindOf('note: \u200b', 'reply')).toEqual({ kind: 'note', text: '' });
});

const paragraph = (...spans: Span[]): Block => ({ block: 'paragraph', spans, quote: 0 });

test.each<[string, RichText, RichText]>([
  [
    'one run',
    [paragraph({ text: 'note: call ' }, { text: 'him', bold: true })],
    [paragraph({ text: 'call ' }, { text: 'him', bold: true })],
  ],
  [
    'several runs and invisible characters',
    [
      paragraph(
        { text: 'no\u200b', bold: true },
        { text: 'te' },
        { text: '\u2060: ', italic: true },
        { text: ' call' },
      ),
    ],
    [paragraph({ text: 'call' })],
  ],
  [
    'a line of its own',
    [paragraph({ text: 'note:' }), { block: 'item', spans: [{ text: 'a' }], indent: 0, number: 1, quote: 0 }],
    [{ block: 'item', spans: [{ text: 'a' }], indent: 0, number: 1, quote: 0 }],
  ],
  [
    'an entry of a list',
    [{ block: 'item', spans: [{ text: 'note: a' }], indent: 0, number: null, quote: 0 }],
    [{ block: 'item', spans: [{ text: 'a' }], indent: 0, number: null, quote: 0 }],
  ],
  ['code', [{ block: 'code', text: 'note:\n  if (x)\n', quote: 0 }], [{ block: 'code', text: '  if (x)\n', quote: 0 }]],
  ['nothing more', [paragraph({ text: 'note: \u200b' })], []],
])('the prefix in %s is taken off, and the styles of the rest stay', (_where, rich, body) => {
  expect(kindOfRich(rich, 'note:', 'reply')).toEqual({ kind: 'note', body });
});

test('a text is as private as the most private of its readings', () => {
  const rich = [paragraph({ text: '// lunch' })];

  expect(kindOfRich(rich, 'lunch', 'reply').kind).toBe('kept');
  expect(kindOfRich([paragraph({ text: '> note: x' })], 'note: x', 'reply')).toEqual({
    kind: 'note',
    body: [paragraph({ text: '> note: x' })],
  });
});

test('of two kinds the more private one wins', () => {
  expect(morePrivate('reply', 'note')).toBe('note');
  expect(morePrivate('kept', 'note')).toBe('kept');
  expect(morePrivate('reply', 'reply')).toBe('reply');
});

test('the rule of every mode says where a plain message goes', () => {
  expect(ruleOf('reply')).toContain('goes to the customer');
  expect(ruleOf('note')).toContain('internal note');
  expect(ruleOf('confirm')).toContain('after you confirm');
});
