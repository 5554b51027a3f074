import { clock } from './dates.js';
import { html } from './html.js';
import { act, read } from './wire.js';

/** Below both sides: what casebridge does, as it does it, and what waits for a person. */

const DOES = {
  add_message: 'message into the case',
  attach_file: 'file into the thread',
  create_case: 'open a case',
  close_case: 'close the case',
  delete_message: 'take a message back',
  fetch_file: 'fetch a file',
  fill_form: 'fill a form',
  invite_agents: 'invite agents',
  post: 'post into the thread',
  post_alone: 'post into the channel',
  publish_home: 'App Home',
  refresh_card: 'card',
  reopen_case: 'reopen the case',
  replace_post: 'change a post',
  set_receipt: 'receipt',
  share_file: 'file into the case',
  start_thread: 'start the thread',
  update_message: 'change a message',
  write_follow_up: 'follow-up',
  answer: 'private answer',
};

/** Marks: only the newest counts, and nobody waits for them. */
const MARKS = new Set(['set_receipt', 'refresh_card', 'publish_home', 'replace_post']);
const STATES = ['owed', 'held', 'delivered', 'unknown', 'dead', 'dropped'];
const STEPS = [
  ['receivedAt', 'received'],
  ['storedAt', 'stored'],
  ['acknowledgedAt', 'acknowledged'],
  ['decidedAt', 'decided'],
];

export const LiveLine = () =>
  html`<section class="card live" aria-label="What casebridge does">
    <header>
      <h2>What casebridge does</h2>
      <${Counts} />
    </header>
    <div class="live-rows" tabindex="0" role="region" aria-label="Live line">
      <${Stuck} />
      <${Stories} />
    </div>
  </section>`;

function Counts() {
  const counts = read('counts') ?? {};
  return html`<span class="counts">
    ${(read('gates') ?? []).map(
      ({ key, reason }) =>
        html`<span class="state dead" key=${key}>${`${wayOf(key)} closed: ${reason ?? 'no reason'}`}</span>`,
    )}
    ${STATES.filter((state) => state === 'owed' || counts[state] > 0).map(
      (state) =>
        html`<span class=${`state ${counts[state] > 0 ? state : 'quiet'}`} key=${state}>${`${counts[state] ?? 0} ${state}`}</span>`,
    )}
  </span>`;
}

/** `slack:chat.postMessage:C…`: the side, and whether it is all of it. */
const wayOf = (key) => (key.includes(':') ? `part of the way to ${key.split(':')[0]}` : `way to ${key}`);

function Stuck() {
  const stuck = read('stuck') ?? [];
  if (stuck.length === 0) return null;
  return html`<ul class="stuck" aria-label="Waits for a person">
    ${stuck.map(
      (one) => html`<li key=${one.id} title=${one.id}>
        <span class=${`state ${one.state}`}>${one.state}</span>
        <span>${doesOf(one)}</span>
        <span class="about">${one.reason}</span>
        <span class="doors">
          ${one.doors.map(
            (door) => html`<button
              type="button"
              class="quiet small"
              key=${`${door.act.do} ${door.act.action ?? ''} ${door.act.ts ?? ''}`}
              title=${door.act.do === 'press' ? 'The button in Slack' : `npm run deliveries -- ${door.act.do} …`}
              onClick=${() => act(door.act)}
            >
              ${door.label}
            </button>`,
          )}
        </span>
      </li>`,
    )}
  </ul>`;
}

function Stories() {
  const ids = read('line') ?? [];
  if (ids.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<ol class="stories" aria-label="What happened, the newest first">
    ${ids.map((id) => html`<${Story} key=${id} id=${id} />`)}
  </ol>`;
}

function Story({ id }) {
  const story = read(`line/${id}`);
  if (story === undefined) return null;
  const marks = story.deliveries.filter(({ does }) => MARKS.has(does));
  return html`<li class="story" title=${id}>
    <p>
      <time>${clock(story.at)}</time>
      <span class=${`from told-${story.from.toLowerCase()}`}>${story.from}</span>
      <b>${story.what}</b>
      ${stepsOf(story).map(([name, ms]) => html`<span class="step" key=${name}>${name}${ms !== null && html` <i>${took(ms)}</i>`}</span>`)}
      ${wordsOf(story).map((words) => html`<span class=${`state ${words.tone}`} key=${words.text}>${words.text}</span>`)}
    </p>
    <ul>
      ${story.deliveries
        .filter(({ does }) => !MARKS.has(does))
        .map((delivery) => html`<li key=${delivery.id} title=${delivery.id}><${Delivery} ...${delivery} /></li>`)}
      ${
        marks.length > 0 &&
        html`<li class="marks">${marks.map((mark) => html`<span class=${`state ${mark.state}`} key=${mark.id} title=${mark.id}>${mark.state === 'delivered' ? doesOf(mark) : `${doesOf(mark)} · ${mark.state}`}</span>`)}</li>`
      }
    </ul>
  </li>`;
}

/** Each moment with the time since the one before it. */
function stepsOf(story) {
  const moments = STEPS.map(([field, name]) => [name, story[field]])
    .filter(([, at]) => at !== null)
    .toSorted((a, b) => a[1] - b[1]);
  return moments.map(([name, at], index) => [name, index === 0 ? null : at - moments[index - 1][1]]);
}

function wordsOf({ state, answer, tries, isKnown, reason, deliveries }) {
  const words = [];
  if (state === 'lost') words.push({ tone: 'dead', text: 'lost on its way' });
  if (state === 'given up') words.push({ tone: 'dead', text: `given up: ${answer ?? 'no answer'}` });
  if (state === 'pending' && answer !== null) words.push({ tone: 'owed', text: `${answer}, comes again` });
  if (tries > 1) words.push({ tone: 'owed', text: `told ${tries} times` });
  if (state === 'owed') words.push({ tone: 'owed', text: 'not worked on yet' });
  if (isKnown) words.push({ tone: 'quiet', text: 'known, or nothing to do' });
  if (state === 'ignored' && deliveries.length === 0) words.push({ tone: 'quiet', text: reason ?? 'nothing to do' });
  return words;
}

function Delivery({ does, state, isBeingTried, reason, owedAt, settledAt, tries }) {
  return html`<span class="does">${doesOf({ does })}</span>
    ${tries.map(
      (one, index) => html`<span class="step" key=${index}>
        ${one.outcome === 'delivered' ? 'attempted' : `attempted: ${one.outcome}`} <i>${took(one.ms)}</i>
      </span>`,
    )}
    <span class=${`state ${state}`}>${isBeingTried && state === 'owed' ? 'being tried' : state}</span>
    ${settledAt !== null && html`<i>${took(settledAt - owedAt)}</i>`}
    ${state !== 'delivered' && reason && html`<span class="about">${reason}</span>`}`;
}

const doesOf = ({ does }) => DOES[does] ?? does.replaceAll('_', ' ');

const took = (ms) => (Math.abs(ms) < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);
