import type { SlackText } from '../core/event.ts';
import type { Names } from '../core/ports.ts';
import { unescape, withoutInvisible } from './characters.ts';
import { mrkdwnPieces } from './mrkdwn.ts';
import type { Piece } from './pieces.ts';
import { richTextPieces } from './richtext.ts';

export type Mentions = {
  readonly members: readonly string[];
  readonly groups: readonly string[];
  /** `here`, `channel`, `everyone`. */
  readonly broadcast: readonly string[];
};

/** A member's text as a customer may read it: no markup, no ids, names where there were mentions. */
export const plainText = async (text: SlackText, names: Names): Promise<string> => {
  const pieces = piecesOf(text);
  const known = await namesIn(pieces, names);
  return pieces
    .map((piece) => wordsOf(piece, known))
    .join('')
    .replace(/^\n+/, '')
    .trimEnd();
};

/** Whom the text calls, for the rule that a plain message which calls a colleague is held. */
export const mentionsOf = (text: SlackText): Mentions => {
  const pieces = piecesOf(text);
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
    piecesOf(text)
      .map((piece) => ('mark' in piece ? '' : wordsOf(piece, nameless)))
      .join('')
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

const piecesOf = (text: SlackText): readonly Piece[] => richTextPieces(text.blocks) ?? mrkdwnPieces(text.mrkdwn);

const nameless: ReadonlyMap<string, string> = new Map();

const namesIn = async (pieces: readonly Piece[], names: Names): Promise<ReadonlyMap<string, string>> => {
  const wanted = new Map<string, () => Promise<string>>();
  for (const piece of pieces) {
    if ('member' in piece) wanted.set(piece.member, () => names.member(piece.member));
    else if ('group' in piece) wanted.set(piece.group, () => names.group(piece.group));
    else if ('channel' in piece && piece.name === null) wanted.set(piece.channel, () => names.channel(piece.channel));
  }
  return new Map(await Promise.all([...wanted].map(async ([id, name]) => [id, await name()] as const)));
};

const wordsOf = (piece: Piece, known: ReadonlyMap<string, string>): string => {
  if ('text' in piece) return piece.text;
  if ('mark' in piece) return piece.mark;
  if ('member' in piece) return `@${known.get(piece.member) ?? 'member'}`;
  if ('group' in piece) return `@${known.get(piece.group) ?? 'group'}`;
  if ('channel' in piece) return `#${piece.name ?? known.get(piece.channel) ?? 'channel'}`;
  return 'everyone';
};
