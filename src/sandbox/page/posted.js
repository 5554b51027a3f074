import { useState } from 'preact/hooks';
import { askFirst, questionOf } from './dialog.js';
import { emoji, OFFERED } from './emoji.js';
import { html } from './html.js';
import { Menu } from './menu.js';
import { drawMessage } from './message.js';
import { chosen } from './modal.js';
import { enterThread, player, thread, world } from './seen.js';
import { asTyped } from './typed.js';
import { hasNews } from './unread.js';
import { act, read } from './wire.js';

/** A message in its place: what can be pressed on it, and the tools that come up when it is pointed at or focused. */

/** Of what is said, as much as names a message to those who listen. */
const LONGEST_NAME = 80;

export function Message({ channel, ts, inThread }) {
  const [isNear, setNear] = useState(false);
  const message = read(`slack/message/${channel}/${ts}`);
  if (message === undefined) return null;
  const at = { member: player.value, channel, ts };
  const isRoot = message.thread === null || message.thread === ts;
  const root = isRoot ? ts : message.thread;
  const react = (name, on) => act({ do: 'react', ...at, name, on });
  const near = () => setNear(true);
  return drawMessage(
    { ...message, open: !inThread && thread.value?.ts === ts && thread.value.channel === channel },
    {
      world: { ...world.value, press: press(at) },
      player: player.value,
      react,
      below: !inThread && html`<${Replies} channel=${channel} ts=${root} count=${isRoot ? message.replies : 0} />`,
      tools:
        isNear &&
        html`<${Tools} message=${message} at=${at} reply=${inThread ? null : () => enterThread(channel, root)} />`,
      more: {
        'data-row': ts,
        tabindex: '-1',
        'aria-label': `${message.name}: ${asTyped(message.text).slice(0, LONGEST_NAME)}`,
        onPointerEnter: near,
        onFocusIn: near,
        onKeyDown: (event) => {
          if (inThread || event.key !== 'Enter' || event.target !== event.currentTarget) return;
          event.preventDefault();
          enterThread(channel, root);
        },
      },
    },
  );
}

/** What only the member who is played sees. */
export const Private = ({ one, channel }) =>
  drawMessage(
    { ...one, name: 'casebridge', isApp: true, icon: null, reactions: [], isPrivate: true },
    {
      world: { ...world.value, press: press({ member: player.value, channel, ts: one.ts }) },
      more: { 'data-row': one.ts, tabindex: '-1' },
    },
  );

const press = (at) => async (element, _block, value) => {
  const question = questionOf(element);
  if (question !== null && (await askFirst(question)) === null) return;
  await act({ do: 'press', ...at, action: element.action_id, ...chosen(value) });
};

export const counted = (count) => `${count} ${count === 1 ? 'reply' : 'replies'}`;

function Replies({ channel, ts, count }) {
  if (count === 0) return null;
  return html`<button type="button" class="link replies" onClick=${() => enterThread(channel, ts)}>
    ${counted(count)}${' '}
    ${hasNews(channel, ts) && html`<span class="news">new<span class="unseen"> replies</span></span>`}
  </button>`;
}

function Tools({ message, at, reply }) {
  const isOwn = message.author === at.member;
  const isTombstone = message.subtype === 'tombstone';
  const shortcuts = read('slack').shortcuts.map(({ id, name }) => ({
    label: name,
    choose: () => act({ do: 'shortcut', ...at, shortcut: id }),
  }));
  const own = [
    { label: 'Edit message', choose: () => edit(message, at) },
    { label: 'Delete message', isDanger: true, choose: () => remove(at) },
  ];
  const reactions = OFFERED.map((name) => ({
    label: `${emoji(name)} ${name.replaceAll('_', ' ')}`,
    choose: () => act({ do: 'react', ...at, name, on: true }),
  }));
  return html`<div class="tools" role="group" aria-label="Message actions">
    ${!isTombstone && html`<${Menu} label="Add reaction" sign="☺" items=${reactions} />`}
    ${reply && html`<button type="button" class="tool" aria-label="Reply in thread" onClick=${reply}>↩</button>`}
    ${!isTombstone && html`<${Menu} label="More actions" items=${[...shortcuts, ...(isOwn ? own : [])]} />`}
  </div>`;
}

async function edit(message, at) {
  const text = await askFirst({ title: 'Edit message', words: '', yes: 'Save', initial: asTyped(message.text) });
  if (text !== null && text !== '') await act({ do: 'edit', ...at, text });
}

async function remove(at) {
  const question = { title: 'Delete message', words: 'This cannot be undone.', yes: 'Delete', isDanger: true };
  if ((await askFirst(question)) !== null) await act({ do: 'remove', ...at });
}
