import { useId } from 'preact/hooks';
import { html } from './html.js';
import { remembered } from './remembered.js';

/** Several panels in one place: arrow keys go from tab to tab. `tabs`: `[{ id, label, panel }]`. */
export function Tabs({ label, tabs, beside = null }) {
  const name = useId();
  const shown = remembered(`tab ${label}`, tabs[0].id);
  const setShown = (id) => {
    shown.value = id;
  };
  const chosen = tabs.find(({ id }) => id === shown.value) ?? tabs[0];
  const step = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const next = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length];
    setShown(next.id);
    event.currentTarget.querySelector(`[data-tab="${next.id}"]`).focus();
  };
  return html`<header class="tabs-head">
      <div role="tablist" aria-label=${label} class="tabs" onKeyDown=${step}>
        ${tabs.map(
          ({ id, label: words }) => html`<button
            type="button"
            role="tab"
            id=${`${name}-${id}-tab`}
            data-tab=${id}
            aria-selected=${id === chosen.id}
            aria-controls=${`${name}-panel`}
            tabindex=${id === chosen.id ? 0 : -1}
            onClick=${() => setShown(id)}
          >
            ${words}
          </button>`,
        )}
      </div>
      ${beside}
    </header>
    <div class="tab-panel" role="tabpanel" id=${`${name}-panel`} aria-labelledby=${`${name}-${chosen.id}-tab`}>
      <${chosen.panel} />
    </div>`;
}
