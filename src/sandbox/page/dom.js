/** Building and refreshing what is shown. Text is only ever set as text: nothing anybody writes becomes markup. */

/** `h('p', { class: 'small' }, 'words', child)`; functions become listeners, false and null leave an attribute out. */
export function h(tag, facts = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value === 'function') on(node, name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Listens; what a listener promises is nobody's to wait for: `act` shows what goes wrong. */
export const on = (node, name, listener) => node.addEventListener(name, (event) => void listener(event));

export const byId = (id) => document.getElementById(id);

const drawn = new WeakMap();

/**
 * Makes `container` show `items`. What did not change keeps its node, and with it focus and open menus; a list that
 * was read to its end stays at its end.
 */
export function showList(container, items, draw) {
  const before = drawn.get(container) ?? new Map();
  const atEnd = container.scrollHeight - container.scrollTop - container.clientHeight < 40;
  const now = new Map();
  const nodes = items.map((item) => {
    const facts = JSON.stringify(item);
    const known = before.get(item.key);
    const node = known?.facts === facts ? known.node : draw(item);
    now.set(item.key, { facts, node });
    return node;
  });
  drawn.set(container, now);
  const changed = nodes.length !== container.children.length || nodes.some((node, i) => container.children[i] !== node);
  if (!changed) return;
  const held = document.activeElement?.closest?.('[data-key]');
  const focused = held !== null && container.contains(held) ? whereFocusIs(held) : null;
  container.replaceChildren(...nodes);
  if (focused !== null) giveFocusBack(container, focused);
  if (atEnd) container.scrollTop = container.scrollHeight;
}

const focusable = 'button, summary, input, select, a';

const whereFocusIs = (held) => ({
  key: held.dataset.key,
  at: [...held.querySelectorAll(focusable)].indexOf(document.activeElement),
});

function giveFocusBack(container, { key, at }) {
  const held = [...container.children].find((node) => node.dataset.key === key);
  held?.querySelectorAll(focusable)[at]?.focus();
}

/** Refills a select without losing what is chosen. */
export function showOptions(select, options, chosen) {
  const facts = JSON.stringify([options, chosen]);
  if (select.dataset.facts === facts) return;
  select.dataset.facts = facts;
  select.replaceChildren(
    ...options.map(({ value, label }) => h('option', { value, selected: value === chosen }, label)),
  );
}

const COMPLAINT_MS = 6000;
let hiding;

/** Something a person should know, for a few seconds. */
export function complain(words) {
  const place = byId('complaint');
  place.textContent = words;
  // Shown anew, it comes to lie above a dialog that was opened meanwhile.
  place.hidePopover();
  place.showPopover();
  clearTimeout(hiding);
  hiding = setTimeout(() => place.hidePopover(), COMPLAINT_MS);
}

/** Tells the sandbox what a person does; a refusal is shown. Answers undefined when it was refused. */
export async function act(what) {
  try {
    const answer = await fetch('/act', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(what),
    });
    const { ok, result, error } = await answer.json();
    if (ok) return result;
    complain(error);
  } catch {
    complain('The sandbox does not answer. Is it still running?');
  }
  return undefined;
}

export const clock = (ms) => new Date(ms).toTimeString().slice(0, 8);

/** Enter sends, Shift+Enter begins a new line. */
export function sendOnEnter(form) {
  form.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.target.tagName !== 'TEXTAREA') return;
    event.preventDefault();
    form.requestSubmit();
  });
}
