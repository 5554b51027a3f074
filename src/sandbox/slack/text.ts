import type { JsonObject } from './wire.ts';
import { isObject, textOf } from './wire.ts';
import type { Message, Workspace } from './workspace.ts';

/** Slack's only three escapes. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const unescapeText = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

type Style = 'bold' | 'italic' | 'strike' | 'code';
type Written = 'typed' | 'mrkdwn';

interface Reading {
  workspace: Workspace;
  written: Written;
}

/** What a member typed, as Slack's client sends it on: `text` and the rich_text block say the same. */
export function typedText(workspace: Workspace, typed: string): { text: string; blocks: JsonObject[] } {
  const block = richText({ workspace, written: 'typed' }, typed);
  return { text: renderBlock(block), blocks: [block] };
}

/** What an app posted: stray `&`, `<`, `>` escaped, bare addresses wrapped, tokens kept. */
export function postedText(text: string): string {
  return text
    .split(TOKEN_OR_CODE)
    .map((part, index) => {
      if (index % 2 === 0) return wrapLinks(escapeStray(part));
      return part.startsWith('`') ? escapeStray(part) : part;
    })
    .join('');
}

/** Slack gives a text without blocks a rich_text block of its own. */
export const postedBlocks = (workspace: Workspace, text: string): JsonObject[] =>
  text === '' ? [] : [richText({ workspace, written: 'mrkdwn' }, text)];

const TOKEN = '<(?:[@#!][^<>\\n]+|[a-z][a-z0-9+.-]*:[^<>\\n]+)>';
const TOKEN_OR_CODE = new RegExp(`(${TOKEN}|\`\`\`[\\s\\S]*?\`\`\`|\`[^\`\\n]+\`)`, 'i');
const BARE_URL = /\bhttps?:\/\/[^\s<>|`]*[^\s<>|`.,!?;:)'"*_~]/g;

const escapeStray = (text: string): string =>
  text
    .replace(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const wrapLinks = (text: string): string => text.replace(BARE_URL, (url) => `<${url}>`);

function richText(reading: Reading, text: string): JsonObject {
  const elements: JsonObject[] = [];
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith('```') && part.length >= 6) {
      const code = part.slice(3, -3).replace(/^\n|\n$/g, '');
      elements.push({ type: 'rich_text_preformatted', elements: [textElement(literal(reading, code))] });
    } else if (part !== '') {
      elements.push(...paragraphs(reading, part));
    }
  }
  return { type: 'rich_text', block_id: blockId(reading.workspace), elements };
}

export const blockId = (workspace: Workspace): string => Math.floor(workspace.random() * 36 ** 5).toString(36);

const QUOTE = /^(?:>|&gt;) ?/;

function paragraphs(reading: Reading, text: string): JsonObject[] {
  const elements: JsonObject[] = [];
  let lines: string[] = [];
  let quoting = false;
  const flush = () => {
    const body = lines.join('\n').replace(quoting ? /\n$/ : /^$/, '');
    if (body !== '') {
      elements.push({ type: quoting ? 'rich_text_quote' : 'rich_text_section', elements: inline(reading, body) });
    }
    lines = [];
  };
  for (const line of text.split('\n')) {
    const quote = QUOTE.test(line);
    if (quote !== quoting) flush();
    quoting = quote;
    lines.push(quote ? line.replace(QUOTE, '') : line);
  }
  flush();
  return elements;
}

const INLINE = [
  '`([^`\\n]+)`', // 1 code
  `(${TOKEN})`, // 2 token
  '\\b(https?:\\/\\/[^\\s<>|`]*[^\\s<>|`.,!?;:)\'"*_~])', // 3 address
  '(?<![\\w.])([\\w.+-]+@[\\w-]+\\.[\\w.-]*\\w)', // 4 e-mail
  '(?<!\\w)([@#][\\w.-]*\\w)', // 5 name
  "(?<![\\w:]):([a-z0-9_+'-]+):", // 6 emoji
  '(?<!\\w)\\*(\\S|\\S[^*\\n]*\\S)\\*(?!\\w)', // 7 bold
  '(?<!\\w)_(\\S|\\S[^_\\n]*\\S)_(?!\\w)', // 8 italic
  '(?<!\\w)~(\\S|\\S[^~\\n]*\\S)~(?!\\w)', // 9 strike
].join('|');

