import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VisitorCaseId } from '../../src/core/visitor-case.ts';
import { fixture } from './server.ts';
import { answering, everyPage, first, listOf, odd, row, visitor } from './world.ts';

const id = VisitorCaseId.parse('5d0c7a14-91be-4f63-8a27-c3e5f7091b2d');
const readCase = async (body: unknown) => (await answering(body)).getCase(visitor, id);
const list = async (body: unknown) => (await answering(body)).casesOf(visitor, first);

test('a whole case is read whole', async () => {
  expect(await readCase(fixture('case.open'))).toEqual({
    id: '5d0c7a14-91be-4f63-8a27-c3e5f7091b2d',
    number: 'CASE-1042',
    subject: 'Invoice shows the wrong amount',
    description: 'The January invoice lists 3 seats instead of 2.',
    state: 'open',
    status: 'Open',
    priority: 4,
    priorityLabel: 'High',
    owner: { id: 'c2e4a6b8-1f3d-4c5e-9a7b-0d1e2f3a4b5c', name: 'Alex Example' },
    contact: 'f4b6d8e0-6c82-4fa4-b4c6-d8e0f2a41638',
    channel: 'webchat',
    waiting: true,
    unread: 2,
    createdAt: Date.parse('2026-01-12T09:00:00.000Z'),
    updatedAt: Date.parse('2026-01-12T09:42:17.305Z'),
    closedAt: null,
  });
});

test('a case of which the least is said is a case', async () => {
  expect(await readCase(fixture('case.minimal'))).toMatchObject({
    number: 'CASE-1021',
    subject: null,
    owner: null,
    contact: null,
    channel: null,
    state: 'open',
  });
});

test('a closed case says when', async () => {
  expect(await readCase(fixture('case.closed'))).toMatchObject({
    state: 'closed',
    closedAt: Date.parse('2025-12-19T11:30:00.750Z'),
  });
});

test('values that nobody announced are shown as they are', async () => {
  expect(await readCase(fixture('case.unknown-values'))).toMatchObject({
    state: 'open',
    status: 'Escalated',
    priority: 6,
    priorityLabel: 'Blocker',
    channel: 'telephony',
  });
});

test('pages as documented are read to their end', async () => {
  const { cases, asked } = await odd((request, response) => {
    const page = request.url?.includes('cursor=') === true ? 'cases.list.page2' : 'cases.list.page1';
    const text = JSON.stringify(fixture(page)).replaceAll(
      'https://service.giosg.com',
      `http://${request.headers.host}`,
    );
    response.end(text);
  });

  const pages = await everyPage(cases);

  expect(pages.map((page) => page.map(({ number }) => number))).toEqual([
    ['CASE-1042', 'CASE-1037'],
    ['CASE-1021', 'CASE-0990'],
  ]);
  expect(asked[1]?.url).toContain('cursor=2f8c1d0e9b7a4c6d8e0f1a2b3c4d5e6f');
  expect(await list(fixture('cases.list.empty'))).toMatchObject({ cases: [], next: null, cutOff: false });
});

test('text of customers comes through untouched, to be drawn as text', async () => {
  expect((await readCase(row({ subject: ' <!channel> & *bold*\n' })))?.subject).toBe('<!channel> & *bold*');
});

describe('the state of a case', () => {
  test.each([
    ['open', { status: 'Open', is_closed: false }],
    ['open', { status: 'In Progress', is_closed: false }],
    ['pending', { status: 'Pending', is_closed: false }],
    ['closed', { status: 'Closed', is_closed: true }],
    ['closed', { status: 'Solved by magic', is_closed: true }],
    ['closed', { status: 'Closed', is_closed: null }],
    ['closed', { status: 'Done', is_closed: undefined, closed_at: '2026-01-12T09:00:00.000Z' }],
    ['open', { status: 'Reopened', is_closed: false, closed_at: '2026-01-12T09:00:00.000Z' }],
    ['open', { status: 'Closed', is_closed: false }],
  ])('is %s for %j', async (state, said) => {
    expect((await readCase(row(said)))?.state).toBe(state);
  });
});

