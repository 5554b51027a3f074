import { effect, signal } from '@preact/signals';

/** What whoever plays has chosen or begun to write: a reload keeps it, and each tab of a browser has its own. */

const PREFIX = 'casebridge ';
const known = new Map();

/** The signal of that name; whoever reads it makes sure that what it names is still there. */
export function remembered(name, first) {
  const before = known.get(name);
  if (before !== undefined) return before;
  // Pages are drawn outside of browsers, too.
  const store = globalThis.sessionStorage;
  const kept = store?.getItem(PREFIX + name) ?? null;
  const made = signal(kept === null ? first : JSON.parse(kept));
  known.set(name, made);
  effect(() => store?.setItem(PREFIX + name, JSON.stringify(made.value)));
  return made;
}
