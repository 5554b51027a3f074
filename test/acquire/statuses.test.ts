import { expect, test } from 'vitest';
import type { Helpdesk } from '../../src/core/ports.ts';
import { opened, start } from './world.ts';

const MINUTES = 60_000;

const allOpen = async (helpdesk: Helpdesk): Promise<string[]> => {
  const ids: string[] = [];
  for (let page: number | null = 0; page !== null; ) {
    const { cases, next } = await helpdesk.listOpenCases(page);
    ids.push(...cases.map(({ id }) => id));
    page = next;
  }
  return ids;
};

test('a case of a state that nobody published is listed from the start', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room);
  room.setStatus(Number(id), 'On hold');

  expect(await allOpen(helpdesk)).toEqual([id]);
});

test('a state that turns up later is listed from when a case in it was read', async () => {
  const { room, helpdesk } = await start();
  const { id } = opened(room);
  await allOpen(helpdesk);
  room.setStatus(Number(id), 'snoozed');

  expect(await allOpen(helpdesk)).toEqual([]);
  await helpdesk.getCase(id);

  expect(await allOpen(helpdesk)).toEqual([id]);
});

test('a state that nobody told of is found within ten minutes', async () => {
  let now = Date.now();
  const { room, helpdesk } = await start({}, { now: () => now });
  await allOpen(helpdesk);
  const { id } = opened(room);
  room.setStatus(Number(id), 'snoozed');

  expect(await allOpen(helpdesk)).toEqual([]);
  now += 10 * MINUTES;

  expect(await allOpen(helpdesk)).toEqual([id]);
});

test('a state of thousands of cases is not read through', async () => {
  const { room, helpdesk } = await start();
  for (let made = 0; made < 600; made += 1) room.setStatus(Number(opened(room).id), 'resolved');
  await allOpen(helpdesk);
  const before = room.requests.length;

  await allOpen(helpdesk);

  expect(room.requests.length - before).toBe(4);
});
