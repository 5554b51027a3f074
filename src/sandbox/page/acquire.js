import { signal } from '@preact/signals';
import { Composer } from './composer.js';
import { clock } from './dates.js';
import { askFirst } from './dialog.js';
import { html } from './html.js';
import { Conversation } from './list.js';
import { Menu } from './menu.js';
import { drawFile } from './message.js';
import { agent, conversation, showConversation, workAs } from './seen.js';
import { act, complain, read } from './wire.js';

/** Acquire's own screen: the list of cases, and one case as its agents see it. */

const isNote = signal(false);

export function Acquire() {
  const acquire = read('acquire');
  if (acquire === undefined) return null;
  const now = read(`acquire/conversation/${conversation.value}`);
  return html`<div class="acquire">
    <${Cases} threads=${acquire.threads} />
    ${now === undefined ? html`<p class="empty">Cases appear here.</p>` : html`<${Case} key=${now.thread} now=${now} agents=${acquire.agents} />`}
  </div>`;
}

const Cases = ({ threads }) =>
  html`<nav class="cases" aria-label="Cases">
    <ul>
      ${threads.map((id) => html`<li key=${id}><${CaseLine} id=${id} isHere=${id === conversation.value} /></li>`)}
    </ul>
  </nav>`;

function CaseLine({ id, isHere }) {
  const one = read(`acquire/conversation/${id}`);
  if (one === undefined) return null;
  return html`<button type="button" aria-current=${isHere ? 'true' : null} onClick=${() => showConversation(id)}>
    <span class="case-who">
      <b>${one.customer}</b><span class="about">${one.channel}</span><span class=${`status ${one.status}`}>${one.status}</span>
    </span>
    <span class="case-last">${one.last?.text ?? one.title}</span>
  </button>`;
}

function Case({ now, agents }) {
  const ids = now.cases.map(({ id }) => id).join(' → ');
  const facts = [`Case ${ids}`, now.channel, now.title, now.email, now.phone].filter(Boolean).join(' · ');
  return html`<section class="case" aria-label="Case">
    <${Controls} now=${now} agents=${agents} />
    <p class="facts">${facts}</p>
    <${Conversation} label="Messages of the case">
      ${now.messages.map((id) => html`<${Entry} key=${id} id=${id} />`)}
    </${Conversation}>
    <${Writing} now=${now} agents=${agents} />
  </section>`;
}

function Controls({ now, agents }) {
  const me = agent.value;
  const isClosed = now.status === 'closed';
  const hasJoined = now.joined.some(({ id }) => id === me);
  const does = (what) => () => act({ do: what, case: now.case, agent: me });
  return html`<div class="case-controls">
    <select aria-label="Agent of Acquire" value=${me} onChange=${(event) => workAs(Number(event.target.value))}>
      ${agents.map(({ id, name }) => html`<option value=${id} selected=${id === me}>${name}</option>`)}
    </select>
    <span class="choice">
      ${
        isClosed
          ? html`<button type="button" class="quiet" onClick=${does('acquire_reopens')}>Reopen</button>`
          : html`<button type="button" class="quiet" disabled=${hasJoined} onClick=${does('acquire_joins')}>
                ${hasJoined ? 'Joined' : 'Join'}
              </button>
              <button type="button" class="quiet" onClick=${does('acquire_closes')}>Close</button>`
      }
    </span>
  </div>`;
}

function Entry({ id }) {
  const row = read(`acquire/message/${id}`);
  if (row === undefined) return null;
  if (row.type === 'event') return html`<p class="line">${row.text}</p>`;
  const isInternal = row.type === 'note';
  const tools = [
    { label: 'Edit', choose: () => edit(row) },
    { label: 'Delete', isDanger: true, choose: () => act({ do: 'acquire_deletes', message: id }) },
  ];
  return html`<div class=${isInternal ? 'entry internal' : 'entry'} data-row=${id} tabindex="-1">
    <p class="who">
      <b>${row.name}</b>
      ${isInternal && html`<span class="note-tag">note</span>`}
      <time>${clock(row.at)}</time>
      ${row.edited && html`<span class="about">(edited)</span>`}
    </p>
    ${row.text !== '' && html`<p>${row.text}</p>`} ${row.files.map(drawFile)}
    <div class="tools"><${Menu} label="Change message" items=${tools} /></div>
  </div>`;
}

async function edit({ id, text }) {
  const changed = await askFirst({ title: 'Edit message', words: '', yes: 'Save', initial: text });
  if (changed !== null && changed !== '') await act({ do: 'acquire_edits', message: id, text: changed });
}

function Writing({ now, agents }) {
  const me = agent.value;
  const name = agents.find(({ id }) => id === me)?.name ?? '';
  const send = ({ text, files }) => {
    const about = { case: now.case, agent: me, text };
    if (isNote.value && files.length > 0)
      return complain('A note takes no files here. Remove them, or send them without “note”.');
    return files.length === 0
      ? act({ do: 'acquire_writes', ...about, as: isNote.value ? 'note' : 'message' })
      : act({ do: 'acquire_sends', ...about, files });
  };
  return html`<${Composer}
    name=${`acquire ${now.thread}`}
    label="Write as an agent in Acquire"
    placeholder=${`Write as ${name.split(' ')[0]}…`}
    takesFiles=${!isNote.value}
    tone=${isNote.value ? 'noting' : ''}
    beside=${html`<label class="as">
      <input type="checkbox" checked=${isNote.value} onChange=${(event) => (isNote.value = event.target.checked)} /> note
    </label>`}
    send=${send}
  />`;
}
