import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlackText } from '../../src/core/event.ts';
import { kindOfRich, type Mode } from '../../src/core/kind.ts';
import { partsFor } from '../../src/core/outgoing.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { wordsOf } from '../../src/core/rich-text.ts';
import { mentionsOf, plainStart, readText } from '../../src/slack/text.ts';
import { A_MOMENT, msOf } from '../core/rich-texts.ts';
import { typedIn, written } from './written.ts';

const names = { member: async () => 'Anna', channel: async () => 'help', group: async () => 'engineers' };
const WAYS = [
  { via: 'chat', html: true, signature: null },
  { via: 'mail', html: true, signature: null },
  { via: 'sms', html: false, signature: null },
] as const;

const meaningOf = async (text: SlackText, mode: Mode) =>
  kindOfRich(await readText(text, names), plainStart(text), mode);

describe('whatever a member writes', () => {
  test('reads the same from blocks and from the text beside them', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ({ blocks, mrkdwn }) => {
        const fromBlocks = { mrkdwn: 'not this', blocks: [...blocks] };
        const fromText = { mrkdwn, blocks: [] };
        expect(await readText(fromText, names)).toEqual(await readText(fromBlocks, names));
        expect(plainStart(fromText)).toBe(plainStart(fromBlocks));
        expect(mentionsOf(fromText)).toEqual(mentionsOf(fromBlocks));
      }),
    );
  });

  test('has the same words in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(written, async ({ blocks }) => {
        const words = wordsOf(await readText({ mrkdwn: '', blocks: [...blocks] }, names)).split(/\s+/u);
        const typed = typedIn(blocks);
        let at = 0;
        for (const word of words) if (word === typed[at]) at += 1;
        expect(typed.slice(at)).toEqual([]);
      }),
    );
  });

  test('becomes no mention, broadcast, emoji name or entity that was not typed', async () => {
    const LIVE = ['<@', '<!', '<#', '&amp;', '&lt;', '&gt;', ':wave:', 'skin-tone'];
    await fc.assert(
      fc.asyncProperty(written, fc.constantFrom(...WAYS), async ({ blocks, mrkdwn }, way) => {
        const typed = typedIn(blocks).join(' ');
        for (const text of [
          { mrkdwn: '', blocks: [...blocks] },
          { mrkdwn, blocks: [] },
        ]) {
          for (const part of partsFor(await readText(text, names), way)) {
            expect(LIVE.filter((sign) => part.text.includes(sign) && !typed.includes(sign))).toEqual([]);
            // The address of every link has an ampersand; any other that was not typed was escaped twice.
            const twice = typed.includes('&') ? [] : (part.html?.match(/&amp;(?!b=)/gu) ?? []);
            expect(twice).toEqual([]);
          }
        }
      }),
    );
  });

  test('is read, also when it is nothing that Slack would send', async () => {
    const pieces = fc.array(
      fc.constantFrom(
        '<',
        '>',
        '|',
        '@U1',
        '!here',
        '!date^',
        '`',
        '```',
        '*',
        '_',
        '&gt;',
        '\n',
        'a',
        '&lt;',
        '#C',
        '~',
        ':',
        '• ',
        '1. ',
        '    ',
      ),
    );
    const mrkdwn = fc.oneof(
      fc.string({ unit: 'binary' }),
      pieces.map((list) => list.join('')),
    );
    const types = fc.constantFrom(
      'rich_text',
      'rich_text_section',
      'rich_text_list',
      'text',
      'emoji',
      'date',
      'table',
      'link',
    );
    const { anything } = fc.letrec((tie) => ({
      anything: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.record(
          {
            type: types,
            elements: fc.array(tie('anything')),
            rows: fc.jsonValue(),
            text: fc.string({ unit: 'binary' }),
            style: fc.jsonValue(),
            unicode: fc.string(),
            timestamp: fc.double(),
            url: fc.webUrl(),
            indent: fc.jsonValue(),
            offset: fc.jsonValue(),
          },
          { requiredKeys: ['type'] },
        ),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(mrkdwn, fc.array(anything, { maxLength: 4 }), async (words, blocks) => {
        for (const text of [
          { mrkdwn: words, blocks },
          { mrkdwn: '', blocks: [{ type: 'rich_text', elements: blocks }] },
        ]) {
          const body = await readText(text, names);
          for (const way of WAYS) for (const part of partsFor(body, way)) expect(part.text.trim()).not.toBe('');
          expect(plainStart(text)).toBeTypeOf('string');
          expect(mentionsOf(text)).toBeDefined();
        }
      }),
    );
  });
});

