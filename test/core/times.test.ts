import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTime, saysTime, timeProblem } from '../../src/core/times.ts';

/** A Saturday, 20:24 in Helsinki. */
const NOW = Date.parse('2026-11-21T18:24:30Z');
const zone = 'Europe/Helsinki';

const inHelsinki = (words: string, now = NOW): string => {
  const read = readTime(words, { zone, now });
  return 'at' in read ? new Date(read.at).toISOString() : read.problem;
};

test.each([
  ['2h', '2026-11-21T20:24:30.000Z'],
  ['90m', '2026-11-21T19:54:30.000Z'],
  ['1h30m', '2026-11-21T19:54:30.000Z'],
  ['in 1.5 hours', '2026-11-21T19:54:30.000Z'],
  ['1d', '2026-11-22T18:24:30.000Z'],
  ['2 weeks', '2026-12-05T18:24:30.000Z'],
  ['tomorrow', '2026-11-22T07:00:00.000Z'],
  ['Tomorrow 9:00', '2026-11-22T07:00:00.000Z'],
  ['tomorrow at 16', '2026-11-22T14:00:00.000Z'],
  ['mon 8:30', '2026-11-23T06:30:00.000Z'],
  ['monday', '2026-11-23T07:00:00.000Z'],
  ['on tues 8.30', '2026-11-24T06:30:00.000Z'],
  ['sat 23:00', '2026-11-21T21:00:00.000Z'],
  ['sat', '2026-11-28T07:00:00.000Z'],
  ['14:30', '2026-11-22T12:30:00.000Z'],
  ['23:30', '2026-11-21T21:30:00.000Z'],
  ['9am', '2026-11-22T07:00:00.000Z'],
  ['12 am', '2026-11-21T22:00:00.000Z'],
  ['noon', '2026-11-22T10:00:00.000Z'],
  ['today 22:00', '2026-11-21T20:00:00.000Z'],
  ['2026-12-01 9:00', '2026-12-01T07:00:00.000Z'],
  ['until 2026-12-01', '2026-12-01T07:00:00.000Z'],
])('“%s” is understood', (words, at) => {
  expect(inHelsinki(words)).toBe(at);
  expect(saysTime(words)).toBe(true);
});

test.each([
  ['', 'unknown'],
  ['soon', 'unknown'],
  ['9', 'unknown'],
  ['25:00', 'unknown'],
  ['13pm', 'unknown'],
  ['2h later', 'unknown'],
  ['mo', 'unknown'],
  ['2026-02-30 9:00', 'unknown'],
  ['1.5d', 'unknown'],
  ['today', 'day'],
  ['today 8:00', 'past'],
  ['2026-11-20 9:00', 'past'],
  ['0m', 'past'],
  ['400d', 'far'],
  ['999999w', 'far'],
  ['999999h', 'far'],
  ['2030-01-01', 'far'],
])('“%s” is not, and why is told', (words, problem) => {
  expect(inHelsinki(words)).toBe(problem);
});

describe('where clocks change', () => {
  const evening = Date.parse('2026-03-28T18:00:00Z');

  test('a day later is the same time by the clock, an hour later is an hour', () => {
    expect(inHelsinki('1d', evening)).toBe('2026-03-29T17:00:00.000Z');
    expect(inHelsinki('24h', evening)).toBe('2026-03-29T18:00:00.000Z');
  });

  test('a time that is skipped is as much later as is skipped', () => {
    expect(inHelsinki('sun 3:30', evening)).toBe('2026-03-29T01:30:00.000Z');
  });

  test('a time that comes twice is the first of both', () => {
    expect(inHelsinki('sun 3:30', Date.parse('2026-10-24T18:00:00Z'))).toBe('2026-10-25T00:30:00.000Z');
  });
});

test('the same words mean another moment elsewhere', () => {
  const read = readTime('tomorrow 9:00', { zone: 'America/New_York', now: NOW });

  expect(read).toEqual({ at: Date.parse('2026-11-22T14:00:00Z') });
});

test('what is wrong is told with what is understood', () => {
  expect(timeProblem('soon', 'unknown')).toContain('tomorrow 9:00');
});

test('whatever is typed, a time that is read lies ahead, and nothing throws', () => {
  const held = fc.check(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0 1 2 3 9 h m d w : . - t o r a n y'.split(' '), ' ', 'tomorrow', 'mon') }),
      (words) => {
        const read = readTime(words, { zone, now: NOW });
        return 'problem' in read || read.at > NOW;
      },
    ),
  );
  expect(held.failed).toBe(false);
});
