import { expect, test } from 'vitest';
import { displayName } from '../../src/core/names.ts';

test.each([
  ['Jo Customer', 'Jo Customer'],
  ['  Jo \n Customer ', 'Jo Customer'],
  ['<!channel>', '!channel'],
  ['*Anna* _the_ ~boss~', 'Anna the boss'],
  ['\u202eannA', 'annA'],
  ['', 'Unknown'],
  ['\u200b\u0007', 'Unknown'],
  ['x'.repeat(100), 'x'.repeat(60)],
  ['😀'.repeat(70), '😀'.repeat(60)],
])('the name %j is shown as %j', (name, shown) => {
  expect(displayName(name)).toBe(shown);
});
