import { Composer } from './composer.js';
import { clock } from './dates.js';
import { html } from './html.js';
import { Conversation } from './list.js';
import { drawFile } from './message.js';
import { askForCustomer } from './new-customer.js';
import { conversation, showConversation } from './seen.js';
import { act, read } from './wire.js';

/** What a customer sees: a chat, mails or text messages; never a note, and that a chat ended. */

const NAMES = { chat: 'Chat', mail: 'E-mail', sms: 'Text messages' };

export function Widget() {
  const threads = (read('acquire')?.threads ?? []).toSorted((a, b) => a - b);
  const now = read(`acquire/conversation/${conversation.value}`);
  return html`<section class=${`card widget ${now?.channel ?? ''}`} aria-label="The customer's side, simulated">
    <header>
      <h2>Customer</h2>
      <div class="choice">
        ${
          threads.length > 0 &&
          html`<select
            aria-label="Customer"
            value=${conversation.value}
            onChange=${(event) => showConversation(Number(event.target.value))}
          >
            ${threads.map((one) => html`<${Choice} key=${one} id=${one} />`)}
          </select>`
        }
        <button type="button" class="quiet" aria-label="New customer" onClick=${askForCustomer}>+ New</button>
      </div>
    </header>
    ${now === undefined ? html`<${Nobody} />` : html`<${Customer} key=${now.thread} now=${now} />`}
  </section>`;
}

const Choice = ({ id }) =>
  html`<option value=${id} selected=${id === conversation.value}>
    ${read(`acquire/conversation/${id}`)?.customer ?? ''}
  </option>`;

const Nobody = () =>
  html`<div class="empty">
    <p>Nobody is here yet. Let a customer write.</p>
    <button type="button" class="primary" onClick=${askForCustomer}>Let a customer write</button>
  </div>`;

function Customer({ now }) {
  const send = ({ text, files }) =>
    files.length === 0
      ? act({ do: 'customer_writes', case: now.case, text })
      : act({ do: 'customer_sends', case: now.case, files, text });
  return html`<p class="facts">${[NAMES[now.channel] ?? now.channel, whereOf(now)].filter(Boolean).join(' · ')}</p>
    <${Conversation} label="What the customer sees" look="bubbles">
      ${now.messages.map((id) => html`<${Bubble} key=${id} id=${id} isMail=${now.channel === 'mail'} title=${now.title} />`)}
    </${Conversation}>
    <${Composer}
      name=${`customer ${now.thread}`}
      label="Write as the customer"
      placeholder=${`Write as ${now.customer.split(' ')[0]}…`}
      takesFiles=${now.channel !== 'sms'}
      tone="teal"
      send=${send}
    />`;
}

const whereOf = ({ channel, email, phone }) => (channel === 'sms' ? phone : channel === 'mail' ? email : null);

function Bubble({ id, isMail, title }) {
  const row = read(`acquire/message/${id}`);
  if (row === undefined || row.type === 'note') return null;
  if (row.type === 'event') return html`<p class="line">${row.text}</p>`;
  const isMine = row.side === 'contact';
  return html`<div class=${`bubble ${isMine ? 'mine' : 'theirs'}`}>
    ${!isMine && html`<p class="who">${row.name}</p>`} ${isMail && html`<p class="subject">${isMine ? title : `Re: ${title}`}</p>`}
    ${row.text !== '' && html`<p>${row.text}</p>`} ${row.files.map(drawFile)}
    <time>${clock(row.at)}</time>
  </div>`;
}
