/** Signs as people see them: a flag, a family or an accent may take many characters, and half of one is another sign. */

let segmenter: Intl.Segmenter | null = null;

/** Its tables are slow to load, and few texts are that long. */
const signsOf = (text: string): Intl.Segments => {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
};

/**
 * The end of a piece of `text` from `from` of at most `limit` UTF-16 units, not within a sign. A sign that is longer
 * than the whole piece is parted all the same, but never within a surrogate pair.
 */
export const endOfPiece = (text: string, from: number, limit: number): number => {
  const end = from + limit;
  if (end >= text.length) return text.length;
  // Two units more show whether a sign goes on.
  const start = signsOf(text.slice(from, end + 2)).containing(limit)?.index ?? limit;
  if (start > 0) return from + start;
  return isHighSurrogate(text.charCodeAt(end - 1)) && limit > 1 ? end - 1 : end;
};

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
