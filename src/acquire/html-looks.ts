import { inlineDeclarations, isZero, type Sheets } from './css-hiding.ts';
import type { Attributes } from './html-events.ts';
import type { Styles } from './lines.ts';

/** What an element looks like: which are lines of their own, bold, hidden. */

const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));

export const BLOCKS = names(
  'address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul caption',
);
/** With a blank line before and after. */
const APART = names('p h1 h2 h3 h4 h5 h6');
const NEVER_SHOWN = names(
  'applet audio base canvas command datalist embed frame frameset head iframe link meta noembed noframes object param script select style svg template title video xml',
);

const BOLD = names('b strong h1 h2 h3 h4 h5 h6 th dt');
const ITALIC = names('em i');
const STRUCK = names('del s strike');
const CODE = names('code kbd samp tt');

/** What the `style` attribute and the style sheets declare of an element. */
export type Declarations = ReadonlyMap<string, string>;

const NO_DECLARATIONS: Declarations = new Map();

export const declarationsOf = (tag: string, attributes: Attributes, sheets: Sheets): Declarations => {
  const style = attributes.get('style');
  if (style === undefined && sheets.isEmpty) return NO_DECLARATIONS;
  const inline = inlineDeclarations(style ?? '');
  const classes = (attributes.get('class') ?? '').split(/\s+/).filter((one) => one !== '');
  const declared = sheets.declarationsOf({ tag, id: attributes.get('id') ?? '', classes }, inline);
  return new Map([...declared].map(([name, { value }]) => [name, value]));
};

export type Element = { readonly name: string; readonly attributes: Attributes; readonly style: Declarations };

/** Whether nobody would see it, nor anything in it. */
export const isHidden = ({ name, attributes, style }: Element): boolean =>
  NEVER_SHOWN.has(name) ||
  attributes.has('hidden') ||
  style.get('display') === 'none' ||
  isZero(style.get('max-height')) ||
  isZero(style.get('opacity')) ||
  (style.get('overflow') === 'hidden' && (isZero(style.get('height')) || isZero(style.get('width')))) ||
  // It hides from Outlook alone; on a link it marks the button that all others show.
  (style.get('mso-hide') === 'all' && name !== 'a');

/** Words in letters of no size are not seen, unless an element inside gives them one: newsletters are built that way. */
export const hasNoSize = (style: Declarations, before: boolean): boolean => {
  const size = style.get('font-size');
  return size === undefined ? before : isZero(size);
};

export const isInvisible = (style: Declarations, before: boolean): boolean => {
  const value = style.get('visibility');
  return value === undefined ? before : value === 'hidden' || value === 'collapse';
};

export const isVerbatim = ({ name, style }: Element, before: boolean): boolean => {
  const value = style.get('white-space') ?? (name === 'pre' || name === 'textarea' ? 'pre' : undefined);
  return value === undefined ? before : value.startsWith('pre') || value === 'break-spaces';
};

/** Office and mail programs write a paragraph for each line, and take its margins away. */
export const standsApart = ({ name, attributes, style }: Element): boolean => {
  if (!APART.has(name) || /^(?:x_)?mso/i.test(attributes.get('class') ?? '')) return false;
  return !/^0|^\.0/.test(style.get('margin-bottom') ?? bottomOf(style.get('margin') ?? ''));
};

const bottomOf = (margin: string): string => {
  const [top = '', , bottom = top] = margin.split(/\s+/);
  return bottom;
};

/** Gmail indents with a quotation that has no border. */
export const isIndent = (style: Declarations): boolean =>
  style.get('border') === 'none' || /^0(?:px)?$/.test(style.get('border-left') ?? style.get('border-width') ?? '');

/** The same object where nothing changes. */
export const stylesIn = ({ name, style }: Element, outer: Styles): Styles => {
  const weight = style.get('font-weight');
  const isBold = weight === undefined ? BOLD.has(name) : /^(?:bold|bolder|[6-9]00)$/.test(weight);
  const slant = style.get('font-style');
  const isItalic = slant === undefined ? ITALIC.has(name) : slant === 'italic' || slant === 'oblique';
  const isStruck = STRUCK.has(name) || (style.get('text-decoration') ?? '').includes('line-through');
  const isCode = CODE.has(name);
  const isNews =
    (isBold && !outer.bold) || (isItalic && !outer.italic) || (isStruck && !outer.strike) || (isCode && !outer.code);
  if (!isNews) return outer;
  return {
    ...outer,
    ...(isBold ? { bold: true } : {}),
    ...(isItalic ? { italic: true } : {}),
    ...(isStruck ? { strike: true } : {}),
    ...(isCode ? { code: true } : {}),
  };
};
