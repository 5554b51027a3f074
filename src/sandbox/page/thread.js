import { useRef } from 'preact/hooks';
import { inOrder, ownLast, refuseCommand } from './channel.js';
import { Composer } from './composer.js';
import { html } from './html.js';
import { Conversation } from './list.js';
import { counted, Message, Private } from './posted.js';
import { closeThread, entered, player, thread } from './seen.js';
import { suggestionsFor } from './suggestions.js';
import { act, read } from './wire.js';

/** The thread that is open, beside its channel. */

export function Thread() {
  const at = thread.value;
  const channel = at === null ? undefined : read('slack').channels.find(({ id }) => id === at.channel);
  const isShown = channel?.members.includes(player.value) === true && read(`slack/message/${at.channel}/${at.ts}`);
  return html`<section class=${isShown ? 'column thread' : 'column thread nothing'} aria-label="Thread">
    <header>
      <h2>Thread</h2>
      <span class="about">${isShown ? `#${channel.name}` : ''}</span>
      ${
        isShown &&
        html`<button type="button" class="tool closing" aria-label="Close the thread" onClick=${closeThread}>
          ✕
        </button>`
      }
    </header>
    ${
      isShown
        ? html`<${Opened} key=${`${at.channel} ${at.ts}`} channel=${at.channel} ts=${at.ts} />`
        : html`<p class="empty">A thread opens here as soon as there is one.</p>`
    }
  </section>`;
}

function Opened({ channel, ts }) {
  const member = player.value;
  const replies = read(`slack/thread/${channel}/${ts}`) ?? [];
  const privately = (read(`slack/private/${member}`) ?? []).filter(
    (one) => one.channel === channel && one.thread === ts,
  );
  const also = useRef(null);
  const isEntered = entered.value?.channel === channel && entered.value.ts === ts;
  const send = async ({ text, files }) => {
    if (refuseCommand(text)) return undefined;
    const done = await act({ do: 'say', member, channel, thread: ts, text, files, broadcast: also.current.checked });
    if (done !== undefined) also.current.checked = false;
    return done;
  };
  const all = inOrder(replies, privately);
  return html`<${Conversation} label="Messages in the thread" own=${ownLast(channel, all)}>
      <${Message} key=${ts} channel=${channel} ts=${ts} inThread=${true} />
      ${replies.length > 0 && html`<p class="count">${counted(replies.length)}</p>`}
      ${all.map(({ ts: one, only }) =>
        only === null
          ? html`<${Message} key=${one} channel=${channel} ts=${one} inThread=${true} />`
          : html`<${Private} key=${`private ${one}`} one=${only} channel=${channel} />`,
      )}
    </${Conversation}>
    <${Composer}
      name=${`thread ${member} ${channel} ${ts}`}
      label="Reply in the thread"
      placeholder="Reply…"
      takesFiles
              suggest=${suggestionsFor}
      focusOn=${isEntered ? entered.value : null}
      send=${send}
    />
    <label class="also"><input ref=${also} type="checkbox" /> Also send to the channel</label>`;
}
