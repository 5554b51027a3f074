import { z } from 'zod';

/**
 * Blocks of Slack for the eyes of people: `«b:bold»`, `«link:https://example.com|words»`, lists with their marks, `| `
 * before quotations, `«code:` … `»` around code, `[ button ]`, `( small )`. What is drawn in no known way is shown as JSON.
 */

const Style = z.strictObject({
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  strike: z.boolean().optional(),
  code: z.boolean().optional(),
});
const Inline = z.union([
  z.strictObject({ type: z.literal('text'), text: z.string(), style: Style.optional() }),
  z.strictObject({ type: z.literal('link'), url: z.string(), text: z.string(), style: Style.optional() }),
]);
const Section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(Inline) });
const Part = z.union([
  Section,
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(Inline) }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(Inline),
    border: z.literal(1).optional(),
  }),
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(Section),
    indent: z.int().min(0),
    offset: z.int().min(1).optional(),
    border: z.literal(1).optional(),
  }),
]);
const Text = z.object({ type: z.literal('plain_text'), text: z.string() });
const Block = z.union([
  z.strictObject({ type: z.literal('rich_text'), elements: z.array(Part) }),
  z.strictObject({ type: z.literal('context'), elements: z.array(Text) }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z.array(z.looseObject({ type: z.literal('button'), text: Text })),
  }),
]);
type Inline = z.infer<typeof Inline>;
type Part = z.infer<typeof Part>;

export const readable = (blocks: readonly unknown[]): string => blocks.map(readableBlock).join('\n');

const readableBlock = (given: unknown): string => {
  const block = Block.safeParse(given).data;
  if (block === undefined) return JSON.stringify(given);
  if (block.type === 'context') return block.elements.map(({ text }) => `( ${text} )`).join(' ');
  if (block.type === 'actions') return block.elements.map(({ text: { text } }) => `[ ${text} ]`).join(' ');
  return block.elements.map((part, at) => readablePart(part, at < block.elements.length - 1)).join('\n');
};

/** The last line break of a text above something else is not seen. */
const readablePart = (part: Part, isAbove: boolean): string => {
  switch (part.type) {
    case 'rich_text_section':
      return wordsOf(part.elements).replace(isAbove ? /\n$/ : /$/, '');
    case 'rich_text_quote':
      return below('| ', wordsOf(part.elements));
    case 'rich_text_preformatted':
      return below(part.border === 1 ? '| ' : '', `«code:\n${wordsOf(part.elements)}\n»`);
    case 'rich_text_list':
      return part.elements
        .map(({ elements }, at) => {
          const mark = part.style === 'bullet' ? '• ' : `${(part.offset ?? 0) + at + 1}. `;
          const entry = wordsOf(elements).replaceAll('\n', `\n${' '.repeat(mark.length)}`);
          return below(`${part.border === 1 ? '| ' : ''}${'  '.repeat(part.indent)}`, `${mark}${entry}`);
        })
        .join('\n');
  }
};

const below = (margin: string, text: string): string =>
  text
    .split('\n')
    .map((line) => `${margin}${line}`.trimEnd())
    .join('\n');

const wordsOf = (inlines: readonly Inline[]): string => inlines.map(wordsOfInline).join('');

const wordsOfInline = ({ style = {}, ...inline }: Inline): string => {
  const text = inline.type === 'text' ? inline.text : `«link:${inline.url}${linkWords(inline)}»`;
  const marks = [style.bold && 'b', style.italic && 'i', style.strike && 's', style.code && 'code'];
  return marks.reduce<string>((inner, mark) => (mark ? `«${mark}:${inner}»` : inner), text);
};

const linkWords = ({ url, text }: { readonly url: string; readonly text: string }): string =>
  text === url ? '' : `|${text}`;
