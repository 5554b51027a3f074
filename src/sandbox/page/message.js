import { drawBlocks } from './blocks.js';
import { emoji } from './emoji.js';
import { clock } from './dates.js';
import { html } from './html.js';
import { drawMrkdwn } from './rich-text.js';

/** One message as Slack shows it: who wrote it, what it says, its files and reactions. */

const TINTS = 5;

const tint = (name) => [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TINTS;

/** `tools` stands beside it, `below` after it; `react` makes its reactions buttons; `more` goes to the element itself. */
export function drawMessage(message, { world, tools = null, below = null, react = null, player = null, more = {} }) {
  const look = `message${message.isPrivate ? ' private' : ''}${message.open ? ' open' : ''}`;
  return html`<article class=${look} ...${more}>
    <span class=${`face tint${message.isApp ? '-app' : tint(message.name)}`} aria-hidden="true">
      ${message.icon ? emoji(message.icon) : message.isApp ? 'cb' : message.name.slice(0, 1)}
    </span>
    <div class="body">
      ${message.isPrivate && html`<p class="only-you">Only visible to you</p>`} ${drawHead(message)}
      <div class="words">
        ${
          message.blocks.length > 0
            ? drawBlocks(message.blocks, world)
            : message.text !== '' && html`<p>${drawMrkdwn(message.text, world)}</p>`
        }
        ${message.edited && !message.isApp && html`<span class="about"> (edited)</span>`}
      </div>
      ${(message.files ?? []).map(drawFile)}
      ${message.reactions.length > 0 && drawReactions(message.reactions, { react, player })} ${below}
    </div>
    ${tools}
  </article>`;
}

const drawHead = ({ name, isApp, ts, broadcast }) =>
  html`<p class="who">
    <b>${name}</b>
    ${isApp && html`<span class="app-tag">APP</span>`}
    <time>${clock(Number(ts) * 1000)}</time>
    ${broadcast && html`<span class="about">also sent to the channel</span>`}
  </p>`;

const KILOBYTE = 1000;

const sizeOf = (bytes) => (bytes < KILOBYTE ? `${bytes} B` : `${Math.round(bytes / KILOBYTE)} kB`);

export const drawFile = ({ name, size }) =>
  html`<p class="file">
    <span aria-hidden="true">📄</span>
    <b>${name}</b>
    ${typeof size === 'number' && html`<span class="about">${sizeOf(size)}</span>`}
  </p>`;

const drawReactions = (reactions, { react, player }) =>
  html`<p class="reactions">
    ${reactions.map(({ name, count, users = [] }) => {
      const words = `${emoji(name)} ${count}`;
      const label = `${name} ${count}`;
      const isMine = users.includes(player);
      return react === null
        ? html`<span class="reaction" title=${`:${name}:`} role="img" aria-label=${label}>${words}</span>`
        : html`<button
            type="button"
            class="reaction"
            title=${`:${name}:`}
            aria-label=${label}
            aria-pressed=${isMine}
            onClick=${() => react(name, !isMine)}
          >
            ${words}
          </button>`;
    })}
  </p>`;
