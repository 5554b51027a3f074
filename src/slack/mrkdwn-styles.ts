import type { Styles } from '../core/rich-text.ts';

/** One line of Slack's text syntax as runs in one style each; `*`, `_` and `~` are taken out where they are styles. */

export type Run = {
  readonly is: 'text' | 'token' | 'code';
  /** Of a token and of code what is inside. */
  readonly text: string;
  readonly style: Styles;
};

/** Between one `<` or tick and the next only one reading is tried. */
const WHOLE = /<([^<>]*)>|`([^`]+)`/gu;

const STYLES: Readonly<Record<string, 'bold' | 'italic' | 'strike'>> = { '*': 'bold', _: 'italic', '~': 'strike' };

export const styledRuns = (line: string): readonly Run[] => {
  const stretches = stretchesOf(line);
  const signs = signsOf(line, stretches);
  const runs: Run[] = [];
  let style: Styles = {};
  for (const { is, from, to, text } of stretches) {
    if (is !== 'text') {
      runs.push({ is, text, style });
      continue;
    }
    let start = from;
    for (let at = from; at < to; at += 1) {
      const changed = signs.get(at);
      if (changed === undefined) continue;
      if (at > start) runs.push({ is, text: line.slice(start, at), style });
      style = toggled(style, changed);
      start = at + 1;
    }
    if (to > start) runs.push({ is, text: line.slice(start, to), style });
  }
  return runs;
};

type Stretch = Omit<Run, 'style'> & { readonly from: number; readonly to: number };
type Style = 'bold' | 'italic' | 'strike';

const stretchesOf = (line: string): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let from = 0;
  const textUntil = (to: number) => {
    if (to > from) stretches.push({ is: 'text', text: line.slice(from, to), from, to });
  };
  for (const match of line.matchAll(WHOLE)) {
    const [whole, token, code = ''] = match;
    textUntil(match.index);
    from = match.index + whole.length;
    stretches.push({ is: token === undefined ? 'code' : 'token', text: token ?? code, from: match.index, to: from });
  }
  textUntil(line.length);
  return stretches;
};

/** The pairs of signs that stand at the borders of words: `snake_case` and `2*3*4` are not styled. */
const signsOf = (line: string, stretches: readonly Stretch[]): ReadonlyMap<number, Style> => {
  const signs = new Map<number, Style>();
  const open = new Map<string, number>();
  for (const { from, to } of stretches.filter(({ is }) => is === 'text')) {
    for (let at = from; at < to; at += 1) {
      const sign = line.charAt(at);
      const style = STYLES[sign];
      if (style === undefined) continue;
      const start = open.get(sign);
      if (start !== undefined && at > start + 1 && closes(line, at)) {
        signs.set(start, style).set(at, style);
        open.delete(sign);
      } else if (opens(line, at)) open.set(sign, at);
    }
  }
  return signs;
};

const opens = (line: string, at: number): boolean => isBorder(line, before(line, at)) && isInk(line.charAt(at + 1));
const closes = (line: string, at: number): boolean => isInk(line.charAt(at - 1)) && isBorder(line, at + 1);

const isInk = (character: string): boolean => character.trim() !== '';

const isBorder = (line: string, at: number): boolean => {
  const character = String.fromCodePoint(line.codePointAt(at) ?? BLANK);
  return character < '\u0080' ? !/[a-z0-9]/iu.test(character) : /[\s\p{P}\p{S}\p{Variation_Selector}]/u.test(character);
};
const BLANK = 0x20;

const before = (line: string, at: number): number => (/[\udc00-\udfff]/.test(line.charAt(at - 1)) ? at - 2 : at - 1);

const toggled = (style: Styles, changed: Style): Styles => {
  const { [changed]: was, ...others } = style;
  return was ? others : { ...others, [changed]: true };
};
