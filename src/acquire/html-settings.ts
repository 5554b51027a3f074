import type { Element } from './html-looks.ts';
import type { Item, Role } from './lines.ts';
import { isQuote } from './mail-marks.ts';

/** Where words stand here. */
export type Setting = {
  readonly quote: number;
  readonly role: Role;
  readonly list: List | null;
  readonly item: Item | null;
  readonly row: { readonly marks: number[] } | null;
  readonly code: Code | null;
  /** The entry whose mark is written out here, as Office does. */
  readonly markOf: Item | null;
};

type List = { readonly isOrdered: boolean; readonly indent: number; readonly step: number; next: number };
type Code = { text: string; isAtStart: boolean };

export const OUTSIDE: Setting = {
  quote: 0,
  role: 'own',
  list: null,
  item: null,
  row: null,
  code: null,
  markOf: null,
};

/** Where words stand inside an element. `mark`: what a mail program says of it. */
export const settingIn = (element: Element, outer: Setting, mark: Role | null): Setting => {
  const inner = mark === null || outer.role !== 'own' ? outer : { ...outer, role: mark };
  const { name, attributes, style } = element;
  switch (name) {
    case 'ul':
    case 'ol':
      return { ...inner, list: listIn(element, outer.list), item: null };
    case 'li':
      return { ...inner, item: nextItem(inner.list, attributes.get('value')) };
    case 'blockquote':
      return isQuote(element) ? { ...inner, quote: inner.quote + 1, list: null, item: null } : inner;
    case 'table':
      return { ...inner, item: null, row: null };
    case 'tr':
      return { ...inner, row: { marks: [] } };
    case 'pre':
    case 'listing':
    case 'xmp':
      return isCode(element) ? { ...inner, code: inner.code ?? { text: '', isAtStart: true } } : inner;
    default: {
      const level = /\blevel(\d)/.exec(style.get('mso-list') ?? '')?.[1];
      if (level !== undefined) return { ...inner, item: { indent: Number(level) - 1, number: null } };
      return style.get('mso-list') === 'ignore' ? { ...inner, markOf: inner.item } : inner;
    }
  }
};

const listIn = ({ name, attributes }: Element, outer: List | null): List => {
  const step = attributes.has('reversed') ? -1 : 1;
  return {
    isOrdered: name === 'ol',
    indent: outer === null ? 0 : outer.indent + 1,
    step,
    next: integerOf(attributes.get('start')) ?? 1,
  };
};

const nextItem = (list: List | null, value: string | undefined): Item => {
  if (list === null) return { indent: 0, number: null };
  const number = integerOf(value) ?? list.next;
  list.next = number + list.step;
  return { indent: list.indent, number: list.isOrdered ? number : null };
};

const integerOf = (text: string | undefined): number | null =>
  text !== undefined && /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : null;

/** Office writes the number of an entry out, as its first words. */
export const numberFrom = (words: string, item: Item): void => {
  const digits = /^\s*(\d{1,6})[.)]/.exec(words)?.[1];
  if (digits !== undefined) item.number = Number(digits);
};

/** Mail programs keep the lines of a plain text with `pre`, which makes no code of it. */
const isCode = ({ attributes, style }: Element): boolean =>
  !/(?:^|\s)moz-/.test(attributes.get('class') ?? '') && style.get('white-space') === undefined;

export const addCode = (code: Code, text: string): void => {
  if (text === '') return;
  code.text += text;
  code.isAtStart = text.endsWith('\n');
};

export const startLineOfCode = (code: Code | null): void => {
  if (code !== null && !code.isAtStart) addCode(code, '\n');
};
