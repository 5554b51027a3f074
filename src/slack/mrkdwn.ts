import { unescape } from './characters.ts';
import { withEmoji } from './emoji.ts';
import { type ListItem, readMarks } from './mrkdwn-lists.ts';
import { styledRuns } from './mrkdwn-styles.ts';
import { type Draft, datePiece, linkPiece, type Piece } from './pieces.ts';

/**
 * Slack's text syntax, for messages that come without blocks. Grammar:
 * https://docs.slack.dev/messaging/formatting-message-text. Every pattern here reads each character a bounded number
 * of times: the text is somebody else's.
 */
export const mrkdwnDrafts = (mrkdwn: string): readonly Draft[] => {
  const parts = fencedParts(mrkdwn);
  const lines = parts.flatMap((part, at): readonly Line[] => {
    if (at % 2 === 1) return [{ code: part.replace(/^\n|\n$/gu, '') }];
    return withoutBoundaries(part.split('\n'), { before: at > 0, after: at < parts.length - 1 });
  });
  return draftsOf(readMarks(quotedLines(lines), ({ rest }) => rest));
};

type Line = string | { readonly code: string };

const FENCE = '```';

/** Text and code in turns. An opening fence without an end is text; of more ticks than three the last ones end it. */
const fencedParts = (mrkdwn: string): readonly string[] => {
  const parts: string[] = [];
  for (let from = 0; ; ) {
    const open = mrkdwn.indexOf(FENCE, from);
    let close = open < 0 ? -1 : mrkdwn.indexOf(FENCE, open + FENCE.length);
    if (close < 0) return [...parts, mrkdwn.slice(from)];
    while (mrkdwn.charAt(close + FENCE.length) === '`') close += 1;
    parts.push(mrkdwn.slice(from, open), mrkdwn.slice(open + FENCE.length, close));
    from = close + FENCE.length;
  }
};

/** Code stands on lines of its own: the line breaks and blanks beside it mean nothing. */
const withoutBoundaries = (lines: readonly string[], code: { before: boolean; after: boolean }): readonly string[] => {
  const last = lines.length - 1;
  const shown = lines.map((line, at) => {
    const started = code.before && at === 0 ? line.trimStart() : line;
    return code.after && at === last ? started.trimEnd() : started;
  });
  const from = code.before && shown[0] === '' ? 1 : 0;
  return shown.slice(from, code.after && shown.length > from && shown.at(-1) === '' ? -1 : undefined);
};

type Quoted = { readonly rest: string; readonly quote: number; readonly isCode: boolean };

/** `>` quotes a line, `>>>` all that follows. */
const quotedLines = (lines: readonly Line[]): readonly Quoted[] => {
  const found: Quoted[] = [];
  let restIsQuoted = false;
  for (const line of lines) {
    if (typeof line !== 'string') {
      // A fence behind nothing but a quotation mark opens quoted code.
      const opener = found.at(-1);
      const isQuoted = opener !== undefined && opener.quote > 0 && opener.rest === '';
      if (isQuoted) found.pop();
      const code = isQuoted ? line.code.replaceAll(/^&gt; ?/gmu, '') : line.code;
      found.push({ rest: code, quote: isQuoted || restIsQuoted ? 1 : 0, isCode: true });
    } else if (restIsQuoted) found.push({ rest: line, quote: 1, isCode: false });
    else {
      const mark = line.startsWith('&gt;') ? (/^&gt;(?:&gt;&gt;)? ?/u.exec(line)?.[0] ?? '') : '';
      restIsQuoted = mark.startsWith('&gt;&gt;&gt;');
      found.push({ rest: line.slice(mark.length), quote: mark === '' ? 0 : 1, isCode: false });
    }
  }
  return found;
};

type Paragraph = { readonly block: 'paragraph'; readonly pieces: Piece[]; readonly quote: number };

/** Neighbouring lines of plain text are one paragraph. */
const draftsOf = (lines: readonly (Quoted & { readonly item: ListItem | null })[]): readonly Draft[] => {
  const drafts: Draft[] = [];
  let open: Paragraph | undefined;
  for (const { rest, quote, isCode, item } of lines) {
    if (isCode) {
      open = undefined;
      drafts.push({ block: 'code', pieces: [{ text: literal(rest) }], quote });
    } else if (item !== null) {
      open = undefined;
      drafts.push({ block: 'item', pieces: spanPieces(item.text), indent: item.indent, number: item.number, quote });
    } else if (open?.quote === quote) {
      open.pieces.push({ text: '\n' });
      for (const piece of spanPieces(rest)) open.pieces.push(piece);
    } else {
      open = { block: 'paragraph', pieces: [...spanPieces(rest)], quote };
      drafts.push(open);
    }
  }
  return drafts;
};

const spanPieces = (line: string): readonly Piece[] =>
  (line === '' ? [] : styledRuns(line)).map((run): Piece => {
    if (run.is === 'token') return { ...run.style, ...tokenPiece(run.text) };
    if (run.is === 'code') return { ...run.style, code: true, text: literal(run.text) };
    return { ...run.style, text: withEmoji(unescape(run.text)) };
  });

const tokenPiece = (inside: string): Piece => {
  const bar = inside.indexOf('|');
  const name = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? '' : unescape(inside.slice(bar + 1));
  if (/^@[UW]/u.test(name)) return { member: name.slice(1) };
  if (/^#[CG]/u.test(name)) return { channel: name.slice(1), name: label === '' ? null : label };
  if (name.startsWith('!subteam^')) return { group: name.slice('!subteam^'.length) };
  if (name.startsWith('!date^')) return dateOf(name, label);
  if (/^!(?:here|channel|everyone)$/u.test(name)) return { broadcast: name.slice(1) };
  if (name.startsWith('!')) return { text: label };
  return linkPiece(unescape(name), label);
};

/** `!date^seconds^format^address`; the words for programs that cannot show it stand behind the bar. */
const dateOf = (name: string, fallback: string): Piece => {
  const [, seconds = '', , ...url] = name.split('^');
  return datePiece({ seconds: Number.parseInt(seconds, 10), fallback, url: unescape(url.join('^')) });
};

/** Code keeps every character; only what Slack itself put around addresses in it goes. */
const literal = (text: string): string =>
  unescape(
    text.replaceAll(/<([^<>]*)>/gu, (whole, inside: string) => {
      const bar = inside.indexOf('|');
      if (/^[@#!]/u.test(inside)) return whole;
      return bar < 0 ? inside : inside.slice(bar + 1);
    }),
  );
