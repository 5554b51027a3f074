import { drawElement } from './elements.js';
import { html } from './html.js';
import { drawRich, drawText } from './rich-text.js';

/**
 * Slack's blocks, for the page and for the pictures in docs. `world` has the names behind ids, Acquire's origin, where
 * links lead, what a press does, and in a modal what draws an input.
 */

export const drawBlocks = (blocks, world) => blocks.map((block) => drawBlock(block, world));

function drawBlock(block, world) {
  switch (block.type) {
    case 'header':
      return html`<p class="block-header">${block.text.text}</p>`;
    case 'section':
      return drawSection(block, world);
    case 'context':
      return html`<p class="block-context">
        ${block.elements.map((one) => html`<span>${one.type === 'image' ? one.alt_text : drawText(one, world)}</span>`)}
      </p>`;
    case 'divider':
      return html`<hr />`;
    case 'actions':
      return html`<div class="block-actions">${block.elements.map((one) => drawElement(one, block, world))}</div>`;
    case 'rich_text':
      return html`<div class="block-rich">${block.elements.map((one) => drawRich(one, world))}</div>`;
    case 'markdown':
      return html`<p>${block.text}</p>`;
    case 'image':
      return html`<p class="block-context">${block.alt_text}</p>`;
    case 'input':
      return world.drawInput?.(block) ?? null;
    default:
      return html`<p class="block-context">${`(a block of the type ${block.type})`}</p>`;
  }
}

const drawSection = (block, world) =>
  html`<div class="block-section">
    <div>
      ${block.text && html`<p>${drawText(block.text, world)}</p>`}
      ${
        block.fields &&
        html`<div class="block-fields">${block.fields.map((field) => html`<p>${drawText(field, world)}</p>`)}</div>`
      }
    </div>
    ${block.accessory && drawElement(block.accessory, block, world)}
  </div>`;
