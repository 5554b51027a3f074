import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { harmless } from '../../src/acquire/lines.ts';
import { plainText, readMessage } from '../../src/acquire/text.ts';
import { htmlOf } from '../../src/core/html-text.ts';
import { normalised } from '../../src/core/message.ts';
import { plainTextOf } from '../../src/core/plain-text.ts';
import { RichText } from '../../src/core/rich-text.ts';
import { drawNotice } from '../../src/slack/blocks.ts';
import { A_MOMENT, msOf, richTexts, wordsIn } from '../core/rich-texts.ts';

test.each([
  'a < b and c > d',
  '&lt;b&gt; is how one writes a tag',
  'write <b> before it',
  'Tom &amp; Jerry',
  'if (a<b && c>d) { return x</y> }',
  'AT&T <support@example.com>',
])('what somebody typed stays as it is: %s', (text) => {
  expect(plainText(text)).toBe(text);
});

test.each([
  ['<p>hi</p>', 'hi'],
  ['one<br>two<br/>three', 'one\ntwo\nthree'],
  ['<p>Tom &amp; Jerry</p><p>a &lt; b&nbsp;&#33;&#x21;</p>', 'Tom & Jerry\n\na < b !!'],
  [
    '<div>see <a href="https://example.com/?a=1&amp;b=2">this page</a></div>',
    'see this page (https://example.com/?a=1&b=2)',
  ],
  ['<p><a href="https://example.com">https://example.com</a></p>', 'https://example.com'],
  ['<ul><li>one</li><li>two</li></ul>', '• one\n• two'],
])('HTML is read as text: %s', (html, text) => {
  expect(plainText(html)).toBe(text);
});

test('what we write as HTML is known again by its words', () => {
  fc.assert(
    fc.property(richTexts, fc.constantFrom('chat' as const, 'mail' as const), (rich, medium) => {
      const html = htmlOf(rich, { for: medium });

      expect(wordsIn(plainText(`<div>${html}</div>`))).toEqual(wordsIn(plainTextOf(rich)));
    }),
  );
});

test('the words that recognise a row of ours do not depend on marks of direction', () => {
  expect(normalised('call \u2066+358\u2069 or\u00ad\u200f me')).toBe('call +358 or me');
});

/** What customers, programs and attackers send, torn and put together at random. */
const pieces = [
  '<',
  '<p>',
  '</p>',
  '<a href="',
  '<a href="https://example.com/x">',
  '<a href="javascript:x">',
  '</a>',
  '">',
  '&',
  '&#x',
  '&lt;',
  '&lt;!channel&gt;',
  '<!channel>',
  '<@U0ANNA>',
  '<blockquote type="cite">',
  '</blockquote>',
  '<table><tr><td>',
  '<td>',
  '</table>',
  '<ul><li>',
  '<ol start="0"><li>',
  '</ul>',
  '<pre>',
  '</pre>',
  '<b>',
  '</b>',
  '<div style="display:none">',
  '<div style="font-size:0">',
  '</div>',
  '<script>',
  '</script>',
  '<!--',
  '-->',
  '<img src=x alt="y">',
  '<br>',
  '<hr>',
  'https://example.com/y',
  'word',
  'מילה',
  '😀',
  '\u202e',
  '\u0000',
  '\ud83d',
  ' ',
  ' \n',
  '\n\n',
  '> ',
  '-- \n',
  'On 3.3.2026 10:00, A <a@example.com> wrote:\n',
  'From: a\nSent: b\nTo: c\n',
  '---------- Forwarded message ---------\n',
  'Sent from my iPhone\n',
];
const texts = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 5 })), { maxLength: 60 })
  .map((parts) => parts.join(''));
const kinds = fc.boolean().map((isMail) => ({ isMail }));

const Element = z.object({ type: z.string(), url: z.string(), text: z.unknown() }).partial();

