import { endOfPiece } from './graphemes.ts';
import { type Marks, marginsOf, plainSpan, plainTextOf, WRITTEN } from './plain-text.ts';
import { type Block, type RichText, type Span, trimmed, wordsOf } from './rich-text.ts';

/**
 * Parts a text into several that are short enough, at the best places there are. Nothing is cut away; code stays code
 * on both sides of a cut. The text is taken apart once into grains, words mostly, and these are packed in one pass, so
 * the time grows with the text and no faster.
 */

export type Measure = {
  /** What a part may measure as plain text in these marks. At least 100. */
  readonly limit: number;
  readonly marks?: Marks;
  /** What a text takes of the limit: at most two for each UTF-16 unit, and its length when left out. */
  readonly widthOf?: (text: string) => number;
};

export const splitRich = (rich: RichText, measure: Measure): readonly RichText[] => {
  const ruler: Ruler = { marks: WRITTEN, widthOf: ({ length }) => length, ...measure };
  // Most texts are short, and need not be taken apart to know it.
  const parts: RichText[] = fits(rich, ruler) ? [whole(rich)] : inParts(rich, ruler);
  return parts.filter((text) => wordsOf(text).trim() !== '');
};

type Ruler = Required<Measure>;

const fits = (rich: RichText, { marks, widthOf, limit }: Ruler): boolean => widthOf(plainTextOf(rich, marks)) <= limit;

const whole = (rich: RichText): RichText => trimmed(rich.map(withoutEmpty));

const withoutEmpty = (block: Block): Block =>
  block.block === 'code' ? block : { ...block, spans: block.spans.filter((span) => plainSpan(span) !== '') };

const inParts = (rich: RichText, ruler: Ruler): RichText[] => {
  const parts: RichText[] = [];
  let part = startPart(ruler, []);
  for (const block of rich) {
    for (const grain of grainsOf(block, ruler)) {
      while (!part.add(grain)) {
        const { full, rest } = part.cut();
        parts.push(textOf(full));
        part = startPart(ruler, rest);
      }
    }
  }
  return [...parts, textOf(part.grains)];
};

/** How good the place behind a grain is for a cut. */
const EDGE = { none: 0, word: 1, sentence: 2, line: 3, block: 4 } as const;
const BEST_FIRST = [EDGE.block, EDGE.line, EDGE.sentence, EDGE.word] as const;
type Edge = (typeof EDGE)[keyof typeof EDGE];

/** The least that stays together: a word with the blanks behind it, a link, a line of code. */
type Piece = { readonly text: string; readonly span: Span | null; readonly edge: Edge };
type Grain = Piece & {
  /** The block it is of; `frame` is what that takes besides its words. */
  readonly of: { readonly block: Block; readonly frame: number };
  readonly isFirst: boolean;
  readonly width: number;
  /** Without what a cut takes off its end. */
  readonly bare: number;
};

function* grainsOf(block: Block, ruler: Ruler): Generator<Grain> {
  const { widthOf, marks, limit } = ruler;
  const margins = marginsOf(block, marks);
  const nextLine = widthOf(margins.next);
  const isCode = block.block === 'code';
  const fences = isCode && marks.fence !== '' ? 2 * (widthOf(`${marks.fence}\n`) + nextLine) : 0;
  const of = { block, frame: widthOf(margins.first) + fences };
  const strikes = widthOf(STRIKES);
  const room = Math.max(limit - of.frame - strikes, 2);
  const isShort = (text: string): boolean => widthOf(text) <= room;
  const most = Math.floor(room / WIDEST);
  const found = isCode ? linesOf(block.text, most) : block.spans.flatMap((span) => piecesOf(span, { most, isShort }));
  const lastEdge = block.block === 'item' ? EDGE.line : EDGE.block;
  const pieces: readonly Piece[] = found.length === 0 ? [{ text: '', span: null, edge: lastEdge }] : found;
  for (const [at, { text, span, edge }] of pieces.entries()) {
    const signs = span?.strike ? strikes : 0;
    const breaks = nextLine === 0 ? 0 : text.split('\n').length - 1;
    const kept = isCode ? text.slice(0, text.endsWith('\n') ? -1 : undefined) : text.trimEnd();
    yield {
      of,
      text,
      span,
      edge: at < pieces.length - 1 ? edge : lastEdge,
      isFirst: at === 0,
      width: widthOf(text) + breaks * nextLine + signs,
      bare: widthOf(kept) + signs,
    };
  }
}

/** Signs around struck words. */
const STRIKES = '~~';
/** What one UTF-16 unit may take. */
const WIDEST = 2;

/** Words with the blanks behind them; some scripts have no blanks between sentences. */
const WORD = /(?:[^\s。！？]+[。！？]*|[。！？]+)\s*|\s+/gu;