describe('a note', () => {
  const SECRET = 'zebra';
  const invisible = fc.constantFrom('', '', '\u200b', '\u2060', '\u00ad', '\ufe0f', '\u200e', '\u3164');
  const dressed = (plain: string) =>
    fc
      .tuple(
        ...[...plain].map((letter) => fc.tuple(fc.constantFrom(letter, letter.toUpperCase(), wide(letter)), invisible)),
      )
      .map((letters) => letters.map((pair) => pair.join('')).join(''));
  const wide = (letter: string): string =>
    /[a-z:/]/u.test(letter) ? String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0) : letter;
  const styles = fc.constantFrom({}, { bold: true }, { italic: true, strike: true }, { code: true });
  const place = fc.constantFrom('rich_text_section', 'rich_text_quote', 'rich_text_preformatted', 'rich_text_list');
  const cuts = fc.array(fc.tuple(fc.nat(20), styles), { maxLength: 4 });

  const inBlocks = (text: string, type: string, pieces: readonly (readonly [number, object])[]): SlackText => {
    const edges = [0, ...pieces.map(([at]) => Math.min(at, text.length)).toSorted((a, b) => a - b), text.length];
    const elements = edges
      .slice(1)
      .map((to, at) => ({ type: 'text', text: text.slice(edges[at], to), style: pieces[at]?.[1] ?? {} }));
    const inside = type === 'rich_text_list' ? [{ type: 'rich_text_section', elements }] : elements;
    return { mrkdwn: 'not this', blocks: [{ type: 'rich_text', elements: [{ type, elements: inside }] }] };
  };

  test('is one in every dress, and its words stand in nothing for a customer', async () => {
    const prefix = fc.oneof(dressed('note:'), dressed('note :'), dressed('//'), dressed(' / /'));
    await fc.assert(
      fc.asyncProperty(
        prefix,
        place,
        cuts,
        fc.constantFrom('reply' as const, 'confirm' as const),
        async (start, type, pieces, mode) => {
          const text = inBlocks(`${start} ${SECRET} he is angry`, type, pieces);
          const { kind, body } = await meaningOf(text, mode);
          const toCustomer = kind === 'reply' ? WAYS.flatMap((way) => partsFor(body, way)) : [];
          expect(toCustomer).toEqual([]);
          expect(wordsOf(body)).toContain(SECRET);
        },
      ),
    );
  });

  test('is stored without its prefix, with its styles', async () => {
    const text = inBlocks('note: call him', 'rich_text_section', [[8, { bold: true }]]);

    expect(await meaningOf(text, 'reply')).toEqual({
      kind: 'note',
      body: [{ block: 'paragraph', spans: [{ text: 'ca', bold: true }, { text: 'll him' }], quote: 0 }],
    });
  });
});

describe('a megabyte is read in a moment', () => {
  test.each([
    '<',
    '<a',
    '*',
    '`',
    '*a ',
    '_a_',
    '&gt; a\n',
    '```',
    '<@U1>|',
    ':',
    ':a',
    ':tada:',
    '&',
    '&amp;',
    '• a\n',
    '1. a\n',
    '\n',
    '~ ',
  ])('of %j', async (awkward) => {
    const text = { mrkdwn: awkward.repeat(Math.ceil(1_000_000 / awkward.length)), blocks: [] };
    expect(await msOf(() => readText(text, names))).toBeLessThan(A_MOMENT);
  });

  test('in blocks, and 10,000 levels of them', async () => {
    let deep: object = { type: 'text', text: 'x' };
    for (let level = 0; level < 10_000; level += 1) deep = { type: 'rich_text_quote', elements: [deep] };
    const wide = {
      type: 'rich_text_section',
      elements: Array.from({ length: 20_000 }, () => ({ type: 'text', text: '<&`*_:'.repeat(8) })),
    };
    const text = { mrkdwn: '', blocks: [{ type: 'rich_text', elements: [deep, wide] }] };

    expect(await msOf(() => readText(text, names))).toBeLessThan(A_MOMENT);
    expect(plainTextOf(await readText(text, names)).startsWith('> x\n<&`')).toBe(true);
  });
});
