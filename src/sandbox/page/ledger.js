import { byId, clock, h, showList } from './dom.js';

/** Below both sides: what was told to the app, and what became of everything that it owes. */

const DOES = {
  add_message: 'message into the case',
  create_case: 'open a case',
  close_case: 'close the case',
  reopen_case: 'reopen the case',
  invite_agents: 'invite agents',
  write_follow_up: 'follow-up',
  start_thread: 'start the thread',
  post: 'post into the thread',
  post_in_thread: 'post into the thread',
  update_card: 'refresh the card',
  set_receipt: 'receipt on a reply',
  answer: 'private answer',
  fill_form: 'fill a form',
  alarm: 'alarm',
};

const STATES = ['owed', 'held', 'delivered', 'unknown', 'dead', 'dropped'];

export function showLedger({ told, deliveries }) {
  showList(
    byId('told'),
    told.map((one, at) => ({ ...one, key: `${one.at} ${one.what} ${told.length - at}` })),
    (one) =>
      h(
        'tr',
        { 'data-key': one.key },
        h('td', {}, clock(one.at)),
        h('td', {}, h('span', { class: `from ${one.from.toLowerCase()}` }, one.from)),
        h('td', {}, one.what),
        h('td', {}, h('span', { class: `state ${toneOf(one)}` }, answerOf(one))),
        h('td', { class: 'number' }, String(one.tries)),
      ),
  );
  const list = deliveries?.deliveries ?? [];
  showList(
    byId('deliveries'),
    list.map((one) => ({ ...one, key: one.id })),
    (one) =>
      h(
        'tr',
        { 'data-key': one.key, title: one.id },
        h('td', {}, clock(one.createdAt)),
        h('td', {}, h('span', { class: `state ${one.state}` }, one.attempting ? 'being tried' : one.state)),
        h(
          'td',
          {},
          DOES[one.does] ?? one.does.replaceAll('_', ' '),
          one.reason && h('span', { class: 'about' }, ` · ${one.reason}`),
        ),
        h('td', { class: 'lane' }, laneOf(one.lane)),
        h('td', { class: 'number' }, String(one.attempts)),
        h('td', { class: 'number' }, tookOf(one)),
      ),
  );
  const counts = deliveries?.counts.deliveries ?? {};
  byId('counts').replaceChildren(
    ...STATES.filter((state) => state === 'owed' || counts[state] > 0).map((state) =>
      h('span', { class: `state ${state}` }, `${counts[state] ?? 0} ${state}`),
    ),
  );
}

const toneOf = ({ state, answer }) =>
  state === 'delivered' || answer === '200' ? 'delivered' : state === 'pending' ? 'owed' : 'dead';

const answerOf = ({ state, answer }) =>
  answer === '200' || answer === null ? (answer ?? state) : `${answer}, ${state === 'pending' ? 'comes again' : state}`;

/** The side and the conversation; the team and the account in between are the same for all. */
function laneOf(lane) {
  const parts = lane.split(':');
  return parts.length > 2 ? `${parts[0]} … ${parts.at(-1)}` : lane;
}

const tookOf = ({ createdAt, settledAt }) => {
  if (settledAt === null) return '';
  const ms = Math.max(0, settledAt - createdAt);
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
};
