import { Desk } from './desk.js';
import { Complaint, Question } from './dialog.js';
import { FaultPanel } from './faults.js';
import { html } from './html.js';
import { LiveLine } from './line.js';
import { Modals } from './modal.js';
import { NewCustomer } from './new-customer.js';
import { Rehearsals } from './rehearsals.js';
import { Slack } from './slack.js';
import { Tabs } from './tabs.js';
import { Widget } from './widget.js';
import { link, read } from './wire.js';

const OUTAGES = [
  { id: 'faults', label: 'Faults', panel: FaultPanel },
  { id: 'rehearsals', label: 'Rehearsals', panel: Rehearsals },
];

/** The whole page: both sides, below them what casebridge does, and the windows over all. */

export const Frame = () =>
  html`<${Top} />
    <${Gone} />
    <main>
      <${Slack} />
      <${Widget} />
      <${Desk} />
    </main>
    <div class="below">
      <${LiveLine} />
      <section class="card" aria-label="Outages"><${Tabs} label="Outages" tabs=${OUTAGES} /></section>
    </div>
    <${Modals} />
    <${NewCustomer} />
    <${Question} />
    <${Complaint} />`;

const Top = () =>
  html`<header class="top">
    <h1>casebridge <span>sandbox</span></h1>
    <p class="simulation">
      <b>Simulation</b> Slack, Acquire, giosg and the customers are played here; the app between them is the real one.
    </p>
    <${App} />
  </header>`;

const WORDS = { ready: 'app is running', starting: 'app is starting…', down: 'app is down', frozen: 'app is frozen' };

function App() {
  const app = read('app');
  if (link.value !== 'open' || app === undefined) {
    return html`<div class="app" role="status"><span class="dot"></span>${link.value === 'gone' ? 'the sandbox is gone' : 'connecting…'}</div>`;
  }
  const words = WORDS[app.state] ?? app.state;
  return html`<div class="app" role="status">
      <span class=${`dot ${app.state}`}></span>
      <span>${app.pid === null ? words : `${words}, process ${app.pid}`}</span>
    </div>`;
}

const Gone = () =>
  link.value === 'gone' &&
  html`<p class="gone" role="alert">
    <b>The sandbox is gone.</b> What you see is the last it showed. Start it again with <code>npm run sandbox</code> and open
    the address that it names.
  </p>`;
