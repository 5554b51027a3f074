import { drawBlocks } from '../../src/sandbox/page/blocks.js';
import { drawQuestion, questionOf } from '../../src/sandbox/page/dialog.js';
import { html } from '../../src/sandbox/page/html.js';
import { drawMessage } from '../../src/sandbox/page/message.js';
import { drawView } from '../../src/sandbox/page/modal.js';

/** Draws one sheet with the sandbox's own renderer. */

const press = () => undefined;

const named = (list, sign) => () => list.map(({ id, name }) => ({ value: id, label: `${sign}${name}` }));

function drawItem(item, { names, state }) {
  const people = named(state.players, '');
  const channels = named(state.channels, '#');
  const world = { names, origin: 'https://acme.acquire.io', press, people, channels };
  switch (item.as) {
    case 'message':
      return drawMessage(item.message, { world });
    case 'home':
      return html`<div class="home">${drawBlocks(item.blocks, world)}</div>`;
    case 'form':
      return html`<div class="window">${drawView({ id: '', ...item.view }, { world })}</div>`;
    case 'confirm': {
      const button = item.blocks.flatMap(({ elements = [] }) => elements).find((one) => one.action_id === item.action);
      return html`<div class="window">${drawQuestion(questionOf(button), press)}</div>`;
    }
    default:
      throw new Error(`unknown: ${item.as}`);
  }
}

export const drawSheet = (sheet, world) =>
  sheet.items.map(
    (item) => html`${item.caption !== null && html`<p class="caption">${item.caption}</p>`} ${drawItem(item, world)}`,
  );