function inline(reading: Reading, text: string, styles: Style[] = []): JsonObject[] {
  const elements: JsonObject[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) elements.push(textElement(literal(reading, text.slice(from, to)), styles));
  };
  for (const match of text.matchAll(new RegExp(INLINE, 'g'))) {
    const found = elementsOf(reading, match, styles);
    if (found === undefined) continue;
    plain(match.index);
    elements.push(...found);
    from = match.index + match[0].length;
  }
  plain(text.length);
  return elements;
}

function elementsOf(reading: Reading, match: RegExpMatchArray, styles: Style[]): JsonObject[] | undefined {
  const [, code, token, url, mail, name, emoji, bold, italic, strike] = match;
  if (code !== undefined) return [textElement(literal(reading, code), [...styles, 'code'])];
  if (token !== undefined) return reading.written === 'mrkdwn' ? [tokenElement(token, styles)] : undefined;
  if (url !== undefined) return [withStyle({ type: 'link', url: literal(reading, url) }, styles)];
  if (mail !== undefined) return [withStyle({ type: 'link', url: `mailto:${mail}`, text: mail }, styles)];
  if (name !== undefined) return nameElement(reading, name, styles);
  if (emoji !== undefined) {
    return reading.workspace.emoji.has(emoji) ? [withStyle({ type: 'emoji', name: emoji }, styles)] : undefined;
  }
  if (bold !== undefined) return inline(reading, bold, [...styles, 'bold']);
  if (italic !== undefined) return inline(reading, italic, [...styles, 'italic']);
  if (strike !== undefined) return inline(reading, strike, [...styles, 'strike']);
  return undefined;
}

/** In mrkdwn the text is escaped already; rich_text is literal. */
const literal = (reading: Reading, text: string): string => (reading.written === 'mrkdwn' ? unescapeText(text) : text);

const textElement = (text: string, styles: Style[] = []): JsonObject => withStyle({ type: 'text', text }, styles);

const withStyle = (element: JsonObject, styles: Style[]): JsonObject =>
  styles.length === 0 ? element : { ...element, style: Object.fromEntries(styles.map((style) => [style, true])) };

function nameElement(reading: Reading, name: string, styles: Style[]): JsonObject[] | undefined {
  if (reading.written === 'mrkdwn') return undefined;
  const { users, usergroups, channels } = reading.workspace;
  const wanted = name.slice(1);
  if (name.startsWith('#')) {
    const channel = [...channels.values()].find((one) => one.name === wanted && one.kind !== 'im');
    return channel && [withStyle({ type: 'channel', channel_id: channel.id }, styles)];
  }
  if (wanted === 'here' || wanted === 'channel' || wanted === 'everyone') {
    return [withStyle({ type: 'broadcast', range: wanted }, styles)];
  }
  const user = [...users.values()].find((one) => one.name === wanted);
  if (user !== undefined) return [withStyle({ type: 'user', user_id: user.id }, styles)];
  const group = [...usergroups.values()].find((one) => one.handle === wanted);
  return group && [withStyle({ type: 'usergroup', usergroup_id: group.id }, styles)];
}

function tokenElement(token: string, styles: Style[]): JsonObject {
  const [target = '', label] = token.slice(1, -1).split('|', 2);
  const range = /^!(here|channel|everyone)$/.exec(target)?.[1];
  if (range !== undefined) return withStyle({ type: 'broadcast', range }, styles);
  if (target.startsWith('@')) return withStyle({ type: 'user', user_id: target.slice(1) }, styles);
  if (target.startsWith('#')) return withStyle({ type: 'channel', channel_id: target.slice(1) }, styles);
  if (target.startsWith('!subteam^')) return withStyle({ type: 'usergroup', usergroup_id: target.slice(9) }, styles);
  const date = /^!date\^(\d+)\^([^^]+)/.exec(target);
  if (date !== null) {
    return { type: 'date', timestamp: Number(date[1]), format: date[2] ?? '', fallback: unescapeText(label ?? '') };
  }
  if (target.startsWith('!')) return textElement(unescapeText(label ?? target), styles);
  const link: JsonObject = { type: 'link', url: unescapeText(target) };
  return withStyle(label === undefined ? link : { ...link, text: unescapeText(label) }, styles);
}