describe('what may be missing or odd does not cost the case', () => {
  test.each([
    ['ids that are numbers', { id: 7, owner_id: 8, contact_id: 9 }, { id: '7', owner: { id: '8' }, contact: '9' }],
    ['a number that is a number', { case_number: 1042 }, { number: '1042' }],
    ['no owner', { owner_id: null, owner: null }, { owner: null }],
    ['an owner without a record', { owner: null }, { owner: { name: null } }],
    ['an owner known by the record alone', { owner_id: undefined }, { owner: { name: 'Alex Example' } }],
    ['an owner with an alias only', { owner: { id: 'u1', alias: 'Al' } }, { owner: { name: 'Al' } }],
    ['an owner that is a text', { owner: 'Alex' }, { owner: { name: null } }],
    ['no contact', { contact_id: null, contact: null }, { contact: null }],
    ['a contact known by the record alone', { contact_id: null, contact: { id: 'c1' } }, { contact: 'c1' }],
    ['a contact of another shape', { contact: ['c1'] }, { contact: 'f4b6d8e0-6c82-4fa4-b4c6-d8e0f2a41638' }],
    ['no label for its priority', { priority_label: null }, { priority: 4, priorityLabel: 'High' }],
    ['a priority in words', { priority: 'high' }, { priority: null, priorityLabel: 'High' }],
    ['an unknown priority without a label', { priority: 9, priority_label: '' }, { priority: 9, priorityLabel: null }],
    ['a count that is none', { unread_message_count: -1, is_waiting: 'yes' }, { unread: null, waiting: null }],
    [
      'a date without a zone',
      { updated_at: '2026-01-12T09:42:17.305' },
      { updatedAt: Date.UTC(2026, 0, 12, 9, 42, 17, 305) },
    ],
    [
      'a date with an offset',
      { updated_at: '2026-01-12T11:42:17+02:00' },
      { updatedAt: Date.UTC(2026, 0, 12, 9, 42, 17) },
    ],
    ['a date that is none', { updated_at: 'yesterday', created_at: 12 }, { updatedAt: null, createdAt: null }],
    ['attributes that nobody announced', { mood: 'sunny', tags: [{}] }, { number: 'CASE-1042' }],
  ])('%s', async (_name, said, expected) => {
    expect(await readCase(row(said))).toMatchObject(expected);
  });
});

test.each([
  ['no id', { id: undefined }],
  ['an id that leads elsewhere', { id: '../../users' }],
  ['no number', { case_number: null }],
  ['no status', { status: '' }],
])('a row with %s is left out, and the good ones stay', async (_name, said) => {
  const told: unknown[] = [];
  const cases = await answering(listOf(row(), row(said), 'nonsense', row({ id: 'second' })), {
    onOdd: (what, count) => told.push([what, count]),
  });

  const page = await cases.casesOf(visitor, first);

  expect(page?.cases.map((one) => one.id)).toEqual([id, 'second']);
  expect(page?.unreadable).toBe(2);
  expect(told).toEqual([['rows', 2]]);
});

test.each([[{ results: {} }], [[]], [null], ['text'], [{ detail: 'no' }]])(
  'a success that is no page is not an empty page: %j',
  async (body) => {
    await expect(list(body)).rejects.toMatchObject({ facts: { kind: 'permanent', word: 'UNREADABLE_ANSWER' } });
  },
);

describe('wherever this machine stands', () => {
  beforeEach(() => void vi.stubEnv('TZ', 'Asia/Tokyo'));
  afterEach(() => void vi.unstubAllEnvs());

  test('a date without a zone is meant in UTC', async () => {
    expect(new Date('2026-01-12T09:00:00').toISOString()).toBe('2026-01-12T00:00:00.000Z');

    const read = await readCase(row({ updated_at: '2026-01-12T09:00:00.000' }));

    expect(read?.updatedAt).toBe(Date.UTC(2026, 0, 12, 9));
  });
});

test.each(['..', '.', '../x', 'a/b', 'a b', '', '?x', 'é'])('%j is not an id of a case', (given) => {
  expect(VisitorCaseId.safeParse(given).success).toBe(false);
});
