import { describe, expect, test } from 'vitest';
import table from '../../src/slack/emoji.json' with { type: 'json' };
import { emojiText, withEmoji } from '../../src/slack/emoji.ts';

const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿'];

describe('the table', () => {
  test('knows all names of the set that Slack uses, each for an emoji that Unicode recommends', () => {
    const names = Object.entries(table.names);

    expect(names.length).toBe(1972);
    expect(names.filter(([, emoji]) => !/^\p{RGI_Emoji}$/v.test(emoji))).toEqual([]);
    expect(names.filter(([name]) => !/^[a-z0-9_+'-]+$/u.test(name))).toEqual([]);
    expect(new Set(Object.values(table.names)).size).toBe(1911);
  });

  test('gives every skin tone to those that bear one, and each result is an emoji of its own', () => {
    for (const emoji of Object.keys(table.toned)) {
      const name = Object.entries(table.names).find(([, one]) => one === emoji)?.[0] ?? '';
      const toned = TONES.map((_, at) => emojiText({ name, skinTone: at + 2 }));
      expect(new Set([emoji, ...toned]).size, name).toBe(6);
      expect(
        toned.every((one) => /^\p{RGI_Emoji}$/v.test(one)),
        name,
      ).toBe(true);
    }
    expect(Object.keys(table.toned)).toHaveLength(316);
  });

  test('gives two people two skin tones', () => {
    expect(Object.keys(table.mixed)).toHaveLength(13);
    for (const emoji of Object.keys(table.mixed)) {
      const name = Object.entries(table.names).find(([, one]) => one === emoji)?.[0] ?? '';
      for (const tones of ['2-3', '3-2', '6-4', '5-5'])
        expect(emojiText({ name: `${name}::skin-tone-${tones}` }), name).toMatch(/^\p{RGI_Emoji}$/v);
    }
  });

  test.each([
    ['smile', '😄'],
    ['+1', '👍'],
    ['thumbsup', '👍'],
    ['heart', '❤️'],
    ['flag-fi', '🇫🇮'],
    ['keycap_star', '*️⃣'],
    ['man-woman-girl-boy', '👨‍👩‍👧‍👦'],
    ['rainbow-flag', '🏳️‍🌈'],
    ['eight_pointed_black_star', '✴️'],
  ])(':%s: is %s', (name, emoji) => {
    expect(emojiText({ name })).toBe(emoji);
  });
});

test('names from a prototype are no emoji', () => {
  for (const name of ['constructor', '__proto__', 'toString']) expect(emojiText({ name })).toBe(`(${name})`);
});

test.each([
  ['done :tada:', 'done 🎉'],
  [':tada::tada:', '🎉🎉'],
  [':+1::skin-tone-3: :skin-tone-2:', '👍🏼 🏻'],
  ['great:tada:', 'great🎉'],
  [':party-parrot:', '(party-parrot)'],
  ['10:30:45', '10:30:45'],
  ['8:100:3 a:key:b', '8:100:3 a:key:b'],
  ['std::vector::iterator', 'std::vector::iterator'],
  ['foo::bar:: baz', 'foo::bar:: baz'],
  [':D :) :x', ':D :) :x'],
  ['a: b: c', 'a: b: c'],
  ['http://a:80/:', 'http://a:80/:'],
  ['10:30:tada:', '10:30🎉'],
  [':', ':'],
])('without blocks %j reads %j', (given, expected) => {
  expect(withEmoji(given)).toBe(expected);
});
