import { expect, test } from 'vitest';
import { createSeldom } from '../../src/bridge/seldom.ts';

test('what goes wrong every two seconds is told once a minute, and at once when it begins anew', () => {
  let now = 0;
  const told: number[] = [];
  const trouble = createSeldom(() => now);
  const fail = (): void => trouble.say(() => told.push(now / 1000));

  for (; now < 130_000; now += 2_000) fail();
  expect(trouble.isOver()).toBe(true);
  expect(trouble.isOver()).toBe(false);
  fail();

  expect(told).toEqual([0, 60, 120, 130]);
});
