import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { html } from './html.js';

/**
 * A button with a menu: arrow keys move, Escape closes. The browser shows it above everything else, beside its button
 * (slack.css says where), closes it when somebody looks elsewhere, and gives the focus back.
 */
export function Menu({ label, sign = '⋯', items }) {
  const id = useId();
  const list = useRef(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isOpen) list.current.querySelector('[role=menuitem]')?.focus();
  }, [isOpen]);
  return html`<div class=${`menu${isOpen ? ' open' : ''}`}>
    <button
      type="button"
      class="tool"
      aria-label=${label}
      aria-haspopup="menu"
      aria-expanded=${isOpen}
      popovertarget=${id}
    >
      ${sign}
    </button>
    <div
      class="menu-items"
      role="menu"
      aria-label=${label}
      id=${id}
      popover="auto"
      ref=${list}
      onBeforeToggle=${({ newState }) => setOpen(newState === 'open')}
      onKeyDown=${moveInMenu}
    >
      ${isOpen && items.map((item) => html`<${Item} item=${item} leave=${() => list.current.hidePopover()} />`)}
    </div>
  </div>`;
}

const Item = ({ item, leave }) =>
  html`<button
    type="button"
    role="menuitem"
    tabindex="-1"
    class=${item.isDanger ? 'dangerous' : null}
    onClick=${() => {
      leave();
      item.choose();
    }}
  >
    ${item.label}
  </button>`;

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

function moveInMenu(event) {
  const items = [...event.currentTarget.querySelectorAll('[role=menuitem]')];
  if (items.length === 0) return;
  // A modal below is not meant.
  if (event.key === 'Escape') event.stopPropagation();
  const at = items.indexOf(document.activeElement);
  if (event.key === 'Home') focusOn(event, items[0]);
  else if (event.key === 'End') focusOn(event, items.at(-1));
  else if (STEPS[event.key] !== undefined) focusOn(event, items[(at + STEPS[event.key] + items.length) % items.length]);
}

function focusOn(event, item) {
  event.preventDefault();
  event.stopPropagation();
  item.focus();
}
