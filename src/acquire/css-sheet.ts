import { type CSSToken, tokenizer, TokenType } from '@csstools/css-tokenizer';

/** The rules of a style sheet, one after another. Never throws, and takes time that grows with the sheet and no faster. */

/**
 * `plain`: on every screen, so on the agent's. `perhaps`: where something holds that is not looked into. `never`: only
 * on paper or on narrow screens.
 */
export type When = 'plain' | 'perhaps' | 'never';

export type SheetRule = {
  readonly when: Exclude<When, 'never'>;
  /** What stands before the block. */
  readonly selectors: readonly CSSToken[];
  readonly declarations: readonly Declaration[];
};

export type Declaration = { readonly name: string; readonly value: string; readonly isImportant: boolean };

const DEEPEST = 8;
const BLOCKS_OF_RULES = new Set(['supports', 'layer', 'container', 'scope', 'document', '-moz-document']);
const IMPORTANT = /\s*!\s*important\s*$/;

/** Null for what is none. */
export const declarationFrom = (text: string): Declaration | null => {
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  const given = text.slice(colon + 1).trim();
  const value = given.replace(IMPORTANT, '');
  return { name: text.slice(0, colon).trim(), value, isImportant: value.length < given.length };
};

export const rulesIn = (css: string, around: When): readonly SheetRule[] => {
  const tokens = tokenizer({ css });
  const rules: SheetRule[] = [];
  const stack: When[] = [around];
  let prelude: CSSToken[] = [];

  const open = (): void => {
    const when = stack.at(-1) ?? around;
    const [first] = prelude;
    if (first?.[0] === TokenType.AtKeyword) {
      const inner = stack.length > DEEPEST ? null : insideOf(first[4].value.toLowerCase(), prelude);
      if (inner === null) skipBlock(tokens);
      else stack.push(narrower(when, inner));
      return;
    }
    const declarations = readDeclarations(tokens);
    if (when !== 'never') rules.push({ when, selectors: prelude, declarations });
  };

  for (let token = tokens.nextToken(); token[0] !== TokenType.EOF; token = tokens.nextToken()) {
    const [type] = token;
    if (type === TokenType.OpenCurly) open();
    else if (type === TokenType.CloseCurly && stack.length > 1) stack.pop();
    else if (type !== TokenType.Semicolon || prelude[0]?.[0] !== TokenType.AtKeyword) {
      if (!isNothing(type) && (prelude.length > 0 || type !== TokenType.Whitespace)) prelude.push(token);
      continue;
    }
    prelude = [];
  }
  return rules;
};

/** HTML hid sheets from old browsers in its own comments. */
const isNothing = (type: TokenType): boolean =>
  type === TokenType.Comment || type === TokenType.CDO || type === TokenType.CDC;

/** When the rules inside count; null where there are none that style elements. */
const insideOf = (name: string, prelude: readonly CSSToken[]): When | null => {
  if (name === 'media') return screensOf(textOf(prelude).slice('@media'.length));
  return BLOCKS_OF_RULES.has(name) ? 'perhaps' : null;
};

const narrower = (one: When, other: When): When => {
  if (one === 'never' || other === 'never') return 'never';
  return one === 'perhaps' ? one : other;
};

const ALL_SCREENS = /^(?:|(?:only\s+)?(?:all|screen))$/;
const OTHER_MEDIA = /^(?:only\s+)?(?:print|speech|aural|braille|handheld|projection|tty|tv|embossed)\b/;
const WIDTH = /max-(?:device-)?width\s*:\s*(\d+)/g;
/** A window in which an agent reads is wider. */
const NARROW_PIXELS = 800;

/** A media query. Mails draw a narrow variant for telephones; Slack shows what the wide one says. */
export const screensOf = (query: string): When => {
  const each = query
    .toLowerCase()
    .split(',')
    .map((one): When => {
      const condition = one.trim();
      if (ALL_SCREENS.test(condition)) return 'plain';
      if (condition.startsWith('not')) return 'perhaps';
      const isNarrow = [...condition.matchAll(WIDTH)].some(([, pixels]) => Number(pixels) <= NARROW_PIXELS);
      return isNarrow || OTHER_MEDIA.test(condition) ? 'never' : 'perhaps';
    });
  return each.find((when) => when === 'plain') ?? each.find((when) => when === 'perhaps') ?? 'never';
};

type Tokens = ReturnType<typeof tokenizer>;

/** Up to the end of the block; rules nested in it are left out. */
const readDeclarations = (tokens: Tokens): readonly Declaration[] => {
  const found: Declaration[] = [];
  let pieces: string[] = [];
  const take = (): void => {
    const declaration = declarationFrom(pieces.join('').toLowerCase());
    if (declaration !== null) found.push(declaration);
    pieces = [];
  };
  for (let token = tokens.nextToken(); token[0] !== TokenType.EOF; token = tokens.nextToken()) {
    const [type, raw] = token;
    if (type === TokenType.CloseCurly) break;
    if (type === TokenType.Semicolon) take();
    else if (type === TokenType.OpenCurly) {
      skipBlock(tokens);
      pieces = [];
    } else if (!isNothing(type)) pieces.push(raw);
  }
  take();
  return found;
};

const skipBlock = (tokens: Tokens): void => {
  for (let depth = 1; depth > 0; ) {
    const [type] = tokens.nextToken();
    if (type === TokenType.EOF) return;
    if (type === TokenType.OpenCurly) depth += 1;
    if (type === TokenType.CloseCurly) depth -= 1;
  }
};

const textOf = (tokens: readonly CSSToken[]): string => tokens.map(([, raw]) => raw).join('');
