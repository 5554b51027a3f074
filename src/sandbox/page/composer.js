import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { filesIn } from './files.js';
import { html } from './html.js';
import { remembered } from './remembered.js';
import { Suggestions } from './suggestions.js';

/** Where somebody writes: Enter sends, Shift+Enter begins a new line. What is not sent yet stays, by `name`. */

const drafts = remembered('drafts', {});

/**
 * `send` gets `{ text, files }` and answers undefined when it was refused; then everything stays as it was. `suggest` says
 * what to offer for the text before the caret; whenever `focusOn` is another object, the caret goes here.
 */
export function Composer({
  name,
  label,
  placeholder,
  send,
  takesFiles = false,
  suggest = null,
  focusOn = null,
  beside = null,
  tone = '',
}) {
  const box = useRef(null);
  const [files, setFiles] = useState([]);
  const offered = useSuggestions(box, suggest);
  useEffect(() => {
    if (focusOn !== null) box.current.focus();
  }, [focusOn]);
  const submit = async (event) => {
    event.preventDefault();
    const text = box.current.value.trim();
    if (text === '' && files.length === 0) return;
    box.current.value = '';
    forgetDraft(name);
    offered.forget();
    setFiles([]);
    if ((await send({ text, files })) !== undefined) return;
    setFiles(files);
    drafts.value = { ...drafts.peek(), [name]: text };
    if (box.current?.value === '') box.current.value = text;
  };
  return html`<form class=${`composer ${tone}`} aria-label=${label} onSubmit=${submit}>
    ${files.length > 0 && html`<${Chosen} files=${files} forget=${() => setFiles([])} />`}
    ${suggest !== null && html`<${Suggestions} ...${offered} />`}
    <div class="composer-box">
      <textarea
        ref=${box}
        rows="1"
        aria-label=${label}
        placeholder=${placeholder}
        defaultValue=${drafts.peek()[name] ?? ''}
        onInput=${() => {
          drafts.value = { ...drafts.peek(), [name]: box.current.value };
          offered.look();
        }}
        onBlur=${offered.forget}
        onKeyDown=${(event) => offered.press(event) || (isSending(event) && submit(event))}
        ...${offered.told}
      ></textarea>
      ${takesFiles && html`<${Attach} setFiles=${setFiles} />`} ${beside}
      <button type="submit" class="send">Send</button>
    </div>
  </form>`;
}

function forgetDraft(name) {
  const { [name]: _sent, ...others } = drafts.peek();
  drafts.value = others;
}

/** Not while an input method is composing a character. */
const isSending = ({ key, shiftKey, isComposing }) => key === 'Enter' && !shiftKey && !isComposing;

const NOTHING = { from: 0, options: [] };
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

/** Arrow keys choose among what is offered, Tab takes the first; Enter sends unless something is chosen. */
function useSuggestions(box, suggest) {
  const id = useId();
  const [{ from, options }, setFound] = useState(NOTHING);
  const [marked, setMarked] = useState(-1);
  const show = (found) => {
    setFound(found);
    setMarked(-1);
  };
  const look = () => suggest !== null && show(suggest(box.current.value.slice(0, box.current.selectionStart)));
  const take = (at) => {
    box.current.setRangeText(options[at].insert, from, box.current.selectionStart, 'end');
    look();
  };
  const press = (event) => {
    if (options.length === 0) return false;
    const step = STEPS[event.key];
    if (step !== undefined) setMarked((Math.max(marked, step < 0 ? 0 : -1) + step + options.length) % options.length);
    else if (event.key === 'Escape') show(NOTHING);
    else if (event.key === 'Tab' || (event.key === 'Enter' && marked >= 0)) take(Math.max(marked, 0));
    else return false;
    event.preventDefault();
    return true;
  };
  const told = suggest !== null && {
    'aria-autocomplete': 'list',
    'aria-controls': id,
    'aria-activedescendant': marked >= 0 ? `${id}-${marked}` : null,
  };
  return { id, options, marked, take, look, press, told, forget: () => show(NOTHING) };
}

const Chosen = ({ files, forget }) =>
  html`<p class="chosen-files">
    ${files.map((file) => html`<span class="file"><span aria-hidden="true">📄</span> ${file.name}</span>`)}
    <button type="button" class="quiet small" onClick=${forget}>Remove</button>
  </p>`;

function Attach({ setFiles }) {
  const chooser = useRef(null);
  return html`<button type="button" class="tool" aria-label="Attach a file" onClick=${() => chooser.current.click()}>📎</button>
    <input
      ref=${chooser}
      type="file"
      hidden
      aria-label="File to attach"
      multiple
      onChange=${async (event) => {
        setFiles(await filesIn(event.target.files));
        event.target.value = '';
      }}
    />`;
}
