import { signal } from '@preact/signals';
import { Dialog } from './dialog.js';
import { filesIn } from './files.js';
import { html } from './html.js';
import { awaitThread, showConversation } from './seen.js';
import { act, read } from './wire.js';

/** Asks who the next customer is, and on which way they write. */

const FIRST = {
  name: 'Maya Virtanen',
  email: 'maya@example.com',
  phone: '+358401234567',
  title: 'Order 1042',
  text: 'Hi! My order 1042 has not arrived yet. Where is it?',
};

const CHANNELS = [
  ['chat', 'Chat'],
  ['mail', 'E-mail'],
  ['sms', 'Text message'],
];

const isOpen = signal(false);
const channel = signal('chat');

export function askForCustomer() {
  channel.value = 'chat';
  isOpen.value = true;
}

export function NewCustomer() {
  const count = read('acquire')?.threads.length ?? 0;
  const close = () => {
    isOpen.value = false;
  };
  return html`<${Dialog} isOpen=${isOpen.value} labelledBy="customer-form-title" close=${close}>
    <${Form} first=${count === 0 ? FIRST : { name: `Customer ${count + 1}` }} close=${close} />
  </${Dialog}>`;
}

function Form({ first, close }) {
  const submit = async (event) => {
    event.preventDefault();
    const { files: _asChosen, ...told } = Object.fromEntries(new FormData(event.target));
    const files = await filesIn(event.target.elements.files?.files ?? []);
    awaitThread();
    const made = await act({ do: 'new_customer', ...told, ...(files.length > 0 && { files }) });
    if (made === undefined) return;
    showConversation(made.thread);
    close();
  };
  const isMail = channel.value === 'mail';
  return html`<form onSubmit=${submit}>
    <h2 id="customer-form-title">A new customer writes</h2>
    <fieldset class="ways">
      <legend>By</legend>
      ${CHANNELS.map(
        ([value, label]) => html`<label>
          <input
            type="radio"
            name="channel"
            value=${value}
            checked=${value === channel.value}
            onChange=${() => (channel.value = value)}
          />
          ${label}
        </label>`,
      )}
    </fieldset>
    <label>Name <input name="name" required autocomplete="off" defaultValue=${first.name} /></label>
    <label>
      E-mail
      <input name="email" type="email" required=${isMail} autocomplete="off" defaultValue=${first.email ?? ''} />
    </label>
    ${
      channel.value === 'sms' &&
      html`<label>Phone <input name="phone" type="tel" required autocomplete="off" defaultValue=${first.phone ?? ''} /></label>`
    }
    ${
      isMail &&
      html`<label>Subject <input name="title" required autocomplete="off" defaultValue=${first.title ?? ''} /></label>`
    }
    <label>
      Customer number <span class="about">(in giosg)</span>
      <select name="visitor">
        <option value="">None</option>
        ${(read('giosg')?.visitors ?? []).map((one) => html`<option value=${one}>${one}</option>`)}
      </select>
    </label>
    <label>First message <textarea name="text" rows="3" required defaultValue=${first.text ?? ''} data-first></textarea></label>
    ${channel.value !== 'sms' && html`<label>Files <input name="files" type="file" multiple /></label>`}
    <div class="buttons">
      <button type="button" class="quiet" onClick=${close}>Cancel</button>
      <button type="submit" class="primary">Send</button>
    </div>
  </form>`;
}
