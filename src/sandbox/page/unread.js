import { computed, effect, signal } from '@preact/signals';
import { place, player, thread } from './seen.js';
import { read } from './wire.js';

/** What the member who is played has not seen yet. Whatever was there when the page was opened counts as seen. */

const seenUpTo = signal({});
/** As Slack counts time: compared as text, like every ts. */
const begun = (Date.now() / 1000).toFixed(6);

const newestIn = (channel) => read(`slack/timeline/${channel}`)?.at(-1) ?? '';

const note = (key, ts) => {
  if ((seenUpTo.peek()[key] ?? '') < ts) seenUpTo.value = { ...seenUpTo.peek(), [key]: ts };
};

effect(() => {
  if (place.value !== undefined && place.value !== 'home')
    note(`${player.value} ${place.value}`, newestIn(place.value));
});

effect(() => {
  if (thread.value === null) return;
  const { channel, ts } = thread.value;
  note(`${player.value} ${channel} ${ts}`, read(`slack/message/${channel}/${ts}`)?.latest ?? ts);
});

const seen = (key) => {
  const last = seenUpTo.value[key] ?? '';
  return last > begun ? last : begun;
};

/** Whether somebody else wrote in a thread since this member looked. */
export const hasNews = (channel, ts) =>
  (read(`slack/message/${channel}/${ts}`)?.latest ?? '') > seen(`${player.value} ${channel} ${ts}`);

const counts = computed(() =>
  Object.fromEntries(
    (read('slack')?.channels ?? []).map(({ id }) => {
      const timeline = read(`slack/timeline/${id}`) ?? [];
      const last = seen(`${player.value} ${id}`);
      return [id, timeline.filter((ts) => ts > last || hasNews(id, ts)).length];
    }),
  ),
);

/** How many messages and threads of a channel have something new. */
export const unreadIn = (channel) => counts.value[channel] ?? 0;
