import { useState } from 'preact/hooks';
import { html } from './html.js';
import { act, read } from './wire.js';

/** Switches of everything that can go wrong here, and what each of them means. */

export function FaultPanel() {
  const faults = read('faults') ?? [];
  const [looked, setLooked] = useState(null);
  const sides = Map.groupBy(faults, ({ side }) => side);
  const on = faults.filter((fault) => fault.on);
  const shown = faults.find(({ id }) => id === looked);
  return html`<div class="faults">
    <div class="fault-switches" tabindex="0" role="region" aria-label="Switches of faults">
    ${[...sides].map(
      ([side, kinds]) => html`<div class="fault-side" role="group" aria-label=${side} key=${side}>
        <b>${side}</b>
        <span>
          ${kinds.map((fault) => html`<${Switch} key=${fault.id} fault=${fault} onLook=${setLooked} />`)}
        </span>
      </div>`,
    )}
    <p class="fault-tools">
      <button type="button" class="quiet small" disabled=${on.length === 0} onClick=${() => act({ do: 'clear_faults' })}>
        Switch all off
      </button>
      <button type="button" class="quiet small" onClick=${() => act({ do: 'restart_app' })}>Restart the app in order</button>
    </p>
    </div>
    <div class="fault-words" aria-live="polite" tabindex="0" role="region" aria-label="What the faults do">
      ${on.map((fault) => html`<${Explained} key=${fault.id} fault=${fault} />`)}
      ${shown !== undefined && !shown.on && html`<${Explained} fault=${shown} />`}
      ${on.length === 0 && shown === undefined && html`<p class="about">Choose what goes wrong, several at once. Here stands what will happen, and why nothing is lost.</p>`}
    </div>
  </div>`;
}

const Switch = ({ fault: { id, name, says, on }, onLook }) =>
  html`<button
    type="button"
    role="switch"
    aria-checked=${on}
    class="fault"
    title=${says}
    onMouseEnter=${() => onLook(id)}
    onMouseLeave=${() => onLook(null)}
    onFocus=${() => onLook(id)}
    onBlur=${() => onLook(null)}
    onClick=${() => act({ do: 'set_fault', fault: id, on: !on })}
  >
    ${name}
  </button>`;

const Explained = ({ fault: { side, name, says, on, hits } }) =>
  html`<p class=${on ? 'on' : ''}>
    <b>${side}: ${name}.</b> ${says} ${on && hits > 0 && html`<span class="state owed">${hits === 1 ? 'met once' : `met ${hits} times`}</span>`}
  </p>`;
