import { signal } from '@preact/signals';
import { Dialog } from './dialog.js';
import { html } from './html.js';
import { act, read } from './wire.js';

/** giosg's side: the cases of its visitors, which casebridge can look up and watch. */

const STATUSES = ['Open', 'In Progress', 'Pending', 'Closed'];
const isOpening = signal(false);

export function Giosg() {
  const giosg = read('giosg');
  if (giosg === undefined) return null;
  return html`<div class="giosg">
    <p class="facts with-button">
      <span>A second case system, which casebridge only reads: <code>/case visitor ${giosg.visitors[0]}</code></span>
      <button type="button" class="quiet small" onClick=${() => (isOpening.value = true)}>New case</button>
    </p>
    <div class="messages" tabindex="0" role="region" aria-label="Cases in giosg">
      ${giosg.cases.map((one) => html`<${VisitorCase} key=${one.id} one=${one} agents=${giosg.agents} />`)}
    </div>
    <${NewCase} visitor=${giosg.visitors[0] ?? ''} />
  </div>`;
}

function VisitorCase({ one, agents }) {
  const change = (what) => act({ do: 'giosg_changes', case: one.id, ...what });
  const title = one.subject ?? one.number;
  return html`<article class="visitor-case">
    <p class="who"><b>${title}</b></p>
    <p class="about">${[one.number, one.visitor, one.channel, one.waiting && 'waits for an answer'].filter(Boolean).join(' · ')}</p>
    ${one.description && html`<p>${one.description}</p>`}
    <div class="case-controls">
      <select aria-label=${`Status of ${title}`} onChange=${(event) => change({ status: event.target.value })}>
        ${STATUSES.map((status) => html`<option value=${status} selected=${status === one.status}>${status}</option>`)}
      </select>
      <select aria-label=${`Owner of ${title}`} onChange=${(event) => change({ owner: event.target.value || null })}>
        <option value="" selected=${one.owner === null}>Nobody</option>
        ${agents.map(({ id, name }) => html`<option value=${id} selected=${id === one.owner}>${name}</option>`)}
      </select>
      <label class="as">
        <input type="checkbox" checked=${one.waiting} onChange=${(event) => change({ waiting: event.target.checked })} />
        waits
      </label>
    </div>
  </article>`;
}

function NewCase({ visitor }) {
  const close = () => {
    isOpening.value = false;
  };
  const submit = async (event) => {
    event.preventDefault();
    const told = Object.fromEntries(new FormData(event.target));
    if ((await act({ do: 'giosg_opens', ...told })) !== undefined) close();
  };
  return html`<${Dialog} isOpen=${isOpening.value} labelledBy="visitor-form-title" close=${close}>
    <form onSubmit=${submit}>
      <h2 id="visitor-form-title">A new case in giosg</h2>
      <label>Visitor <input name="visitor" required autocomplete="off" defaultValue=${visitor} /></label>
      <label>Subject <input name="subject" required autocomplete="off" /></label>
      <label>Description <textarea name="description" rows="3"></textarea></label>
      <div class="buttons">
        <button type="button" class="quiet" onClick=${close}>Cancel</button>
        <button type="submit" class="primary">Open it</button>
      </div>
    </form>
  </${Dialog}>`;
}
