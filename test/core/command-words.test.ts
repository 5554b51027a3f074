import { expect, test } from 'vitest';
import {
  addressed,
  isSamePhone,
  mentionedIn,
  namedIn,
  nearest,
  searchesFor,
  titleOf,
} from '../../src/core/command-words.ts';

test.each([
  ['jo@example.com lost parcel', { who: 'jo@example.com', text: 'lost parcel' }],
  ['<mailto:jo@example.com|jo@example.com> lost parcel', { who: 'jo@example.com', text: 'lost parcel' }],
  ['<tel:+358401234567|+358 40 123 4567>', { who: '+358401234567', text: '' }],
  ['597001', { who: '597001', text: '' }],
  ['597001 2 parcels', { who: '597001', text: '2 parcels' }],
  ['+358401234567 lost', { who: '+358401234567', text: 'lost' }],
])('“%s” addresses one', (words, expected) => {
  expect(addressed(words)).toEqual([expected]);
});

test('a phone number with blanks is read as long as it can be, then shorter', () => {
  expect(addressed('+358 40 123 2 parcels')).toEqual([
    { who: '+358 40 123 2', text: 'parcels' },
    { who: '+358 40 123', text: '2 parcels' },
    { who: '+358 40', text: '123 2 parcels' },
    { who: '+358', text: '40 123 2 parcels' },
  ]);
});

test('phone numbers are equal however they are written, and short ones are equal to nothing', () => {
  expect(isSamePhone('+358 (40) 123-4567', '+358401234567')).toBe(true);
  expect(isSamePhone('112', '112')).toBe(false);
  expect(searchesFor('+358 40 123 4567')).toEqual(['+358 40 123 4567', '358401234567', '4567']);
  expect(searchesFor('jo@example.com')).toEqual(['jo@example.com']);
});

test('a title is the first line that says something, and no character of it is cut in two', () => {
  expect(titleOf('\n  \n Lost parcel \nand more')).toBe('Lost parcel');
  expect(titleOf('🧦'.repeat(200))).toBe('🧦'.repeat(150));
});

test('one slip of the finger is understood, two are not', () => {
  const known = ['open', 'close', 'help'];
  expect(['hlep', 'hel', 'helpp', 'hekp', 'CLOSE'].map((word) => nearest(known, word))).toEqual([
    'help',
    'help',
    'help',
    'help',
    'close',
  ]);
  expect(nearest(known, 'hxyp')).toBeUndefined();
});

test('members are read from mentions, each once; what stands beside them stays', () => {
  expect(mentionedIn('<@U1> Sales, <@W2>  <@U1> <#C1>')).toEqual({ members: ['U1', 'W2'], rest: 'Sales, <#C1>' });
});

test('of names that begin alike the longest counts, and one that several have names nobody', () => {
  const known = ['Support', 'Field Support', 'Field Support North', 'Same', 'same'].map((name) => ({
    names: [name, `${name.replaceAll(' ', '.')}@example.com`],
    is: name,
  }));

  expect(namedIn('field support north; SUPPORT Nobody', known)).toEqual({
    found: ['Field Support North', 'Support'],
    unknown: ['Nobody'],
  });
  expect(namedIn('@field.support@example.com', known).found).toEqual(['Field Support']);
  expect(namedIn('Same', known)).toEqual({ found: [], unknown: ['Same'] });
  expect(namedIn('', known)).toEqual({ found: [], unknown: [] });
});
