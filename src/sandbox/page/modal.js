import { drawBlocks, drawElement } from './blocks.js';
import { act, byId, complain, h, on } from './dom.js';

/** Slack's dialogs: the one that asks before a press counts, and the views that the app opens. */

let shown = '';
let closeShown = () => undefined;

export function listenModal() {
  on(byId('modal'), 'cancel', (event) => {
    event.preventDefault();
    return closeShown();
  });
}

/** Shows the view on top of a member's stack, or none. A view that did not change keeps what is typed into it. */
export function showModal(view, about) {
  const dialog = byId('modal');
  const key = view === undefined ? '' : `${about.player} ${view.id} ${view.hash}`;
  if (key === shown) return;
  shown = key;
  if (view === undefined) return dialog.close();
  dialog.replaceChildren(drawView(view, about));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector('input, textarea, select')?.focus();
}

/** The form of a view. `state` has the members and channels to choose from. */
export function drawView(view, { player, world, state }) {
  const close = () => act({ do: 'close_view', member: player, view: view.id });
  closeShown = close;
  const press = async (element) => {
    const question = questionOf(element);
    if (question !== null && (await askFirst(question)) === null) return;
    await act({
      do: 'press_in_view',
      member: player,
      view: view.id,
      action: element.action_id,
      ...(element.value === undefined ? {} : { value: element.value }),
    });
  };
  const inside = { ...world, press, drawInput: (block) => drawInput(block, { view, player, state, world }) };
  const form = h(
    'form',
    {
      submit: async (event) => {
        event.preventDefault();
        const result = await act({ do: 'submit', member: player, view: view.id, values: valuesOf(form) });
        showErrors(form, result?.errors ?? {});
      },
    },
    h('header', {}, h('h2', { id: 'modal-title' }, view.title.text)),
    h('div', { class: 'view' }, drawBlocks(view.blocks, inside)),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'quiet', click: close }, view.close?.text ?? 'Close'),
      view.submit && h('button', { type: 'submit', class: 'primary' }, view.submit.text),
    ),
  );
  return form;
}

function drawInput(block, about) {
  const id = `field-${block.block_id}`;
  const label = block.optional ? [block.label.text, h('span', { class: 'about' }, ' (optional)')] : [block.label.text];
  return h(
    'div',
    { class: 'field-group', 'data-block': block.block_id, 'data-action': block.element.action_id },
    h('label', { for: id }, label),
    drawField(block, id, about),
    block.hint && h('p', { class: 'about' }, block.hint.text),
    h('p', { class: 'wrong', role: 'alert' }),
  );
}

const SIMPLE = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
};

function drawField(block, id, about) {
  const { element } = block;
  const { state } = about;
  const people = () => state.players.map((one) => ({ value: one.id, label: one.name }));
  const channels = () => state.channels.map((one) => ({ value: one.id, label: `#${one.name}` }));
  const offered = () => (element.options ?? []).map((one) => ({ value: one.value, label: one.text.text }));
  switch (element.type) {
    case 'plain_text_input':
      return element.multiline
        ? textArea(id, element)
        : h('input', {
            id,
            maxlength: element.max_length,
            autocomplete: 'off',
            value: element.initial_value ?? '',
            placeholder: element.placeholder?.text,
          });
    case 'static_select':
      return select(id, offered(), { chosen: element.initial_option?.value });
    case 'radio_buttons':
      return select(id, offered(), { chosen: element.initial_option?.value });
    case 'checkboxes':
    case 'multi_static_select':
      return select(id, offered(), { many: true });
    case 'users_select':
      return select(id, people(), { chosen: element.initial_user });
    case 'multi_users_select':
      return select(id, people(), { many: true });
    case 'channels_select':
    case 'conversations_select':
      return select(id, channels(), { chosen: element.initial_channel ?? element.initial_conversation });
    case 'external_select':
      return search(id, element, about);
    default:
      if (SIMPLE[element.type]) return h('input', { id, type: SIMPLE[element.type], autocomplete: 'off' });
      return drawElement(element, block, about.world);
  }
}

