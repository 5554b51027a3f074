import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { helpdeskLane, owe, slackLane } from '../src/bridge/lanes.ts';
import { Effect } from '../src/core/effect.ts';
import {
  Baseline,
  CaseMessageRecord,
  Link,
  LinkPointer,
  MemberMessage,
  NewestPost,
  OpenCase,
  Root,
} from '../src/core/link.ts';
import type { NewDelivery } from '../src/delivery/ports.ts';
import { openStore } from '../src/store/open.ts';
import { APP, CONTACTS } from './load/signed.ts';
import { caseRow, FIRST_OWED, FIRST_THREAD, marked, PER_LINK } from './world/cases.ts';

/**
 * A store as years of use leave it, written by its database alone: what casebridge writes for one link is the pattern,
 * and SQL sets the numbers into it. Link n is about case n, and its thread is that of the second 1,600,000,000 + n.
 */

export type Seed = {
  readonly links: number;
  /** The first so many links have an open case. */
  readonly open: number;
  /** Owed for each of these: posts of what customers wrote, and replies of members. */
  readonly posts: number;
  readonly replies: number;
};

export const seedSqlite = async (path: string, seed: Seed): Promise<void> => {
  await (await openStore({ kind: 'sqlite', path })).close();
  const file = new DatabaseSync(path);
  try {
    file.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN');
    for (const statement of statementsFor(seed)) file.exec(statement);
    file.exec('COMMIT; PRAGMA journal_mode = WAL');
  } finally {
    file.close();
  }
};

