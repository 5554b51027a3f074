import type { SlackText } from '../core/event.ts';
import { plainTextOf } from '../core/plain-text.ts';
import type { Names } from '../core/ports.ts';
import { type Block, type RichText, type Span, type Styles, trimmed } from '../core/rich-text.ts';
import { clean, unescape, withoutInvisible } from './characters.ts';
import { mrkdwnDrafts } from './mrkdwn.ts';
import type { Draft, Piece } from './pieces.ts';
import { richTextDrafts, tableDrafts } from './richtext.ts';

export type Mentions = {
  readonly members: readonly string[];
  readonly groups: readonly string[];
  /** `here`, `channel`, `everyone`. */
  readonly broadcast: readonly string[];
};

/** A member's text as anybody may read it: no markup, no ids, names where there were mentions. */
export const readText = async (text: SlackText, names: Names): Promise<RichText> => {
  const drafts = draftsOf(text);
  const known = await namesIn(piecesOf(drafts), names);
  return trimmed(drafts.map((draft) => blockOf(draft, known)));
};

export const plainText = async (text: SlackText, names: Names): Promise<string> =>
  plainTextOf(await readText(text, names));

/** Whom the text calls, for the rule that a plain message which calls a colleague is held. */
export const mentionsOf = (text: SlackText): Mentions => {
  const pieces = piecesOf(draftsOf(text));
  return {
    members: [...new Set(pieces.flatMap((piece) => ('member' in piece ? [piece.member] : [])))],
    groups: [...new Set(pieces.flatMap((piece) => ('group' in piece ? [piece.group] : [])))],
    broadcast: [...new Set(pieces.flatMap((piece) => ('broadcast' in piece ? [piece.broadcast] : [])))],
  };
};

/**
 * The text from which its kind is decided: without styling, layout and invisible characters, and with look-alikes of
 * another width made plain, so that no dress turns a note into a reply.
 */
export const plainStart = (text: SlackText): string =>
  withoutInvisible(
    draftsOf(text)
      .map(({ pieces }) => pieces.map((piece) => wordsOf(piece, nameless)).join(''))
      .join('\n')
      .normalize('NFKC'),
  ).trimStart();

/** What was typed behind a slash command: mentions as `<@U123>` and `<#C123>`, everything else as typed. */
export const commandText = (text: string): string =>
  unescape(
    text.replaceAll(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_whole, address: string, label: string | undefined) => {
      if (/^[@#!]/.test(address)) return `<${address}>`;
      return label === undefined || label === '' ? address.replace(/^(?:mailto|tel):/, '') : label;
    }),
  ).trim();

/** Its kind, whom it calls, its words: each is asked of the same text, one after the other. */
const drafted = new WeakMap<SlackText, readonly Draft[]>();

const draftsOf = (text: SlackText): readonly Draft[] => {
  const before = drafted.get(text);
  if (before !== undefined) return before;
  const { blocks, mrkdwn } = text;
  const drafts = [...(richTextDrafts(blocks) ?? mrkdwnDrafts(clean(mrkdwn))), ...tableDrafts(blocks)];
  drafted.set(text, drafts);
  return drafts;
};

const piecesOf = (drafts: readonly Draft[]): readonly Piece[] => drafts.flatMap(({ pieces }) => pieces);

const nameless: ReadonlyMap<string, string> = new Map();

const namesIn = async (pieces: readonly Piece[], names: Names): Promise<ReadonlyMap<string, string>> => {
  const wanted = new Map<string, () => Promise<string>>();
  for (const piece of pieces) {
    if ('member' in piece) wanted.set(piece.member, () => names.member(piece.member));
    else if ('group' in piece) wanted.set(piece.group, () => names.group(piece.group));
    else if ('channel' in piece && piece.name === null) wanted.set(piece.channel, () => names.channel(piece.channel));
  }
  return new Map(await Promise.all([...wanted].map(async ([id, name]) => [id, onOneLine(await name())] as const)));
};

const onOneLine = (name: string): string => clean(name).replaceAll(/\s+/gu, ' ').trim();

const wordsOf = (piece: Piece, known: ReadonlyMap<string, string>): string => {
  if ('text' in piece) return piece.text;
  if ('url' in piece) return piece.label === '' ? piece.url : piece.label;
  if ('member' in piece) return `@${known.get(piece.member) ?? 'member'}`;
  if ('group' in piece) return `@${known.get(piece.group) ?? 'group'}`;
  if ('channel' in piece) return `#${piece.name ?? known.get(piece.channel) ?? 'channel'}`;
  return 'everyone';
};

const blockOf = (draft: Draft, known: ReadonlyMap<string, string>): Block => {
  const { quote, pieces } = draft;
  if (draft.block === 'code')
    return { block: 'code', text: pieces.map((piece) => wordsOf(piece, known)).join(''), quote };
  const spans = joined(pieces.map((piece) => spanOf(piece, known)));
  if (draft.block === 'paragraph') return { block: 'paragraph', spans, quote };
  return { block: 'item', spans, indent: draft.indent, number: draft.number, quote };
};

const spanOf = (piece: Piece, known: ReadonlyMap<string, string>): Span => {
  const { bold, italic, strike, code } = piece;
  const style: Styles = {
    ...(bold && { bold }),
    ...(italic && { italic }),
    ...(strike && { strike }),
    ...(code && { code }),
  };
  return 'url' in piece ? { ...style, url: piece.url, label: piece.label } : { ...style, text: wordsOf(piece, known) };
};

/** Neighbours in the same style are one run. */
const joined = (spans: readonly Span[]): Span[] => {
  const runs: { texts: string[]; span: Span }[] = [];
  for (const span of spans) {
    const last = runs.at(-1);
    if (last !== undefined && 'text' in span && 'text' in last.span && looksLike(span, last.span))
      last.texts.push(span.text);
    else runs.push({ texts: 'text' in span ? [span.text] : [], span });
  }
  return runs
    .map(({ span, texts }): Span => ('text' in span ? { ...span, text: texts.join('') } : span))
    .filter((span) => !('text' in span) || span.text !== '');
};

const looksLike = (a: Styles, b: Styles): boolean =>
  a.bold === b.bold && a.italic === b.italic && a.strike === b.strike && a.code === b.code;
