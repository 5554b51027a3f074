import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { html } from './html.js';
import { complaint } from './wire.js';

/** Windows over the page, the question that Slack asks before a press counts, and words for a few seconds. */

export function Dialog({ isOpen, labelledBy, close, look = '', children }) {
  const dialog = useRef(null);
  useEffect(() => {
    if (isOpen && !dialog.current.open) {
      dialog.current.showModal();
      dialog.current.querySelector('[data-first]')?.focus();
    }
    if (!isOpen && dialog.current.open) dialog.current.close();
  }, [isOpen]);
  const leave = (event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog
    ref=${dialog}
    class=${look}
    aria-labelledby=${labelledBy}
    onCancel=${leave}
    onKeyDown=${(event) => event.key === 'Escape' && leave(event)}
  >
    ${isOpen && children}
  </dialog>`;
}

const asked = signal(null);

/** Asks yes or no, or for a text when `initial` is given. Answers null for no, else what was typed. */
export const askFirst = (question) =>
  new Promise((resolve) => {
    asked.value = { question, resolve };
  });

export function Question() {
  const now = asked.value;
  const end = (answer) => {
    asked.value = null;
    now?.resolve(answer);
  };
  return html`<${Dialog} isOpen=${now !== null} labelledBy="confirm-title" close=${() => end(null)}>
    ${now && drawQuestion(now.question, end)}
  </${Dialog}>`;
}

export function drawQuestion({ title, words, yes, no = 'Cancel', initial, isDanger = false }, end) {
  const submit = (event) => {
    event.preventDefault();
    end(event.target.querySelector('textarea')?.value.trim() ?? '');
  };
  return html`<form onSubmit=${submit}>
    <h2 id="confirm-title">${title}</h2>
    ${words && html`<p>${words}</p>`}
    ${initial !== undefined && html`<textarea rows="3" aria-label=${title} defaultValue=${initial}></textarea>`}
    <div class="buttons">
      <button type="button" class="quiet" onClick=${() => end(null)}>${no}</button>
      <button type="submit" class=${isDanger ? 'danger' : 'primary'}>${yes}</button>
    </div>
  </form>`;
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

const COMPLAINT_MS = 6000;

export function Complaint() {
  const place = useRef(null);
  const now = complaint.value;
  useEffect(() => {
    if (now === null) return undefined;
    // Shown anew, it comes to lie above a dialog that was opened meanwhile.
    place.current.hidePopover();
    place.current.showPopover();
    const hiding = setTimeout(() => place.current.hidePopover(), COMPLAINT_MS);
    return () => clearTimeout(hiding);
  }, [now]);
  return html`<div ref=${place} class="complaint" role="alert" popover="manual">${now?.words}</div>`;
}