/** rich_text back to mrkdwn, as Slack fills `text` of a member's message. */
function renderBlock(block: JsonObject): string {
  const parts = childrenOf(block).map((element) => {
    const body = childrenOf(element).map(renderInline).join('');
    if (element['type'] === 'rich_text_preformatted') return `\`\`\`${body}\`\`\``;
    if (element['type'] === 'rich_text_quote') return `&gt; ${body.replaceAll('\n', '\n&gt; ')}`;
    if (element['type'] !== 'rich_text_list') return body;
    const bullet = (index: number) => (element['style'] === 'ordered' ? `${index + 1}.` : '•');
    return childrenOf(element)
      .map((item, index) => `${bullet(index)} ${childrenOf(item).map(renderInline).join('')}`)
      .join('\n');
  });
  return parts.map((part, index) => (index === 0 || parts[index - 1]?.endsWith('\n') ? part : `\n${part}`)).join('');
}

function childrenOf(element: JsonObject): JsonObject[] {
  const children = element['elements'];
  return Array.isArray(children) ? children.filter(isObject) : [];
}

const MARKS: [string, string][] = [
  ['code', '`'],
  ['strike', '~'],
  ['italic', '_'],
  ['bold', '*'],
];

function renderInline(element: JsonObject): string {
  const style = isObject(element['style']) ? element['style'] : {};
  const bare = renderBare(element);
  return MARKS.reduce((text, [name, mark]) => (style[name] === true ? `${mark}${text}${mark}` : text), bare);
}

function renderBare(element: JsonObject): string {
  const field = (name: string) => escapeText(textOf(element[name]));
  switch (element['type']) {
    case 'text':
      return field('text');
    case 'link':
      return element['text'] === undefined ? `<${field('url')}>` : `<${field('url')}|${field('text')}>`;
    case 'user':
      return `<@${field('user_id')}>`;
    case 'channel':
      return `<#${field('channel_id')}>`;
    case 'usergroup':
      return `<!subteam^${field('usergroup_id')}>`;
    case 'broadcast':
      return `<!${field('range')}>`;
    case 'emoji':
      return `:${field('name')}:`;
    case 'date':
      return `<!date^${field('timestamp')}^${field('format')}|${field('fallback')}>`;
    default:
      return '';
  }
}

const PING = /<(@[UW]\w+|!here|!channel|!everyone|!subteam\^\w+)[^>]*>/g;
const NAMED_PING = /(?<!\w)@(here|channel|everyone)\b/g;

/** Whom a message would notify, over text and blocks: what a customer's words must never do. */
export function pingsOf(message: Pick<Message, 'text' | 'blocks'>): string[] {
  const pings = [...message.text.matchAll(PING)].map((match) => match[1] ?? '');
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    if (!isObject(value)) return;
    if (value['type'] === 'user') pings.push(`@${textOf(value['user_id'])}`);
    if (value['type'] === 'broadcast') pings.push(`!${textOf(value['range'])}`);
    if (value['type'] === 'usergroup') pings.push(`!subteam^${textOf(value['usergroup_id'])}`);
    if (value['type'] === 'mrkdwn' && typeof value['text'] === 'string') {
      pings.push(...[...value['text'].matchAll(PING)].map((match) => match[1] ?? ''));
      // Mrkdwn objects in blocks are parsed for names unless they say verbatim.
      if (value['verbatim'] !== true) {
        pings.push(...[...value['text'].matchAll(NAMED_PING)].map((match) => `!${match[1]}`));
      }
    }
    Object.values(value).forEach(walk);
  };
  walk(message.blocks);
  return [...new Set(pings)];
}
