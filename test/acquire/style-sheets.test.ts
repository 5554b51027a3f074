import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText, readMessage } from '../../src/acquire/text.ts';
import { A_MOMENT, msOf, wordsIn } from '../core/rich-texts.ts';

/** What a `<style>` of a mail hides is not shown to the agent, and nothing else is left out. */

const readWith = (css: string, body: string): string =>
  plainText(`<html><style>${css}</style><body>${body}</body></html>`);

/** Whether `<p class="a b" id="i">` is read at all. */
const shows = (css: string, attributes = 'class="a b" id="i"'): boolean =>
  readWith(css, `<div>before</div><p ${attributes}>words</p><div>after</div>`).includes('words');

describe('hides', () => {
  test.each([
    '.a{display:none}',
    '#i { DISPLAY : none ; }',
    'p{display:none}',
    'p.a{display:none}',
    'p#i{display:none}',
    '.a.b{display:none}',
    '.x, .a{display:none}',
    'body .a{display:none}',
    'html body p{display:none}',
    '.a{visibility:hidden}',
    '.a{font-size:0}',
    '.a{font-size:0px!important}',
    '.a{font:0/0 a}',
    '.a{opacity:0}',
    '.a{mso-hide:all}',
    '.a{max-height:0;overflow:hidden}',
    '.a{height:0;overflow:hidden}',
    '.x{color:red}.a{color:red;display:none;x}',
    '<!-- .a{display:none} -->',
    '/* } */ .a /* { */ {display:/**/none}',
    '@import url(x.css); .a{display:none}',
    '@media screen{.a{display:none}}',
    '@media all { @media only screen { .a{display:none} } }',
    '@font-face{font-family:a;src:url(x)} .a{display:none}',
    '@keyframes k{from{opacity:1}to{opacity:0}} .a{display:none}',
    '.a{display:block}.a{display:none}',
    'p{display:block}.a{display:none}',
    '.a{display:none!important}#i{display:block}',
    '.a{display:none}@media (max-width:600px){.a{display:block!important}}',
    '.a{display:none}@media only screen and (max-device-width: 480px){.a{display:block!important}}',
    '.a{display:none}@media print{.a{display:block}}',
    '.a{display:none}.a::before{display:block}',
    '.a{display:none}.a:after{display:block}',
    '.a{display:none',
    String.raw`.\61{display:none}`,
  ])('%s', (css) => {
    expect(shows(css)).toBe(false);
  });

  test('what a rule hides although the element itself says otherwise, where the rule is important', () => {
    expect(shows('.a{display:none!important}', 'class="a" style="display:block"')).toBe(false);
  });

  test('what stands inside a hidden element, but not letters that have a size of their own', () => {
    expect(readWith('.a{display:none}', '<p>b</p><div class="a"><b>c</b><p>d</p></div>e')).toBe('b\n\ne');
    expect(readWith('.a{font-size:0}.b{font:14px Arial}', '<td class="a">c<p class="b">d</p></td>')).toBe('d');
  });

  test('also by a sheet that comes last, or that has its media in an attribute', () => {
    expect(plainText('<p class="a">b</p><p>c</p><style media="screen">.a{display:none}</style>')).toBe('c');
  });
});

describe('shows', () => {
  test.each([
    '.x{display:none}',
    'div.a{display:none}',
    '.a.x{display:none}',
    '.A{display:none}',
    '.a{color:white}',
    '.a{display:none}.a{display:block}',
    '.a{display:none}p.a{display:block}',
    '.a{display:block!important}#i{display:none}',
    '.x .a{display:none}',
    'div > .a{display:none}',
    'div + p{display:none}',
    '.a:hover{display:none}',
    '.a[x]{display:none}',
    '.a:not(.b){display:none}',
    'p::first-line{font-size:0}',
    '@media (max-width:600px){.a{display:none}}',
    '@media only screen and (min-width:480px) and (max-width:600px){.a{display:none!important}}',
    '@media (min-width:600px){.a{display:none}}',
    '@media (prefers-color-scheme:dark){.a{display:none}}',
    '@media print{.a{display:none}}',
    '@supports (display:grid){.a{display:none}}',
    '@media screen{@media print{.a{display:none}}}',
    '.a{display:none}@media (min-width:480px){.a{display:block}}',
    '.a{display:none}body.x .a{display:block}',
    '.a{display:none}@supports (display:grid){.a{display:block}}',
    '.a{opacity:.4}',
    '.a{height:0}',
    '.a{font-size:0}p.a{font:bold 12pt/1.4 Arial}',
    '.x{.a{display:none}}',
    '.x{"}.a{display:none}',
  ])('%s', (css) => {
    expect(shows(css)).toBe(true);
  });

  test('what the element itself shows, and what its own words say against a rule', () => {
    expect(shows('.a{display:none}', 'class="a" style="display:block"')).toBe(true);
    expect(shows('.a{display:none!important}', 'class="a" style="display:block !important"')).toBe(true);
  });

  test.each(['media="print"', 'media="(max-width:600px)"', 'type="text/less"'])(
    'what a style with %s hides',
    (given) => {
      expect(plainText(`<style ${given}>.a{display:none}</style><p class="a">b</p><p>c</p>`)).toBe('b\n\nc');
    },
  );

  test('what only Outlook is told to hide', () => {
    expect(plainText('<!--[if mso]><style>.a{display:none}</style><![endif]--><p class="a">b</p><p>c</p>')).toBe(
      'b\n\nc',
    );
  });

  test('everything, where a sheet would leave nothing', () => {
    expect(readWith('body{display:none}', '<p>all of it</p>')).toBe('all of it');
  });
});