function textArea(id, element) {
  const area = h('textarea', { id, rows: 3, maxlength: element.max_length, placeholder: element.placeholder?.text });
  area.value = element.initial_value ?? '';
  return area;
}

/** Choices of a field of many that are seen at once. */
const LONGEST_LIST = 5;

const select = (id, options, { chosen, many = false }) =>
  h(
    'select',
    { id, multiple: many, 'data-many': many, size: many && Math.max(2, Math.min(LONGEST_LIST, options.length)) },
    !many && h('option', { value: '' }, 'Choose…'),
    options.map(({ value, label }) => h('option', { value, selected: value === chosen }, label)),
  );

const SEARCH_AFTER_MS = 200;

/** Slack asks the app for choices while somebody types. */
function search(id, element, { view, player }) {
  const found = h('select', { id, size: 4, 'aria-label': 'What was found' });
  let due;
  const look = async (query) => {
    if (query.length < (element.min_query_length ?? 3)) return found.replaceChildren();
    const options = await act({ do: 'suggest', member: player, view: view.id, action: element.action_id, query });
    found.replaceChildren(...(options ?? []).map((one) => h('option', { value: one.value }, one.text.text)));
    if (options?.length === 0) found.append(h('option', { disabled: true }, 'Nothing found'));
  };
  const box = h('input', {
    type: 'search',
    autocomplete: 'off',
    placeholder: 'Type to search…',
    'aria-label': 'Search',
    input: () => {
      clearTimeout(due);
      due = setTimeout(() => look(box.value.trim()), SEARCH_AFTER_MS);
    },
  });
  return h('div', { class: 'search' }, box, found);
}

/** By block and action, as Slack's client sends them; an empty field is null. */
function valuesOf(form) {
  const values = {};
  for (const group of form.querySelectorAll('.field-group')) {
    const { block, action } = group.dataset;
    const field = group.querySelector(`[id="field-${block}"]`);
    if (field === null) continue;
    const chosen = field.multiple ? [...field.selectedOptions].map(({ value }) => value) : field.value;
    values[block] = { [action]: chosen === '' ? null : chosen };
  }
  return values;
}

function showErrors(form, errors) {
  for (const group of form.querySelectorAll('.field-group')) {
    group.querySelector('.wrong').textContent = errors[group.dataset.block] ?? '';
  }
  const others = Object.entries(errors).filter(
    ([block]) => form.querySelector(`[data-block="${CSS.escape(block)}"]`) === null,
  );
  if (others.length > 0) complain(others.map(([, words]) => words).join(' '));
}

/** Asks yes or no, or for a text when `initial` is given. Answers null for no, else what was typed. */
export function askFirst(question) {
  const dialog = byId('confirm');
  return new Promise((resolve) => {
    const end = (answer) => {
      resolve(answer);
      dialog.close();
    };
    dialog.addEventListener('close', () => resolve(null), { once: true });
    dialog.replaceChildren(drawQuestion(question, end));
    dialog.showModal();
  });
}

export function drawQuestion({ title, words, yes, no = 'Cancel', initial, isDanger = false }, end) {
  const box = initial === undefined ? null : h('textarea', { rows: 3, 'aria-label': title });
  if (box !== null) box.value = initial;
  return h(
    'form',
    {
      submit: (event) => {
        event.preventDefault();
        end(box?.value.trim() ?? '');
      },
    },
    h('h2', { id: 'confirm-title' }, title),
    words && h('p', {}, words),
    box,
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'quiet', click: () => end(null) }, no),
      h('button', { type: 'submit', class: isDanger ? 'danger' : 'primary' }, yes),
    ),
  );
}

/** What Slack asks before a press of this element counts; null where it asks nothing. */
export const questionOf = ({ confirm, style }) =>
  confirm === undefined
    ? null
    : {
        title: confirm.title.text,
        words: confirm.text.text,
        yes: confirm.confirm.text,
        no: confirm.deny.text,
        isDanger: style === 'danger',
      };
