import { expect, test } from 'vitest';
import { createAcquire } from '../../src/acquire/client.ts';
import { DeliveryId } from '../../src/core/ids.ts';
import { account, opened, start, type World } from './world.ts';

/** Writing with agents' own keys. */

const OWN = 'an-own-key-of-anna';
const anna = 'anna@example.com';
const marker = DeliveryId.parse('reply:1700000000.000100');

const withOwnKey = async (
  told: string[] = [],
): Promise<World & { clock: { ms: number }; names: Map<string, string> }> => {
  const clock = { ms: Date.now() };
  const names = new Map<string, string>();
  const world = await start(
    {},
    {
      agentKeys: new Map([[anna, OWN]]),
      onRefusedKey: (author) => told.push(author),
      onOwnSender: (id, key) => void (key === null ? undefined : names.set(key, id)),
      now: () => clock.ms,
    },
  );
  world.room.addKey({ key: OWN, name: 'Anna' });
  return { ...world, clock, names };
};

const writes = ({ room, helpdesk }: World, author: string | null, text = 'hi') => {
  const one = opened(room);
  return helpdesk.addMessage({ case: one.id, contact: one.contact, kind: 'reply', text, html: null, marker, author });
};

const lastAuthor = ({ room }: World): string | undefined => {
  const last = [...room.account.messages.values()].findLast(({ sender }) => sender.type === 'user');
  return room.account.users.get(last?.sender.id ?? 0)?.name;
};

test('an author with a key writes with it, whatever the case of the address, anybody else with the common one', async () => {
  const world = await withOwnKey();

  for (const author of [anna, 'Anna@Example.COM', 'ben@example.com', null]) await writes(world, author);

  const authors = [...world.room.account.messages.values()].filter(({ sender }) => sender.type === 'user');
  expect(authors.map(({ sender }) => world.room.account.users.get(sender.id)?.name)).toEqual([
    'Anna',
    'Anna',
    'casebridge',
    'casebridge',
  ]);
});

test('an author is named once every key that may write for them has written', async () => {
  const world = await withOwnKey();
  const named = () => [anna, null].map((author) => world.helpdesk.isNamed(author));

  expect(named()).toEqual([false, false]);
  await writes(world, null);
  expect(named()).toEqual([false, true]);
  await writes(world, anna);

  expect(named()).toEqual([true, true]);
  expect(world.helpdesk.ownSenders().size).toBe(2);
});

test('whom a key writes as is known in the next life, unless the key is another', async () => {
  const world = await withOwnKey();
  await writes(world, null);
  await writes(world, anna);
  const ownSenders = { ids: world.helpdesk.ownSenders(), keys: Object.fromEntries(world.names) };
  const next = (key: string) =>
    createAcquire({
      account,
      origin: world.room.url,
      apiKey: world.room.key,
      agentKeys: new Map([[anna, key]]),
      ownSenders,
    });

  expect(next(OWN).isNamed(anna)).toBe(true);
  expect(next('a-new-key-of-anna').isNamed(anna)).toBe(false);
  expect(JSON.stringify([...world.names])).not.toContain(OWN);
});

test('a refused key fails that call without effect, rests, is told once, and works again later', async () => {
  const told: string[] = [];
  const world = await withOwnKey(told);
  world.room.revokeKey(OWN);

  await expect(writes(world, anna)).rejects.toMatchObject({
    facts: { kind: 'permanent', word: 'OWN_KEY_REFUSED', effect: 'none' },
  });
  await writes(world, anna);
  expect(lastAuthor(world)).toBe('casebridge');
  world.clock.ms += 11 * 60_000;
  await expect(writes(world, anna)).rejects.toMatchObject({ facts: { word: 'OWN_KEY_REFUSED' } });
  world.room.restoreKey(OWN);
  world.clock.ms += 11 * 60_000;
  await writes(world, anna);

  expect(lastAuthor(world)).toBe('Anna');
  expect(told).toEqual([anna]);
});

test('a refused common key is still a refused key', async () => {
  const world = await withOwnKey();
  world.room.revokeKey();

  await expect(writes(world, null)).rejects.toMatchObject({ facts: { kind: 'auth' } });
});

test('whose keys are refused is found out without writing anything', async () => {
  const world = await withOwnKey();
  expect(await world.helpdesk.refusedAuthors()).toEqual([]);
  world.room.revokeKey(OWN);

  expect(await world.helpdesk.refusedAuthors()).toEqual([anna]);
  await world.room.down();
  expect(await world.helpdesk.refusedAuthors()).toEqual([]);
  expect(world.room.requests.every(({ method }) => method === 'GET')).toBe(true);
});

test.each([
  ['plain', 'a  <  b', null, 'a < b'],
  ['HTML', 'Good morning', '<p><b>Good</b> morning</p>', 'Good morning'],
  ['text that is read as HTML', 'write <b>bold</b> &amp; done', null, 'write bold & done'],
])('what was sent as %s is known by what is read', async (_as, text, html, read) => {
  const { helpdesk } = await start();

  expect(helpdesk.readBack({ text, html })).toContain(read);
  expect(helpdesk.readBack({ text: 'other', html: null })).not.toContain(read);
});
