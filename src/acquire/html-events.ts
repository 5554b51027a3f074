import { createRequire } from 'node:module';
import type * as Htmlparser2 from 'htmlparser2';
import { whenUsedOrSoon } from '../loading.ts';

/** What an HTML text is made of, from its beginning to its end: words, and tags as they stand. */

const require = createRequire(import.meta.url);
const htmlparser2 = whenUsedOrSoon((): typeof Htmlparser2 => require('htmlparser2'));

export type Attributes = ReadonlyMap<string, string>;

export type HtmlListener = {
  text(words: string): void;
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
};

/** Elements that end where they begin. */
export const NOTHING_INSIDE = new Set(
  'area base basefont br col embed frame hr img input keygen link meta param source track wbr'.split(' '),
);

/**
 * Entities are decoded, comments and declarations left out, and names are in small letters. Elements that hold nothing
 * are opened only. The tokenizer of htmlparser2 is used without its parser, whose stack takes time that grows with the
 * square of the depth.
 */
export const readHtml = (html: string, listener: HtmlListener): void => {
  let consumed = 0;
  let name = '';
  let attribute = '';
  let value = '';
  let attributes = new Map<string, string>();

  const upTo = (end: number): void => {
    consumed = Math.max(consumed, end);
  };
  const opened = (): void => {
    listener.open(name, attributes);
    attributes = new Map();
  };
  const after = (_start: number, end: number): void => upTo(end + 1);

  const callbacks: Htmlparser2.TokenizerCallbacks = {
    ontext(start, end) {
      upTo(end);
      listener.text(html.slice(start, end));
    },
    ontextentity(point, end) {
      upTo(end);
      listener.text(String.fromCodePoint(point));
    },
    onopentagname(start, end) {
      name = html.slice(start, end).toLowerCase();
      attributes = new Map();
    },
    onattribname(start, end) {
      attribute = html.slice(start, end).toLowerCase();
      value = '';
    },
    onattribdata(start, end) {
      value += html.slice(start, end);
    },
    onattribentity(point) {
      value += String.fromCodePoint(point);
    },
    onattribend() {
      // The first one counts where an attribute is given twice.
      if (!attributes.has(attribute)) attributes.set(attribute, value);
    },
    onopentagend(end) {
      upTo(end + 1);
      opened();
    },
    onselfclosingtag(end) {
      upTo(end + 1);
      opened();
      // HTML knows no such thing, but the names with a colon that Office writes come from XML.
      if (name.includes(':')) listener.close(name);
    },
    onclosetag(start, end) {
      upTo(end + 1);
      const closed = html.slice(start, end).toLowerCase();
      // A browser takes `</br>` for `<br>`, and for `</hr>` and the like it does nothing.
      if (closed === 'br') listener.open('br', new Map());
      else if (!NOTHING_INSIDE.has(closed)) listener.close(closed);
    },
    oncomment: after,
    oncdata: after,
    ondeclaration: after,
    onprocessinginstruction: after,
    onend: () => undefined,
    isInForeignContext: () => false,
  };

  const { Tokenizer } = htmlparser2();
  const tokenizer = new Tokenizer({}, callbacks);
  tokenizer.write(html);
  tokenizer.end();
  // What looks like the beginning of a tag and never becomes one is what somebody typed.
  const rest = html.slice(consumed);
  if (rest !== '') listener.text(rest);
};
