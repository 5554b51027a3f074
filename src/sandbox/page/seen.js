import { computed, effect, signal } from '@preact/signals';
import { remembered } from './remembered.js';
import { read } from './wire.js';

/** Where whoever plays is looking: which member they are, what is open on either side. */

const chosenPlayer = remembered('player', null);
const chosenPlace = remembered('place', null);
const chosenAgent = remembered('agent', null);
const chosenConversation = remembered('conversation', null);

/** The thread that was opened last in each channel. */
const openThreads = remembered('threads', {});

/** The chosen one, where it is there; else the first. */
const among = (chosen, ids = []) => (ids.includes(chosen) ? chosen : ids[0]);

export const player = computed(() =>
  among(
    chosenPlayer.value,
    read('slack')?.players.map(({ id }) => id),
  ),
);
/** A channel's id, or `home`. */
export const place = computed(() => {
  const slack = read('slack');
  return slack && among(chosenPlace.value, [slack.home, ...slack.channels.map(({ id }) => id), 'home']);
});
/** The thread that is open beside the channel: `{ channel, ts }`, or null. */
export const thread = computed(() => {
  const ts = openThreads.value[place.value] ?? null;
  return ts === null ? null : { channel: place.value, ts };
});
export const agent = computed(() =>
  among(
    chosenAgent.value,
    read('acquire')?.agents.map(({ id }) => id),
  ),
);
/** What both the customer's chat and Acquire's case view show. */
export const conversation = computed(() => {
  const threads = read('acquire')?.threads ?? [];
  if (threads.includes(chosenConversation.value)) return chosenConversation.value;
  // The first customer: the order of the list changes with every message.
  return threads.length === 0 ? null : Math.min(...threads);
});

export const playAs = (id) => {
  chosenPlayer.value = id;
};
export const workAs = (id) => {
  chosenAgent.value = id;
};
export const showConversation = (id) => {
  chosenConversation.value = id;
};

export const goTo = (id) => {
  chosenPlace.value = id;
};

function openThread(channel, ts) {
  openThreads.value = { ...openThreads.peek(), [channel]: ts };
  goTo(channel);
}

/** Anew each time that somebody goes to a thread to write in it. */
export const entered = signal(null);

export function enterThread(channel, ts) {
  openThread(channel, ts);
  entered.value = { channel, ts };
}

export const closeThread = () => {
  openThreads.value = { ...openThreads.peek(), [place.peek()]: null };
};

export const world = computed(() => ({
  names: read('slack')?.names ?? {},
  origin: read('acquire')?.origin ?? '',
  showCase,
  showThread: ({ channel, ts }) => openThread(channel, ts),
  people: () => (read('slack')?.players ?? []).map(({ id, name }) => ({ value: id, label: name })),
  channels: () => (read('slack')?.channels ?? []).map(({ id, name }) => ({ value: id, label: `#${name}` })),
}));

/** By any case of the conversation: a reopened one has several. */
function showCase(id) {
  for (const one of read('acquire')?.threads ?? []) {
    if (read(`acquire/conversation/${one}`)?.cases.some((kase) => kase.id === id)) showConversation(one);
  }
}

let isAwaited = Object.keys(openThreads.peek()).length === 0;
let isCustomerAwaited = false;

/** The next thread that starts is opened as soon as it is there, and so is its customer's window. */
export function awaitThread() {
  isAwaited = true;
  isCustomerAwaited = true;
}

const isRoot = (channel, ts) => {
  const message = read(`slack/message/${channel}/${ts}`);
  return message !== undefined && (message.thread === null || message.thread === ts);
};

let rootsKnown = 0;

effect(() => {
  const channel = place.value;
  const roots = (read(`slack/timeline/${channel}`) ?? []).filter((ts) => isRoot(channel, ts));
  const newest = roots.at(-1);
  const isNew = roots.length > rootsKnown;
  rootsKnown = roots.length;
  if (!isNew || !isAwaited || newest === undefined) return;
  isAwaited = false;
  openThread(channel, newest);
});

let newestKnown = 0;

effect(() => {
  const newest = Math.max(0, ...(read('acquire')?.threads ?? []));
  const isNew = newest > newestKnown;
  newestKnown = newest;
  if (!isNew || !isCustomerAwaited) return;
  isCustomerAwaited = false;
  showConversation(newest);
});
