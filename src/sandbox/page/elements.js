import { Menu } from './menu.js';
import { html } from './html.js';

/** What can be pressed or chosen in a block, outside of a form: a choice goes to the app at once. */

export function drawElement(element, block, world) {
  const press = (value) => world.press(element, block, value);
  switch (element.type) {
    case 'button':
      return drawButton(element, press);
    case 'overflow':
      return html`<${Menu}
        label="More"
        items=${element.options.map((one) => ({ label: one.text.text, choose: () => press(one.value) }))}
      />`;
    case 'static_select':
    case 'radio_buttons':
      return drawSelect(element, { options: optionsIn(element), chosen: element.initial_option?.value, press });
    case 'users_select':
      return drawSelect(element, { options: world.people?.() ?? [], chosen: element.initial_user, press });
    case 'channels_select':
    case 'conversations_select':
      return drawSelect(element, {
        options: world.channels?.() ?? [],
        chosen: element.initial_channel ?? element.initial_conversation,
        press,
      });
    case 'datepicker':
    case 'timepicker':
      return html`<input
        class="slack-select"
        type=${element.type === 'datepicker' ? 'date' : 'time'}
        aria-label=${element.placeholder?.text ?? 'When'}
        value=${element.initial_date ?? element.initial_time}
        onChange=${(event) => press(event.target.value)}
      />`;
    default:
      return html`<span class="block-context">${`(an element of the type ${element.type})`}</span>`;
  }
}

function drawButton(element, press) {
  const look = { primary: 'primary', danger: 'danger' }[element.style] ?? 'plain';
  const label = element.accessibility_label ?? null;
  return html`<button type="button" class=${`slack-button ${look}`} aria-label=${label} onClick=${() => press(element.value)}>
    ${element.text.text}
  </button>`;
}

/** The choices that an element brings with it, whether in groups or not. */
export const optionsIn = ({ options = [], option_groups: groups = [] }) =>
  [...options, ...groups.flatMap((group) => group.options)].map((one) => ({ value: one.value, label: one.text.text }));

const drawSelect = (element, { options, chosen, press }) =>
  html`<select
    class="slack-select"
    aria-label=${element.placeholder?.text ?? 'Choose'}
    onChange=${(event) => press(event.target.value)}
  >
    ${chosen === undefined && html`<option value="">${element.placeholder?.text ?? 'Choose…'}</option>`}
    ${options.map(({ value, label }) => html`<option value=${value} selected=${value === chosen}>${label}</option>`)}
  </select>`;
