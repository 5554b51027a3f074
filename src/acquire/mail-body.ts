import { type Line, textOf } from './lines.ts';
import {
  beginsAttribution,
  hasAddress,
  isAttribution,
  isDeviceLine,
  isDisclaimer,
  isForwardMark,
  isHeader,
  isOriginalMark,
  isRule,
  isSignatureMark,
  meansWhatFollows,
} from './mail-phrases.ts';

/**
 * What of a mail its author wrote now, told from the earlier mails under it and from signatures. When in doubt a line
 * is shown: what is folded is one press away, but nobody presses for what they do not miss.
 */

type Part = 'own' | 'blank' | 'history' | 'signature';

/** One line of a mail with what it is; `rest`: earlier mails that no mark tells from the author's own words. */
type Piece = { readonly line: Line; readonly text: string; part: Part; rest: boolean };

/** The lines to show; all of them where nothing would be left. */
export const foldMail = (lines: readonly Line[]): { readonly shown: readonly Line[]; readonly isFolded: boolean } => {
  const pieces = lines.map((line): Piece => {
    const text = textOf(line).replaceAll(/\s+/g, ' ').trim();
    return { line, text, part: line.isBlank ? 'blank' : 'own', rest: false };
  });
  findHistory(pieces);
  keepWhatIsMeant(pieces);
  keepBetweenAnswers(pieces);
  findSignatureLines(pieces);
  const isShown = ({ part }: Piece): boolean => part === 'own' || part === 'blank';
  const isFolded = pieces.some((piece) => !isShown(piece));
  if (!isFolded || !pieces.some(({ part }) => part === 'own')) return { shown: lines, isFolded: false };
  return { shown: pieces.filter(isShown).map(({ line }) => line), isFolded };
};

const findHistory = (pieces: readonly Piece[]): void => {
  let isSigning = false;
  for (let at = 0; at < pieces.length; ) {
    const piece = pieces[at];
    if (piece === undefined) return;
    const found = piece.part === 'blank' ? null : historyAt(pieces, at);
    if (found === 'forward') return;
    if (found !== null) {
      for (const one of pieces.slice(at, found.to)) {
        one.part = one.line.isBlank ? 'blank' : 'history';
        one.rest = found.isRest;
      }
      isSigning = false;
      at = found.to;
      continue;
    }
    isSigning ||= isSignatureMark(piece.text) && isShortFrom(pieces, at);
    if (piece.part !== 'blank' && (isSigning || piece.line.place.role === 'signature')) piece.part = 'signature';
    at += 1;
  }
};

const LONGEST_SIGNATURE = 25;

/** Somebody may part the sections of a long mail with two dashes. */
const isShortFrom = (pieces: readonly Piece[], at: number): boolean =>
  pieces.slice(at, at + 2 * LONGEST_SIGNATURE).filter(({ line }) => !line.isBlank && !isQuoted(line, 0)).length <=
  LONGEST_SIGNATURE;

type Found = { readonly to: number; readonly isRest: boolean };

/** Earlier mails that begin here. */
const historyAt = (pieces: readonly Piece[], at: number): Found | 'forward' | null => {
  const piece = pieces[at];
  if (piece === undefined) return null;
  if (isForwardMark(piece.text)) return 'forward';
  const rest = { to: pieces.length, isRest: true };
  if (piece.line.place.role === 'history' || isOriginalMark(piece.text) || isHeader(textsFrom(pieces, at))) return rest;
  if (isQuoted(piece.line, 0) && piece.line.place.role === 'cited') return quotationAt(pieces, at);
  const length = attributionAt(pieces, at);
  if (length === 0) return null;
  const next = nextOf(pieces, at + length, ({ line }) => !line.isBlank);
  const after = pieces[next];
  if (after === undefined) return { to: pieces.length, isRest: false };
  if (isForwardMark(after.text)) return null;
  if (isQuoted(after.line, piece.line.place.quote)) return quotationAt(pieces, next);
  return hasAddress(
    pieces
      .slice(at, at + length)
      .map(({ text }) => text)
      .join(' '),
  )
    ? rest
    : null;
};

const nextOf = (pieces: readonly Piece[], from: number, isIt: (piece: Piece) => boolean): number => {
  for (let at = from; at < pieces.length; at += 1) {
    const piece = pieces[at];
    if (piece !== undefined && isIt(piece)) return at;
  }
  return pieces.length;
};

const LINES_AHEAD = 8;

const textsFrom = (pieces: readonly Piece[], at: number): readonly string[] =>
  pieces.slice(at, at + LINES_AHEAD).map(({ text }) => text);

const isQuoted = ({ place }: Line, above: number): boolean => place.role === 'cited' || place.quote > above;

/** How many lines “On … wrote:” takes here, for plain texts are broken anywhere; 0 for none. */
const attributionAt = (pieces: readonly Piece[], at: number): number => {
  let text = '';
  for (const [index, piece] of pieces.slice(at, at + 4).entries()) {
    if (piece.part === 'blank' || (index > 0 && isAttribution(piece.text))) return 0;
    text = `${text} ${piece.text}`.trim();
    if (isAttribution(text)) return index + 1;
    if (!beginsAttribution(text)) return 0;
  }
  return 0;
};

/** What a mail program quotes from here on. */
const quotationAt = (pieces: readonly Piece[], at: number): Found => ({
  to: nextOf(pieces, at, ({ line }) => !line.isBlank && !isQuoted(line, 0)),
  isRest: false,
});

/** “See my answers below”: then the author's words are not told from the others', and none are hidden. */
const keepWhatIsMeant = (pieces: readonly Piece[]): void => {
  const own = pieces.filter(({ part }) => part === 'own').map(({ text }) => text);
  if (!meansWhatFollows(own.join(' '))) return;
  for (const piece of pieces) if (piece.rest && piece.part === 'history') piece.part = 'own';
};

/** So much is quoted on purpose, to be read with the answer below it. */
const SHORT_QUOTATION = 6;

/** Quotations between answers belong to them; a whole mail above a single answer does not. */
const keepBetweenAnswers = (pieces: readonly Piece[]): void => {
  const last = pieces.findLastIndex(({ part, text }) => part === 'own' && !isPutThere(text));
  const first = pieces.findIndex(({ part }) => part === 'own');
  const historyBefore = (end: number): readonly Piece[] =>
    pieces.slice(0, Math.max(end, 0)).filter(({ part }) => part === 'history');
  const above = historyBefore(last);
  if (above.length === historyBefore(first).length && above.length > SHORT_QUOTATION) return;
  for (const piece of above) piece.part = 'own';
};

/** By a telephone, or by the server of a company. */
const isPutThere = (text: string): boolean => isDeviceLine(text) || isDisclaimer(text);

/** Above the history, or at the end: what others than the author put there, and the line that parts both. */
const findSignatureLines = (pieces: readonly Piece[]): void => {
  let isAtEdge = true;
  let isFolded = false;
  for (const piece of pieces.toReversed()) {
    if (piece.part === 'blank') continue;
    if (piece.part === 'own' && isAtEdge && isPutThere(piece.text)) piece.part = 'signature';
    else if (piece.part === 'own' && isAtEdge && isFolded && isRule(piece.text)) piece.part = 'history';
    isAtEdge = piece.part !== 'own';
    isFolded ||= isAtEdge;
  }
};
