import { MemberId } from './ids.ts';

/** The words behind the slash command: pure reading of what somebody typed. */

export const firstWord = (text: string): readonly [word: string, rest: string] => {
  const match = /^(\S*)\s*([\s\S]*)$/u.exec(text.trim());
  return [match?.[1] ?? '', match?.[2] ?? ''];
};

/** The known word that was probably meant: one slip of the finger away. */
export const nearest = (known: readonly string[], word: string): string | undefined =>
  known.find((name) => isNear(name, word.toLowerCase()));

/** A letter changed, missing, too many, or two swapped. */
const isNear = (name: string, word: string): boolean => {
  if (Math.abs(name.length - word.length) > 1) return false;
  const at = [...name].findIndex((letter, index) => letter !== word[index]);
  if (at < 0) return true;
  const swapped = name.slice(0, at) + (name[at + 1] ?? '') + (name[at] ?? '') + name.slice(at + 2);
  return (
    swapped === word ||
    name.slice(at + 1) === word.slice(at + 1) ||
    name.slice(at + 1) === word.slice(at) ||
    name.slice(at) === word.slice(at + 1)
  );
};

/** Whom a case is for, and what the rest of the words are. */
export type Addressed = { readonly who: string; readonly text: string };

/** Slack makes links of addresses: `<mailto:jo@example.com|jo@example.com>`. */
const LINKED = /^<(?:mailto|tel):([^|>]+)[^>]*>\s*/u;
const PHONE = /^(?:\+|0)[\d\s().-]*\d(?=\s|$)/u;

/** How `open`'s words may be read, the likeliest first: people write phone numbers with blanks. */
export const addressed = (rest: string): readonly Addressed[] => {
  const words = rest.trim();
  const linked = LINKED.exec(words);
  if (linked !== null) return [{ who: linked[1] ?? '', text: words.slice(linked[0].length) }];
  const [word, text] = firstWord(words);
  const groups = (PHONE.exec(words)?.[0] ?? '').split(/\s+/u);
  const longer = groups.slice(1).map((_, index): Addressed => {
    const who = groups.slice(0, groups.length - index).join(' ');
    return { who, text: dropWords(words, groups.length - index) };
  });
  return [...longer, { who: word, text }];
};

const dropWords = (words: string, count: number): string =>
  count === 0 ? words : dropWords(firstWord(words)[1], count - 1);

const TITLE_LIMIT = 150;

/** The first line that says something, short enough for a title. */
export const titleOf = (text: string): string => {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? '';
  return [...line.trim()].slice(0, TITLE_LIMIT).join('');
};

/** Equal but for the way they are written; short numbers are equal to nothing. */
export const isSamePhone = (a: string, b: string): boolean => {
  const [first, second] = [a.replaceAll(/\D/gu, ''), b.replaceAll(/\D/gu, '')];
  return first.length >= SHORTEST_PHONE && first === second;
};

const SHORTEST_PHONE = 5;

/** A search finds a phone number only as it was stored, so it is looked for in several ways. */
export const searchesFor = (who: string): readonly string[] => {
  const digits = who.replaceAll(/\D/gu, '');
  if (!/^\+?[\d\s().-]+$/u.test(who) || digits.length < SHORTEST_PHONE) return [who];
  return [...new Set([who, digits, digits.slice(-LAST_DIGITS)])];
};

const LAST_DIGITS = 4;

const MENTION = /<@([UW][A-Z0-9]+)>/gu;

/** Members that were mentioned, each once, and the words beside them. */
export const mentionedIn = (words: string): { readonly members: readonly MemberId[]; readonly rest: string } => ({
  members: [...new Set([...words.matchAll(MENTION)].map(([, id]) => MemberId.parse(id)))],
  rest: words.replaceAll(MENTION, ' ').replaceAll(/\s+/gu, ' ').trim(),
});

/** Something that people call by a name, or by more than one. */
export type Named<T> = { readonly names: readonly string[]; readonly is: T };

/**
 * Whom or what the words name: at each place the longest name counts. `unknown`: words that are no name, or one that
 * several have.
 */
export const namedIn = <T>(
  words: string,
  known: readonly Named<T>[],
): { readonly found: readonly T[]; readonly unknown: readonly string[] } => {
  const pieces = words.split(/[\s,;]+/u).filter((piece) => piece !== '');
  const found = new Set<T>();
  const unknown: string[] = [];
  for (let at = 0; at < pieces.length; ) {
    const { one, length } = longestAt(pieces, at, known);
    if (one === null) unknown.push(pieces.slice(at, at + length).join(' '));
    else found.add(one.is);
    at += length;
  }
  return { found: [...found], unknown };
};

const sameName = (name: string): string => name.trim().replace(/^@/u, '').normalize('NFC').toLowerCase();

const longestAt = <T>(
  pieces: readonly string[],
  at: number,
  known: readonly Named<T>[],
): { readonly one: Named<T> | null; readonly length: number } => {
  for (let end = Math.min(pieces.length, at + LONGEST_NAME); end > at; end -= 1) {
    const name = sameName(pieces.slice(at, end).join(' '));
    const those = known.filter(({ names }) => names.some((one) => sameName(one) === name));
    const [one = null] = those;
    if (those.length > 0) return { one: those.length === 1 ? one : null, length: end - at };
  }
  return { one: null, length: 1 };
};

/** Words in a name. */
const LONGEST_NAME = 8;
