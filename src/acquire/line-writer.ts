import { type Anchor, harmless, isBlankText, type Line, type Place, type Run, type Styles } from './lines.ts';

/** Writes lines as a browser would: blanks run together, elements begin lines of their own, paragraphs stand apart. */

export type Wording = {
  readonly styles: Styles;
  readonly anchor: Anchor | null;
  readonly place: Place;
  /** Blanks and line ends are kept. */
  readonly verbatim: boolean;
};

export type LineWriter = {
  words(text: string, how: Wording): void;
  /** `<br>`: the line ends, and where there is none, it is a blank one. */
  breakLine(place: Place): void;
  /** The line ends if there is one; `gap` asks for a blank line before the next. */
  endBlock(gap?: boolean): void;
  code(text: string, place: Place): void;
  /** How many lines there are by now; ends the one being written. */
  mark(): number;
  /** Makes one line of what was written since each of these marks, where no part has more than one. */
  joinSince(marks: readonly number[]): void;
  end(): readonly Line[];
};

/** A line that grows. Nothing here may look at a whole line for each of its pieces: a megabyte may be one line. */
type Growing = { kind: Line['kind']; runs: Run[]; place: Place; isBlank: boolean };

const BLANKS = /[ \t\n\f]+/g;
/** Kept however many they are, but blanks like all others to those who read. */
const FIXED_BLANKS = /\u00a0/g;
const ENDS_OPEN = /[ \n]$/;
const CELL_EDGE: Run = { text: ' | ', styles: {}, anchor: null };

export const createLineWriter = (): LineWriter => {
  const lines: Growing[] = [];
  /** Entries of lists whose first line is written. */
  const begun = new WeakSet<object>();
  let line: Growing | null = null;
  let takesNoBlank = true;
  let gap = false;

  /** Several blank lines are one. */
  const add = (made: Growing): void => {
    if (made.isBlank && lines.at(-1)?.isBlank !== false) return;
    lines.push(made);
  };

  const endLine = (): void => {
    if (line === null) return;
    trimEnd(line.runs);
    const ended = line;
    line = null;
    if (lines.at(-1) !== ended) add(ended);
  };

  const open = (at: Place): Growing => {
    const hasBlank = gap || lines.at(-1)?.isBlank === true;
    const last = lines.findLast((one) => !one.isBlank);
    takesNoBlank = true;
    if (last !== undefined && at.item !== null && last.place.item === at.item && last.place.quote === at.quote) {
      // An entry has one line, which is taken up again.
      lines.length = lines.lastIndexOf(last) + 1;
      last.runs.push({ text: hasBlank ? '\n\n' : '\n', styles: {}, anchor: null });
      gap = false;
      return last;
    }
    // What follows in an entry after a list or a block of code inside it stands below, as a line of its own.
    const isEntry = at.item !== null && !begun.has(at.item);
    if (at.item !== null) begun.add(at.item);
    const isTight = isEntry && last?.kind === 'item';
    if (isTight && lines.at(-1)?.isBlank === true) lines.pop();
    if (gap && !isTight) add(blank({ ...at, quote: Math.min(at.quote, last?.place.quote ?? 0) }));
    gap = false;
    return { kind: isEntry ? 'item' : 'text', runs: [], place: isEntry ? at : { ...at, item: null }, isBlank: true };
  };

  const write = (text: string, { styles, anchor, place, verbatim }: Wording): void => {
    const single = verbatim ? text : text.replaceAll(BLANKS, ' ');
    const isDoubled = !verbatim && single.startsWith(' ') && (line === null || takesNoBlank);
    const words = (isDoubled ? single.slice(1) : single).replaceAll(FIXED_BLANKS, ' ');
    if (words === '') return;
    line ??= open(place);
    line.isBlank &&= isBlankText(words);
    takesNoBlank = ENDS_OPEN.test(words);
    const last = line.runs.at(-1);
    if (last?.styles === styles && last.anchor === anchor) {
      line.runs[line.runs.length - 1] = { ...last, text: last.text + words };
    } else line.runs.push({ text: words, styles, anchor });
  };

  const breakLine = (place: Place): void => {
    if (line === null) add(blank(place));
    else endLine();
  };

  return {
    words(text, how) {
      const clean = harmless(text);
      if (!how.verbatim) return write(clean, how);
      clean.split('\n').forEach((piece, index) => {
        if (index > 0) breakLine(how.place);
        write(piece, how);
      });
    },
    breakLine,
    endBlock(apart = false) {
      endLine();
      gap ||= apart;
    },
    code(text, place) {
      endLine();
      gap = false;
      add({ kind: 'code', runs: [{ text: harmless(text), styles: {}, anchor: null }], place, isBlank: false });
    },
    mark() {
      endLine();
      return lines.length;
    },
    joinSince(marks) {
      endLine();
      const [from = lines.length] = marks;
      const joined = joinCells(marks.map((mark, index) => lines.slice(mark, marks[index + 1])));
      if (joined === null) return;
      const isApart = from > 0 && lines[from]?.isBlank === true;
      lines.length = isApart ? from + 1 : from;
      lines.push(joined);
      gap = false;
    },
    end() {
      endLine();
      return lines;
    },
  };
};

/** Null where a cell holds more than a line, or only one holds any: then the table is there for the layout. */
const joinCells = (given: readonly (readonly Growing[])[]): Growing | null => {
  const cells = given.map((lines) => lines.filter((line) => !line.isBlank));
  const filled = cells.flat();
  const [first] = filled;
  if (first === undefined || filled.length < 2 || cells.some((lines) => lines.length > 1)) return null;
  if (filled.some(({ kind, place }) => kind !== 'text' || place.quote !== first.place.quote)) return null;
  const from = cells.findIndex((lines) => lines.length > 0);
  const to = cells.findLastIndex((lines) => lines.length > 0);
  const runs = cells
    .slice(from, to + 1)
    .flatMap(([line], index) => [...(index === 0 ? [] : [CELL_EDGE]), ...(line?.runs ?? [])]);
  return { ...first, runs };
};

const blank = (place: Place): Growing => ({ kind: 'text', runs: [], place: { ...place, item: null }, isBlank: true });

const trimEnd = (runs: Run[]): void => {
  for (let last = runs.pop(); last !== undefined; last = runs.pop()) {
    const text = last.text.trimEnd();
    if (text === '') continue;
    runs.push({ ...last, text });
    return;
  }
};
