import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ChannelId } from '../src/core/ids.ts';
import { defaultSettings, settingsOf } from '../src/core/settings.ts';
import { parseRoutes, readRoutes } from '../src/routes.ts';

const HOME = 'C0SUPPORT';

const file = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'routes.yaml');
  writeFileSync(path, content);
  return path;
};

const read = (content: string, caseChannel: string | undefined = HOME) =>
  parseRoutes(content, { path: 'routes.yml', caseChannel });

const rightIn = (content: string, caseChannel?: string) => {
  const result = read(content, caseChannel);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.channels;
};

const problemsIn = (content: string, caseChannel?: string): readonly string[] => {
  const result = read(content, caseChannel);
  return result.ok ? [] : result.problems;
};

test('without a file there is the channel of new cases, with the defaults', () => {
  const result = readRoutes(undefined, HOME);

  expect(result).toMatchObject({ ok: true, channels: { home: HOME, routes: [] } });
  expect(result.ok && result.channels.all.get(result.channels.home)).toEqual(defaultSettings);
});

test('a file sets each channel, and its first one takes new cases when no other is named', () => {
  const result = readRoutes(file('channels:\n  C0SALES:\n    mode: note\n  C0OTHER: {}\n'), undefined);

  expect(result).toMatchObject({ ok: true, channels: { home: 'C0SALES' } });
  expect(result.ok && [...result.channels.all].map(([id, { mode }]) => [id, mode])).toEqual([
    ['C0SALES', 'note'],
    ['C0OTHER', 'reply'],
  ]);
});

test('a rule has what is written in it, and the defaults of rules', () => {
  const { routes, all } = rightIn(`
hours: { office: { zone: UTC, days: { mon-fri: 8:00-16:00 } } }
routes:
  - name: vip
    when: { tag: vip, contact: { email: '*@acme.com' } }
    channel: C0VIP
    start: new
    mode: confirm
    mentions: { turns: [U0ANNA, U0BEN] }
    remind: 10m
    escalate: { after: 2h, channel: C0LEADS, mentions: [S0LEADS, U0ANNA] }
  - { name: rest, channel: C0SUPPORT }
`);

  expect(routes[0]).toMatchObject({
    conditions: [
      { on: 'tag', patterns: ['vip'] },
      { on: 'contact', key: 'email', patterns: ['*@acme.com'] },
    ],
    channel: 'C0VIP',
    start: 'new',
    settings: { mode: 'confirm' },
    mentions: { turns: true, who: [{ member: 'U0ANNA' }, { member: 'U0BEN' }] },
    remind: 600_000,
    escalate: { after: 7_200_000, channel: 'C0LEADS', mentions: [{ group: 'S0LEADS' }, { member: 'U0ANNA' }] },
    hours: { zone: 'UTC' },
  });
  expect(routes[1]).toMatchObject({ conditions: [], start: 'message', settings: {}, mentions: null, remind: null });
  expect([...all.keys()]).toEqual([HOME, 'C0VIP']);
});

test('a channel or queue is known by its name, or by a pattern', () => {
  const { routes } = rightIn(`
routes:
  - { name: one, channel: C0ONE, when: { channel: [Chat, 'whatsapp*'], queue: [15, '2*'] } }
`);

  expect(routes[0]?.conditions).toEqual([
    { on: 'channel', patterns: ['Chat', 'whatsapp*'] },
    { on: 'queue', patterns: ['15', '2*'] },
  ]);
});

test('a thread is worked as its channel is, but for what its rule says as it is now', () => {
  const channels = rightIn(`
channels: { C0VIP: { mode: note, feedback: true } }
routes: [{ name: vip, when: { tag: vip }, channel: C0VIP, mode: confirm }]
`);
  const channel = ChannelId.parse('C0VIP');
  const of = (route: string | null) => settingsOf(channels, { channel, route });

  expect(of('vip')).toMatchObject({ mode: 'confirm', feedback: true });
  expect(of(null)).toMatchObject({ mode: 'note', feedback: true });
  expect(of('a rule that is gone')).toMatchObject({ mode: 'note', feedback: true });
});

test('people are known by member id, and by e-mail whatever its case', () => {
  const { people } = rightIn('people: { U0ANNA: 7, Ben@Example.com: "8" }');

  expect([...people]).toEqual([
    ['U0ANNA', '7'],
    ['ben@example.com', '8'],
  ]);
});

