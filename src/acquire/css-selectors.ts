import { type CSSToken, TokenType } from '@csstools/css-tokenizer';

/** Which elements a rule of a style sheet is about. */

/** An element as selectors see it. */
export type Selected = { readonly tag: string; readonly id: string; readonly classes: readonly string[] };

export type Selector = {
  /** The same for all that ask for the same of an element. */
  readonly key: string;
  readonly specificity: number;
  /** It asks for more than its key says, so it means some of these elements, or all. */
  readonly isPartial: boolean;
};

/** Of an element with more classes the others hide nothing, and of a selector with more they do not count. */
const MOST_CLASSES = 12;
const MOST_IN_KEY = 2;

const keyOf = (tag: string, id: string, classes: readonly string[]): string =>
  JSON.stringify([tag, id, ...classes.toSorted()]);

/** All keys that an element answers to. */
export const keysFor = ({ tag, id, classes }: Selected): readonly string[] => {
  const few = [...new Set(classes)].slice(0, MOST_CLASSES);
  const pairs = few.flatMap((one, at) => few.slice(at + 1).map((other) => [one, other]));
  const groups = [[], ...few.map((one) => [one]), ...pairs];
  const ids = id === '' ? [''] : ['', id];
  return ['', tag].flatMap((name) => ids.flatMap((known) => groups.map((group) => keyOf(name, known, group))));
};

/** Of a list, those that can be understood; a pseudo-element holds no words of the mail. */
export const selectorsIn = (tokens: readonly CSSToken[]): readonly Selector[] =>
  listed(tokens).flatMap((each) => {
    const last = lastCompound(each);
    const selector = readCompound(last.compound);
    if (selector === null) return [];
    return [{ ...selector, isPartial: selector.isPartial || !isAround(each.slice(0, last.from)) }];
  });

/** Parted at commas, but for those inside parentheses. */
const listed = (tokens: readonly CSSToken[]): readonly (readonly CSSToken[])[] => {
  const lists: CSSToken[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += depthOf(token);
    if (token[0] === TokenType.Comma && depth === 0) lists.push([]);
    else lists.at(-1)?.push(token);
  }
  return lists.map(trimmed);
};

const depthOf = ([type]: CSSToken): number => {
  if (type === TokenType.Function || type === TokenType.OpenParen || type === TokenType.OpenSquare) return 1;
  return type === TokenType.CloseParen || type === TokenType.CloseSquare ? -1 : 0;
};

const isBlank = (token: CSSToken | undefined): boolean => token?.[0] === TokenType.Whitespace;

const trimmed = (tokens: readonly CSSToken[]): readonly CSSToken[] => {
  const to = tokens.findLastIndex((token) => !isBlank(token));
  const from = tokens.findIndex((token) => !isBlank(token));
  return from < 0 ? [] : tokens.slice(from, to + 1);
};

const isCombinator = (token: CSSToken): boolean =>
  isBlank(token) || (token[0] === TokenType.Delim && ['>', '+', '~', '|'].includes(token[4].value));

const lastCompound = (
  tokens: readonly CSSToken[],
): { readonly from: number; readonly compound: readonly CSSToken[] } => {
  let depth = 0;
  let from = 0;
  for (const [at, token] of tokens.entries()) {
    depth += depthOf(token);
    if (depth === 0 && isCombinator(token)) from = at + 1;
  }
  return { from, compound: tokens.slice(from) };
};

/** Every element of a mail stands inside `html` and `body`. */
const isAround = (tokens: readonly CSSToken[]): boolean =>
  tokens.every(
    (token) => isCombinatorInside(token) || (token[0] === TokenType.Ident && /^(?:html|body)$/i.test(token[4].value)),
  );

const isCombinatorInside = (token: CSSToken): boolean => isBlank(token);

type Compound = { tag: string; id: string; classes: string[]; isPartial: boolean };

/** Null for what cannot be read, and for pseudo-elements. */
const readCompound = (tokens: readonly CSSToken[]): Selector | null => {
  const read: Compound = { tag: '', id: '', classes: [], isPartial: false };
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token === undefined) break;
    if (token[0] === TokenType.Ident && at === 0) read.tag = token[4].value.toLowerCase();
    else if (token[0] === TokenType.Hash && read.id === '') read.id = token[4].value;
    else if (token[0] === TokenType.Delim && token[4].value === '.' && next?.[0] === TokenType.Ident) {
      read.classes.push(next[4].value);
      at += 1;
    } else if (token[0] === TokenType.OpenSquare || token[0] === TokenType.Colon) {
      if (isPseudoElement(token, next)) return null;
      // Attributes and states come last, or what follows them only asks for still more.
      read.isPartial = true;
      break;
    } else if (token[0] !== TokenType.Delim || token[4].value !== '*') return null;
  }
  return selectorOf(read, tokens.length);
};

const selectorOf = ({ tag, id, classes, isPartial }: Compound, length: number): Selector | null => {
  if (length === 0) return null;
  const distinct = [...new Set(classes)];
  return {
    key: keyOf(tag, id, distinct.slice(0, MOST_IN_KEY)),
    specificity: (id === '' ? 0 : 10_000) + classes.length * 100 + (tag === '' ? 0 : 1),
    isPartial: isPartial || distinct.length > MOST_IN_KEY,
  };
};

const PSEUDO_ELEMENTS = new Set(['before', 'after', 'first-letter', 'first-line']);

const isPseudoElement = (token: CSSToken, next: CSSToken | undefined): boolean => {
  if (token[0] !== TokenType.Colon || next === undefined) return false;
  if (next[0] === TokenType.Colon) return true;
  return next[0] === TokenType.Ident && PSEUDO_ELEMENTS.has(next[4].value.toLowerCase());
};
