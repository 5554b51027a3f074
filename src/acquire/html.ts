import { safeAddress } from './addresses.ts';
import { NO_SHEETS, type Sheets, sheetsIn } from './css-hiding.ts';
import { type Attributes, NOTHING_INSIDE, readHtml } from './html-events.ts';
import {
  BLOCKS,
  declarationsOf,
  type Element,
  hasNoSize,
  isHidden,
  isInvisible,
  isVerbatim,
  standsApart,
  stylesIn,
} from './html-looks.ts';
import { wordsOfImage } from './html-images.ts';
import { closedBy, isBoundary } from './html-nesting.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { addCode, numberFrom, OUTSIDE, type Setting, settingIn, startLineOfCode } from './html-settings.ts';
import type { Anchor, Line, Styles } from './lines.ts';
import { markOf } from './mail-marks.ts';

/** Reads HTML as a browser shows it, into lines. Never throws, and takes time that grows with the text and no faster. */

/** How words look here. */
type Looks = {
  readonly styles: Styles;
  readonly anchor: Anchor | null;
  readonly isHidden: boolean;
  readonly isUnsized: boolean;
  readonly isInvisible: boolean;
  readonly isVerbatim: boolean;
};

type Frame = {
  readonly element: Element;
  readonly isBlock: boolean;
  readonly isApart: boolean;
  readonly anchor: Anchor | null;
  readonly setting: Setting;
  looks: Looks;
};

/** Deeper elements are read without what they change: no mail has so many, and each costs time in all those inside. */
const DEEPEST = 256;
const RULE = '———';

export const linesOfHtml = (html: string): readonly Line[] => {
  const sheets = sheetsIn(html);
  const lines = readWith(sheets, html);
  // A sheet that leaves nothing was not made for the screen of an agent.
  return sheets.isEmpty || lines.some(({ isBlank }) => !isBlank) ? lines : readWith(NO_SHEETS, html);
};

const readWith = (sheets: Sheets, html: string): readonly Line[] => {
  const reading = createReading(sheets);
  readHtml(html, reading);
  return reading.end();
};

