import table from './emoji.json' with { type: 'json' };

/** Emoji by the names that Slack gives them. The table's origin: scripts/emoji-table.ts. */

const names: ReadonlyMap<string, string> = new Map(Object.entries(table.names));
const toned: ReadonlyMap<string, string> = new Map(Object.entries(table.toned));
const mixed: ReadonlyMap<string, string> = new Map(Object.entries(table.mixed));

/** `:skin-tone-2:` is the lightest. */
const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿'] as const;
const FIRST_TONE = 2;

export type Emoji = {
  /** Without colons; may carry its tone, as in `+1::skin-tone-3`. */
  readonly name: string;
  /** Code points in hexadecimal, joined by `-`. */
  readonly unicode?: string | undefined;
  readonly skinTone?: number | undefined;
};

/** The emoji itself; of a workspace's own emoji the name in brackets, for nobody else has its picture. */
export const emojiText = ({ name, unicode, skinTone }: Emoji): string => {
  const [base = '', tone] = name.split('::skin-tone-');
  const tones = (tone?.split('-').map(Number) ?? (skinTone === undefined ? [] : [skinTone])).filter(isTone);
  const named = names.get(base);
  const given = charactersOf(unicode);
  // Slack may write an emoji without the sign that makes it colourful; but its list may also be newer than our table.
  if (named !== undefined && (given === null || bare(given) === bare(named)))
    return inTones(named, given === null || tonesIn(given).length === 0 ? tones : tonesIn(given));
  return given === null ? `(${base})` : inTones(given, tones);
};

const isEmojiName = (name: string): boolean => names.has(name);

const isTone = (tone: number): boolean => tone >= FIRST_TONE && tone < FIRST_TONE + TONES.length;

const charactersOf = (unicode = ''): string | null => {
  const points = unicode.split('-').map((point) => Number.parseInt(point, 16));
  return points.every((point) => point > 0 && point <= 0x10_ff_ff) ? String.fromCodePoint(...points) : null;
};

const tonesIn = (emoji: string): readonly number[] =>
  [...emoji].map((sign) => TONES.findIndex((tone) => tone === sign) + FIRST_TONE).filter(isTone);

const bare = (emoji: string): string => emoji.replaceAll(/\ufe0f|\p{Emoji_Modifier}/gu, '');

/** What bears no tone, or has one already, stays as it is. */
const inTones = (emoji: string, [first, second = first]: readonly number[]): string => {
  if (first === undefined || second === undefined) return emoji;
  const pattern = first === second ? (toned.get(emoji) ?? mixed.get(emoji)) : (mixed.get(emoji) ?? toned.get(emoji));
  const left = [first, second];
  return (
    pattern?.replaceAll(/[\u{1f3fb}\u{1f3fc}]/gu, () => TONES[(left.shift() ?? first) - FIRST_TONE] ?? '') ?? emoji
  );
};

const NAMED = /:([\p{Ll}\p{Lo}\p{M}\p{N}_+'-]{1,100})(?:::skin-tone-([2-6](?:-[2-6])?))?:/uy;
const WORD = /[\p{L}\p{N}]/u;

/** Puts emoji for the names that a text without blocks has for them. `10:30:45` and `std::vector` name none. */
export const withEmoji = (text: string): string => {
  let out = '';
  let from = 0;
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at)) {
    NAMED.lastIndex = at;
    const [whole = '', name = '', tone] = NAMED.exec(text) ?? [];
    const end = at + whole.length;
    const isBeside = text.charAt(at - 1) === ':' && at > from;
    if (whole === '' || isBeside || !isMeant(name, text.slice(Math.max(at - 2, 0), at), text.slice(end, end + 2))) {
      at += 1;
      continue;
    }
    out += text.slice(from, at) + emojiText({ name: tone === undefined ? name : `${name}::skin-tone-${tone}` });
    from = end;
    at = end;
  }
  return out + text.slice(from);
};

/** Colons stand in other things too: an emoji is surer to be meant by a name that is known, and apart from words. */
const isMeant = (name: string, before: string, after: string): boolean => {
  const touching = [WORD.test([...before].at(-1) ?? ''), WORD.test([...after].at(0) ?? '')].filter(Boolean).length;
  const isWord = /\p{L}/u.test(name);
  if (isEmojiName(name)) return isWord ? touching < 2 : touching === 0;
  return isWord && [...name].length > 1 && touching === 0;
};
