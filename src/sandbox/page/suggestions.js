import { emoji, EMOJI_NAMES } from './emoji.js';
import { html } from './html.js';
import { read } from './wire.js';

/** What Slack offers while somebody types: commands with what they take, people after `@`, emoji after `:`. */

const MOST = 8;
const NONE = { from: 0, options: [] };

/** For the text before the caret: `{ from, options: [{ insert, label }] }`, to be put in from there on. */
export function suggestionsFor(before) {
  const found = before.startsWith('/') ? commandsFor(before) : namesFor(before);
  const typed = before.slice(found.from);
  // Nothing is left to suggest to who has typed it out.
  const isWhole = found.options.some(({ insert }) => insert.trim() === typed);
  return typed === '' || isWhole ? NONE : { ...found, options: found.options.slice(0, MOST) };
}

const commandsFor = (before) => ({
  from: 0,
  options: read('slack')
    .commands.flatMap(({ command, usage }) =>
      usage.split(' | ').map((words) => ({
        insert: `${command} ${words.split(' ')[0]} `,
        label: `${command} ${words}`,
      })),
    )
    .filter(({ insert }) => insert.startsWith(before)),
});

const NAME = /(?:^|\s)([@:][\w+-]*)$/;

function namesFor(before) {
  const [, word] = NAME.exec(before) ?? [];
  if (word === undefined) return NONE;
  const from = before.length - word.length;
  return { from, options: word.startsWith('@') ? peopleFor(word) : emojiFor(word) };
}

const peopleFor = (word) => {
  const wanted = word.slice(1).toLowerCase();
  return read('slack')
    .mentions.filter(({ handle, name }) =>
      [handle.slice(1), ...name.split(' ')].some((one) => one.toLowerCase().startsWith(wanted)),
    )
    .map(({ handle, name }) => ({ insert: `${handle} `, label: `${handle}  ${name}` }));
};

const FEWEST_LETTERS = 3;

const emojiFor = (word) =>
  word.length < FEWEST_LETTERS
    ? []
    : EMOJI_NAMES.filter((name) => name.startsWith(word.slice(1))).map((name) => ({
        insert: `:${name}: `,
        label: `${emoji(name)}  :${name}:`,
      }));

export const Suggestions = ({ id, options, marked, take }) =>
  html`<ul class="suggestions" role="listbox" id=${id} aria-label="Suggestions" hidden=${options.length === 0}>
    ${options.map(
      ({ label }, at) => html`<li
        role="option"
        id=${`${id}-${at}`}
        aria-selected=${at === marked}
        onPointerDown=${(event) => {
          // The focus stays where somebody types.
          event.preventDefault();
          take(at);
        }}
      >
        ${label}
      </li>`,
    )}
  </ul>`;
