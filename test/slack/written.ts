import * as fc from 'fast-check';

/** Any message as a member's client sends it: blocks, and the text beside them that says the same. */

type Style = { readonly [name in 'bold' | 'italic' | 'strike' | 'code']?: true };
type Element = { readonly type: string; readonly style?: Style } & Readonly<Record<string, string | number | Style>>;
type Line = readonly Element[];
type Part =
  | { readonly type: 'rich_text_section' | 'rich_text_quote' | 'rich_text_preformatted'; readonly elements: Line }
  | {
      readonly type: 'rich_text_list';
      readonly style: 'bullet' | 'ordered';
      readonly indent: number;
      readonly border: number;
      readonly elements: readonly { readonly type: 'rich_text_section'; readonly elements: Line }[];
    };

export type Written = { readonly blocks: readonly unknown[]; readonly mrkdwn: string };

const word = fc.stringMatching(/^[a-zåäö日א]{1,9}$/u);
/** Signs that mean something somewhere, and nothing where a member types them. */
const sign = fc.constantFrom(
  '&',
  '<',
  '<b>',
  '&amp;',
  '&lt;',
  '2*3*4',
  'snake_case',
  '10:30',
  '@here',
  '#x',
  '(',
  ')',
  '$&',
);
const plain = fc
  .array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: sign }), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' '));

const on = fc.constantFrom(true as const, undefined);
const style: fc.Arbitrary<Style> = fc.record({ bold: on, italic: on, strike: on }).map((given) => ({
  ...(given.bold && { bold: true }),
  ...(given.italic && { italic: true }),
  ...(given.strike && { strike: true }),
}));

const things: readonly Element[] = [
  { type: 'user', user_id: 'U1' },
  { type: 'channel', channel_id: 'C1' },
  { type: 'usergroup', usergroup_id: 'S1' },
  { type: 'broadcast', range: 'here' },
  { type: 'emoji', name: 'tada', unicode: '1f389' },
  { type: 'emoji', name: 'wave', unicode: '1f44b', skin_tone: 3 },
  { type: 'emoji', name: 'party-parrot' },
  ...['a<b>&c', '*x*', '<@U1>', ':tada:', '_y_'].map((text) => ({
    type: 'text',
    text,
    style: { code: true } as const,
  })),
];

const element: fc.Arbitrary<Element> = fc.oneof(
  plain.map((text) => ({ type: 'text', text })),
  fc.tuple(word, style).map(([text, styles]) => ({ type: 'text', text, style: styles })),
  fc
    .tuple(word, word)
    .map(([path, text]) => ({ type: 'link', url: `https://shop.example/${encodeURIComponent(path)}?a=1&b=2`, text })),
  fc.constantFrom(...things),
);
const blank: Element = { type: 'text', text: ' ' };
const line: fc.Arbitrary<Line> = fc
  .array(element, { minLength: 1, maxLength: 5 })
  .map((elements) => elements.flatMap((one, at) => (at === 0 ? [one] : [blank, one])));

const section = line.map((elements) => ({ type: 'rich_text_section' as const, elements }));
const code = fc.array(plain, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n  '));
const other: fc.Arbitrary<Part> = fc.oneof(
  line.map((elements) => ({ type: 'rich_text_quote' as const, elements })),
  code.map((text) => ({ type: 'rich_text_preformatted' as const, elements: [{ type: 'text', text }] })),
  fc.record({
    type: fc.constant('rich_text_list' as const),
    style: fc.constantFrom('bullet' as const, 'ordered' as const),
    indent: fc.nat(2),
    border: fc.nat(1),
    elements: fc.array(section, { minLength: 1, maxLength: 3 }),
  }),
);

/** A section stands between any two others, for that is how clients part them. */
const parts: fc.Arbitrary<readonly Part[]> = fc
  .array(fc.tuple(section, other), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flat());

const fieldOf = (one: Element, name: string): string => {
  const value = one[name];
  return typeof value === 'object' ? '' : String(value ?? '');
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const tokenOf = (one: Element): string => {
  switch (one.type) {
    case 'link':
      return `<${escaped(fieldOf(one, 'url'))}|${escaped(fieldOf(one, 'text'))}>`;
    case 'user':
      return `<@${fieldOf(one, 'user_id')}>`;
    case 'channel':
      return `<#${fieldOf(one, 'channel_id')}|>`;
    case 'usergroup':
      return `<!subteam^${fieldOf(one, 'usergroup_id')}>`;
    case 'broadcast':
      return `<!${fieldOf(one, 'range')}>`;
    case 'emoji':
      return `:${fieldOf(one, 'name')}:${one['skin_tone'] === undefined ? '' : `:skin-tone-${fieldOf(one, 'skin_tone')}:`}`;
    default:
      return escaped(fieldOf(one, 'text'));
  }
};

const SIGNS = { code: '`', strike: '~', italic: '_', bold: '*' } as const;

const textOfLine = (elements: Line): string =>
  elements
    .map((one) => {
      const styles = (['code', 'strike', 'italic', 'bold'] as const).filter((name) => one.style?.[name]);
      return styles.reduce((text, name) => `${SIGNS[name]}${text}${SIGNS[name]}`, tokenOf(one));
    })
    .join('');

const markOf = ({ style: marks, indent }: Extract<Part, { indent: number }>, at: number): string => {
  if (marks === 'bullet') return ['•', '◦', '▪︎'][indent] ?? '•';
  return `${[at + 1, 'abc'.charAt(at), 'i'.repeat(at + 1)][indent] ?? ''}.`;
};

const textOfPart = (part: Part): string => {
  switch (part.type) {
    case 'rich_text_quote':
      return `&gt; ${textOfLine(part.elements)}`;
    case 'rich_text_preformatted':
      return `\`\`\`${textOfLine(part.elements)}\`\`\``;
    case 'rich_text_list':
      return part.elements
        .map(
          (item, at) =>
            `${part.border > 0 ? '&gt; ' : ''}${'    '.repeat(part.indent)}${markOf(part, at)} ${textOfLine(item.elements)}`,
        )
        .join('\n');
    default:
      return textOfLine(part.elements);
  }
};

export const written: fc.Arbitrary<Written> = parts.map((all) => ({
  blocks: [{ type: 'rich_text', elements: all }],
  mrkdwn: all.map(textOfPart).join('\n'),
}));

/** What was typed, in order: words of any kind, without names and addresses. */
export const typedIn = (blocks: readonly unknown[]): readonly string[] =>
  blocks.flatMap((block): readonly string[] => {
    if (typeof block !== 'object' || block === null) return [];
    if ('text' in block && typeof block.text === 'string')
      return block.text.split(/\s+/u).filter((text) => text !== '');
    return 'elements' in block && Array.isArray(block.elements) ? typedIn(block.elements) : [];
  });
