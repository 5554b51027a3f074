import { Channel } from './channel.js';
import { Home } from './home.js';
import { html } from './html.js';
import { goTo, place, playAs, player } from './seen.js';
import { Thread } from './thread.js';
import { unreadIn } from './unread.js';
import { act, read } from './wire.js';

/** The workspace: where to go, who one is, and what is open. */

export function Slack() {
  const slack = read('slack');
  return html`<section class="card slack" aria-label="Slack, simulated">
    ${slack && html`<${Places} slack=${slack} />`}
    ${slack && (place.value === 'home' ? html`<${Home} />` : html`<${Channel} /><${Thread} />`)}
  </section>`;
}

const Places = ({ slack }) =>
  html`<nav class="places" aria-label="Workspace">
    <p class="team">${slack.team}<span class="about">simulated Slack</span></p>
    <h2>Channels</h2>
    <ul>
      ${slack.channels.map(
        ({ id, name, isPrivate }) => html`<li key=${id}>
          <${Place} id=${id} sign=${isPrivate ? '🔒' : '#'} name=${name} unread=${unreadIn(id)} />
        </li>`,
      )}
    </ul>
    <h2>Apps</h2>
    <ul>
      <li><${Place} id="home" sign="⌂" name=${slack.app} unread=${0} /></li>
    </ul>
    <${Players} players=${slack.players} />
  </nav>`;

function Place({ id, sign, name, unread }) {
  const isHere = place.value === id;
  const open = async () => {
    goTo(id);
    if (id === 'home') await act({ do: 'open_home', member: player.value });
  };
  return html`<button
    type="button"
    class=${unread > 0 && !isHere ? 'place unread' : 'place'}
    aria-current=${isHere ? 'page' : null}
    onClick=${open}
  >
    <span class="sign" aria-hidden="true">${sign}</span><span class="place-name">${name}</span>
    ${unread > 0 && !isHere && html`<span class="badge">${unread}<span class="unseen"> unread</span></span>`}
  </button>`;
}

const Players = ({ players }) =>
  html`<fieldset class="players">
    <legend>You are</legend>
    ${players.map(
      ({ id, name, guest }) => html`<label key=${id}>
        <input
          type="radio"
          name="player"
          value=${id}
          checked=${id === player.value}
          onChange=${async () => {
            playAs(id);
            if (place.value === 'home') await act({ do: 'open_home', member: id });
          }}
        />
        <span>${guest ? `${name} (guest)` : name}</span>
      </label>`,
    )}
  </fieldset>`;
