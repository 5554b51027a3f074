import { useEffect, useRef, useState } from 'preact/hooks';
import { drawBlocks } from './blocks.js';
import { askFirst, questionOf } from './dialog.js';
import { drawField, valuesOf } from './fields.js';
import { html } from './html.js';
import { player, world } from './seen.js';
import { act, complain, read } from './wire.js';

/** The views that the app opened for a member: the one on top is seen, those below keep what was typed into them. */

export function Modals() {
  const dialog = useRef(null);
  const views = read(`slack/views/${player.value}`) ?? [];
  const top = views.at(-1);
  const shown = useRef(null);
  useEffect(() => {
    const isNew = shown.current !== top?.id;
    shown.current = top?.id;
    if (top === undefined && dialog.current.open) dialog.current.close();
    if (top !== undefined && !dialog.current.open) dialog.current.showModal();
    // The view may have come before its fields, and what had the focus may be gone with what the app replaced.
    if (isNew || !isInside(dialog.current, document.activeElement)) focusFirst(dialog.current);
  }, [top?.id, top?.hash]);
  const close = async (event) => {
    event.preventDefault();
    if (top !== undefined) await act({ do: 'close_view', member: player.value, view: top.id });
  };
  return html`<dialog
    ref=${dialog}
    class="modal"
    aria-labelledby=${top === undefined ? null : `title-${top.id}`}
    onCancel=${close}
    onKeyDown=${(event) => event.key === 'Escape' && !event.defaultPrevented && close(event)}
  >
    ${views.map((view) => html`<${View} key=${view.id} view=${view} isHidden=${view !== top} isStacked=${views.length > 1} />`)}
  </dialog>`;
}

const isInside = (dialog, element) => dialog.contains(element) && element.closest('.view') !== null;

function focusFirst(dialog) {
  const first = dialog.querySelector('form:not([hidden]) .view :is(input, textarea, select, button)');
  (first ?? dialog.querySelector('form:not([hidden]) button'))?.focus();
}

function View({ view, isHidden, isStacked }) {
  const [wrong, setWrong] = useState({ hash: view.hash, errors: {} });
  const member = player.value;
  const close = () => act({ do: 'close_view', member, view: view.id });
  const submit = async (event) => {
    event.preventDefault();
    const result = await act({ do: 'submit', member, view: view.id, values: valuesOf(event.target) });
    setWrong({ hash: view.hash, errors: result?.errors ?? {} });
    complainOfOthers(view, result?.errors ?? {});
  };
  const press = async (element, _block, value) => {
    const question = questionOf(element);
    if (question !== null && (await askFirst(question)) === null) return;
    await act({ do: 'press_in_view', member, view: view.id, action: element.action_id, ...chosen(value) });
  };
  // They are about the view as it was submitted, not about what the app made of it since.
  const errors = wrong.hash === view.hash ? wrong.errors : {};
  const suggest = (action, query) => act({ do: 'suggest', member, view: view.id, action, query });
  return drawView(view, { world: { ...world.value, press, suggest }, close, submit, errors, isHidden, isStacked });
}

export const chosen = (value) => (value === undefined ? {} : { value });

const nothing = () => undefined;

/** The form of a view. */
export function drawView(view, about) {
  const { world: around, close = nothing, submit = nothing, errors = {}, isHidden = false, isStacked = false } = about;
  const inside = { ...around, drawInput: (block) => drawInput(block, { around, view, error: errors[block.block_id] }) };
  return html`<form onSubmit=${submit} hidden=${isHidden} novalidate>
    <header>
      ${isStacked && html`<button type="button" class="quiet small" aria-label="Back" onClick=${close}>‹</button>`}
      <h2 id=${`title-${view.id}`}>${view.title.text}</h2>
    </header>
    <div class="view">${drawBlocks(view.blocks, inside)}</div>
    <div class="buttons">
      <button type="button" class="quiet" onClick=${close}>${view.close?.text ?? 'Close'}</button>
      ${view.submit && html`<button type="submit" class="primary">${view.submit.text}</button>`}
    </div>
  </form>`;
}

function drawInput(block, { around, view, error }) {
  const id = `field-${view.id}-${block.block_id}`;
  const { element } = block;
  return html`<div
    class="field-group"
    key=${`${block.block_id} ${element.action_id}`}
    data-block=${block.block_id}
    data-action=${element.action_id}
  >
    ${drawLabel(block, id)}
    ${drawField(block, { id, around, describedBy: error === undefined ? null : `${id}-wrong` })}
    ${block.hint && html`<p class="about">${block.hint.text}</p>`}
    <p class="wrong" role="alert" id=${`${id}-wrong`}>${error}</p>
  </div>`;
}

const SEVERAL = ['radio_buttons', 'checkboxes', 'multi_static_select', 'multi_users_select'];

/** Several things to check have their own labels: this one is the name of all together. */
function drawLabel({ label, optional, element }, id) {
  const words = [label.text, optional && html`<span class="about"> (optional)</span>`];
  return SEVERAL.includes(element.type)
    ? html`<p class="label" id=${`${id}-label`}>${words}</p>`
    : html`<label for=${id} id=${`${id}-label`}>${words}</label>`;
}

/** Errors that no field of the view shows. */
function complainOfOthers(view, errors) {
  const known = view.blocks.map((block) => block.block_id);
  const others = Object.entries(errors).filter(([block]) => !known.includes(block));
  if (others.length > 0) complain(others.map(([, words]) => words).join(' '));
}
