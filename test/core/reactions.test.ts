import { expect, test } from 'vitest';
import { readReaction } from '../../src/core/reactions.ts';
import { parseRoutes } from '../../src/routes.ts';

test.each([
  ['claim', { name: 'claim' }],
  [' close ', { name: 'close' }],
  ['snooze', { name: 'snooze', words: 'tomorrow 9:00' }],
  ['snooze mon 8:30', { name: 'snooze', words: 'mon 8:30' }],
  ['snooze later', null],
  ['claim now', null],
  ['open', null],
  ['', null],
])('“%s” stands for %o', (words, meaning) => {
  expect(readReaction(words)).toEqual(meaning);
});

const problemsOf = (reactions: string): string => {
  const read = parseRoutes(`channels:\n  C0ONE:\n    reactions: ${reactions}\n`, {
    path: 'routes.yml',
    caseChannel: 'C0ONE',
  });
  return read.ok ? '' : read.problems.join();
};

test.each([
  ['{ eyes: claim, zzz: snooze 2h, "+1": close }', ''],
  ['{ eyes: explode }', 'is no action; expected claim, close, snooze'],
  ['{ eyes: 3 }', 'is no action; expected claim, close, snooze'],
  ['{ ":eyes:": claim }', 'is not the name of an emoji'],
  ['{ white_check_mark: close }', 'is a mark of casebridge itself'],
])('the setting %s is checked where it is written', (reactions, problem) => {
  const told = problemsOf(reactions);

  expect(told === '' ? '' : told).toContain(problem);
  expect(told === '').toBe(problem === '');
});
