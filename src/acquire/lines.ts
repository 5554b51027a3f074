/** A text on its way from a mail or a chat into the neutral model: as lines, for that is how people and mail programs part it. */

export type Styles = {
  readonly bold?: true;
  readonly italic?: true;
  readonly strike?: true;
  readonly code?: true;
};

/** One address in the text; every run of its words points to the same object. */
export type Anchor = { readonly url: string };

export type Run = { readonly text: string; readonly styles: Styles; readonly anchor: Anchor | null };

/**
 * What a mail program says of a line. `cited`: quoted by it. `history`: here the earlier mails begin, down to the end.
 * `own`: nothing.
 */
export type Role = 'own' | 'cited' | 'history' | 'signature';

/** Office tells the number of an entry only inside it. */
export type Item = { readonly indent: number; number: number | null };

/** Where words stand. `item` is the entry of a list that they belong to. */
export type Place = { readonly quote: number; readonly role: Role; readonly item: Item | null };

export type Line = {
  readonly kind: 'text' | 'item' | 'code';
  readonly runs: readonly Run[];
  readonly place: Place;
  readonly isBlank: boolean;
};

export const textOf = ({ runs }: Line): string => runs.map(({ text }) => text).join('');

// Letters that fill a line with nothing: a mail's preview text is padded with them.
const VISIBLE = /[^\s\p{Cf}\u034f\u115f\u2800\u3164]/u;

export const isBlankText = (text: string): boolean => !VISIBLE.test(text);

const PLAIN = /^[\t\n -~]*$/;
const NO_TEXT = /(?![\t\n])\p{Cc}|[\u202d\u202e]/gu;
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;

/**
 * Without what no text is made of: control characters, halves of surrogate pairs, and the two marks that turn letters
 * round against their nature, which serve nobody but those who forge addresses.
 */
export const harmless = (text: string): string =>
  PLAIN.test(text) ? text : text.toWellFormed().replaceAll(LINE_ENDS, '\n').replaceAll(NO_TEXT, '');
