import { DomUtils, parseDocument } from 'htmlparser2';
import { renderToString } from 'preact-render-to-string';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

/** What the page and the pictures draw, without a browser. */

type Node = Parameters<typeof renderToString>[0];
const callable = <Call>() => z.custom<Call>((value) => typeof value === 'function');
const Blocks = z.object({ drawBlocks: callable<(blocks: readonly object[], world: object) => Node[]>() });
const Modal = z.object({ drawView: callable<(view: object, about: object) => Node>() });
const Wire = z.object({ follow: callable<(changes: EventTarget) => void>() });
const Typed = z.object({ asTyped: callable<(text: string) => string>() });
const Found = z.object({ from: z.number(), options: z.array(z.object({ insert: z.string() })) });
const Suggestions = z.object({ suggestionsFor: callable<(before: string) => unknown>() });

const page = (name: string): Promise<unknown> => import(`../../src/sandbox/page/${name}.js`);

let drawBlocks: z.infer<typeof Blocks>['drawBlocks'];
let drawView: z.infer<typeof Modal>['drawView'];
let asTyped: z.infer<typeof Typed>['asTyped'];
let suggestionsFor: z.infer<typeof Suggestions>['suggestionsFor'];

const slack = {
  home: 'C0SUPPORT',
  channels: [],
  players: [],
  names: { U0ANNA: 'Anna Agent', C0SUPPORT: 'support' },
  commands: [{ command: '/case', usage: 'open <contact> | close | show | snooze' }],
  mentions: [
    { id: 'U0ANNA', handle: '@anna', name: 'Anna Agent' },
    { id: 'here', handle: '@here', name: 'everybody who is there' },
  ],
};

beforeAll(async () => {
  ({ drawBlocks } = Blocks.parse(await page('blocks')));
  ({ drawView } = Modal.parse(await page('modal')));
  ({ asTyped } = Typed.parse(await page('typed')));
  ({ suggestionsFor } = Suggestions.parse(await page('suggestions')));
  const changes = new EventTarget();
  Wire.parse(await page('wire')).follow(changes);
  changes.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ whole: true, parts: { slack } }) }));
});

const people = () => [
  { value: 'U0ANNA', label: 'Anna Agent' },
  { value: 'U0BEN', label: 'Ben Berg' },
];
const world = { names: slack.names, origin: 'http://acquire.example', people, channels: people };

const drawn = (...blocks: object[]): string =>
  drawBlocks(blocks, world)
    .map((node) => renderToString(node))
    .join('');
const tagsIn = (markup: string): string[] => [
  ...new Set(DomUtils.getElementsByTagName('*', parseDocument(markup)).map(({ name }) => name)),
];

const plain = (text: string) => ({ type: 'plain_text', text });
const option = (value: string) => ({ value, text: plain(`Option ${value}`) });

describe('a text that looks like markup', () => {
  const HOSTILE = '<img src=x onerror=alert(1)><script>alert(1)</script>';

  test.each([
    ['header', { type: 'header', text: plain(HOSTILE) }],
    ['section', { type: 'section', text: plain(HOSTILE) }],
    ['context', { type: 'context', elements: [plain(HOSTILE)] }],
    ['markdown', { type: 'markdown', text: HOSTILE }],
    ['button', { type: 'actions', elements: [{ type: 'button', action_id: 'a', text: plain(HOSTILE) }] }],
    [
      'rich text',
      { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: HOSTILE }] }] },
    ],
  ])('stays text in a %s', (_, block) => {
    const markup = drawn(block);

    expect(tagsIn(markup)).not.toContain('script');
    expect(tagsIn(markup)).not.toContain('img');
    expect(DomUtils.textContent(parseDocument(markup))).toContain(HOSTILE);
  });

  test('leads nowhere but to addresses of the web, of mail and of telephones', () => {
    const link = (url: string) => ({ type: 'link', url, text: 'here' });
    const elements = ['javascript:alert(1)', 'data:text/html,x', 'https://a.example', 'mailto:a@b.example'].map(link);

    const markup = drawn({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });

    expect([...markup.matchAll(/href="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      'https://a.example',
      'mailto:a@b.example',
    ]);
  });
});

describe('what can be pressed or chosen', () => {
  test.each([
    ['button', { text: plain('Press') }],
    ['overflow', { options: [option('a')] }],
    ['static_select', { options: [option('a')] }],
    ['radio_buttons', { options: [option('a')] }],
    ['users_select', {}],
    ['channels_select', {}],
    ['conversations_select', {}],
    ['datepicker', {}],
    ['timepicker', {}],
  ])('a message draws a %s', (type, more) => {
    const markup = drawn({ type: 'actions', elements: [{ type, action_id: 'a', ...more }] });

    expect(markup).toMatch(/<(?:button|select|input)/);
    expect(markup).not.toContain('of the type');
  });

  test.each([
    ['plain_text_input', {}],
    ['email_text_input', {}],
    ['url_text_input', {}],
    ['number_input', {}],
    ['datepicker', {}],
    ['timepicker', {}],
    ['static_select', { options: [option('a')] }],
    ['external_select', {}],
    ['users_select', {}],
    ['channels_select', {}],
    ['conversations_select', {}],
    ['radio_buttons', { options: [option('a')] }],
    ['checkboxes', { options: [option('a')] }],
    ['multi_static_select', { options: [option('a')] }],
    ['multi_users_select', {}],
  ])('a modal draws a %s under its label', (type, more) => {
    const block = {
      type: 'input',
      block_id: 'b',
      label: plain('Its label'),
      element: { type, action_id: 'a', ...more },
    };

    const markup = renderToString(drawView({ id: 'V', title: plain('T'), blocks: [block] }, { world }));

    expect(markup).toMatch(/<label for="field-V-b"|aria-labelledby="field-V-b-label"/);
    expect(markup).toMatch(/id="field-V-b"|role="group"/);
    expect(markup).not.toContain('of the type');
  });
});

describe('a message that is edited', () => {
  test.each([
    ['a &amp; b &lt;c&gt;', 'a & b <c>'],
    ['ask <@U0ANNA> in <#C0SUPPORT|support>', 'ask @anna in #support'],
    ['<!here> see <https://a.example|a.example>', '@here see https://a.example'],
    ['<mailto:a@b.example|a@b.example>', 'a@b.example'],
  ])('is shown as it was typed: %s', (text, typed) => {
    expect(asTyped(text)).toBe(typed);
  });
});

describe('while somebody types', () => {
  const offered = (before: string) => Found.parse(suggestionsFor(before)).options.map(({ insert }) => insert);

  test('Slack offers what a command takes', () => {
    expect(offered('/case s')).toEqual(['/case show ', '/case snooze ']);
    expect(offered('/')).toHaveLength(4);
  });

  test('Slack offers people after an @, also by their last name', () => {
    expect(offered('please ask @an')).toEqual(['@anna ']);
    expect(offered('@agent')).toEqual(['@anna ']);
  });

  test('nothing is offered to who has typed it out, nor inside of words', () => {
    expect(offered('/case show')).toEqual([]);
    expect(offered('@anna')).toEqual([]);
    expect(offered('mail anna@exa')).toEqual([]);
    expect(offered('at 10:30')).toEqual([]);
  });
});
