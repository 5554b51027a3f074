import { drawBlocks } from './blocks.js';
import { askFirst, questionOf } from './dialog.js';
import { html } from './html.js';
import { chosen } from './modal.js';
import { player, world } from './seen.js';
import { act, read } from './wire.js';

/** The app's Home tab, as the app last drew it for this member. */

export function Home() {
  const member = player.value;
  const view = read(`slack/home/${member}`);
  const press = async (element, _block, value) => {
    const question = questionOf(element);
    if (question !== null && (await askFirst(question)) === null) return;
    await act({ do: 'press_in_view', member, view: view.id, action: element.action_id, ...chosen(value) });
  };
  return html`<section class="column home-tab" aria-label="App Home">
    <header><h2>casebridge</h2><span class="tag">App Home</span></header>
    <div class="messages" tabindex="0" role="region" aria-label="What the app shows here">
      ${
        view === undefined
          ? html`<p class="empty">The app has drawn nothing here yet.</p>`
          : html`<div class="home">${drawBlocks(view.blocks, { ...world.value, press })}</div>`
      }
    </div>
  </section>`;
}
