import { useRef, useState } from 'preact/hooks';
import { drawElement, optionsIn } from './elements.js';
import { html } from './html.js';

/** The fields of a modal. They keep what is typed until the view is submitted, as Slack's client does. */

const SIMPLE = {
  email_text_input: 'email',
  url_text_input: 'url',
  number_input: 'number',
  datepicker: 'date',
  timepicker: 'time',
};

export function drawField(block, { id, around, describedBy }) {
  const { element } = block;
  const common = { id, 'aria-describedby': describedBy, 'aria-invalid': describedBy === null ? null : 'true' };
  const people = () => around.people?.() ?? [];
  const channels = () => around.channels?.() ?? [];
  switch (element.type) {
    case 'plain_text_input':
      return element.multiline ? drawTextArea(element, common) : drawTextInput(element, common);
    case 'static_select':
      return drawSelect(common, optionsIn(element), element.initial_option?.value);
    case 'radio_buttons':
      return drawChoices({ ...common, many: false }, optionsIn(element), [element.initial_option?.value]);
    case 'checkboxes':
    case 'multi_static_select':
      return drawChoices(
        { ...common, many: true },
        optionsIn(element),
        (element.initial_options ?? []).map(({ value }) => value),
      );
    case 'users_select':
      return drawSelect(common, people(), element.initial_user);
    case 'multi_users_select':
      return drawChoices({ ...common, many: true }, people(), element.initial_users ?? []);
    case 'channels_select':
    case 'conversations_select':
      return drawSelect(common, channels(), element.initial_channel ?? element.initial_conversation);
    case 'external_select':
      return html`<${Search} common=${common} element=${element} suggest=${around.suggest} />`;
    default:
      if (SIMPLE[element.type]) return html`<input ...${common} type=${SIMPLE[element.type]} autocomplete="off" />`;
      return drawElement(element, block, around);
  }
}

const drawTextInput = (element, common) =>
  html`<input
    ...${common}
    maxlength=${element.max_length}
    autocomplete="off"
    defaultValue=${element.initial_value ?? ''}
    placeholder=${element.placeholder?.text}
  />`;

const drawTextArea = (element, common) =>
  html`<textarea
    ...${common}
    rows="3"
    maxlength=${element.max_length}
    placeholder=${element.placeholder?.text}
    defaultValue=${element.initial_value ?? ''}
  ></textarea>`;

const drawSelect = (common, options, chosen) =>
  html`<select ...${common}>
    <option value="">Choose…</option>
    ${options.map(({ value, label }) => html`<option value=${value} selected=${value === chosen}>${label}</option>`)}
  </select>`;

/** One of few or several of many, all in sight. */
const drawChoices = ({ id, many, ...common }, options, chosen) =>
  html`<div class="choices" role="group" aria-labelledby=${`${id}-label`} ...${common} data-many=${many}>
    ${options.map(
      ({ value, label }) => html`<label>
        <input type=${many ? 'checkbox' : 'radio'} name=${id} value=${value} defaultChecked=${chosen.includes(value)} />
        ${label}
      </label>`,
    )}
  </div>`;

const SEARCH_AFTER_MS = 200;
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Slack asks the app for choices while somebody types. */
function Search({ common, element, suggest }) {
  const [found, setFound] = useState(null);
  const [marked, setMarked] = useState(0);
  const [chosen, setChosen] = useState(element.initial_option?.value ?? '');
  const box = useRef(null);
  const due = useRef(null);
  const list = `${common.id}-found`;
  const look = async (query) => {
    setChosen('');
    setMarked(0);
    setFound(
      query.length < (element.min_query_length ?? 3) ? null : ((await suggest(element.action_id, query)) ?? null),
    );
  };
  const choose = (option) => {
    box.current.value = option.text.text;
    setChosen(option.value);
    setFound(null);
  };
  return html`<div class="search">
    <input
      ...${common}
      ref=${box}
      type="search"
      role="combobox"
      autocomplete="off"
      placeholder=${element.placeholder?.text ?? 'Type to search…'}
      defaultValue=${element.initial_option?.text.text ?? ''}
      aria-autocomplete="list"
      aria-expanded=${found !== null}
      aria-controls=${list}
      aria-activedescendant=${found?.length > 0 ? `${list}-${marked}` : null}
      data-chosen=${chosen}
      onInput=${(event) => {
        const query = event.target.value.trim();
        clearTimeout(due.current);
        due.current = setTimeout(() => void look(query), SEARCH_AFTER_MS);
      }}
      onKeyDown=${(event) => moveInFound(event, { found, marked, setMarked, setFound, choose })}
    />
    <ul role="listbox" id=${list} aria-label="What was found" hidden=${found === null}>
      ${found?.length === 0 && html`<li class="about">Nothing found</li>`}
      ${(found ?? []).map(
        (option, at) => html`<li
          role="option"
          id=${`${list}-${at}`}
          aria-selected=${at === marked}
          onClick=${() => choose(option)}
        >
          ${option.text.text}
        </li>`,
      )}
    </ul>
  </div>`;
}

function moveInFound(event, { found, marked, setMarked, setFound, choose }) {
  if (found === null || found.length === 0) return;
  const step = STEPS[event.key];
  if (step !== undefined) setMarked((marked + step + found.length) % found.length);
  else if (event.key === 'Enter') choose(found[marked]);
  else if (event.key === 'Escape') setFound(null);
  else return;
  event.preventDefault();
}

/** By block and action, as Slack's client sends them; an empty field is null. */
export function valuesOf(form) {
  const values = {};
  for (const group of form.querySelectorAll('.field-group')) {
    const { block, action } = group.dataset;
    values[block] = { [action]: valueIn(group) };
  }
  return values;
}

function valueIn(group) {
  const choices = group.querySelector('.choices');
  if (choices !== null) {
    const chosen = [...choices.querySelectorAll(':checked')].map(({ value }) => value);
    return choices.dataset.many === 'true' ? chosen : (chosen[0] ?? null);
  }
  const field = group.querySelector('input, textarea, select');
  const value = field?.dataset.chosen ?? field?.value ?? '';
  return value === '' ? null : value;
}
