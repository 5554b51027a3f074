import { drawBlocks } from '../../src/sandbox/page/blocks.js';
import { h } from '../../src/sandbox/page/dom.js';
import { drawMessage } from '../../src/sandbox/page/message.js';
import { drawQuestion, drawView, questionOf } from '../../src/sandbox/page/modal.js';

/** Draws one sheet with the sandbox's own renderer. */

const press = () => undefined;

function drawItem(item, { names, state }) {
  const world = { names, origin: 'https://acme.acquire.io', press };
  switch (item.as) {
    case 'message':
      return drawMessage(item.message, { world });
    case 'home':
      return h('div', { class: 'home' }, drawBlocks(item.blocks, world));
    case 'form':
      return h('div', { class: 'window' }, drawView({ id: '', ...item.view }, { player: '', world, state }));
    case 'confirm': {
      const button = item.blocks.flatMap(({ elements = [] }) => elements).find((one) => one.action_id === item.action);
      return h('div', { class: 'window' }, drawQuestion(questionOf(button), press));
    }
    default:
      throw new Error(`unknown: ${item.as}`);
  }
}

export function drawSheet(sheet, world) {
  return sheet.items.flatMap((item) => [
    ...(item.caption === null ? [] : [h('p', { class: 'caption' }, item.caption)]),
    drawItem(item, world),
  ]);
}
