import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChannelId, MemberId } from '../../src/core/ids.ts';
import type { Form, Inline, Notice, Part } from '../../src/core/notice.ts';
import { type Block, type RichText, wordsOf as wordsOfRich } from '../../src/core/rich-text.ts';
import { Failure } from '../../src/delivery/errors.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { drawChoices, drawForm, readLuggage } from '../../src/slack/forms.ts';
import { readable } from '../acquire/readable.ts';
import { richTexts, wordsIn } from '../core/rich-texts.ts';

const words = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(
    '<!channel>',
    '<https://evil.example|bank>',
    '*b* & `c`',
    '',
    ' ',
    '<@U0ANNA>',
    'x'.repeat(4000),
    '🙂'.repeat(1800),
  ),
);
const inline: fc.Arbitrary<Inline> = fc.oneof(
  words,
  fc.record({ strong: words }),
  fc.record({ code: words }),
  fc.record({ member: fc.constantFrom('U0ANNA', 'not a member').map((id) => MemberId.parse(id)) }),
  fc.record({
    url: fc.oneof(fc.webUrl(), fc.constantFrom('javascript:x', 'https://a b', 'mailto:a@b.example')),
    label: words,
  }),
);
const inlines = fc.array(inline, { maxLength: 6 });
const confirm = fc.option(fc.record({ title: words, text: words, yes: words }));
const button = fc.record({
  action: fc.constantFrom('case_close', 'case_claim', 'case_show'),
  label: words,
  value: fc.string({ maxLength: 100 }),
  style: fc.constantFrom('plain' as const, 'primary' as const, 'danger' as const),
  confirm,
});
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ part: fc.constant('title' as const), text: words }),
  fc.record({ part: fc.constant('text' as const), text: inlines }),
  fc.record({ part: fc.constant('quote' as const), text: inlines }),
  fc.record({ part: fc.constant('small' as const), text: inlines }),
  fc.record({
    part: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: words, value: inlines }), { maxLength: 4 }),
  }),
  fc.record({ part: fc.constant('list' as const), items: fc.array(inlines, { maxLength: 4 }) }),
  fc.record({ part: fc.constant('buttons' as const), buttons: fc.array(button, { maxLength: 5 }) }),
  fc.record({ part: fc.constant('divider' as const) }),
  fc.record({ part: fc.constant('rich' as const), blocks: richTexts }),
);
const notice: fc.Arbitrary<Notice> = fc.record({ summary: words, parts: fc.array(part, { maxLength: 6 }) });

/** Null when it is too much for one message. */
const draw = (given: Notice) => {
  try {
    return drawNotice(given, 'chat.postMessage');
  } catch (error) {
    if (error instanceof Failure && error.facts.kind === 'permanent') return null;
    throw error;
  }
};

const wordsOf = (text: readonly Inline[]): string =>
  text
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      if ('strong' in piece) return piece.strong;
      if ('code' in piece) return piece.code;
      if ('url' in piece) return piece.label;
      return '';
    })
    .join('');

const shown = (blocks: unknown): string => {
  const found: string[] = [];
  JSON.stringify(blocks, (name, value: unknown) => {
    if (name === 'text' && typeof value === 'string') found.push(value);
    return value;
  });
  return found.join('');
};

describe('any notice', () => {
  test('gives blocks that Slack takes', () => {
    fc.assert(
      fc.property(notice, (given) => {
        const drawn = draw(given);
        expect(blockFaults(JSON.parse(JSON.stringify(drawn?.blocks ?? [])), 'message')).toEqual([]);
      }),
    );
  });

  test('never comes near markup', () => {
    fc.assert(
      fc.property(notice, (given) => {
        const drawn = draw(given);
        expect(JSON.stringify(drawn?.blocks ?? [])).not.toContain('"type":"mrkdwn"');
        expect(drawn?.text ?? '').not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
        expect(drawn?.text.length ?? 0).toBeLessThanOrEqual(3000);
      }),
    );
  });

  test('shows all of its text, in order', () => {
    const texts = fc.array(fc.oneof(words, fc.record({ strong: words }), fc.record({ code: words })), { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom('text' as const, 'quote' as const), texts, (kind, text) => {
        const drawn = drawNotice({ summary: '', parts: [{ part: kind, text }] }, 'chat.postMessage');
        expect(shown(drawn.blocks)).toBe(wordsOf(text));
      }),
    );
  });
});

