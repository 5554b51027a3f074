import type { Block, RichText, Span, Styles, Words } from '../core/rich-text.ts';
import { withTypedAddresses } from './addresses.ts';
import { type Anchor, type Line, type Run, textOf } from './lines.ts';

/** Lines as blocks of the neutral model: neighbouring lines of text are one paragraph, with its blank lines inside. */
export const richTextOf = (lines: readonly Line[]): RichText => {
  const anchors = lastRuns(lines);
  const blocks: Block[] = [];
  let blanks = 0;
  for (const line of lines) {
    if (line.isBlank && line.kind === 'text') {
      if (blocks.length > 0) blanks += 1;
      continue;
    }
    const block = blockOf(line, anchors);
    if (!joins(blocks.at(-1), block, blanks)) blocks.push(block);
    blanks = 0;
  }
  return blocks;
};

const blockOf = (line: Line, anchors: LastRuns): Block => {
  const { quote, item } = line.place;
  if (line.kind === 'code') return { block: 'code', text: textOf(line), quote };
  const spans = merged(spansOf(line.runs, anchors));
  return item === null || line.kind === 'text'
    ? { block: 'paragraph', spans, quote }
    : { block: 'item', spans, ...item, quote };
};

/** Whether it became part of the block before. Between two blocks, blank lines stand in the less quoted paragraph. */
const joins = (last: Block | undefined, block: Block, blanks: number): boolean => {
  if (last?.block === 'paragraph' && block.block === 'paragraph' && last.quote === block.quote) {
    add(last.spans, { text: '\n'.repeat(blanks + 1) });
    for (const span of block.spans) add(last.spans, span);
    return true;
  }
  // Code stands apart as it is.
  if (blanks === 0 || last === undefined || last.block === 'code' || block.block === 'code') return false;
  if (last.block === 'paragraph' && last.quote <= block.quote) add(last.spans, { text: '\n'.repeat(blanks) });
  else if (block.block === 'paragraph') block.spans.unshift({ text: '\n'.repeat(blanks) });
  return false;
};

/** Words of one look are one span; blanks have no look. */
const add = (spans: Span[], given: Span): void => {
  const span = 'text' in given && given.text.trim() === '' && !given.code ? { text: given.text } : given;
  const last = spans.at(-1);
  if (last !== undefined && 'text' in last && 'text' in span && isAlike(last, span)) {
    spans[spans.length - 1] = { ...last, text: last.text + span.text };
  } else spans.push(span);
};

const isAlike = (one: Words, other: Words): boolean =>
  one.bold === other.bold && one.italic === other.italic && one.strike === other.strike && one.code === other.code;

const merged = (spans: Span[]): Span[] => {
  const out: Span[] = [];
  for (const span of spans) add(out, span);
  return out;
};

/** A link may go over several lines; where it leads is said once, behind its last words. */
type LastRuns = ReadonlyMap<Anchor, Run>;

const lastRuns = (lines: readonly Line[]): LastRuns => {
  const found = new Map<Anchor, Run>();
  for (const { runs } of lines)
    for (const run of runs) if (run.anchor !== null && run.text.trim() !== '') found.set(run.anchor, run);
  return found;
};

const spansOf = (runs: readonly Run[], anchors: LastRuns): Span[] => {
  const groups = runs.length === 1 ? [runs] : byAnchor(runs);
  return groups.flatMap((group, at) => {
    const anchor = group[0]?.anchor ?? null;
    const edges = { before: groups[at - 1]?.at(-1)?.text ?? '', after: groups[at + 1]?.[0]?.text ?? '' };
    return anchor === null ? wordsOf(group, edges) : linkOf(group, anchor, anchors);
  });
};

const byAnchor = (runs: readonly Run[]): readonly (readonly Run[])[] => {
  const groups: Run[][] = [];
  for (const run of runs) {
    const last = groups.at(-1);
    if (last?.[0]?.anchor === run.anchor) last.push(run);
    else groups.push([run]);
  }
  return groups;
};

const wordsOf = (runs: readonly Run[], outer: { readonly before: string; readonly after: string }): Span[] =>
  runs.flatMap(({ text, styles }, at): Span[] => {
    if (styles.code) return [{ ...styles, text }];
    const edges = { before: runs[at - 1]?.text ?? outer.before, after: runs[at + 1]?.text ?? outer.after };
    return withTypedAddresses(text, styles, edges);
  });

const linkOf = (runs: readonly Run[], anchor: Anchor, anchors: LastRuns): Span[] => {
  const last = anchors.get(anchor);
  const words = runs.map(({ text, styles }): Span => ({ ...styles, text }));
  if (last === undefined || !runs.includes(last)) return words;
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return coveredBy(only.text, only.styles, anchor);
  // Words of several styles cannot be one link, so the address stands behind them.
  return [...words, { text: ' (' }, { url: anchor.url, label: '' }, { text: ')' }];
};

const coveredBy = (text: string, styles: Styles, { url }: Anchor): Span[] => {
  const label = text.trim();
  const [before = '', after = ''] = [/^\s*/, /\s*$/].map((blanks) => blanks.exec(text)?.[0]);
  return [
    ...(before === '' ? [] : [{ text: before }]),
    { ...styles, url, label: label === url ? '' : label },
    ...(after === '' ? [] : [{ text: after }]),
  ];
};
