import { Acquire } from './acquire.js';
import { Giosg } from './giosg.js';
import { html } from './html.js';
import { Tabs } from './tabs.js';

const TABS = [
  { id: 'acquire', label: 'Acquire', panel: Acquire },
  { id: 'giosg', label: 'giosg', panel: Giosg },
];

/** What agents see who do not work in Slack: the case systems' own screens. */
export const Desk = () =>
  html`<section class="card desk" aria-label="Case systems, simulated">
    <${Tabs} label="Case system" tabs=${TABS} beside=${html`<span class="tag">simulated</span>`} />
  </section>`;