export const seedPostgres = async (url: string, seed: Seed): Promise<void> => {
  await (await openStore({ kind: 'postgres', url })).close();
  const client = new Client(url);
  await client.connect();
  try {
    await client.query('SET search_path = casebridge; SET synchronous_commit = off');
    for (const statement of statementsFor(seed)) await client.query(statement);
    await client.query(`SELECT setval('ticks', (SELECT max(seq) FROM deliveries) + 1),
      setval(pg_get_serial_sequence('deliveries', 'seq'), (SELECT max(seq) FROM deliveries) + 1)`);
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
};

// What stands in the patterns instead of numbers: the link's, its thread's, the message's, and the ts of a reply.
const N = '7777777777';
const THREAD = '1888888888.000100';
const MESSAGE = '5555555555555';
const REPLY = '1799999999.999999';

/** In SQL, of row `i`: which link it is about, and the how manieth of it. */
const numbersOf = (per: number): { readonly n: string; readonly k: string } => ({
  n: `(i / ${per} + 1)`,
  k: `(i % ${per})`,
});

const filled = (pattern: string, per: number): string => {
  const { n, k } = numbersOf(per);
  const values: readonly (readonly [string, string])[] = [
    [N, `CAST(${n} AS TEXT)`],
    [THREAD, `CAST(${FIRST_THREAD} + ${n} AS TEXT) || '.000100'`],
    [MESSAGE, `CAST(${FIRST_OWED} + ${n} * ${PER_LINK} + ${k} AS TEXT)`],
    [REPLY, `CAST(${FIRST_REPLY} + ${k} AS TEXT) || '.' || substr(CAST(1000000 + ${n} - 1 AS TEXT), 2)`],
  ];
  return values
    .filter(([mark]) => pattern.includes(mark))
    .reduce((sql, [mark, value]) => `replace(${sql}, '${mark}', ${value})`, quoted(pattern));
};

/** Written a little while ago: what waited longer goes out only after a look at its case. */
const FIRST_REPLY = Math.floor(Date.now() / 1000) - 120;

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const rowsUpTo = (count: number): string =>
  `WITH RECURSIVE rows_to_make (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM rows_to_make WHERE i + 1 < ${count})`;

const KEY = `${APP.team}:acquire:bench:${N}`;
const DAY = 86_400_000;
const now = Date.now();
const before = now - 10 * DAY;

const statementsFor = (seed: Seed): readonly string[] => [...recordsFor(seed), ...pastOf(seed), ...owedOf(seed)];

const recordsFor = ({ links, open }: Seed): readonly string[] => {
  const place = `${APP.team}:${APP.channel}`;
  const record = (namespace: string, key: string, value: unknown, count = links): string =>
    `INSERT INTO records (namespace, key, value) ${rowsUpTo(count)}
     SELECT '${namespace}', ${filled(key, 1)}, ${filled(JSON.stringify({ value }), 1)} FROM rows_to_make ORDER BY 2`;
  const pointer = LinkPointer.parse({ version: 1, link: KEY });
  const root = Root.parse({ version: 1, generation: 1, channel: APP.channel, ts: THREAD });
  const newest = NewestPost.parse({ version: 1, ts: THREAD });
  const shown = { version: 1, delivery: `post:${KEY}:${MESSAGE}`, channel: APP.channel, ts: THREAD };
  const made = MemberMessage.parse({
    version: 1,
    link: KEY,
    author: APP.member,
    kind: 'reply',
    edition: '',
    deleted: false,
    deliveries: [`reply:${KEY}:1`],
  });
  const all = { version: 1, message: '900', case: `${links + 1}`, since: before, at: before };
  return [
    `INSERT INTO records (namespace, key, value)
     VALUES ('baseline', 'acquire:bench', ${quoted(JSON.stringify({ value: Baseline.parse(all) }))})`,
    record('case', `acquire:bench:${N}`, pointer),
    record('case_message', `acquire:bench:${MESSAGE}`, CaseMessageRecord.parse(shown)),
    record('link', KEY, LINK),
    record('member_message', `${place}:${THREAD}`, made),
    record('newest_post', `${place}:${THREAD}`, newest),
    record('open_case', KEY, OpenCase.parse({ version: 1, case: N }), open),
    record('root', KEY, root),
    record('thread', `${place}:${THREAD}`, pointer),
  ];
};

/** As the vendors of the benchmark list it: nothing about it is new. */
const LISTED = Date.parse(String(caseRow(1)['dateUpdated']));

const LINK: Link = Link.parse({
  version: 1,
  team: APP.team,
  account: 'acquire:bench',
  chain: N,
  state: 'on',
  generation: 1,
  channel: APP.channel,
  case: {
    id: N,
    chain: N,
    contact: {
      id: `${CONTACTS}`,
      name: 'Jo Customer',
      email: 'jo@example.com',
      phone: null,
      fields: { city: 'Turku' },
    },
    channel: 'chat',
    state: 'open',
    status: 'active',
    title: String(caseRow(1)['title']),
    createdAt: LISTED,
    updatedAt: LISTED,
    closedBy: null,
    agents: ['Anna'],
  },
  caseIds: [N],
  floor: '900',
  cursor: '900',
  waitingSince: null,
  activeAt: before,
  answered: null,
  attended: true,
  claimedBy: null,
  doneBy: null,
  snoozedUntil: null,
});

const post: NewDelivery = owe({
  id: `post:${KEY}:${MESSAGE}`,
  effect: Effect.parse({
    do: 'post',
    link: KEY,
    // A colleague's: what customers wrote is joined to one post while it waits.
    as: { name: 'Anna (in Acquire)', icon: 'agent' },
    notice: {
      summary: `${marked(Number(MESSAGE))} How long will it take?`,
      parts: [{ part: 'text', text: [`${marked(Number(MESSAGE))} How long will it take?`] }],
    },
    messages: [MESSAGE],
    broadcast: false,
  }),
  position: `0000000${MESSAGE}`,
  channel: APP.channel,
});

const reply: NewDelivery = owe({
  id: `reply:${KEY}:${MESSAGE}:1`,
  effect: Effect.parse({
    do: 'add_message',
    link: KEY,
    kind: 'reply',
    via: 'chat',
    text: `${marked(Number(MESSAGE))} It is on its way and should be with you tomorrow.`,
    html: null,
    member: APP.member,
    source: { channel: APP.channel, ts: REPLY },
    insisted: false,
  }),
  position: `${REPLY}:0000`,
});

/** What was carried over long ago: its texts are gone, its keys stay with the link. */
const pastOf = ({ links }: Seed): readonly string[] => [
  ...[post, reply].map((delivery, index) =>
    put(
      { ...delivery, id: `past:${delivery.id}`, position: '0' },
      { count: links, per: 1, from: index * links, past: true },
    ),
  ),
  ...[slackLane(KEY), helpdeskLane(KEY)].map(
    (lane) =>
      `INSERT INTO delivery_lanes (lane, rank, served, top, done) ${rowsUpTo(links)}
       SELECT ${filled(lane, 1)}, 0, i + 1, '0', '0' FROM rows_to_make ORDER BY 1`,
  ),
  `INSERT INTO events (key, lane, payload, state, place, due, received_at, settled_at, blank)
   ${rowsUpTo(links)} SELECT ${filled(`seen:${N}`, 1)}, ${filled(`case:acquire:bench:${N}`, 1)}, 'null', 'handled', i + 1,
     ${before}, ${before}, ${before}, 1 FROM rows_to_make`,
];

const owedOf = ({ links, open, posts, replies }: Seed): readonly string[] => {
  const kinds = [
    { delivery: post, per: posts, from: 2 * links },
    { delivery: reply, per: replies, from: 2 * links + open * posts },
  ];
  return kinds
    .filter(({ per }) => per > 0)
    .flatMap(({ delivery, per, from }) => [
      put(delivery, { count: open * per, per, from, past: false }),
      `UPDATE delivery_lanes SET phase = 'ready', head = first.seq FROM (
         SELECT lane, min(seq) AS seq FROM deliveries WHERE state = 'owed' AND seq > ${from} GROUP BY lane
       ) AS first WHERE delivery_lanes.lane = first.lane`,
    ]);
};

type Rows = { readonly count: number; readonly per: number; readonly from: number; readonly past: boolean };

const put = (delivery: NewDelivery, { count, per, from, past }: Rows): string => {
  const text = (value: string): string => filled(value, per);
  return `INSERT INTO deliveries (seq, id, lane, mode, position, turn, effect, gates, state, attempts, due, tell, told,
      remind_after, closed_before, keep, created_at, waiting_since, settled_at, blank)
    ${rowsUpTo(count)}
    SELECT i + 1 + ${from}, ${text(delivery.id)}, ${text(delivery.lane)}, '${delivery.mode}',
      ${text(delivery.position ?? '0')}, i + 1 + ${from}, ${past ? `'null'` : text(JSON.stringify(delivery.effect))},
      ${text(JSON.stringify(delivery.gates))}, '${past ? 'delivered' : 'owed'}', ${past ? 1 : 0}, ${past ? before : now},
      '${delivery.tell}', 2, '${JSON.stringify(delivery.remindAfter ?? {})}', 0, '${delivery.keyFor}',
      ${past ? before : now}, ${past ? before : now}, ${past ? before : 'NULL'}, ${past ? 1 : 0}
    FROM rows_to_make`;
};
