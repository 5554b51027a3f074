import { expect, test } from 'vitest';
import { z } from 'zod';
import { parsedOnce } from '../../src/core/parsed-once.ts';

test('an object is read once, an equal one anew, and what is none each time', () => {
  let read = 0;
  const schema = z.unknown().transform((value) => {
    read += 1;
    return value;
  });
  const reader = parsedOnce(schema);
  const one = { id: 1 };

  expect(reader(one)).toBe(reader(one));
  expect(read).toBe(1);
  expect(reader({ id: 1 }).data).toEqual(one);
  reader('text');
  reader('text');
  expect(read).toBe(4);
});

test('what does not fit is told again as it was told first', () => {
  const reader = parsedOnce(z.object({ id: z.string() }));
  const wrong = { id: 1 };

  expect(reader(wrong)).toBe(reader(wrong));
  expect(reader(wrong).success).toBe(false);
});
