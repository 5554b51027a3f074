import { expect, test } from 'vitest';
import { openRoom, reply } from './room.ts';

test('closed intake acknowledges nothing over the socket', async () => {
  let open = false;
  await using room = await openRoom({ socket: true, simulator: { answerMs: 200 }, accepting: () => open });

  reply(room);
  await room.simulator.sees(() => room.news.some(({ type }) => type === 'failed'));
  expect(room.inbox).toEqual([]);
  open = true;

  await room.simulator.sees(() => room.inbox.length === 1);
});

test('a planned refresh of the socket loses nothing and reconnects at once', async () => {
  await using room = await openRoom({ socket: true });

  room.simulator.socket.disconnect('refresh_requested');
  await room.simulator.sees(
    () => room.news.filter((item) => item.type === 'connection' && item.up).length === 2,
    'a new connection',
    2000,
  );

  reply(room);
  await room.simulator.sees(() => room.inbox.length === 1);
  expect(room.news.filter((item) => item.type === 'connection' && item.error !== null)).toEqual([]);
});

test('a refusal while reconnecting is told and tried again', async () => {
  await using room = await openRoom({ socket: true });

  room.simulator.faults.add({
    method: 'apps.connections.open',
    action: { kind: 'error', error: 'invalid_auth' },
    times: 2,
  });
  room.simulator.socket.cut();

  reply(room);
  await room.simulator.sees(() => room.inbox.length === 1);

  const failures = room.news.filter((item) => item.type === 'connection' && item.error?.facts.kind === 'auth');
  expect(failures).toHaveLength(2);
});

test('Slack that asks for a pause before the next connection gets it', async () => {
  await using room = await openRoom({ socket: true });
  const asked: number[] = [];
  room.simulator.faults.add({
    method: 'apps.connections.open',
    action: { kind: 'rateLimit', retryAfter: 2 },
    matches: () => asked.push(performance.now()) === 1,
  });

  room.simulator.socket.cut();
  await room.simulator.sees(() => asked.length > 1 && room.simulator.socket.connections() === 1, 'a new one');

  const [first = 0, second = 0, ...more] = asked;
  expect(second - first).toBeGreaterThan(1950);
  expect(more).toEqual([]);
});

test('a refused app token ends the start', async () => {
  await expect(openRoom({ socket: true, transport: { kind: 'socket', appToken: 'xapp-wrong' } })).rejects.toMatchObject(
    {
      facts: { kind: 'auth', effect: 'none' },
    },
  );
});
