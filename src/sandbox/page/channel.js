import { Composer } from './composer.js';
import { html } from './html.js';
import { Conversation } from './list.js';
import { Message, Private } from './posted.js';
import { place, player } from './seen.js';
import { suggestionsFor } from './suggestions.js';
import { act, complain, read } from './wire.js';

/** One channel: its messages, what only the member who is played sees among them, and where to write. */

export function Channel() {
  const id = place.value;
  const channel = read('slack').channels.find((one) => one.id === id);
  if (channel === undefined) return null;
  const sign = channel.isPrivate ? '🔒 ' : '#';
  const isMember = channel.members.includes(player.value);
  return html`<section class="column channel" aria-label=${`Channel ${channel.name}`}>
    <header>
      <h2>${sign}${channel.name}</h2>
      <span class="tag">${`${channel.size} members`}</span>
    </header>
    ${
      isMember
        ? html`<${Messages} key=${id} channel=${id} name=${channel.name} />
            <${Composer}
              key=${`channel ${id}`}
              name=${`channel ${player.value} ${id}`}
              label=${`Message #${channel.name}`}
              placeholder="Message or /case…"
              takesFiles
              suggest=${suggestionsFor}
              send=${(written) => send(id, written)}
            />`
        : html`<p class="empty">This member is not in this channel and cannot read it.</p>`
    }
  </section>`;
}

function Messages({ channel, name }) {
  const timeline = read(`slack/timeline/${channel}`) ?? [];
  const privately = (read(`slack/private/${player.value}`) ?? []).filter(
    (one) => one.channel === channel && one.thread === null,
  );
  const all = inOrder(timeline, privately);
  return html`<${Conversation} label=${`Messages in ${name}`} own=${ownLast(channel, all)}>
    ${
      timeline.length + privately.length === 0 &&
      html`<p class="empty">Nothing here yet. When a customer writes, a thread starts in #support.</p>`
    }
    ${all.map(({ ts, only }) =>
      only === null
        ? html`<${Message} key=${ts} channel=${channel} ts=${ts} inThread=${false} />`
        : html`<${Private} key=${`private ${ts}`} one=${only} channel=${channel} />`,
    )}
  </${Conversation}>`;
}

/** Messages for all and those for one alone, by their time. */
export const inOrder = (shared, privately) =>
  [...shared.map((ts) => ({ ts, only: null })), ...privately.map((only) => ({ ts: only.ts, only }))].toSorted((a, b) =>
    a.ts < b.ts ? -1 : 1,
  );

/** The last message, when it is of the member who is played or for that member alone. */
export function ownLast(channel, all) {
  const last = all.at(-1);
  if (last === undefined) return null;
  const isOwn = last.only !== null || read(`slack/message/${channel}/${last.ts}`)?.author === player.value;
  return isOwn ? last.ts : null;
}

const COMMAND = /^(\/[a-z][\w-]*)\s*([^]*)$/;

function send(channel, { text, files }) {
  const member = player.value;
  const [, command, rest] = COMMAND.exec(text) ?? [];
  if (command !== undefined) return act({ do: 'command', member, channel, command, text: rest });
  return act({ do: 'say', member, channel, text, files });
}

/** Slack's own words. */
export function refuseCommand(text) {
  const [, command] = COMMAND.exec(text) ?? [];
  if (command === undefined) return false;
  complain(`${command} is not supported in threads. Sorry!`);
  return true;
}
