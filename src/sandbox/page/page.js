import { listenAcquire, showAcquire, showCaseOf } from './acquire-side.js';
import { act, byId, on } from './dom.js';
import { showLedger } from './ledger.js';
import { listenModal } from './modal.js';
import { listenSlack, showSlack } from './slack-side.js';

/** Shows the sandbox's state whenever it changes. The state comes whole; each part redraws only what differs. */

let last = null;

function show() {
  if (last === null) return;
  showApp(last.app);
  showSlack(last, showCaseOf);
  showAcquire(last);
  showLedger(last);
}

const WORDS = { ready: 'app is running', starting: 'app is starting…', down: 'app is down' };

function showApp({ state, pid }) {
  byId('app-dot').className = `dot ${state}`;
  byId('app-words').textContent = pid === null ? WORDS[state] : `${WORDS[state]}, process ${pid}`;
  const button = byId('app-switch');
  button.hidden = state === 'starting';
  button.textContent = state === 'ready' ? 'kill -9' : 'Start it again';
  button.dataset.do = state === 'ready' ? 'kill_app' : 'start_app';
}

on(byId('app-switch'), 'click', (event) => act({ do: event.target.dataset.do }));
listenSlack(show);
listenAcquire(show);
listenModal();

const changes = new EventSource('/changes');
changes.addEventListener('message', (event) => {
  last = JSON.parse(event.data);
  show();
});
changes.addEventListener('error', () => {
  byId('app-dot').className = 'dot down';
  byId('app-words').textContent = 'the sandbox is gone';
  byId('app-switch').hidden = true;
});
