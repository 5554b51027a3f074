import { expect, test } from 'vitest';
import { kindOf, morePrivate, ruleOf } from '../../src/core/kind.ts';

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
