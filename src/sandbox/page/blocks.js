import { dateText } from './dates.js';
import { h } from './dom.js';

/** Slack's blocks, drawn plainly. `world` has the names behind ids, Acquire's origin, and what a press does. */

const EMOJI = {
  white_check_mark: '✅',
  memo: '📝',
  hourglass_flowing_sand: '⏳',
  raised_hand: '✋',
  warning: '⚠️',
  eyes: '👀',
  speech_balloon: '💬',
  headphones: '🎧',
  robot_face: '🤖',
  smile: '😄',
  slightly_smiling_face: '🙂',
  '+1': '👍',
  tada: '🎉',
  wave: '👋',
  pray: '🙏',
  heart: '❤️',
  x: '❌',
  bell: '🔔',
  lock: '🔒',
  zzz: '💤',
};

export const emoji = (name) => EMOJI[name.replaceAll(':', '')] ?? `:${name.replaceAll(':', '')}:`;

/** Slack names the code points of an emoji that everybody has; a workspace's own has only its name. */
const emojiOf = ({ name, unicode }) =>
  unicode === undefined
    ? emoji(name)
    : String.fromCodePoint(...unicode.split('-').map((point) => Number.parseInt(point, 16)));

export const drawBlocks = (blocks, world) => blocks.map((block) => drawBlock(block, world)).filter(Boolean);

function drawBlock(block, world) {
  switch (block.type) {
    case 'header':
      return h('p', { class: 'block-header' }, block.text.text);
    case 'section':
      return h(
        'div',
        { class: 'block-section' },
        h(
          'div',
          {},
          block.text && h('p', {}, drawText(block.text, world)),
          block.fields &&
            h(
              'div',
              { class: 'block-fields' },
              block.fields.map((field) => h('p', {}, drawText(field, world))),
            ),
        ),
        block.accessory && drawElement(block.accessory, block, world),
      );
    case 'context':
      return h(
        'p',
        { class: 'block-context' },
        block.elements.map((one) => h('span', {}, one.type === 'image' ? one.alt_text : drawText(one, world))),
      );
    case 'divider':
      return h('hr');
    case 'actions':
      return h(
        'div',
        { class: 'block-actions' },
        block.elements.map((one) => drawElement(one, block, world)),
      );
    case 'rich_text':
      return h(
        'div',
        { class: 'block-rich' },
        block.elements.map((one) => drawRich(one, world)),
      );
    case 'markdown':
      return h('p', {}, block.text);
    case 'image':
      return h('p', { class: 'block-context' }, block.alt_text);
    case 'input':
      return world.drawInput?.(block) ?? null;
    default:
      return h('p', { class: 'block-context' }, `(a block of the type ${block.type})`);
  }
}

export function drawElement(element, block, world) {
  if (element.type !== 'button')
    return h('span', { class: 'block-context' }, `(an element of the type ${element.type})`);
  const look = { primary: 'primary', danger: 'danger' }[element.style] ?? 'plain';
  return h(
    'button',
    { type: 'button', class: `slack-button ${look}`, click: () => world.press(element, block) },
    element.text.text,
  );
}

function drawRich(element, world) {
  const inside = () => element.elements.map((one) => drawInline(one, world));
  const look = element.border ? { class: 'bordered' } : {};
  switch (element.type) {
    case 'rich_text_section':
      return h('p', {}, inside());
    case 'rich_text_quote':
      return h('blockquote', {}, inside());
    case 'rich_text_preformatted':
      return h('pre', look, inside());
    case 'rich_text_list':
      return drawList(element, world);
    default:
      return h('p', { class: 'block-context' }, `(a block of the type ${element.type})`);
  }
}

/** Slack's own marks and numerals change from one depth to the next and begin again after the third. */
const MARKS = { bullet: ['disc', 'circle', 'square'], ordered: ['decimal', 'alpha', 'roman'] };

