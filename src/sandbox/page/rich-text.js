import { dateText } from './dates.js';
import { emoji, emojiOf } from './emoji.js';
import { html } from './html.js';

/** Text as Slack shows it: its rich text, and as much of mrkdwn as casebridge and Slack's own texts use. */

export function drawRich(element, world) {
  const inside = element.elements.map((one) => drawInline(one, world));
  const look = element.border ? 'bordered' : null;
  switch (element.type) {
    case 'rich_text_section':
      return html`<p>${inside}</p>`;
    case 'rich_text_quote':
      return html`<blockquote>${inside}</blockquote>`;
    case 'rich_text_preformatted':
      return html`<pre class=${look}>${inside}</pre>`;
    case 'rich_text_list':
      return drawList(element, world);
    default:
      return html`<p class="block-context">${`(a block of the type ${element.type})`}</p>`;
  }
}

/** Slack's own marks and numerals change from one depth to the next and begin again after the third. */
const MARKS = { bullet: ['disc', 'circle', 'square'], ordered: ['decimal', 'alpha', 'roman'] };

/** A list that goes deeper is a list of its own, further to the right. */
function drawList({ style, indent = 0, offset = 0, border, elements }, world) {
  const mark = MARKS[style][indent % 3];
  const look = `mark-${mark} indent-${indent}${border ? ' bordered' : ''}`;
  const items = elements.map((item) => html`<li>${item.elements.map((one) => drawInline(one, world))}</li>`);
  return style === 'ordered'
    ? html`<ol class=${look} start=${offset > 0 ? offset + 1 : null}>${items}</ol>`
    : html`<ul class=${look}>${items}</ul>`;
}

const drawInline = (one, world) => styled(bare(one, world), one.style);

function bare(one, world) {
  switch (one.type) {
    case 'text':
      return one.text;
    case 'link':
      return drawLink(one.url, one.text || one.url, world);
    case 'user':
      return mention('@', one.user_id, world);
    case 'usergroup':
      return mention('@', one.usergroup_id, world);
    case 'channel':
      return mention('#', one.channel_id, world);
    case 'broadcast':
      return html`<span class="mention">${`@${one.range}`}</span>`;
    case 'emoji':
      return emojiOf(one);
    case 'date':
      return dateText(one);
    case 'color':
      return html`<code>${one.value}</code>`;
    default:
      return `(a piece of the type ${one.type})`;
  }
}

const mention = (sign, id, { names }) => html`<span class="mention">${`${sign}${names[id] ?? id}`}</span>`;

const TAGS = { code: 'code', bold: 'b', italic: 'i', strike: 's', underline: 'u' };

const styled = (inner, style = {}) =>
  Object.entries(TAGS).reduce(
    (within, [name, tag]) => (style[name] ? html`<${tag}>${within}</${tag}>` : within),
    inner,
  );

/** Links into the simulated Acquire and Slack lead to the case or thread on this page; others open outside. */
function drawLink(url, label, world) {
  const found = url.startsWith(world.origin) ? /(\d+)\D*$/.exec(url.slice(world.origin.length)) : null;
  if (found !== null)
    return html`<button type="button" class="link" onClick=${() => world.showCase(Number(found[1]))}>${label}</button>`;
  const thread = threadIn(url);
  if (thread !== null)
    return html`<button type="button" class="link" onClick=${() => world.showThread(thread)}>${label}</button>`;
  if (!/^(https?:|mailto:|tel:)/.test(url)) return label;
  return html`<a href=${url} target="_blank" rel="noreferrer noopener">${label}</a>`;
}

/** A permalink has the ts without its dot, and for a reply the thread's in its query. */
function threadIn(url) {
  const [, channel, seconds, micros] = /\/archives\/(\w+)\/p(\d{10})(\d{6})/.exec(url) ?? [];
  if (channel === undefined) return null;
  return { channel, ts: new URL(url).searchParams.get('thread_ts') ?? `${seconds}.${micros}` };
}

export const drawText = (text, world) => (text.type === 'mrkdwn' ? drawMrkdwn(text.text, world) : text.text);

const MARKUP = /<([^<>\n]+)>|\*(\S[^*\n]*)\*|`([^`\n]+)`|:([a-z0-9_+-]+):/g;

export function drawMrkdwn(text, world) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [whole, token, bold, code, name] = match;
    pieces.push(literal(text.slice(from, match.index)));
    from = match.index + whole.length;
    if (token !== undefined) pieces.push(drawToken(token, world));
    else if (bold !== undefined) pieces.push(html`<b>${literal(bold)}</b>`);
    else if (code !== undefined) pieces.push(html`<code>${literal(code)}</code>`);
    else pieces.push(emoji(name));
  }
  return [...pieces, literal(text.slice(from))];
}

function drawToken(token, world) {
  const [target, label] = token.split('|', 2);
  if (target.startsWith('@') || target.startsWith('#')) {
    const name = world.names[target.slice(1)] ?? label ?? target.slice(1);
    return html`<span class="mention">${`${target[0]}${name}`}</span>`;
  }
  if (target.startsWith('!')) return html`<span class="mention">${literal(label ?? `@${target.slice(1)}`)}</span>`;
  return drawLink(literal(target), literal(label ?? target), world);
}

const literal = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
