import { act, byId, h, on, sendOnEnter, showList, showOptions } from './dom.js';
import { drawMessage } from './message.js';
import { askFirst, questionOf, showModal } from './modal.js';

/** The workspace: channels, threads, what only one member sees, and what that member does. */

const seen = { player: null, channel: null, thread: null, threadsKnown: 0 };
let state = null;
let world = null;

export function showSlack(now, showCase) {
  state = now.slack;
  seen.player ??= state.players[0].id;
  seen.channel ??= state.home;
  chooseNewest();
  world = { names: state.names, origin: now.acquire.origin, showCase, showThread: goToThread };
  byId('team').textContent = state.team;
  showOptions(
    byId('player'),
    state.players.map(({ id, name, guest }) => ({ value: id, label: guest ? `${name} (guest)` : name })),
    seen.player,
  );
  showList(
    byId('channels'),
    state.channels.map(({ id, name, isPrivate }) => ({ key: id, name, isPrivate, here: id === seen.channel })),
    drawChannelName,
  );
  showChannel();
  showThread();
  showModal(state.modals[seen.player], { player: seen.player, world, state });
}

const channelNow = () => state.channels.find(({ id }) => id === seen.channel) ?? state.channels[0];

/** A new thread is opened at once, unless somebody is writing in another. */
function chooseNewest() {
  const roots = Object.keys(channelNow().threads);
  const isNew = roots.length > seen.threadsKnown;
  seen.threadsKnown = roots.length;
  if (roots.length > 0 && (seen.thread === null || (isNew && byId('reply-text').value === '')))
    seen.thread = roots.at(-1);
}

const drawChannelName = ({ key, name, isPrivate, here }) =>
  h(
    'button',
    {
      type: 'button',
      'data-key': key,
      'aria-current': here ? 'true' : null,
      click: () => {
        Object.assign(seen, { channel: key, thread: null, threadsKnown: 0 });
        refresh();
      },
    },
    `${isPrivate ? '🔒' : '#'} ${name}`,
  );

let again = () => undefined;
const refresh = () => again();

function showChannel() {
  const channel = channelNow();
  byId('channel-name').textContent = `${channel.isPrivate ? '🔒' : '#'} ${channel.name}`;
  const messages = channel.messages.map((message) =>
    item(message, { replies: channel.threads[message.ts]?.length ?? 0 }),
  );
  const privately = state.ephemerals.filter(
    (one) => one.channel === channel.id && one.user === seen.player && one.thread === null,
  );
  showItems(
    byId('channel-messages'),
    [...messages, ...privately.map(privateItem)],
    'Nothing here yet. When a customer writes, a thread starts in #support.',
  );
}

function showThread() {
  const channel = channelNow();
  const root = channel.messages.find(({ ts }) => ts === seen.thread);
  byId('thread-about').textContent = root === undefined ? '' : `#${channel.name}`;
  byId('reply').hidden = root === undefined;
  const replies =
    root === undefined
      ? []
      : [root, ...(channel.threads[seen.thread] ?? [])].map((message) => item(message, { replies: null }));
  const privately = state.ephemerals.filter(
    (one) => one.channel === channel.id && one.user === seen.player && one.thread === seen.thread && root !== undefined,
  );
  showItems(
    byId('thread-messages'),
    [...replies, ...privately.map(privateItem)],
    'A thread opens here as soon as there is one.',
  );
}

const item = (message, more) => ({
  ...message,
  ...more,
  key: message.ts,
  own: message.author === seen.player,
  open: more.replies !== null && message.ts === seen.thread,
});

const privateItem = (one) => ({
  ...one,
  key: `private ${one.ts}`,
  name: 'casebridge',
  isApp: true,
  icon: null,
  reactions: [],
  replies: null,
  isPrivate: true,
});

function showItems(place, items, emptyWords) {
  const sorted = items.toSorted((a, b) => (a.ts < b.ts ? -1 : 1));
  showList(place, sorted.length > 0 ? sorted : [{ key: 'empty', words: emptyWords }], (one) =>
    one.words ? h('p', { class: 'empty', 'data-key': 'empty' }, one.words) : drawItem(one),
  );
}

function drawItem(message) {
  const where = { player: seen.player, channel: seen.channel };
  const count = message.replies ?? 0;
  return drawMessage(message, {
    world: { ...world, press: (element) => press(element, message, where) },
    menu: message.isPrivate ? null : drawMenu(message, where),
    replies:
      count > 0 &&
      h(
        'button',
        { type: 'button', class: 'link replies', click: () => openThread(message.ts) },
        `${count} ${count === 1 ? 'reply' : 'replies'}`,
      ),
  });
}

function goToThread({ channel, ts }) {
  Object.assign(seen, { channel, thread: ts, threadsKnown: Number.POSITIVE_INFINITY });
  refresh();
}

function openThread(ts) {
  seen.thread = ts;
  refresh();
  byId('reply-text').focus();
}

function drawMenu(message, { player, channel }) {
  const at = { member: player, channel, ts: message.ts };
  const choose = (label, what) =>
    h(
      'button',
      {
        type: 'button',
        click: (event) => {
          event.target.closest('details').open = false;
          what();
        },
      },
      label,
    );
  return h(
    'details',
    { class: 'menu' },
    h('summary', { 'aria-label': 'More actions' }, '⋯'),
    h(
      'div',
      {},
      state.shortcuts.map(({ id, name }) => choose(name, () => act({ do: 'shortcut', ...at, shortcut: id }))),
      message.own && choose('Edit message', () => edit(message, at)),
      message.own && choose('Delete message', () => act({ do: 'remove', ...at })),
    ),
  );
}

async function edit(message, at) {
  const text = await askFirst({ title: 'Edit message', words: '', yes: 'Save', initial: message.text });
  if (text !== null && text !== '') await act({ do: 'edit', ...at, text });
}

async function press(element, message, { player, channel }) {
  const question = questionOf(element);
  if (question !== null && (await askFirst(question)) === null) return;
  await act({
    do: 'press',
    member: player,
    channel,
    ts: message.ts,
    action: element.action_id,
    ...(element.value === undefined ? {} : { value: element.value }),
  });
}

export function listenSlack(showAgain) {
  again = showAgain;
  on(byId('player'), 'change', (event) => {
    seen.player = event.target.value;
    refresh();
  });
  sendOnEnter(byId('reply'));
  on(byId('reply'), 'submit', async (event) => {
    event.preventDefault();
    const box = byId('reply-text');
    const text = box.value.trim();
    if (text === '') return;
    box.value = '';
    const done = await act({ do: 'say', member: seen.player, channel: seen.channel, thread: seen.thread, text });
    if (done === undefined && box.value === '') box.value = text;
  });
  on(byId('command'), 'submit', async (event) => {
    event.preventDefault();
    const box = byId('command-text');
    const text = box.value.trim();
    box.value = '';
    await act({ do: 'command', member: seen.player, channel: seen.channel, text });
  });
}