const elementsIn = (value: unknown): readonly z.infer<typeof Element>[] => {
  if (Array.isArray(value)) return value.flatMap(elementsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [Element.parse(value), ...Object.values(value).flatMap(elementsIn)];
};

const linksIn = (value: unknown) =>
  elementsIn(value).flatMap(({ type, url = '', text }) =>
    type === 'link' ? [{ url, words: z.string().parse(text) }] : [],
  );

const drawn = (body: RichText) => {
  const { text, blocks } = drawNotice({ summary: plainTextOf(body), parts: [{ part: 'rich', blocks: body }] }, 'x');
  return { summary: text, elements: elementsIn(blocks), links: linksIn(blocks) };
};

/** Attributes that are torn may have blanks and quotes in them, which an address spells out. */
const asWritten = (address: string): string => {
  try {
    return decodeURI(address).replace(/\/$/, '');
  } catch {
    return address;
  }
};

const HARMLESS = new Set([
  'rich_text',
  'rich_text_section',
  'rich_text_list',
  'rich_text_quote',
  'rich_text_preformatted',
  'text',
  'link',
]);

describe('any text', () => {
  test('is read without complaint, as the model has it', () => {
    fc.assert(
      fc.property(texts, kinds, (text, kind) => {
        const { body, folded } = readMessage(text, kind);

        expect(RichText.parse(body)).toEqual(body);
        expect(folded && !kind.isMail).toBe(false);
      }),
    );
  });

  test('calls nobody in Slack, and makes no link but those that were written', () => {
    fc.assert(
      fc.property(texts, kinds, (text, kind) => {
        const { summary, elements, links } = drawn(readMessage(text, kind).body);

        expect(elements.filter(({ type }) => type !== undefined && !HARMLESS.has(type))).toEqual([]);
        expect(links.filter(({ words }) => !harmless(text).includes(asWritten(words)))).toEqual([]);
        expect(summary).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      }),
    );
  });

  test('shows as a link only what leads where it says', () => {
    fc.assert(
      fc.property(texts, kinds, (text, kind) => {
        for (const { url, words } of drawn(readMessage(text, kind).body).links)
          expect(URL.parse(url)?.href).toBe(URL.parse(words.replace(/^(?!https?:)/, 'https://'))?.href);
      }),
    );
  });

  test('of a chat that is no HTML has the same words in the same order', () => {
    const typed = texts.filter((text) => !/<[a-z/!]/i.test(text));

    fc.assert(
      fc.property(typed, (text) => {
        expect(wordsIn(plainTextOf(readMessage(text, { isMail: false }).body))).toEqual(wordsIn(harmless(text)));
      }),
    );
  });

  test('of a mail loses no words: what is not shown is in the whole', () => {
    const typed = texts.filter((text) => !/<[a-z/!]/i.test(text));

    fc.assert(
      fc.property(typed, (text) => {
        const { body, text: whole, folded } = readMessage(text, { isMail: true });
        const [shown, all] = [wordsIn(plainTextOf(body)), wordsIn(harmless(text))];

        expect(wordsIn(whole)).toEqual(all);
        expect(isWithin(shown, all)).toBe(true);
        expect(folded || shown.length === all.length).toBe(true);
        expect(shown.length > 0 || all.length === 0 || body.length > 0).toBe(true);
      }),
    );
  });
});

/** In the same order, though perhaps not all of them. */
const isWithin = (some: readonly string[], all: readonly string[]): boolean => {
  let at = 0;
  for (const word of all) if (word === some[at]) at += 1;
  return at === some.length;
};

describe('HTML made of words', () => {
  const word = fc.stringMatching(/^[a-zåäö]{1,8}$/u);
  const tags = ['b', 'i', 'span', 'font', 'p', 'div', 'blockquote', 'ul', 'li', 'td', 'center', 'u', 'em'];
  const tree = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      word.map((text) => ` ${text} `),
      fc.tuple(fc.constantFrom(...tags), fc.array(tie('node'), { maxLength: 4 })).map(([tag, inner]) => {
        const html = `<${tag}>${inner.join('')}</${tag}>`;
        return tag === 'td' ? `<table><tr>${html}</tr></table>` : html;
      }),
    ),
  })).node;

  test('has all of them, in their order', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 8 }), (nodes) => {
        const html = `<div>${nodes.join('')}</div>`;

        expect(wordsIn(plainText(html))).toEqual(wordsIn(html.replaceAll(/<[^>]*>/g, ' ')));
      }),
    );
  });
});

const MEGABYTE = 1_000_000;
const awkward = [
  '<',
  '<b>',
  '&',
  '&lt;',
  '<!--',
  '<a ',
  '<a href="',
  '</b>',
  '<script>',
  '<p>',
  '<li>',
  '<td>',
  '<img>',
];
const plainAwkward = [
  '>',
  '\n',
  '> ',
  'https://',
  '(',
  ').',
  '--\n',
  'wrote 1:\n',
  'On 1 wrote:\n> x\ny\n',
  'From: a\n',
  '_',
];

describe('a megabyte', () => {
  test.each([...awkward, ...plainAwkward])('of nothing but %j is read in a moment', async (piece) => {
    const text = `<br>${piece.repeat(MEGABYTE / piece.length)}`;

    expect(await msOf(() => readMessage(text, { isMail: true }))).toBeLessThan(A_MOMENT);
    expect(await msOf(() => readMessage(text.slice('<br>'.length), { isMail: true }))).toBeLessThan(A_MOMENT);
  });

  test.each(['div', 'blockquote', 'b', 'ul', 'table', 'a', 'li'])(
    'of <%s> 100,000 deep is read in a moment',
    async (name) => {
      const text = `${`<${name}>`.repeat(100_000)}words${`</${name}>`.repeat(100_000)}`;

      let body: RichText = [];
      const ms = await msOf(() => ({ body } = readMessage(text, { isMail: true })));

      expect(ms).toBeLessThan(A_MOMENT);
      expect(plainTextOf(body)).toContain('words');
    },
  );
});
