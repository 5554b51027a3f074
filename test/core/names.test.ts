import { expect, test } from 'vitest';
import { displayName, signatureOf } from '../../src/core/names.ts';

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

test.each([
  ['none', 'Anna Agent', null],
  ['first name', 'Anna Agent', 'Anna'],
  ['full name', '  Anna\n Agent ', 'Anna Agent'],
  ['first name', 'Anna-Liisa O’Neill', 'Anna-Liisa'],
  ['full name', '\u202eAnna', 'Anna'],
  ['full name', ' \u200b ', null],
] as const)('with “%s” %j signs as %j', (how, name, signed) => {
  expect(signatureOf(how, name)).toBe(signed);
});