test('hours may be ranges, lists, halves of days, nights and single dates', () => {
  const { routes } = rightIn(`
hours:
  shop:
    zone: Europe/Helsinki
    days: { mon-thu: [8-12, 13:30-17], 'fri, sat': 22:00-06:00, sun: closed, 2026-12-23: 8-12 }
    holidays: [2026-12-24, 12-25, 02-29]
routes: [{ name: all, channel: C0ONE, remind: 1d }]
`);

  const hours = routes[0]?.hours;
  expect(hours?.week.tue).toEqual([
    [480, 720],
    [810, 1020],
  ]);
  expect(hours?.week.sat).toEqual([[1320, 1800]]);
  expect(hours?.week.sun).toEqual([]);
  expect([...(hours?.days ?? [])]).toEqual([
    ['2026-12-24', []],
    ['12-25', []],
    ['02-29', []],
    ['2026-12-23', [[480, 720]]],
  ]);
});

const HOURS = 'hours: { a: { zone: UTC, days: { mon: 8-9 } }, b: { zone: UTC, days: { mon: 8-9 } } }\n';

describe('what is wrong is said with its line, and with what is right', () => {
  test.each([
    ['channels:\n  C0SALES:\n    mode: loud\n', ':3 channels.C0SALES.mode is not right; expected reply, note, confirm'],
    [
      'channels:\n  C0SALES:\n    broadcast: maybe\n',
      ':3 channels.C0SALES.broadcast is not right; expected true or false',
    ],
    ['channels:\n  C0SALES:\n    undo: 1000\n', ':3 channels.C0SALES.undo is too big; expected at most 120'],
    ['channels:\n  C0SALES:\n    undo: soon\n', ':3 channels.C0SALES.undo is not right; expected a number'],
    [
      'channels:\n  C0SALES:\n\n    moode: note\n',
      ':4 channels.C0SALES.moode is not known; expected mode, broadcast, ',
    ],
    ['channels:\n  sales: {}\n', ':2 channels.sales is not a channel id; expected one such as C0123456789'],
    ['channels:\n  C0SALES:\n   mode: note\n  mode: [', ':4 is not YAML'],
    ['channels: {}\nchannels: {}\n', ':2 is not YAML (DUPLICATE_KEY)'],
    ['channels:\n\tC0ONE: {}\n', ':2 is not YAML (TAB_AS_INDENT): a tab stands where the line begins; expected blanks'],
    ['channels:\n  C0SUPPORT:\n', ':2 channels.C0SUPPORT is empty; expected a map of names and values, or {}'],
    ['channels:\n  C0ONE: { sms_number: 15551234567 }\n', 'sms_number is not right; expected text, in quotes'],
    ['channels:\n  C0ONE: { sms_number: "1555" }\n', 'is no telephone number; expected one such as +358401234567'],
    [
      'routes:\n  - name: one\n    channel: C0ONE\n    when: { queue: [15, many] }\n',
      ':4 rule “one”: when.queue.1 is no number of a queue; expected one such as 15',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE, when: { channel: chta } }\n',
      'when.channel.0 is no channel of Acquire; expected chat, mail, sms, ',
    ],
    ['routes:\n  - { name: one, channel: C0ONE, when: { title: [] } }\n', 'when.title is empty; expected at least one'],
    ['chanels: {}\n', ':1 chanels is not known; expected channels, hours, people, giosg, routes'],
    ['giosg: { identity: { algoritm: HS256 } }\n', 'giosg.identity.algoritm is not known; expected algorithm,'],
    ['giosg: { identity: { algorithm: none } }\n', 'giosg.identity.algorithm is not right; expected HS256, HS384'],
    [
      'giosg: { identity: { lifetime_seconds: 5 } }\n',
      'giosg.identity.lifetime_seconds is too small; expected at least 10',
    ],
    ['giosg: { external_id_field: 7 }\n', 'giosg.external_id_field is no name of a field; expected one such as'],
    ['- C0SALES\n', ':1 is not right; expected a map of names and values'],
    ['routes:\n  - channel: C0ONE\n', ':2 rule 1: name is not a name; expected a word or a few'],
    [
      'routes:\n  - name: one\n',
      ':2 rule “one”: channel is missing; expected the id of the channel where threads start',
    ],
    [
      'routes:\n  - name: one\n    channel: C0ONE\n    start: later\n',
      ':4 rule “one”: start is not right; expected message, new, waiting, never',
    ],
    ['routes:\n  - name: one\n    chanel: C0ONE\n', ':3 rule “one”: chanel is not known; expected mode, '],
    [
      'routes:\n  - name: one\n    channel: C0ONE\n    when: { tags: vip }\n',
      ':4 rule “one”: when.tags is not known; expected channel, department, ',
    ],
    ['routes:\n  - { name: one, channel: C0ONE, when: { tag: [] } }\n', ':2 rule “one”: when.tag is empty'],
    [
      'routes:\n  - { name: one, channel: C0ONE, when: { contact: acme } }\n',
      'when.contact is no map; expected names of fields',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE, when: { tag: { a: b } } }\n',
      'when.tag.0 is no text; expected text, or a list',
    ],
    [
      'routes:\n  - name: one\n    channel: C0ONE\n    remind: 10\n',
      ':4 rule “one”: remind is not a span of time; expected one such as 10m, 2h or 1d',
    ],
    ['routes:\n  - { name: one, channel: C0ONE, remind: 0m }\n', 'remind is not a span of time'],
    ['routes:\n  - { name: one, channel: C0ONE, remind: 31d }\n', 'remind is not a span of time'],
    [
      'routes:\n  - name: one\n    channel: C0ONE\n    mentions:\n      - U0ANNA\n      - anna\n',
      ':6 rule “one”: mentions.1 is not somebody to mention; expected a member id such as U0123 or a user group id',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE, mentions: { turns: [S0ONE, U0BEN] } }\n',
      'mentions.turns.0 is no member; only members take turns',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE, mentions: { turns: [U0BEN] } }\n',
      'mentions.turns names fewer than two members',
    ],
    ['routes:\n  - { name: one, channel: C0ONE, escalate: { after: 1h } }\n', 'escalate.channel is not a channel id'],
    [
      'routes:\n  - { name: one, when: { tag: a }, channel: C0ONE }\n  - { name: one, channel: C0ONE }\n',
      ':3 rule “one”: name is the name of an earlier rule',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE }\n  - { name: two, channel: C0ONE }\n',
      ':3 rule “two”: name is never reached: “one” before it takes every case',
    ],
    [
      'routes:\n  - { name: one, channel: C0ONE, when: { open: office } }\n',
      'when.open names no business hours; expected a name that stands under hours',
    ],
    [
      `${HOURS}routes:\n  - { name: one, channel: C0ONE, hours: c }\n`,
      ':3 rule “one”: hours names no business hours; expected a or b',
    ],
    [
      `${HOURS}routes:\n  - { name: one, channel: C0ONE, remind: 5m }\n`,
      'hours is missing; expected the hours in which waiting counts, a or b',
    ],
    [
      'hours:\n  office:\n    zone: Helsinki\n    days: {}\n',
      ':3 hours.office.zone is no time zone; expected a name such as Europe/Helsinki',
    ],
    [
      'hours:\n  office:\n    zone: UTC\n    days:\n      monday: 8-16\n',
      ':5 hours.office.days.monday is no day; expected mon, tue',
    ],
    [
      'hours:\n  office:\n    zone: UTC\n    days:\n      mon: 8-26\n',
      ':5 hours.office.days.mon.0 is no time; expected times such as 8:00-17:00',
    ],
    ['hours:\n  office:\n    zone: UTC\n    days: { mon: closed }\n', ':2 hours.office is never open in any week'],
    [
      'hours:\n  office:\n    zone: UTC\n    days: { mon: 8-9 }\n    holidays: [2026-02-30]\n',
      'holidays.0 is no day; expected a date such as 2026-12-24',
    ],
    ['people:\n  anna: 7\n', ':2 people.anna is neither a member id nor an e-mail address'],
    ['people:\n  U0ANNA: seven\n', ':2 people.U0ANNA is no number of an agent'],
  ])('%j', (content, expected) => {
    expect(problemsIn(content).join('\n')).toContain(expected);
  });

  test('all at once, in the order of the file', () => {
    const problems = problemsIn('channels:\n  C0ONE: { mode: loud }\nroutes:\n  - { name: one }\npeople: 7\n');

    expect(problems.map((problem) => problem.match(/:(\d+) /)?.[1])).toEqual(['2', '4', '5']);
  });

  test('without what is written there: it goes to the log, and may be somebody’s address', () => {
    const content = 'people:\n  anna@example.com: x\nroutes:\n  - { name: jo@example.com, channel: jo@example.com }\n';

    expect(problemsIn(content)).toHaveLength(3);
    expect(problemsIn(content).join()).not.toContain('example.com');
  });

  test('a file that repeats itself without end is refused', () => {
    const bomb = `a: &a [x]\n${'bcdefgh'
      .split('')
      .map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(20)}]`)
      .join('\n')}\n`;

    expect(problemsIn(bomb).join()).toContain('repeats itself without end');
  });
});

describe('every case has somewhere to go', () => {
  test.each([
    ['', 'CASE_CHANNEL is missing'],
    [
      'routes: [{ name: one, when: { tag: vip }, channel: C0ONE }]',
      'do not cover every case; expected a last rule without conditions',
    ],
  ])('or the file is refused: %j', (content, expected) => {
    expect(readRoutes(file(content), undefined)).toMatchObject({
      ok: false,
      problems: [expect.stringContaining(expected)],
    });
  });

  test('by a last rule without conditions', () => {
    const path = file('routes: [{ name: vip, when: { tag: vip }, channel: C0VIP }, { name: rest, channel: C0REST }]');

    expect(readRoutes(path, undefined)).toMatchObject({ ok: true, channels: { home: 'C0REST' } });
  });
});