/** A list that goes deeper is a list of its own, further to the right. */
function drawList({ style, indent = 0, offset = 0, border, elements }, world) {
  const mark = MARKS[style][indent % 3];
  return h(
    style === 'ordered' ? 'ol' : 'ul',
    { class: `mark-${mark} indent-${indent}${border ? ' bordered' : ''}`, start: offset > 0 && offset + 1 },
    elements.map((item) =>
      h(
        'li',
        {},
        item.elements.map((one) => drawInline(one, world)),
      ),
    ),
  );
}

const drawInline = (one, world) => styled(bare(one, world), one.style);

function bare(one, world) {
  switch (one.type) {
    case 'text':
      return one.text;
    case 'link':
      return link(one.url, one.text || one.url, world);
    case 'user':
      return mention('@', one.user_id, world);
    case 'usergroup':
      return mention('@', one.usergroup_id, world);
    case 'channel':
      return mention('#', one.channel_id, world);
    case 'broadcast':
      return h('span', { class: 'mention' }, `@${one.range}`);
    case 'emoji':
      return emojiOf(one);
    case 'date':
      return dateText(one);
    case 'color':
      return h('code', {}, one.value);
    default:
      return `(a piece of the type ${one.type})`;
  }
}

const mention = (sign, id, { names }) => h('span', { class: 'mention' }, `${sign}${names[id] ?? id}`);

const TAGS = { code: 'code', bold: 'b', italic: 'i', strike: 's', underline: 'u' };

const styled = (inner, style = {}) =>
  Object.entries(TAGS).reduce((within, [name, tag]) => (style[name] ? h(tag, {}, within) : within), inner);

/** Links into the simulated Acquire and Slack lead to the case or thread on this page; others open outside. */
function link(url, label, world) {
  const found = url.startsWith(world.origin) ? /(\d+)\D*$/.exec(url.slice(world.origin.length)) : null;
  if (found !== null)
    return h('button', { type: 'button', class: 'link', click: () => world.showCase(Number(found[1])) }, label);
  const thread = threadIn(url);
  if (thread !== null)
    return h('button', { type: 'button', class: 'link', click: () => world.showThread(thread) }, label);
  if (!/^(https?:|mailto:|tel:)/.test(url)) return label;
  return h('a', { href: url, target: '_blank', rel: 'noreferrer noopener' }, label);
}

/** A permalink has the ts without its dot, and for a reply the thread's in its query. */
function threadIn(url) {
  const [, channel, seconds, micros] = /\/archives\/(\w+)\/p(\d{10})(\d{6})/.exec(url) ?? [];
  if (channel === undefined) return null;
  return { channel, ts: new URL(url).searchParams.get('thread_ts') ?? `${seconds}.${micros}` };
}

const drawText = (text, world) => (text.type === 'mrkdwn' ? drawMrkdwn(text.text, world) : [text.text]);

const MARKUP = /<([^<>\n]+)>|\*(\S[^*\n]*)\*|`([^`\n]+)`|:([a-z0-9_+-]+):/g;

/** As much of mrkdwn as casebridge and Slack's own texts use. */
export function drawMrkdwn(text, world) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [whole, token, bold, code, name] = match;
    pieces.push(literal(text.slice(from, match.index)));
    from = match.index + whole.length;
    if (token !== undefined) pieces.push(drawToken(token, world));
    else if (bold !== undefined) pieces.push(h('b', {}, literal(bold)));
    else if (code !== undefined) pieces.push(h('code', {}, literal(code)));
    else pieces.push(emoji(name));
  }
  return [...pieces, literal(text.slice(from))];
}

function drawToken(token, world) {
  const [target, label] = token.split('|', 2);
  if (target.startsWith('@') || target.startsWith('#')) {
    return h('span', { class: 'mention' }, `${target[0]}${world.names[target.slice(1)] ?? label ?? target.slice(1)}`);
  }
  if (target.startsWith('!')) return h('span', { class: 'mention' }, literal(label ?? `@${target.slice(1)}`));
  return link(literal(target), literal(label ?? target), world);
}

const literal = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
