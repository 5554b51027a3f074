import { describe, expect, test } from 'vitest';
import type { SlackText } from '../../src/core/event.ts';
import { customerName } from '../../src/slack/characters.ts';
import { commandText, mentionsOf, plainStart, plainText } from '../../src/slack/text.ts';

const names = {
  member: async (id: string) => (id === 'U1' ? 'Anna' : 'somebody'),
  channel: async () => 'help',
  group: async () => 'engineers',
};
const mrkdwn = (text: string): SlackText => ({ mrkdwn: text, blocks: [] });
const rich = (...elements: unknown[]): SlackText => ({ mrkdwn: 'not this', blocks: [{ type: 'rich_text', elements }] });
const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
const text = (words: string, style?: object) => ({ type: 'text', text: words, ...(style && { style }) });
const plain = (slack: SlackText) => plainText(slack, names);

describe('a member’s text without blocks', () => {
  test.each([
    ['Tom &amp; Jerry &lt;3', 'Tom & Jerry <3'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['*bold* _it_ ~gone~ and `co*d*e`', 'bold it ~gone~ and co*d*e'],
    ['snake_case_name and 2*3*4 = 24', 'snake_case_name and 2*3*4 = 24'],
    ['*_both_*', 'both'],
    ['a * b * c', 'a * b * c'],
    ['```\n*x* &amp; <https://a.example|a.example>\n```', '```\n*x* & a.example\n```'],
    ['an open ``` fence', 'an open ``` fence'],
    ['&gt; quoted\nanswer', '> quoted\nanswer'],
    ['see <https://a.example/x?y=1&amp;z=2>', 'see https://a.example/x?y=1&z=2'],
    ['see <https://a.example|our page>', 'see our page (https://a.example)'],
    ['<http://a.example|a.example>', 'http://a.example'],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
    ['<tel:+358401|call>', 'call (+358401)'],
    ['<javascript:alert(1)|click>', 'click'],
    ['ask <@U1> or <@U2|old> in <#C1> or <#C2|named>', 'ask @Anna or @somebody in #help or #named'],
    ['<!here> <!channel> <!subteam^S1|@x>', 'everyone everyone @engineers'],
    ['at <!date^1700000000^{date}|14 November>', 'at 14 November'],
    [':tada: 10:30:45', '🎉 10:30:45'],
    ['<<<<', '<<<<'],
    ['a\nb', 'a\nb'],
  ])('%s', async (given, expected) => {
    expect(await plain(mrkdwn(given))).toBe(expected);
  });
});

describe('a member’s text with blocks', () => {
  test('is read from them, without styling', async () => {
    const given = rich(section(text('very ', { bold: true }), text('a_b & <c>', { code: true })));

    expect(await plain(given)).toBe('very a_b & <c>');
  });

  test('keeps lists, quotes and code readable', async () => {
    const list = (style: string, indent: number, ...items: string[]) => ({
      type: 'rich_text_list',
      style,
      indent,
      elements: items.map((item) => section(text(item))),
    });
    const given = rich(
      section(text('First:\n')),
      list('ordered', 0, 'one', 'two'),
      list('bullet', 1, 'deeper\nstill'),
      { type: 'rich_text_quote', elements: [text('said\nso')] },
      { type: 'rich_text_preformatted', elements: [text('if (a) {\n  *b*\n}')] },
    );

    expect(await plain(given)).toBe(
      'First:\n1. one\n2. two\n  • deeper\n    still\n> said\n> so\n```\nif (a) {\n  *b*\n}\n```',
    );
  });

  test('shows names, addresses and emoji', async () => {
    const given = rich(
      section(
        { type: 'user', user_id: 'U1' },
        text(' '),
        { type: 'link', url: 'https://a.example', text: 'page' },
        text(' '),
        { type: 'emoji', name: '+1', unicode: '1f44d-1f3fd' },
        { type: 'emoji', name: 'party_parrot' },
        { type: 'broadcast', range: 'here' },
        { type: 'of_next_year', text: '!' },
      ),
    );

    expect(await plain(given)).toBe('@Anna page (https://a.example) 👍🏽(party_parrot)everyone!');
  });
});

test('whom a text calls is known, from blocks and from mrkdwn', () => {
  const called = { members: ['U1'], groups: ['S1'], broadcast: ['here'] };

  expect(mentionsOf(mrkdwn('<@U1> <@U1> <!subteam^S1> <!here>'))).toEqual(called);
  expect(
    mentionsOf(
      rich(
        section(
          { type: 'user', user_id: 'U1' },
          { type: 'usergroup', usergroup_id: 'S1' },
          { type: 'broadcast', range: 'here' },
        ),
      ),
    ),
  ).toEqual(called);
  expect(mentionsOf(mrkdwn('nobody@example.com'))).toEqual({ members: [], groups: [], broadcast: [] });
});

describe('no dress turns a note into a reply', () => {
  test.each([
    ['bold', rich(section(text('note:', { bold: true }), text(' hush')))],
    ['bold mrkdwn', mrkdwn('*note:* hush')],
    ['italic code', mrkdwn('_`note:`_ hush')],
    ['in a quote', rich({ type: 'rich_text_quote', elements: [text('note: hush')] })],
    ['in a quote of mrkdwn', mrkdwn('&gt; note: hush')],
    ['in a list', rich({ type: 'rich_text_list', style: 'bullet', elements: [section(text('note: hush'))] })],
    ['with invisible characters', mrkdwn('\u200b\u2060no\u00adte\ufe0f: hush')],
    ['with blanks and lines before', mrkdwn('\n  \u3164note: hush')],
    ['in other widths', mrkdwn('ｎｏｔｅ： hush')],
    ['in code', rich({ type: 'rich_text_preformatted', elements: [text('note: hush')] })],
  ])('%s', (_name, given) => {
    expect(plainStart(given)).toMatch(/^note: hush/);
  });
});

test('a command keeps mentions and addresses as they were meant', () => {
  expect(commandText('invite 72 <@U1|anna> <#C1|help>')).toBe('invite 72 <@U1> <#C1>');
  expect(commandText('open <mailto:a@b.example|a@b.example> R&amp;D')).toBe('open a@b.example R&D');
});

describe('a customer’s name', () => {
  test.each([
    ['Robin (customer)', 'Robin (customer)'],
    ['*Bank* <@U1>\u202egnp.exe (customer)', 'Bank U1 gnp.exe (customer)'],
    ['Zoë\u0000\nO’Neil (customer)', 'Zoë O’Neil (customer)'],
    ['', 'Somebody'],
  ])('%s', (given, expected) => {
    expect(customerName(given)).toBe(expected);
  });

  test('is at most 60 characters long and still says whose it is', () => {
    const name = customerName(`${'Long'.repeat(30)} (customer)`);

    expect(name).toHaveLength(60);
    expect(name).toMatch(/… \(customer\)$/);
  });
});
