import { unescape } from './characters.ts';
import type { Piece } from './pieces.ts';
import { linkPiece } from './pieces.ts';

/**
 * Slack's text syntax as pieces, for messages that come without blocks. Grammar:
 * https://docs.slack.dev/messaging/formatting-message-text. Every pattern here reads each character a bounded number
 * of times: the text is somebody else's.
 */
export const mrkdwnPieces = (mrkdwn: string): readonly Piece[] =>
  mrkdwn.split('```').flatMap((part, at, parts) => {
    // An opening fence without an end is text.
    const fenced = at % 2 === 1 && at < parts.length - 1;
    if (fenced) return [{ text: literal(part) }];
    return at % 2 === 1 ? [{ text: '```' }, ...linePieces(part)] : linePieces(part);
  });

const linePieces = (text: string): readonly Piece[] =>
  text.split('\n').flatMap((line, at) => (at === 0 ? spanPieces(line) : [{ text: '\n' }, ...spanPieces(line)]));

const spanPieces = (line: string): readonly Piece[] => {
  const { quoted, rest } = quotePart(line);
  const parts = withoutStyle(rest).split('`');
  const pieces = parts.flatMap((part, at): readonly Piece[] => {
    const code = at % 2 === 1 && at < parts.length - 1;
    if (code) return [{ text: literal(part) }];
    return at % 2 === 1 ? [{ text: '`' }, ...tokens(part)] : tokens(part);
  });
  return quoted ? [{ mark: '> ' }, ...pieces] : pieces;
};

const quotePart = (line: string): { quoted: boolean; rest: string } => {
  const quote = /^(?:&gt;){1,3} ?/.exec(line);
  return quote === null ? { quoted: false, rest: line } : { quoted: true, rest: line.slice(quote[0].length) };
};

/** Between one `<` and the next only one reading is tried. */
const token = /<([^<>]*)>/g;

const tokens = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(token)) {
    if (match.index > at) pieces.push({ text: unescape(text.slice(at, match.index)) });
    pieces.push(tokenPiece(match[1] ?? ''));
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: unescape(text.slice(at)) });
  return pieces;
};

const tokenPiece = (inside: string): Piece => {
  const bar = inside.indexOf('|');
  const name = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : unescape(inside.slice(bar + 1));
  if (/^@[UW]/.test(name)) return { member: name.slice(1) };
  if (/^#C|^#G/.test(name)) return { channel: name.slice(1), name: label === '' ? null : label };
  if (name.startsWith('!subteam^')) return { group: name.slice('!subteam^'.length) };
  if (name.startsWith('!date^')) return { text: label };
  if (/^!(?:here|channel|everyone)$/.test(name)) return { broadcast: name.slice(1) };
  if (name.startsWith('!')) return { text: label };
  return linkPiece(unescape(name), label);
};

/** Code keeps every character; only what Slack itself put around addresses in it goes. */
const literal = (text: string): string =>
  unescape(
    text.replaceAll(token, (whole, inside: string) => {
      const bar = inside.indexOf('|');
      if (/^[@#!]/.test(inside)) return whole;
      return bar < 0 ? inside : inside.slice(bar + 1);
    }),
  );

const styles = new Set(['*', '_', '~']);
const beside = /[\s\p{P}\p{S}]/u;

/** Drops pairs of `*`, `_` and `~` that stand at the borders of words: `snake_case` and `2*3*4` are not styled. */
const withoutStyle = (line: string): string => {
  const dropped = new Set<number>();
  const open = new Map<string, number>();
  const lastTick = line.split('`').length % 2 === 0 ? line.lastIndexOf('`') : -1;
  let inToken = false;
  let inCode = false;
  for (let at = 0; at < line.length; at += 1) {
    const mark = line.charAt(at);
    if (mark === '<') inToken = true;
    else if (mark === '>') inToken = false;
    // A tick without a partner is text.
    if (mark === '`' && at !== lastTick) inCode = !inCode;
    if (inToken || inCode || !styles.has(mark)) continue;
    const from = open.get(mark);
    if (from !== undefined && closes(line, at) && at > from + 1) {
      dropped.add(from).add(at);
      open.delete(mark);
    } else if (opens(line, at)) open.set(mark, at);
  }
  return dropped.size === 0
    ? line
    : [...line.split('').keys()].map((at) => (dropped.has(at) ? '' : line.charAt(at))).join('');
};

const opens = (line: string, at: number): boolean =>
  isBorder(line.charAt(at - 1)) && !/\s|^$/.test(line.charAt(at + 1));

const closes = (line: string, at: number): boolean =>
  !/\s|^$/.test(line.charAt(at - 1)) && isBorder(line.charAt(at + 1));

const isBorder = (character: string): boolean => character === '' || beside.test(character);
