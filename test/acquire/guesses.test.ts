import { describe, expect, test } from 'vitest';
import { type CaseId, DeliveryId } from '../../src/core/ids.ts';
import type { Helpdesk } from '../../src/core/ports.ts';
import type { Fault } from '../../src/sandbox/acquire/faults.ts';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { opened, start } from './world.ts';

/** What was never published may be refused, or stumbled over: another way is found, and nothing stands still. */

const list = '/crm/objects/case';
const has =
  (name: string, value?: string): NonNullable<Fault['when']> =>
  ({ query }) =>
    name in query && (value === undefined || query[name]?.split(',').includes(value) === true);

const listedIn = async (helpdesk: Helpdesk): Promise<readonly CaseId[]> => {
  const ids: CaseId[] = [];
  for (let page: number | null = 0; page !== null; ) {
    const { cases, next } = await helpdesk.listOpenCases(page);
    ids.push(...cases.map(({ id }) => id));
    page = next;
  }
  return [...new Set(ids)];
};

const refusing = (room: AcquireSimulator, when: NonNullable<Fault['when']>): (() => void) =>
  room.faults.add({ method: 'GET', path: list, when, answer: { status: 400 } });

const SHOWN_AT_MOST = 20;

describe.each([
  ['the condition', 30, has('where')],
  ['a limit of a hundred', 30, has('limit', '100')],
  ['any limit', 30, has('limit')],
  ['the number of a page', 30, has('page')],
  ['any limit and the number of a page', SHOWN_AT_MOST, (request) => has('limit')(request) || has('page')(request)],
] satisfies readonly (readonly [string, number, NonNullable<Fault['when']>])[])(
  'where %s is refused',
  (_what, shown, when) => {
    test('what is open is listed, round after round', async () => {
      const { room, helpdesk } = await start();
      refusing(room, when);
      const first = opened(room);

      for (let round = 0; round < 3; round += 1) expect(await listedIn(helpdesk)).toEqual([first.id]);
      const second = opened(room);
      for (let round = 0; round < 2; round += 1) expect(await listedIn(helpdesk)).toEqual([first.id, second.id]);
    });

    test(`and of thirty cases ${shown}; what is kept back is counted`, async () => {
      let missing = 0;
      const { room, helpdesk } = await start({}, { onBadRows: (count) => (missing += count) });
      refusing(room, when);
      for (let n = 0; n < 30; n += 1) opened(room);
      await listedIn(helpdesk);
      missing = 0;

      expect((await listedIn(helpdesk)).length).toBe(shown);
      expect(missing > 0).toBe(shown < 30);
    });
  },
);

test('a list that is refused in every form fails its round', async () => {
  const { room, helpdesk } = await start();
  refusing(room, () => true);

  for (let round = 0; round < 3; round += 1)
    await expect(listedIn(helpdesk)).rejects.toMatchObject({ facts: { status: 400 } });
});

test('a word for the queue that the server stumbles over twice is left out, for ten minutes', async () => {
  let at = Date.now();
  const { room, helpdesk } = await start({}, { now: () => at });
  const { id } = opened(room);
  const isQueue: NonNullable<Fault['when']> = ({ query }) => query['where']?.startsWith('status|eq|queue') === true;
  room.faults.add({ method: 'GET', path: list, when: isQueue, answer: { status: 500 } });
  const rounds = async (n: number): Promise<number> => {
    let listed = 0;
    for (let round = 0; round < n; round += 1)
      listed += await listedIn(helpdesk).then(
        () => 1,
        () => 0,
      );
    return listed;
  };

  await rounds(6);

  expect(await rounds(2)).toBe(2);
  expect(await listedIn(helpdesk)).toEqual([id]);
  const asked = room.requests.length;
  at += 11 * 60_000;
  await rounds(3);
  expect(room.requests.slice(asked).some((request) => isQueue(request))).toBe(true);
});

test('an outage is no reason to leave anything out', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room);
  const rule = room.faults.add({ answer: { status: 500 } });
  for (let n = 0; n < 4; n += 1) {
    await expect(listedIn(helpdesk)).rejects.toThrow('500');
    await expect(helpdesk.readCase(id)).rejects.toThrow('500');
  }
  rule();

  await helpdesk.readCase(id);
  await listedIn(helpdesk);

  const queries = room.requests.filter(({ status }) => status === 200).map(({ query }) => query);
  expect(queries.some(({ relations }) => relations === 'contact,users,tags,fields')).toBe(true);
  expect(queries.some(({ where }) => where === 'status|eq|active')).toBe(true);
});

test('a case is read without relations that the server stumbles over', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room);
  room.faults.add({ method: 'GET', path: `${list}/*`, when: has('relations', 'tags'), answer: { status: 500 } });

  await expect(helpdesk.getCase(id)).rejects.toThrow('500');

  expect(await helpdesk.getCase(id)).toMatchObject({ id });
  const asked = room.requests.length;
  expect(await helpdesk.getCase(id)).toMatchObject({ id });
  expect(room.requests.slice(asked).filter(({ path }) => path.startsWith(list)).length).toBe(1);
});

test('messages are read in another way where the first is stumbled over', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room, 'hello');
  room.faults.add({ method: 'GET', path: '/crm/objects/case-message', answer: { status: 500 } });

  for (let n = 0; n < 2; n += 1) await helpdesk.readCase(id).catch(() => null);

  const reading = await helpdesk.readCase(id);
  expect(reading?.messages.map(({ text }) => text)).toContain('hello');
});

test('messages that no way shows now are a failure, not an empty case', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room, 'hello');
  const readers = /^\/crm\/(?:objects\/case-message|messenger\/chat\/messages)$/;
  room.faults.add({ method: 'GET', path: readers, answer: { status: 500 } });
  room.faults.add({ method: 'GET', path: `${list}/*`, when: has('relations', 'messages'), answer: { status: 500 } });

  for (let n = 0; n < 12; n += 1) await expect(helpdesk.readCase(id)).rejects.toThrow('500');
});

const marker = DeliveryId.parse('reply:1');

test.each([
  ['user', 'message'],
  ['User', 'Message'],
  ['agent', 'message'],
  ['user', 'text'],
])('a reply that is stored as of %s and %s is as asked', async (senderType, type) => {
  const { room, helpdesk } = await start();
  const { id, contact } = opened(room);
  const row = { id: 7001, caseId: Number(id), senderType, senderId: 9, type, message: 'hi' };
  room.faults.add({ path: '/crm/messenger/chat/add-message', answer: { status: 200, body: { data: row } } });

  const draft = { case: id, contact, text: 'hi', html: null, marker } as const;

  expect(await helpdesk.addMessage({ ...draft, kind: 'reply' })).toMatchObject({ asAsked: true });
  expect(await helpdesk.addMessage({ ...draft, kind: 'note' })).toMatchObject({ asAsked: false });
});
