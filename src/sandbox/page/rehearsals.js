import { useEffect, useRef } from 'preact/hooks';
import { html } from './html.js';
import { awaitThread } from './seen.js';
import { act, read } from './wire.js';

/** Scripted trouble that ends in a verdict: what there is, what is being played, and what came of it. */

const MARKS = { true: '✓', false: '✗', playing: '…' };
const WORDS = { true: 'came true', false: 'did not come true', playing: 'is being played' };

export function Rehearsals() {
  const rehearsals = read('rehearsals');
  const panel = useRef(null);
  // Its steps stand above the list, which may be scrolled.
  useEffect(() => panel.current?.scrollTo(0, 0), [rehearsals?.played, rehearsals?.playing]);
  if (rehearsals === undefined) return null;
  const { all, playing, played, steps } = rehearsals;
  const current = all.find(({ id }) => id === (playing ?? played));
  return html`<div class="rehearsals" ref=${panel} tabindex="0" role="region" aria-label="Rehearsals and their steps">
    ${current !== undefined && html`<${Played} rehearsal=${current} steps=${steps} isPlaying=${playing !== null} />`}
    <ul aria-label="Rehearsals">
      ${all.map((one) => html`<${Offered} key=${one.id} rehearsal=${one} isBusy=${playing !== null} isPlaying=${playing === one.id} />`)}
    </ul>
  </div>`;
}

const Played = ({ rehearsal: { name, does, expects, last }, steps, isPlaying }) =>
  html`<section class="played" aria-label="The rehearsal">
    <header>
      <b>${name}</b>
      ${isPlaying && html`<button type="button" class="quiet small" onClick=${() => act({ do: 'stop_rehearsal' })}>Stop</button>`}
    </header>
    <p class="about">${does} ${expects}</p>
    <div role="status">${last !== null && html`<${Verdict} result=${last} />`}</div>
    <ol>
      ${steps.map(
        (step, index) => html`<li key=${index} class=${`step-${step.state}`}>
          <span aria-label=${WORDS[step.state]}>${MARKS[step.state]}</span>
          <div>
            <span>${step.title}</span>${step.ms !== null && html` <i>${took(step.ms)}</i>`}
            ${(step.state === 'playing' ? [step.waits] : step.seen).map((line) => line !== step.title && html`<p class="about" key=${line}>${line}</p>`)}
          </div>
        </li>`,
      )}
    </ol>
  </section>`;

const Verdict = ({ result: { ok, verdict, findings, ms } }) =>
  html`<div class=${`verdict ${ok ? 'delivered' : 'dead'}`}>
    <b>${ok ? '✓ Nothing lost, nothing twice' : '✗ Failed'}</b> ${verdict} <i>${took(ms)}</i>
    ${findings.length > 0 && html`<ul>${findings.map((finding) => html`<li key=${finding}>${finding}</li>`)}</ul>`}
  </div>`;

const Offered = ({ rehearsal: { id, name, does, seconds, last }, isBusy, isPlaying }) =>
  html`<li title=${does}>
    <span>${name}</span>
    ${last !== null && html`<span class=${`state ${last.ok ? 'delivered' : 'dead'}`}>${last.ok ? 'came true' : 'failed'}</span>`}
    <span class="about">about ${seconds} s</span>
    <button
      type="button"
      class="quiet small"
      disabled=${isBusy}
      aria-label=${`Play: ${name}`}
      onClick=${() => {
        awaitThread();
        void act({ do: 'rehearse', rehearsal: id });
      }}
    >
      ${isPlaying ? 'Playing…' : 'Play'}
    </button>
  </li>`;

const took = (ms) => (ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`);
