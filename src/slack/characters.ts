/** Characters that no reader sees but that change how text is read: controls, joiners, directions, fillers. */
const invisible = /\p{Cc}|\p{Cf}|\p{Variation_Selector}|\u034f|[\u115f\u1160\u2800\u3164\uffa0]|\u17b4|\u17b5/gu;

const LINE_BREAK = '\n';

/** As every program can store and draw it: one kind of line break, no controls, no halves of characters. */
export const clean = (text: string): string =>
  text
    .replaceAll(/\r\n?|[\u2028\u2029]/gu, LINE_BREAK)
    .replaceAll(/(?![\n\t])\p{Cc}/gu, '')
    .toWellFormed();

export const withoutInvisible = (text: string): string =>
  text.replaceAll(invisible, (character) => (character === LINE_BREAK ? character : ''));

/** At most `limit` UTF-16 units, as Slack counts, never half of a character. */
export const cut = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const end = limit - 1;
  const half = isHighSurrogate(text, end - 1) ? 1 : 0;
  return `${text.slice(0, end - half)}…`;
};

/** The same text in pieces of at most `limit`, parted after a line break or a blank where there is one. */
export const split = (text: string, limit: number): readonly string[] => {
  const pieces: string[] = [];
  let at = 0;
  while (text.length - at > limit) {
    const end = at + endOfPiece(text.slice(at, at + limit));
    pieces.push(text.slice(at, end));
    at = end;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
};

const endOfPiece = (piece: string): number => {
  const line = piece.lastIndexOf('\n');
  if (line > piece.length / 2) return line + 1;
  const blank = piece.lastIndexOf(' ');
  if (blank > piece.length / 2) return blank + 1;
  return isHighSurrogate(piece, piece.length - 1) ? piece.length - 1 : piece.length;
};

const isHighSurrogate = (text: string, at: number): boolean => {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
};

/** The three characters that Slack's text syntax needs escaped, and no others. */
export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };

export const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt);/g, (entity) => entities[entity] ?? entity);

const NAME_LIMIT = 60;

/**
 * A name that we show as the author of a post: no control, direction or markup characters, at most 60. What stands in
 * brackets at its end, `(customer)`, tells who it is and is never what is cut.
 */
export const customerName = (name: string): string => {
  const plain = withoutInvisible(name.normalize('NFC'))
    .replaceAll(/[*_~`<>&|\\@#:]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const suffix = / \([^()]{1,30}\)$/.exec(plain)?.[0] ?? '';
  const bare = plain.slice(0, plain.length - suffix.length);
  const short = `${cut(bare, NAME_LIMIT - suffix.length)}${suffix}`;
  return short === '' ? 'Somebody' : short;
};
