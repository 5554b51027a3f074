import { expect, test } from 'vitest';
import { ACTIONS, actionNames } from '../../src/core/doors.ts';
import { doorsOfCases } from './doors-of-cases.ts';
import { doorsOfGiosg } from './doors-of-giosg.ts';
import { doorsOfThreads } from './doors-of-threads.ts';
import { doorsOfWords } from './doors-of-words.ts';

/** Every way to every action, by the table that help and docs come from. */
const wanted = actionNames.flatMap((name) => {
  const { usage, buttons, shortcut, reaction } = ACTIONS[name];
  return [
    ...(usage === null ? [] : [`${name}: command`]),
    ...buttons.flatMap(({ id, at }) => at.map((spot) => `${name}: ${id} (${spot})`)),
    ...(shortcut === null ? [] : [`${name}: ${shortcut.id} (shortcut)`]),
    ...(reaction ? [`${name}: reaction`] : []),
  ];
});

test('every door to every action is gone through in a browser', () => {
  const doors = { ...doorsOfCases, ...doorsOfWords, ...doorsOfThreads, ...doorsOfGiosg };

  expect(Object.keys(doors).toSorted()).toEqual(wanted.toSorted());
});