const wordsIn = (text: string): readonly string[] => text.match(WORD) ?? [];

type Room = { readonly most: number; readonly isShort: (text: string) => boolean };

const piecesOf = (span: Span, { most, isShort }: Room): readonly Piece[] => {
  const text = plainSpan(span);
  if (!('text' in span) && isShort(text)) return [{ text, span, edge: EDGE.none }];
  const words = asWords(span, text);
  return wordsIn(text)
    .flatMap((word) => shortened(word, most))
    .map((piece) => ({ text: piece, span: words, edge: edgeAfter(piece) }));
};

/** An address that is too long for any part is carried as the words it is. */
const asWords = (span: Span, text: string): Span => {
  if ('text' in span) return span;
  const { url: _url, label: _label, ...styles } = span;
  return { ...styles, text };
};

const linesOf = (code: string, most: number): readonly Piece[] =>
  code
    .split('\n')
    .map((line, at, all) => (at < all.length - 1 ? `${line}\n` : line))
    .flatMap((line) => (line.length <= most ? [line] : wordsIn(line).flatMap((word) => shortened(word, most))))
    .map((text) => ({ text, span: null, edge: text.endsWith('\n') ? EDGE.line : edgeAfter(text) }));

const shortened = (text: string, most: number): readonly string[] => {
  if (text.length <= most) return [text];
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    const to = endOfPiece(text, from, most);
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
};

const edgeAfter = (text: string): Edge => {
  const words = text.trimEnd();
  const breaks = text.slice(words.length).split('\n').length - 1;
  if (breaks > 0) return breaks > 1 ? EDGE.block : EDGE.line;
  if (/[。！？]$/u.test(words.slice(-1))) return EDGE.sentence;
  if (words.length === text.length) return EDGE.none;
  return /[.!?…]$/u.test(words.slice(-1)) ? EDGE.sentence : EDGE.word;
};

/** A part in the making. */
const startPart = ({ limit, widthOf }: Ruler, begun: readonly Grain[]) => {
  const grains: Grain[] = [];
  const edges = new Map<Edge, { readonly to: number; readonly width: number }>();
  const lineBreak = widthOf('\n');
  let width = 0;
  /** False when there is no room for it. The first always has some. */
  const add = (grain: Grain): boolean => {
    const isFirst = grains.length === 0;
    const frame = isFirst || grain.isFirst ? grain.of.frame + (isFirst ? 0 : lineBreak) : 0;
    if (!isFirst && width + frame + grain.bare > limit) return false;
    grains.push(grain);
    width += frame + grain.width;
    edges.set(grain.edge, { to: grains.length, width });
    return true;
  };
  for (const grain of begun) add(grain);
  return {
    grains,
    add,
    /** At the best edge of the second half, else at the last one, else where it is full. */
    cut: () => {
      const found = BEST_FIRST.map((edge) => edges.get(edge)).filter((edge) => edge !== undefined);
      const late = found.find((edge) => edge.width >= limit / 2);
      const to = late?.to ?? (found.length > 0 ? Math.max(...found.map((edge) => edge.to)) : grains.length);
      return { full: grains.slice(0, to), rest: grains.slice(to) };
    },
  };
};

const textOf = (grains: readonly Grain[]): RichText => trimmed(runsOf(grains, ({ of }) => of).map(blockOf));

/** Neighbours that are of the same thing. */
const runsOf = <T>(things: readonly T[], ofWhat: (thing: T) => unknown): readonly (readonly T[])[] => {
  const runs: T[][] = [];
  let last: unknown;
  for (const thing of things) {
    const what = ofWhat(thing);
    const run = runs.at(-1);
    if (run === undefined || what !== last) runs.push([thing]);
    else run.push(thing);
    last = what;
  }
  return runs;
};

const blockOf = (grains: readonly Grain[]): Block => {
  const [first] = grains;
  if (first === undefined) throw new Error('a run of grains is never empty');
  const { block } = first.of;
  const joined = (some: readonly Grain[]): string => some.map(({ text }) => text).join('');
  if (block.block === 'code') {
    // The fence of a part ends the line at which code was parted.
    const isParted = grains.at(-1)?.text.endsWith('\n') ?? false;
    return { ...block, text: joined(grains).slice(0, isParted ? -1 : undefined) };
  }
  const spans = runsOf(grains, ({ span }) => span).flatMap((run): Span[] => {
    const span = run[0]?.span ?? null;
    if (span === null) return [];
    return ['text' in span ? { ...span, text: joined(run) } : span];
  });
  // An entry that goes on has its mark already.
  return first.isFirst ? { ...block, spans } : { block: 'paragraph', spans, quote: block.quote };
};
