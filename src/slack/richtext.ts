import { z } from 'zod';
import { unescape } from './characters.ts';
import type { Piece } from './pieces.ts';
import { linkPiece } from './pieces.ts';

/** The blocks that a member's client sends: exact, and without escaping. Only the fields that we read. */
const Element = z.looseObject({
  type: z.string(),
  text: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  user_id: z.string().optional().catch(undefined),
  channel_id: z.string().optional().catch(undefined),
  usergroup_id: z.string().optional().catch(undefined),
  range: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  unicode: z.string().optional().catch(undefined),
  fallback: z.string().optional().catch(undefined),
  value: z.string().optional().catch(undefined),
});
type Element = z.infer<typeof Element>;

const Section = z.looseObject({ type: z.string(), elements: z.array(z.unknown()).catch([]) });
const List = Section.extend({
  style: z.string().catch('bullet'),
  indent: z.number().int().min(0).max(8).catch(0),
  offset: z.number().int().min(0).catch(0),
});
const Block = z.looseObject({ type: z.literal('rich_text'), elements: z.array(z.unknown()).catch([]) });

/** Null when there is no rich text among the blocks; then the mrkdwn counts. */
export const richTextPieces = (blocks: readonly unknown[]): readonly Piece[] | null => {
  const found = blocks.map((block) => Block.safeParse(block)).filter((result) => result.success);
  if (found.length === 0) return null;
  const parts = found.flatMap((result) => result.data.elements).flatMap(partsOf);
  return joinLines(parts);
};

/** Parts stand on lines of their own. */
const partsOf = (part: unknown): (readonly Piece[])[] => {
  const section = Section.safeParse(part);
  if (!section.success) return [];
  switch (section.data.type) {
    case 'rich_text_list': {
      const list = List.parse(part);
      return list.elements.map((item, at) => listItem(item, list, at));
    }
    case 'rich_text_quote':
      return [prefixed('> ', '> ', inlines(section.data.elements))];
    default:
      return [inlines(section.data.elements)];
  }
};

const listItem = (item: unknown, list: z.infer<typeof List>, at: number): readonly Piece[] => {
  const section = Section.safeParse(item);
  const margin = '  '.repeat(list.indent);
  const mark = list.style === 'ordered' ? `${list.offset + at + 1}. ` : '• ';
  const hanging = `${margin}${' '.repeat(mark.length)}`;
  return prefixed(`${margin}${mark}`, hanging, section.success ? inlines(section.data.elements) : []);
};

const inlines = (elements: readonly unknown[]): readonly Piece[] =>
  elements.flatMap((element) => {
    const parsed = Element.safeParse(element);
    return parsed.success ? inline(parsed.data) : [];
  });

const inline = (element: Element): readonly Piece[] => {
  switch (element.type) {
    case 'link':
      return [linkPiece(element.url ?? '', element.text ?? '')];
    case 'user':
      return element.user_id === undefined ? [] : [{ member: element.user_id }];
    case 'channel':
      return element.channel_id === undefined ? [] : [{ channel: element.channel_id, name: null }];
    case 'usergroup':
      return element.usergroup_id === undefined ? [] : [{ group: element.usergroup_id }];
    case 'broadcast':
      return [{ broadcast: element.range ?? 'channel' }];
    case 'emoji':
      return [{ text: emojiOf(element) }];
    case 'date':
      return [{ text: element.fallback ?? '' }];
    case 'color':
      return [{ text: element.value ?? '' }];
    default:
      return [{ text: element.text ?? '' }];
  }
};

const emojiOf = ({ unicode, name }: Element): string => {
  const points = unicode?.split('-').map((point) => Number.parseInt(point, 16)) ?? [];
  const known = points.length > 0 && points.every((point) => point > 0 && point <= 0x10_ff_ff);
  return known ? String.fromCodePoint(...points) : unescape(`:${name ?? 'emoji'}:`);
};

/** Puts `first` before the first line and `next` before the others. */
const prefixed = (first: string, next: string, pieces: readonly Piece[]): readonly Piece[] => {
  const out: Piece[] = [{ mark: first }];
  for (const piece of pieces) {
    if (!('text' in piece)) {
      out.push(piece);
      continue;
    }
    const [head = '', ...lines] = piece.text.split('\n');
    out.push({ text: head });
    for (const line of lines) out.push({ text: '\n' }, { mark: next }, { text: line });
  }
  return out;
};

const joinLines = (parts: readonly (readonly Piece[])[]): readonly Piece[] => {
  const out: Piece[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    const ended = last === undefined || ('text' in last && last.text.endsWith('\n'));
    if (!ended) out.push({ text: '\n' });
    out.push(...part);
  }
  return out;
};
