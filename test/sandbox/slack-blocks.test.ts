import { describe, expect, test } from 'vitest';
import { blockFaults, tooLong } from '../../src/sandbox/slack/blocks.ts';
import { createWorkspace } from '../../src/sandbox/slack/seed.ts';
import { pingsOf, typedText } from '../../src/sandbox/slack/text.ts';
import type { JsonObject } from '../../src/sandbox/slack/wire.ts';
import { parseJson } from '../../src/sandbox/slack/wire.ts';
import { button, section } from './slack-support.ts';

const faultsOf = (block: object): string[] => blockFaults(parseJson(JSON.stringify([block])) ?? null, 'message');
const rich = (element: object) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [element] }],
});

describe('blocks', () => {
  test.each([
    ['a section', section('hello')],
    ['a button', { type: 'actions', elements: [button('go')] }],
    ['rich text', rich({ type: 'text', text: 'hello' })],
    ['a context', { type: 'context', elements: [{ type: 'mrkdwn', text: 'a' }] }],
    ['a header', { type: 'header', text: { type: 'plain_text', text: 'a' } }],
  ])('%s passes', (_name, block) => {
    expect(faultsOf(block)).toEqual([]);
  });

  test.each([
    ['a section above 3,000 characters', section('x'.repeat(3001)), 'less than 3001'],
    ['an empty section', section(''), 'more than 0'],
    ['a section without text', { type: 'section' }, 'text or fields'],
    ['a header in mrkdwn', { type: 'header', text: { type: 'mrkdwn', text: 'a' } }, 'plain_text'],
    ['a header above 150 characters', { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }, '151'],
    [
      '26 buttons',
      { type: 'actions', elements: Array.from({ length: 26 }, (_, i) => button(`b${i}`)) },
      'no more than 25',
    ],
    ['equal action ids', { type: 'actions', elements: [button('a'), button('a')] }, 'already exists'],
    ['a button value above 2,000', { type: 'actions', elements: [button('a', 'x'.repeat(2001))] }, '2001'],
    ['an unknown field', { ...section('a'), colour: 'red' }, 'invalid additional property: colour'],
    ['an unknown type', { type: 'blink' }, 'unsupported type: blink'],
    ['an empty rich text', rich({ type: 'text', text: '' }), 'more than 0'],
    ['a link without a scheme', rich({ type: 'link', url: 'a.example' }), 'invalid url'],
    [
      'a select without options',
      { type: 'actions', elements: [{ type: 'static_select', action_id: 'a', options: [] }] },
      'no fewer than 1',
    ],
  ])('%s is refused', (_name, block, words) => {
    expect(faultsOf(block).join('\n')).toContain(words);
  });

  test('there are at most 50 blocks, with ids of their own', () => {
    const many = Array.from({ length: 51 }, () => section('a'));
    const twice = [
      { ...section('a'), block_id: 'b' },
      { ...section('a'), block_id: 'b' },
    ];

    expect(blockFaults(many, 'message')).toEqual(['no more than 50 items allowed [json-pointer:/blocks]']);
    expect(blockFaults(twice, 'message').join()).toContain('must be unique');
  });

  test('markdown blocks share 12,000 characters', () => {
    const markdown: JsonObject = { type: 'markdown', text: 'x'.repeat(7000) };

    expect(tooLong([markdown])).toBe(false);
    expect(tooLong([markdown, markdown])).toBe(true);
  });
});

describe('what a member types', () => {
  const workspace = createWorkspace({});
  const typed = (text: string) => typedText(workspace, text);

  test.each([
    ['a < b & c', 'a &lt; b &amp; c'],
    ['see https://a.example/?x=1&y=2.', 'see <https://a.example/?x=1&amp;y=2>.'],
    ['@anna and @here, not a@b', '<@U0ANNA> and <!here>, not a@b'],
    ['ask mia@shop.example', 'ask <mailto:mia@shop.example|mia@shop.example>'],
    ['*note:* snake_case 2*3*4', '*note:* snake_case 2*3*4'],
    ['> quoted\nplain', '&gt; quoted\nplain'],
    ['done :tada: at 10:30:45', 'done :tada: at 10:30:45'],
    ['<!channel>', '&lt;!channel&gt;'],
  ])('%j becomes %j', (written, text) => {
    expect(typed(written).text).toBe(text);
  });

  test('the rich_text block holds the structure without escapes', () => {
    const [block] = typed('*note:* a < b @ben').blocks;

    expect(block?.['elements']).toEqual([
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'note:', style: { bold: true } },
          { type: 'text', text: ' a < b ' },
          { type: 'user', user_id: 'U0BEN' },
        ],
      },
    ]);
  });

  test('pings are found in text, in rich text and in names that mrkdwn would parse', () => {
    const blocks = [section('hello @channel')];

    expect(pingsOf({ text: 'a <!here> b <@U0ANNA>' })).toEqual(['!here', '@U0ANNA']);
    expect(pingsOf({ text: '', blocks })).toEqual(['!channel']);
    expect(pingsOf(typed('hi @ben'))).toEqual(['@U0BEN']);
    expect(pingsOf({ text: '&lt;!channel&gt;' })).toEqual([]);
  });
});