const createReading = (sheets: Sheets) => {
  const writer = createLineWriter();
  const stack: Frame[] = [ROOT];
  const ignored = new Map<string, number>();
  let skipped: { readonly name: string; depth: number } | null = null;
  let isRest = false;

  const top = (): Frame => stack.at(-1) ?? ROOT;
  const placeOf = ({ quote, role, item }: Setting) => ({ quote, role: isRest ? ('history' as const) : role, item });

  const pop = (): void => {
    const frame = stack.pop();
    if (frame !== undefined) leave(frame);
  };
  const leave = ({ element: { name }, isBlock, isApart, setting, looks }: Frame): void => {
    const { code } = setting;
    if (code !== null && code !== top().setting.code) writeCode(writer, code, placeOf(setting), looks);
    if (isBlock) writer.endBlock(isApart);
    if (name === 'tr' && setting.row !== null && setting.row.marks.length > 1) writer.joinSince(setting.row.marks);
  };
  const popTo = (length: number): void => {
    while (stack.length > length) pop();
  };

  /** What stands inside an element that was never opened inside it goes on without it. */
  const takeOut = (at: number): void => {
    stack.splice(at, 1);
    for (let index = at; index < stack.length; index += 1) {
      const frame = stack[index];
      const outer = stack[index - 1];
      if (frame !== undefined && outer !== undefined) frame.looks = looksIn(frame.element, outer.looks, frame.anchor);
    }
  };

  const push = (element: Element): void => {
    const outer = top();
    const isBlock = BLOCKS.has(element.name);
    const isApart = standsApart(element);
    const anchor = anchorOf(element) ?? outer.anchor;
    const looks = looksIn(element, outer.looks, anchor);
    if (looks.isHidden) {
      stack.push({ element, isBlock: false, isApart: false, anchor, looks, setting: outer.setting });
      return;
    }
    if (isBlock) writer.endBlock(isApart);
    const mark = markOf(element);
    if (mark === 'rest') isRest = true;
    const setting = settingIn(element, outer.setting, mark === 'rest' ? null : mark);
    if (isCell(element.name)) setting.row?.marks.push(writer.mark());
    if (isBlock) startLineOfCode(setting.code);
    stack.push({ element, isBlock: isBlock || isCell(element.name), isApart, anchor, looks, setting });
  };

  const openEmpty = (element: Element): void => {
    const { looks, setting } = top();
    if (looks.isHidden) return;
    const { name } = element;
    if (name === 'br' && setting.code !== null) addCode(setting.code, '\n');
    else if (name === 'br') writer.breakLine(placeOf(setting));
    else if (name === 'hr') {
      writer.endBlock();
      writer.words(RULE, { ...looks, verbatim: false, place: placeOf(setting) });
      writer.endBlock();
    } else if (name === 'img' && !isHidden(element)) text(wordsOfImage(element));
  };

  const text = (words: string): void => {
    const { looks, setting } = top();
    if (skipped !== null || looks.isHidden || looks.isUnsized || looks.isInvisible) return;
    if (setting.markOf !== null) numberFrom(words, setting.markOf);
    else if (setting.code !== null) addCode(setting.code, words);
    else writer.words(words, { ...looks, verbatim: looks.isVerbatim, place: placeOf(setting) });
  };

  return {
    text,
    open(name: string, attributes: Attributes) {
      if (skipped !== null) {
        if (name === skipped.name) skipped.depth += 1;
        return;
      }
      const element: Element = { name, attributes, style: declarationsOf(name, attributes, sheets) };
      if (NOTHING_INSIDE.has(name)) return openEmpty(element);
      const closed = closedBy(name, stack.length, (at) => stack[at]?.element.name ?? '');
      if (closed !== null && name === 'a') takeOut(closed);
      else if (closed !== null) popTo(closed);
      if (stack.length < DEEPEST) return push(element);
      if (isHidden(element)) skipped = { name, depth: 1 };
      else ignored.set(name, (ignored.get(name) ?? 0) + 1);
    },
    close(name: string) {
      if (skipped !== null) {
        if (name === skipped.name) skipped.depth -= 1;
        if (skipped.depth === 0) skipped = null;
        return;
      }
      const count = ignored.get(name) ?? 0;
      if (count > 0) return void ignored.set(name, count - 1);
      const at = stack.findLastIndex(({ element }) => element.name === name || isBoundary(element.name, name));
      const found = stack[at];
      if (at <= 0 || found?.element.name !== name) return;
      if (found.isBlock || at === stack.length - 1 || found.looks.isHidden) popTo(at);
      else takeOut(at);
    },
    end(): readonly Line[] {
      popTo(1);
      return writer.end();
    },
  };
};

const ROOT: Frame = {
  element: { name: '', attributes: new Map(), style: new Map() },
  isBlock: false,
  isApart: false,
  anchor: null,
  setting: OUTSIDE,
  looks: { styles: {}, anchor: null, isHidden: false, isUnsized: false, isInvisible: false, isVerbatim: false },
};

const anchorOf = ({ name, attributes }: Element): Anchor | null => {
  const url = name === 'a' ? safeAddress(attributes.get('href') ?? '') : null;
  return url === null ? null : { url };
};

const looksIn = (element: Element, outer: Looks, anchor: Anchor | null): Looks => ({
  styles: stylesIn(element, outer.styles),
  anchor,
  isHidden: outer.isHidden || isHidden(element),
  isUnsized: hasNoSize(element.style, outer.isUnsized),
  isInvisible: isInvisible(element.style, outer.isInvisible),
  isVerbatim: isVerbatim(element, outer.isVerbatim),
});

const isCell = (name: string): boolean => name === 'td' || name === 'th';

const writeCode = (
  writer: LineWriter,
  code: NonNullable<Setting['code']>,
  place: Parameters<LineWriter['code']>[1],
  { isHidden: isUnseen }: Looks,
): void => {
  const text = code.text.replaceAll('\r\n', '\n').replace(/^\n/, '').trimEnd();
  if (text !== '' && !isUnseen) writer.code(text, { ...place, item: null });
};
