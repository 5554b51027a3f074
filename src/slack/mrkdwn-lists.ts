/** Lists in a text without blocks: Slack writes their marks into it, four blanks deeper for each level. */

export type ListItem = { readonly text: string; readonly indent: number; readonly number: number | null };

const MARK = /^( *)(?:([•◦▪])\ufe0e?|(\d{1,6})\.|([a-z]{1,6})\.)(?: (.*))?$/su;
const LEVEL = 4;
const DEEPEST = 8;

/** Adds to each line the list entry that it is. A number opens a list with 1 or goes on with one: “2024. It was …” is text. */
export const readMarks = <T extends { readonly isCode: boolean }>(
  lines: readonly T[],
  textOf: (line: T) => string,
): readonly (T & { readonly item: ListItem | null })[] => {
  /** The last number of each list that is still open, by its level. */
  let numbers: readonly (number | null)[] = [];
  return lines.map((line) => {
    const text = line.isCode ? '' : textOf(line);
    const item = text === '' ? null : itemOf(text, numbers);
    numbers =
      item === null ? NONE : [...numbers.slice(0, item.indent), ...gap(item.indent - numbers.length), item.number];
    return { ...line, item };
  });
};

const NONE: readonly null[] = [];

const gap = (levels: number): readonly null[] => Array.from({ length: Math.max(levels, 0) }, () => null);

const itemOf = (line: string, numbers: readonly (number | null)[]): ListItem | null => {
  const [, blanks, bullet, digits, letters, text = ''] = MARK.exec(line) ?? [];
  if (blanks === undefined) return null;
  const indent = Math.min(Math.floor(blanks.length / LEVEL), DEEPEST);
  if (bullet !== undefined) return { text, indent, number: null };
  const number = (numbers[indent] ?? 0) + 1;
  const isNext = digits === undefined ? indent > 0 && letters === lettered(number, indent) : Number(digits) === number;
  return isNext ? { text, indent, number } : null;
};

/** Slack numbers the levels of a list in turns: 1, a, i. */
const lettered = (number: number, indent: number): string => (indent % 3 === 1 ? alphabetic(number) : roman(number));

const alphabetic = (number: number): string => {
  let left = number;
  let letters = '';
  for (; left > 0; left = Math.floor((left - 1) / 26)) letters = String.fromCodePoint(97 + ((left - 1) % 26)) + letters;
  return letters;
};

const ROMAN = [
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
] as const;

const roman = (number: number): string => {
  let left = Math.min(number, 399);
  let letters = '';
  for (const [value, sign] of ROMAN) {
    for (; left >= value; left -= value) letters += sign;
  }
  return letters;
};
