import { expect, test } from 'vitest';
import { mrkdwnDrafts } from '../../src/slack/mrkdwn.ts';

const styledIn = (mrkdwn: string) =>
  mrkdwnDrafts(mrkdwn).flatMap(({ pieces }) =>
    pieces.map((piece) => {
      const styles = [piece.bold && 'b', piece.italic && 'i', piece.strike && 's', piece.code && 'c'];
      return `${styles.filter(Boolean).join('')}|${'text' in piece ? piece.text : '…'}`;
    }),
  );

test.each([
  ['*bold* _it_ ~gone~', ['b|bold', '| ', 'i|it', '| ', 's|gone']],
  ['*_both_*', ['bi|both']],
  ['*a _b_ c*', ['b|a ', 'bi|b', 'b| c']],
  ['*<@U1>*', ['b|…']],
  ['*`x`* `*y*`', ['bc|x', '| ', 'c|*y*']],
  ['(*a*), "_b_"', ['|(', 'b|a', '|), "', 'i|b', '|"']],
  ['_snake_case_', ['i|snake_case']],
  ['2*3*4 a_b_c ~2 days', ['|2*3*4 a_b_c ~2 days']],
  ['* a * _ _ **', ['|* a * _ _ **']],
  ['🎉*a*🎉', ['|🎉', 'b|a', '|🎉']],
  ['a `b', ['|a `b']],
  ['*a\nb*', ['|*a', '|\n', '|b*']],
])('%j is styled as Slack shows it', (mrkdwn, expected) => {
  expect(styledIn(mrkdwn)).toEqual(expected);
});

const shapeOf = (mrkdwn: string) =>
  mrkdwnDrafts(mrkdwn).map((draft) => {
    const text = draft.pieces.map((piece) => ('text' in piece ? piece.text : '…')).join('');
    const mark = draft.block === 'item' ? `${draft.indent}${draft.number ?? '•'}` : draft.block.charAt(0);
    return `${'>'.repeat(draft.quote)}${mark} ${text}`;
  });

test.each([
  ['• a\n    ◦ b\n        ▪︎ c\n• d', ['0• a', '1• b', '2• c', '0• d']],
  ['1. a\n2. b\n    a. c\n    b. d\n3. e', ['01 a', '02 b', '11 c', '12 d', '03 e']],
  [
    '1. a\n    a. b\n        i. c\n        ii. d\n        iii. e\n        iv. f',
    ['01 a', '11 b', '21 c', '22 d', '23 e', '24 f'],
  ],
  ['1. a\n\n1. b', ['01 a', 'p ', '01 b']],
  ['12. Dezember', ['p 12. Dezember']],
  ['a. b\ni. e. no list', ['p a. b\ni. e. no list']],
  ['&gt; • a\n&gt; b\nc', ['>0• a', '>p b', 'p c']],
  ['a\n&gt;&gt;&gt; b\n• c\nd', ['p a', '>p b', '>0• c', '>p d']],
  ['a\n```b```\nc', ['p a', 'c b', 'p c']],
  ['a\n\n```\nb\n```\n\nc', ['p a\n', 'c b', 'p \nc']],
  ['&gt; ```a\n&gt; b```', ['>c a\nb']],
  ['```a`b````', ['c a`b`']],
  ['``````', ['c ']],
  ['``` a', ['p ``` a']],
])('%j has the shape that Slack shows', (mrkdwn, expected) => {
  expect(shapeOf(mrkdwn)).toEqual(expected);
});

test('lists of many entries go on in letters and Roman numbers', () => {
  const letters = ['a', 'z', 'aa', 'ab', 'az', 'ba'];
  const all = Array.from({ length: 53 }, (_, at) => at).map((at) => {
    const low = String.fromCodePoint(97 + (at % 26));
    return at < 26 ? low : `${String.fromCodePoint(96 + Math.floor(at / 26))}${low}`;
  });

  expect(all).toEqual(expect.arrayContaining(letters));
  expect(shapeOf(`• x\n${all.map((letter) => `    ${letter}. y`).join('\n')}`).at(-1)).toBe('153 y');
});
