import { type Declaration, declarationFrom, rulesIn, screensOf } from './css-sheet.ts';
import { keysFor, type Selected, type Selector, selectorsIn } from './css-selectors.ts';
import { readHtml } from './html-events.ts';

/**
 * What the style sheets of a mail say of whether an element is seen. When in doubt it is: a rule that is not understood
 * as a whole hides nothing, but may show what another one hides.
 */

export type Sheets = {
  readonly isEmpty: boolean;
  /** The declarations of an element, with those that its sheets add or overrule. */
  declarationsOf(element: Selected, inline: ReadonlyMap<string, Declaration>): ReadonlyMap<string, Declaration>;
};

/** Sheets are read so far; those of newsletters take a tenth of it. */
const LONGEST = 200_000;

const NAMES = new Set('display visibility font-size opacity max-height height width overflow mso-hide'.split(' '));

/** The best of all rules for one key; `order` tells which came later. */
type Styled = Declaration & { readonly specificity: number; readonly order: number };
type Known = { readonly plain: Map<string, Styled>; readonly perhaps: Map<string, Styled> };

export const NO_SHEETS: Sheets = { isEmpty: true, declarationsOf: (_element, inline) => inline };

/** Sheets count for the whole, wherever they stand in it. */
export const sheetsIn = (html: string): Sheets => {
  if (!/<style[\s>/]/i.test(html)) return NO_SHEETS;
  const known = new Map<string, Known>();
  let order = 0;
  for (const { css, media } of stylesIn(html)) {
    for (const { when, selectors, declarations } of rulesIn(css, screensOf(media))) {
      const wanted = declarations.map(withSize).filter(({ name }) => NAMES.has(name));
      if (wanted.length === 0) continue;
      for (const selector of selectorsIn(selectors)) {
        const isPerhaps = when === 'perhaps' || selector.isPartial;
        for (const one of wanted) keep(known, { ...one, ...selector, order: (order += 1) }, isPerhaps);
      }
    }
  }
  return known.size === 0 ? NO_SHEETS : createSheets(known);
};

type StyleElement = { readonly css: string; readonly media: string };

const stylesIn = (html: string): readonly StyleElement[] => {
  const found: StyleElement[] = [];
  let media: string | null = null;
  let room = LONGEST;
  readHtml(html, {
    open(name, attributes) {
      const type = attributes.get('type')?.trim().toLowerCase() ?? '';
      media = name === 'style' && (type === '' || type === 'text/css') ? (attributes.get('media') ?? '') : null;
    },
    text(words) {
      if (media === null || room <= 0) return;
      found.push({ css: words.slice(0, room), media });
      room -= words.length;
    },
    close() {
      media = null;
    },
  });
  return found;
};

const SIZE = /(?:^|\s)(?:(\d*\.?\d+[a-z%]*)(?:\s*\/|\s)|(\d*\.?\d+[a-z%]+)$)/;

/** The short form sets the size as well. */
const withSize = (declaration: Declaration): Declaration => {
  if (declaration.name !== 'font') return declaration;
  const [, first, last] = SIZE.exec(declaration.value) ?? [];
  return { ...declaration, name: 'font-size', value: first ?? last ?? 'medium' };
};

const keep = (known: Map<string, Known>, styled: Styled & Pick<Selector, 'key'>, isPerhaps: boolean): void => {
  // Nothing is lost by what is shown once more; but nobody is to be hidden by a guess.
  if (isPerhaps && hides(styled)) return;
  const found = known.get(styled.key) ?? { plain: new Map(), perhaps: new Map() };
  known.set(styled.key, found);
  const kept = isPerhaps ? found.perhaps : found.plain;
  const before = kept.get(styled.name);
  if (before === undefined || beats(styled, before)) kept.set(styled.name, styled);
};

const beats = (one: Styled, other: Styled): boolean => {
  if (one.isImportant !== other.isImportant) return one.isImportant;
  return one.specificity === other.specificity ? one.order > other.order : one.specificity > other.specificity;
};

const hides = ({ name, value }: Declaration): boolean => {
  switch (name) {
    case 'display':
      return value === 'none';
    case 'visibility':
    case 'overflow':
      return value === 'hidden' || value === 'collapse' || value === 'clip';
    case 'mso-hide':
      return value === 'all';
    default:
      return isZero(value);
  }
};

export const isZero = (value: string | undefined): boolean =>
  value !== undefined && /^0*\.?0*(?:[a-z%]*)$/.test(value) && /0/.test(value);

const createSheets = (known: ReadonlyMap<string, Known>): Sheets => {
  const asked = new Map<string, readonly Verdict[]>();

  const verdictsOn = (element: Selected): readonly Verdict[] => {
    const name = JSON.stringify(element);
    const before = asked.get(name);
    if (before !== undefined) return before;
    const matching = keysFor(element).flatMap((key) => known.get(key) ?? []);
    const verdicts = [...NAMES].flatMap((property): readonly Verdict[] => {
      const plain = best(matching.map((one) => one.plain.get(property)));
      const perhaps = best(matching.map((one) => one.perhaps.get(property)));
      return plain === null && perhaps === null ? [] : [{ property, plain, perhaps }];
    });
    asked.set(name, verdicts);
    return verdicts;
  };

  return {
    isEmpty: false,
    declarationsOf(element, inline) {
      const verdicts = verdictsOn(element);
      if (verdicts.length === 0) return inline;
      const merged = new Map(inline);
      for (const { property, plain, perhaps } of verdicts) {
        const winner = winnerOf(inline.get(property), plain, perhaps);
        if (winner !== undefined) merged.set(property, winner);
      }
      return merged;
    },
  };
};

type Verdict = { readonly property: string; readonly plain: Styled | null; readonly perhaps: Styled | null };

const best = (all: readonly (Styled | undefined)[]): Styled | null =>
  all.reduce<Styled | null>((won, one) => (one !== undefined && (won === null || beats(one, won)) ? one : won), null);

/** What may be shown is shown, unless something certain is stronger by its importance. */
const winnerOf = (
  inline: Declaration | undefined,
  plain: Styled | null,
  perhaps: Styled | null,
): Declaration | undefined => {
  if (inline?.isImportant) return inline;
  const important = [perhaps, plain].find((one) => one?.isImportant);
  return important ?? inline ?? perhaps ?? plain ?? undefined;
};

/** Those of a `style` attribute, the last of each name. */
export const inlineDeclarations = (style: string): ReadonlyMap<string, Declaration> =>
  new Map(
    style
      .toLowerCase()
      .split(';')
      .map(declarationFrom)
      .filter((one) => one !== null)
      .map(withSize)
      .map((one) => [one.name, one]),
  );
