import { act, byId, clock, h, on, sendOnEnter, showList, showOptions } from './dom.js';

/** The other side: the customer's chat, and the same conversation as agents see it in Acquire. */

const FIRST = {
  name: 'Maya Virtanen',
  email: 'maya@example.com',
  text: 'Hi! My order 1042 has not arrived yet. Where is it?',
};

const seen = { thread: null };
let state = null;
let again = () => undefined;

export function showAcquire(now) {
  state = now.acquire;
  const { conversations } = state;
  seen.thread ??= conversations[0]?.thread ?? null;
  showOptions(
    byId('customer'),
    conversations.map(({ thread, customer }) => ({ value: String(thread), label: customer })),
    String(seen.thread),
  );
  const chosen = conversationNow();
  byId('customer').hidden = chosen === undefined;
  for (const id of ['customer-writes', 'acquire-writes', 'case-facts', 'case-status'])
    byId(id).hidden = chosen === undefined;
  byId('acquire-close').hidden = chosen === undefined || chosen.status === 'closed';
  byId('acquire-reopen').hidden = chosen === undefined || chosen.status !== 'closed';
  showWidget(chosen);
  showCaseView(chosen);
}

const conversationNow = () => state.conversations.find(({ thread }) => thread === seen.thread);

export function showCaseOf(id) {
  const found = state.conversations.find(({ cases }) => cases.some((one) => one.id === id));
  if (found === undefined) return;
  seen.thread = found.thread;
  again();
}

/** What the customer sees: messages, never a note, and that the chat ended. */
function showWidget(chosen) {
  const visible = (chosen?.messages ?? [])
    .filter(({ type }) => type !== 'note')
    .map((row) => ({ ...row, key: row.id }));
  const start = [{ key: 'empty', words: 'Nobody is here yet. Let a customer write.' }];
  showList(byId('widget-messages'), chosen === undefined ? start : visible, (row) => {
    if (row.words)
      return h(
        'div',
        { class: 'empty', 'data-key': 'empty' },
        h('p', {}, row.words),
        h('button', { type: 'button', class: 'primary', click: newCustomer }, 'Let a customer write'),
      );
    if (row.type === 'event') return h('p', { class: 'line', 'data-key': row.key }, row.text);
    return h(
      'div',
      { class: `bubble ${row.side === 'contact' ? 'mine' : 'theirs'}`, 'data-key': row.key },
      row.side !== 'contact' && h('p', { class: 'who' }, row.name),
      h('p', {}, row.text),
      h('time', {}, clock(row.at)),
    );
  });
}

function showCaseView(chosen) {
  byId('acquire-text').placeholder = `Write as ${state.agent} in Acquire…`;
  if (chosen !== undefined) {
    byId('case-status').textContent = chosen.status;
    byId('case-status').className = `status ${chosen.status}`;
    const ids = chosen.cases.map(({ id }) => id).join(' → ');
    byId('case-facts').textContent =
      `Case ${ids} · ${chosen.channel} · ${chosen.title}${chosen.email ? ` · ${chosen.email}` : ''}`;
  }
  const rows = (chosen?.messages ?? []).map((row) => ({ ...row, key: row.id }));
  showList(byId('case-messages'), rows, (row) =>
    row.type === 'event'
      ? h('p', { class: 'line', 'data-key': row.key }, row.text)
      : h(
          'div',
          { class: row.type === 'note' ? 'entry internal' : 'entry', 'data-key': row.key },
          h(
            'p',
            { class: 'who' },
            h('b', {}, row.name),
            row.type === 'note' && h('span', { class: 'note-tag' }, 'note'),
            h('time', {}, clock(row.at)),
          ),
          h('p', {}, row.text),
        ),
  );
}

function newCustomer() {
  const isFirst = state.conversations.length === 0;
  byId('new-name').value = isFirst ? FIRST.name : `Customer ${state.conversations.length + 1}`;
  byId('new-email').value = isFirst ? FIRST.email : '';
  byId('new-text').value = isFirst ? FIRST.text : '';
  byId('customer-form').showModal();
  byId('new-text').focus();
}

async function sendNewCustomer() {
  const made = await act({
    do: 'new_customer',
    name: byId('new-name').value,
    email: byId('new-email').value,
    text: byId('new-text').value,
  });
  if (made === undefined) return;
  seen.thread = made.case;
  again();
}

export function listenAcquire(showAgain) {
  again = showAgain;
  on(byId('customer'), 'change', (event) => {
    seen.thread = Number(event.target.value);
    again();
  });
  on(byId('new-customer'), 'click', newCustomer);
  on(byId('new-cancel'), 'click', () => byId('customer-form').close('cancel'));
  on(byId('customer-form').querySelector('form'), 'submit', sendNewCustomer);
  on(byId('acquire-close'), 'click', () => act({ do: 'acquire_closes', case: conversationNow().case }));
  on(byId('acquire-reopen'), 'click', () => act({ do: 'acquire_reopens', case: conversationNow().case }));
  listenToWriting('customer-writes', 'customer-text', (text) => ({
    do: 'customer_writes',
    case: conversationNow().case,
    text,
  }));
  listenToWriting('acquire-writes', 'acquire-text', (text) => ({
    do: 'acquire_writes',
    case: conversationNow().case,
    text,
    as: byId('acquire-note').checked ? 'note' : 'message',
  }));
}

function listenToWriting(formId, boxId, whatFor) {
  const form = byId(formId);
  const box = byId(boxId);
  sendOnEnter(form);
  on(form, 'submit', async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (text === '') return;
    box.value = '';
    if ((await act(whatFor(text))) === undefined && box.value === '') box.value = text;
  });
}
