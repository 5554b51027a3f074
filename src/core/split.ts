import { endOfPiece } from './graphemes.ts';

/** Characters one message may have on its way to the helpdesk (its limit is not documented: acquire.md 4.4). */
export const REPLY_LIMIT = 4000;
/** Characters of somebody's text in one post: Slack's own advice for a message. */
export const POST_LIMIT = 3500;

/** Edges at which a text may be parted, best first. */
const EDGES = [/\n\s*\n/gu, /\n/gu, /(?<=[.!?…])\s/gu, /\s/gu] as const;

const lastEdge = (text: string, limit: number): number => {
  const head = text.slice(0, limit);
  for (const edge of EDGES) {
    const at = [...head.matchAll(edge)].at(-1);
    if (at !== undefined && at.index >= limit / 2) return at.index + at[0].length;
  }
  return endOfPiece(text, 0, limit);
};

/** Parts a text into pieces of at most `limit` characters, at paragraphs, lines, sentences or words; nothing is cut. */
export const split = (text: string, limit: number): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const at = lastEdge(rest, limit);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  parts.push(rest);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
};
