import { z } from 'zod';
import type { Styles } from '../core/rich-text.ts';
import { clean } from './characters.ts';
import { emojiText } from './emoji.ts';
import { type Draft, datePiece, linkPiece, type Piece } from './pieces.ts';

/** The blocks that a member's client sends: exact, and without escaping. Only the fields that we read. */
const said = z.string().transform(clean).optional().catch(undefined);
const on = z.literal(true).optional().catch(undefined);

const Element = z.looseObject({
  type: z.string(),
  text: said,
  url: said,
  user_id: said,
  channel_id: said,
  usergroup_id: said,
  range: said,
  name: said,
  unicode: said,
  skin_tone: z.number().optional().catch(undefined),
  fallback: said,
  timestamp: z.number().optional().catch(undefined),
  value: said,
  style: z.looseObject({ bold: on, italic: on, strike: on, code: on }).catch({}).default({}),
  elements: z.array(z.unknown()).optional().catch(undefined),
});
type Element = z.infer<typeof Element>;

const Part = z.looseObject({
  type: z.string(),
  elements: z.array(z.unknown()).catch([]),
  /** A list or code inside a quotation has one. */
  border: z.number().catch(0),
});
type Part = z.infer<typeof Part>;
const List = Part.extend({
  style: z.string().catch('bullet'),
  indent: z.number().int().min(0).max(8).catch(0),
  offset: z.number().int().min(0).max(1_000_000).catch(0),
});
const Block = z.looseObject({ type: z.literal('rich_text'), elements: z.array(z.unknown()).catch([]) });
const Table = z.looseObject({ type: z.literal('table'), rows: z.array(z.array(z.unknown()).catch([])).catch([]) });

/** To be told by a schema that something is another block takes longer than to read one that is. */
const blocksOf = (type: string, blocks: readonly unknown[]): readonly unknown[] =>
  blocks.filter((block) => typeof block === 'object' && block !== null && 'type' in block && block.type === type);

/** Null when there is no rich text among the blocks; then the mrkdwn counts. */
export const richTextDrafts = (blocks: readonly unknown[]): readonly Draft[] | null => {
  const found = blocksOf('rich_text', blocks)
    .map((block) => Block.safeParse(block))
    .filter((result) => result.success);
  if (found.length === 0) return null;
  return withoutBoundaries(found.flatMap((result) => result.data.elements).flatMap(draftsOf));
};

/** Pasted tables stand beside the text. Rows are lines, and what is in a cell stays on one. */
export const tableDrafts = (blocks: readonly unknown[]): readonly Draft[] => {
  const tables = blocksOf('table', blocks)
    .map((block) => Table.safeParse(block))
    .filter((result) => result.success);
  return tables.map(({ data }) => {
    const rows = data.rows.map((cells) => cells.map(cellPieces));
    return {
      block: 'paragraph',
      pieces: between(
        rows.map((row) => between(row, ' | ')),
        '\n',
      ),
      quote: 0,
    };
  });
};

const cellPieces = (cell: unknown): readonly Piece[] =>
  inlines([cell]).map((piece) => ('text' in piece ? { ...piece, text: piece.text.replaceAll('\n', ' ') } : piece));

const between = (things: readonly (readonly Piece[])[], text: string): readonly Piece[] =>
  things.flatMap((pieces, at) => (at === 0 ? pieces : [{ text }, ...pieces]));

const draftsOf = (given: unknown): readonly Draft[] => {
  const part = Part.safeParse(given);
  if (!part.success) return [];
  const quote = part.data.border > 0 ? 1 : 0;
  switch (part.data.type) {
    case 'rich_text_list':
      return itemsOf(List.parse(given), quote);
    case 'rich_text_quote':
      return [{ block: 'paragraph', pieces: inlines(part.data.elements), quote: 1 }];
    case 'rich_text_preformatted':
      return [{ block: 'code', pieces: inlines(part.data.elements), quote }];
    default:
      return [{ block: 'paragraph', pieces: inlines(part.data.elements), quote: 0 }];
  }
};

const itemsOf = ({ elements, style, indent, offset }: z.infer<typeof List>, quote: number): readonly Draft[] =>
  elements.map((item, at) => ({
    block: 'item',
    pieces: inlines([item]),
    indent,
    number: style === 'ordered' ? offset + at + 1 : null,
    quote,
  }));

/** A line break at the end of a part only ends its line: the next part begins on a new one anyway. */
const withoutBoundaries = (drafts: readonly Draft[]): readonly Draft[] => {
  const shown = drafts.filter(({ block, pieces }) => block !== 'paragraph' || pieces.length > 0);
  return shown.map((draft, at) => {
    const last = draft.pieces.at(-1);
    if (at === shown.length - 1 || draft.block === 'code' || last === undefined) return draft;
    if (!('text' in last) || !last.text.endsWith('\n')) return draft;
    return { ...draft, pieces: [...draft.pieces.slice(0, -1), { ...last, text: last.text.slice(0, -1) }] };
  });
};

const inlines = (elements: readonly unknown[]): readonly Piece[] => leavesOf(elements).flatMap(inline);

/** Containers that we do not know are read for what is in them, however deep they are. */
const leavesOf = (elements: readonly unknown[]): readonly Element[] => {
  const leaves: Element[] = [];
  const left = elements.toReversed();
  while (left.length > 0) {
    const { success, data } = Element.safeParse(left.pop());
    if (!success) continue;
    if (data.elements === undefined) leaves.push(data);
    else for (const inner of data.elements.toReversed()) left.push(inner);
  }
  return leaves;
};

const inline = (element: Element): readonly Piece[] => {
  const style = styleOf(element);
  switch (element.type) {
    case 'link':
      return [linkPiece(element.url ?? '', element.text ?? '', style)];
    case 'user':
      return element.user_id === undefined ? [] : [{ ...style, member: element.user_id }];
    case 'channel':
      return element.channel_id === undefined ? [] : [{ ...style, channel: element.channel_id, name: null }];
    case 'usergroup':
      return element.usergroup_id === undefined ? [] : [{ ...style, group: element.usergroup_id }];
    case 'broadcast':
      return [{ ...style, broadcast: element.range ?? 'channel' }];
    case 'emoji':
      return [{ ...style, text: emojiIn(element) }];
    case 'date':
      return [dateIn(element)];
    case 'color':
      return [{ ...style, text: element.value ?? '' }];
    default:
      return element.text === undefined || element.text === '' ? [] : [{ ...style, text: element.text }];
  }
};

const styleOf = ({ style: { bold, italic, strike, code } }: Element): Styles => ({
  ...(bold && { bold }),
  ...(italic && { italic }),
  ...(strike && { strike }),
  ...(code && { code }),
});

const emojiIn = ({ name = 'emoji', unicode, skin_tone: skinTone }: Element): string =>
  emojiText({ name, unicode, skinTone });

const dateIn = ({ timestamp = Number.NaN, fallback = '', url = '' }: Element): Piece =>
  datePiece({ seconds: timestamp, fallback, url });
