import { isOpenable, type Styles } from '../core/rich-text.ts';

/** What a member's text is made of, before names are looked up. */
export type Piece = Styles &
  (
    | { readonly text: string }
    | { readonly url: string; readonly label: string }
    | { readonly member: string }
    | { readonly channel: string; readonly name: string | null }
    | { readonly group: string }
    | { readonly broadcast: string }
  );

/** A block of the neutral text (src/core/rich-text.ts) that still holds ids. */
export type Draft = { readonly pieces: readonly Piece[]; readonly quote: number } & (
  | { readonly block: 'paragraph' }
  | { readonly block: 'code' }
  | { readonly block: 'item'; readonly indent: number; readonly number: number | null }
);

/** A customer may be given web, mail and phone addresses; of any other only the words that cover it. */
export const linkPiece = (url: string, label: string, style: Styles = {}): Piece => {
  const words = label === '' ? url : label;
  // What is code is for reading, not for opening, and must stay as it was written.
  if (style.code || !isOpenable(url)) return { ...style, text: words };
  return { ...style, url, label: label === url ? '' : label };
};

/** Made for the first date: it takes longer than the rest of this room to load. */
let formatter: Intl.DateTimeFormat | null = null;
const dateOf = (ms: number): string => {
  formatter ??= new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return formatter.format(ms);
};
const LAST_SECOND = 8_640_000_000_000;

/** What a date reads as where Slack would show it in each reader's own words. */
export const datePiece = (date: {
  readonly seconds: number;
  readonly fallback: string;
  readonly url: string;
}): Piece => {
  const { seconds, fallback, url } = date;
  const isMoment = Number.isFinite(seconds) && Math.abs(seconds) <= LAST_SECOND;
  const words = fallback !== '' || !isMoment ? fallback : `${dateOf(seconds * 1000)} UTC`;
  return url === '' ? { text: words } : linkPiece(url, words);
};
