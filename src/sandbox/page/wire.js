import { batch, signal } from '@preact/signals';

/** The page's end of the wire: what the sandbox shows comes as named parts, what people do goes back as acts. */

const parts = new Map();

function part(name) {
  const known = parts.get(name);
  if (known !== undefined) return known;
  const made = signal(undefined);
  parts.set(name, made);
  return made;
}

/** The newest value of a part; undefined when there is none. A component that reads it is drawn again when it changes. */
export const read = (name) => part(name).value;

/** `connecting`, `open`, or `gone` when the sandbox was there and no longer is. */
export const link = signal('connecting');

function take({ whole, parts: changed, gone = [] }) {
  batch(() => {
    if (whole) for (const [name, held] of parts) if (!Object.hasOwn(changed, name)) held.value = undefined;
    for (const name of gone) part(name).value = undefined;
    for (const [name, value] of Object.entries(changed)) part(name).value = value;
    link.value = 'open';
  });
}

/** Follows what the sandbox shows until the page is left; a browser connects again by itself. */
export function follow(changes) {
  changes.addEventListener('message', (event) => take(JSON.parse(event.data)));
  changes.addEventListener('error', () => {
    link.value = 'gone';
  });
}

/** What a person should know now: `{ words }`, anew for each time. */
export const complaint = signal(null);

export function complain(words) {
  complaint.value = { words: words.charAt(0).toUpperCase() + words.slice(1) };
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
    if (ok) return result ?? null;
    complain(error);
  } catch {
    complain('The sandbox does not answer. Is it still running?');
  }
  return undefined;
}
