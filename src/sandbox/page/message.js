import { drawBlocks, drawMrkdwn, emoji } from './blocks.js';
import { clock, h } from './dom.js';

/** One message as Slack shows it: who wrote it, what it says, its files and reactions. */

const TINTS = 5;

const tint = (name) => [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TINTS;

/** `menu` and `replies` are nodes beside it and below it, or null. */
export function drawMessage(message, { world, menu = null, replies = null }) {
  return h(
    'article',
    {
      class: `message${message.isPrivate ? ' private' : ''}${message.open ? ' open' : ''}`,
      'data-key': message.key ?? null,
    },
    h(
      'span',
      { class: `face tint${message.isApp ? '-app' : tint(message.name)}`, 'aria-hidden': 'true' },
      message.icon ? emoji(message.icon) : message.isApp ? 'cb' : message.name.slice(0, 1),
    ),
    h(
      'div',
      { class: 'body' },
      message.isPrivate && h('p', { class: 'only-you' }, 'Only visible to you'),
      drawHead(message),
      h(
        'div',
        { class: 'words' },
        message.blocks.length > 0
          ? drawBlocks(message.blocks, world)
          : message.text !== '' && h('p', {}, drawMrkdwn(message.text, world)),
        message.edited && !message.isApp && h('span', { class: 'about' }, ' (edited)'),
      ),
      (message.files ?? []).map(drawFile),
      message.reactions.length > 0 && drawReactions(message.reactions),
      replies,
    ),
    menu,
  );
}

const drawHead = ({ name, isApp, ts, broadcast }) =>
  h(
    'p',
    { class: 'who' },
    h('b', {}, name),
    isApp && h('span', { class: 'app-tag' }, 'APP'),
    h('time', {}, clock(Number(ts) * 1000)),
    broadcast && h('span', { class: 'about' }, 'also sent to the channel'),
  );

const KILOBYTE = 1000;

const drawFile = ({ name, size }) =>
  h(
    'p',
    { class: 'file' },
    h('span', { 'aria-hidden': 'true' }, '📄'),
    h('b', {}, name),
    typeof size === 'number' && h('span', { class: 'about' }, `${Math.max(1, Math.round(size / KILOBYTE))} kB`),
  );

const drawReactions = (reactions) =>
  h(
    'p',
    { class: 'reactions' },
    reactions.map(({ name, count }) =>
      h('span', { class: 'reaction', title: `:${name}:`, 'aria-label': `${name} ${count}` }, `${emoji(name)} ${count}`),
    ),
  );
