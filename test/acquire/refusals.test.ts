import { expect, test } from 'vitest';
import type { CaseId, ContactId } from '../../src/core/ids.ts';
import type { Helpdesk } from '../../src/core/ports.ts';
import { opened, start } from './world.ts';

/** A 403 without a word that tells whose refusal it is. */
const forbidden = { status: 403, body: '' } as const;
const send = '/crm/messenger/chat/add-message';
const list = '/crm/objects/case';

const reply = (helpdesk: Helpdesk, to: { id: CaseId; contact: ContactId }) =>
  helpdesk.addMessage({ case: to.id, contact: to.contact, kind: 'reply', text: 'hi', html: null, marker: 'reply:1' });
const isKeys = { facts: { kind: 'auth', status: 403, effect: 'none' } };
const isItsOwn = { facts: { kind: 'permanent', status: 403, effect: 'none' } };

test('a key that is forbidden everything is refused as a key at the first reply', async () => {
  const { room, helpdesk } = await start();
  const one = opened(room);
  room.faults.add({ answer: forbidden });

  await expect(reply(helpdesk, one)).rejects.toMatchObject(isKeys);
  await expect(helpdesk.listOpenCases(0)).rejects.toMatchObject(isKeys);
  await expect(helpdesk.probe()).rejects.toMatchObject(isKeys);
});

test('one forbidden case does not stop the others, however often it is tried', async () => {
  const { room, helpdesk } = await start();
  const [closed, other] = [opened(room), opened(room)];
  const isClosed = ({ body }: { body: unknown }) => JSON.stringify(body).includes(closed.id);
  room.faults.add({ path: send, when: isClosed, answer: { status: 403 } });

  await expect(reply(helpdesk, closed)).rejects.toMatchObject(isItsOwn);
  await expect(reply(helpdesk, closed)).rejects.toMatchObject(isItsOwn);
  expect((await reply(helpdesk, other)).asAsked).toBe(true);
});

test('a key that lost the right to write is known by the second case, and by one that works again', async () => {
  const { room, helpdesk } = await start();
  const [first, second, third] = [opened(room), opened(room), opened(room)];
  const allow = room.faults.add({ path: send, answer: forbidden });

  await expect(reply(helpdesk, first)).rejects.toMatchObject(isItsOwn);
  await expect(reply(helpdesk, second)).rejects.toMatchObject(isKeys);
  await expect(reply(helpdesk, first)).rejects.toMatchObject(isKeys);
  allow();
  await reply(helpdesk, third);
  room.faults.add({ path: send, answer: forbidden });

  await expect(reply(helpdesk, second)).rejects.toMatchObject(isItsOwn);
});

test('a refusal that cannot be judged in an outage is made again later', async () => {
  const { room, helpdesk } = await start();
  const one = opened(room);
  room.faults.add({ path: send, answer: forbidden });
  room.faults.add({ path: list, answer: { status: 503 } });

  await expect(reply(helpdesk, one)).rejects.toMatchObject({ facts: { kind: 'transient', effect: 'none' } });
});

test('a key without telephony or settings still serves chats', async () => {
  const { room, helpdesk } = await start();
  const one = opened(room);
  room.faults.add({ path: /^\/(voip|account)/, answer: { status: 403 } });

  await expect(helpdesk.smsNumbers()).rejects.toMatchObject(isItsOwn);
  await expect(helpdesk.departments()).rejects.toMatchObject(isItsOwn);
  await expect(helpdesk.probe()).resolves.toBeUndefined();
  expect((await reply(helpdesk, one)).asAsked).toBe(true);
});