describe('what a customer wrote', () => {
  const drawRich = (blocks: RichText) => drawNotice({ summary: '', parts: [{ part: 'rich', blocks }] }, 'x').blocks;

  test('is shown with all of its words, in order', () => {
    fc.assert(
      fc.property(richTexts, (blocks) => {
        const said = readable(drawRich(blocks)).replaceAll(/«(?:b|i|s|code):|«link:[^»]*»/g, '');
        expect(wordsIn(said)).toEqual(wordsIn(wordsOfRich(blocks)));
      }),
    );
  });

  const item = (text: string, number: number | null, indent = 0, quote = 0): Block => ({
    block: 'item',
    spans: [{ text }],
    number,
    indent,
    quote,
  });
  const paragraph = (text: string, quote = 0): Block => ({ block: 'paragraph', spans: [{ text }], quote });

  test('has its lists as lists, with their numbers and levels, also in quotations', () => {
    const blocks = drawRich([
      item('a', 3),
      item('b', 4),
      item('c', null, 1),
      item('d', 5),
      item('e', 7),
      item('f', null, 0, 1),
    ]);

    expect(blocks).toEqual([
      expect.objectContaining({
        elements: [
          expect.objectContaining({ style: 'ordered', offset: 2, indent: 0, elements: [anything, anything] }),
          expect.objectContaining({ style: 'bullet', indent: 1 }),
          expect.objectContaining({ style: 'ordered', offset: 4 }),
          expect.objectContaining({ style: 'ordered', offset: 6 }),
          expect.objectContaining({ style: 'bullet', border: 1 }),
        ],
      }),
    ]);
  });

  const anything: unknown = expect.anything();

  test('keeps the blank line above a list, where Slack hides one line break', () => {
    expect(drawRich([paragraph('words:\n'), item('a', null)])[0]).toMatchObject({
      elements: [{ elements: [{ text: 'words:\n' }, { text: '\n' }] }, { type: 'rich_text_list' }],
    });
  });

  test('has deeper quotations marked, for Slack draws one level', () => {
    expect(readable(drawRich([paragraph('one', 1), paragraph('two\nthree', 2), paragraph('own')]))).toBe(
      '| one\n| > two\n| > three\nown',
    );
  });

  test('shows where a link leads, with the whole host and the beginning of a long path', () => {
    const linkTo = (url: string, label: string) =>
      readable(drawRich([{ block: 'paragraph', spans: [{ url, label }], quote: 0 }]));

    expect(linkTo('https://example.com/x', '')).toBe('«link:https://example.com/x»');
    expect(linkTo('https://example.com/', 'example.com')).toBe('«link:https://example.com/|example.com»');
    expect(linkTo('https://evil.example/', 'bank.example')).toBe('bank.example («link:https://evil.example/»)');
    expect(linkTo('javascript:alert(1)', 'words')).toBe('words (javascript:alert(1))');
    expect(linkTo(`https://example.com/${'x'.repeat(90)}`, 'words')).toBe(
      `words («link:https://example.com/${'x'.repeat(90)}|https://example.com/${'x'.repeat(39)}…»)`,
    );
  });

  test('of one block is parted where Slack’s limit is', () => {
    const blocks = drawRich([{ block: 'code', text: 'line of code\n'.repeat(600), quote: 0 }]);

    expect(blocks.length).toBe(3);
    expect(JSON.stringify(blocks).match(/line of code/g)?.length).toBe(600);
  });
});

test('the same button twice stands in two rows', () => {
  const again = { action: 'case_show', label: 'Show', value: '1', style: 'plain', confirm: null } as const;

  const { blocks } = drawNotice(
    { summary: '', parts: [{ part: 'buttons', buttons: [again, { ...again, value: '2' }] }] },
    '',
  );

  expect(blocks).toHaveLength(2);
});

test('many short texts become fewer blocks, too many are refused', () => {
  const parts = (count: number, text: string): Part[] =>
    Array.from({ length: count }, () => ({ part: 'text', text: [text] }));

  expect(drawNotice({ summary: '', parts: parts(80, 'short') }, '').blocks.length).toBeLessThanOrEqual(50);
  expect(() => drawNotice({ summary: '', parts: parts(60, 'x'.repeat(3000)) }, '')).toThrow(Failure);
});

test('a title too long for a header is shown whole all the same', () => {
  const text = 'title '.repeat(40);

  expect(shown(drawNotice({ summary: '', parts: [{ part: 'title', text }] }, '').blocks)).toBe(text);
});

const form: Form = {
  form: 'case_open',
  title: 'Open a case for somebody new',
  submit: 'Open',
  context: '{"case":"72"}',
  parts: [
    { part: 'text', text: ['Who is it for?'] },
    {
      part: 'field',
      field: 'contact',
      label: 'Contact',
      hint: 'Name, e-mail or phone',
      optional: false,
      input: { input: 'search' },
    },
    {
      part: 'field',
      field: 'title',
      label: 'Title',
      hint: null,
      optional: true,
      input: { input: 'line', initial: 'x'.repeat(4000) },
    },
    {
      part: 'field',
      field: 'first',
      label: 'First message to the customer',
      hint: null,
      optional: true,
      input: { input: 'lines', initial: '' },
    },
    {
      part: 'field',
      field: 'why',
      label: 'Why',
      hint: null,
      optional: true,
      input: { input: 'choice', choices: [{ value: 'a', label: 'y'.repeat(90) }], initial: 'a' },
    },
    { part: 'field', field: 'who', label: 'Who', hint: null, optional: true, input: { input: 'members', most: null } },
    {
      part: 'field',
      field: 'where',
      label: 'Where',
      hint: null,
      optional: true,
      input: { input: 'channel', initial: 'C0SUPPORT' },
    },
  ],
};
const place = { channel: ChannelId.parse('C0SUPPORT'), thread: null, responseUrl: null };

test('a form becomes a modal that Slack takes, with its place inside', () => {
  const view = drawForm(form, place, 'views.update');

  expect(blockFaults(JSON.parse(JSON.stringify(view.blocks)), 'modal')).toEqual([]);
  expect(view.title.text.length).toBeLessThanOrEqual(24);
  expect(readLuggage(view.private_metadata ?? '')).toEqual({ ...place, context: form.context });
});

test('a form whose context does not fit is refused', () => {
  expect(() => drawForm({ ...form, context: 'x'.repeat(3000) }, place, 'views.update')).toThrow(Failure);
});

test('a list offers at most 100 choices, and none without a value', () => {
  const choices = Array.from({ length: 150 }, (_, at) => ({
    value: at === 0 ? '' : `${at}`,
    label: at === 1 ? '' : `Choice ${at}`,
  }));

  expect(drawChoices(choices)).toHaveLength(100);
  expect(drawChoices(choices)[0]?.text.text).toBe('–');
});