describe('any sheet', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const selector = fc.oneof(
    name.map((one) => `.${one}`),
    name.map((one) => `#${one}`),
    fc.constantFrom('p', 'div', 'p.a', '.a.b', '.c .a', '.b > p', 'p:hover', 'p[title]', '*'),
  );
  const declaration = fc.constantFrom(
    'display:none',
    'display:block',
    'opacity:0',
    'opacity:1',
    'color:red',
    'font-size:0',
  );
  const rule = fc
    .tuple(fc.array(selector, { minLength: 1, maxLength: 3 }), fc.array(declaration, { maxLength: 3 }))
    .map(([selectors, declarations]) => `${selectors.join(',')}{${declarations.join(';')}}`);
  const element = fc
    .tuple(fc.constantFrom('p', 'div'), fc.subarray(['a', 'b', 'c']), fc.stringMatching(/^[a-z]{4,8}$/))
    .map(([tag, classes, words]) => ({
      words,
      html: `<${tag} class="${classes.join(' ')}">${words}</${tag}>`,
      tag,
      classes,
    }));

  test('of rules that hide nothing, or that never hold here, leaves every word', () => {
    const harmless = fc.oneof(
      rule.map((one) => one.replaceAll(/display:none|opacity:0|font-size:0/g, 'color:blue')),
      rule.map((one) => `@media (max-width:600px){${one}}`),
      rule.map((one) => `@media print{${one}}`),
      rule.map((one) => `@supports (display:grid){${one}}`),
    );
    fc.assert(
      fc.property(fc.array(harmless, { maxLength: 6 }), fc.array(element, { maxLength: 8 }), (rules, elements) => {
        const html = `<style>${rules.join('\n')}</style><div>${elements.map((one) => one.html).join('')}</div>`;

        expect(wordsIn(plainText(html))).toEqual(elements.map(({ words }) => words));
      }),
    );
  });

  test('takes no word from an element that none of its rules names', () => {
    const named = fc.subarray(['a', 'b']).map((classes) => classes.map((one) => `.${one}{display:none}`).join(''));

    fc.assert(
      fc.property(named, fc.array(element, { maxLength: 8 }), (css, elements) => {
        const hidden = ['a', 'b'].filter((one) => css.includes(`.${one}{`));
        const left = elements.filter(({ classes }) => !classes.some((one) => hidden.includes(one)));
        const html = `<style>${css}</style><div>always ${elements.map((one) => one.html).join('')}</div>`;

        expect(wordsIn(plainText(html))).toEqual(['always', ...left.map(({ words }) => words)]);
      }),
    );
  });

  test('torn as it may be is read without complaint', () => {
    const torn = fc.array(
      fc.oneof(
        rule,
        fc.constantFrom(
          '{',
          '}',
          '@media',
          '(',
          ')',
          '"',
          "'",
          '\\',
          '/*',
          '*/',
          '<!--',
          ';',
          ':',
          '!',
          '.',
          '#',
          ',',
          '\n',
        ),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(torn, fc.array(element, { maxLength: 4 }), (parts, elements) => {
        const html = `<style>${parts.join('')}</style><div>${elements.map((one) => one.html).join('')}</div>`;
        const all = elements.map(({ words }) => words);

        expect(wordsIn(plainText(html)).filter((word) => !all.includes(word))).toEqual([]);
        expect(plainText(html) !== '' || all.length === 0).toBe(true);
      }),
    );
  });
});

const MEGABYTE = 1_000_000;

describe('a megabyte', () => {
  test.each([
    '.a{',
    '{',
    '}',
    '@media(',
    '@media x{',
    '(',
    '[',
    '"',
    '/*',
    ',',
    '.a,',
    '.a.b.c',
    ':not(',
    'url(',
    '\\',
    '<',
  ])('of a sheet of nothing but %j is read in a moment', async (piece) => {
    const html = `<style>${piece.repeat(MEGABYTE / piece.length)}</style><p class="a">words</p>`;

    expect(await msOf(() => readMessage(html, { isMail: true }))).toBeLessThan(A_MOMENT);
  });

  test('of elements under thousands of rules is read in a moment', async () => {
    const names = Array.from({ length: 3000 }, (_, at) => `c${at}`);
    const css = names.map((name) => `.${name},.x.${name},p.${name}{display:none}`).join('');
    const classes = names.slice(0, 200).join(' ');
    const many = Array.from({ length: 20_000 }, (_, at) => `<p class="x c${at % 4000}">w</p>`).join('');
    const wide = `<p class="${classes} y">w</p>`.repeat(500);

    expect(await msOf(() => readMessage(`<style>${css}</style>${many}${wide}`, { isMail: true }))).toBeLessThan(
      A_MOMENT,
    );
  });

  test('of styles one after another is read in a moment', async () => {
    const html = '<style>.a{opacity:0}</style><p class=a>b</p>'.repeat(MEGABYTE / 44);

    expect(await msOf(() => readMessage(html, { isMail: true }))).toBeLessThan(A_MOMENT);
  });
});
