import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { Room } from './room.ts';
import { openRoom, reply } from './room.ts';

type Sending = {
  readonly at?: number;
  readonly secret?: string;
  readonly type?: string;
  readonly headers?: Record<string, string>;
};

const send = (
  room: Room,
  body: string,
  { at = Date.now(), secret, type = 'application/json', headers = {} }: Sending = {},
) => {
  const timestamp = String(Math.floor(at / 1000));
  const key = secret ?? room.simulator.workspace.app.signingSecret;
  const signature = `v0=${createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return fetch(`${room.url}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signature,
      ...headers,
    },
  });
};

test('what could not be stored is answered 500', async () => {
  await using room = await openRoom({ intake: () => Promise.reject(new Error('disk full')) });

  reply(room);
  await room.simulator.eventsSettled();

  const told = room.simulator.deliveries.at(-1);
  expect(told?.attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500]);
  expect(room.news).toContainEqual({ type: 'refused', status: 500, reason: 'not_stored', bearsSignature: true });
});

test('closed intake answers 503 and stores nothing', async () => {
  let open = true;
  await using room = await openRoom({ accepting: () => open });
  open = false;

  expect((await send(room, '{"type":"event_callback"}')).status).toBe(503);
  expect(room.news.at(-1)).toEqual({ type: 'refused', status: 503, reason: 'closed', bearsSignature: true });
});

test('the address is verified, and a probe of the connection is answered', async () => {
  await using room = await openRoom();

  await send(room, JSON.stringify({ type: 'url_verification', challenge: 'forged' }), { secret: 'wrong' });
  expect(room.news.filter(({ type }) => type === 'verified')).toHaveLength(1);
  expect(await room.simulator.connect(`${room.url}/slack/events`)).toBe(true);
  expect(room.news.filter(({ type }) => type === 'verified')).toHaveLength(2);
  const probe = await send(room, 'ssl_check=1&token=x', { secret: 'wrong', type: 'application/x-www-form-urlencoded' });

  expect(probe.status).toBe(200);
  expect(room.told).toEqual([]);
});

test('a probe of the connection carries nothing in', async () => {
  await using room = await openRoom();

  const payload = encodeURIComponent(JSON.stringify({ type: 'block_actions' }));
  const answer = await send(room, `ssl_check=1&payload=${payload}`, {
    secret: 'wrong',
    type: 'application/x-www-form-urlencoded',
  });

  expect(answer.status).toBe(200);
  expect(room.told).toEqual([]);
});

test('wrong, stale and future-dated signatures are refused', async () => {
  await using room = await openRoom();

  const body = '{"type":"event_callback"}';
  const minutes = 60_000;

  expect((await send(room, body, { secret: 'wrong' })).status).toBe(401);
  expect((await send(room, body, { at: Date.now() - 6 * minutes })).status).toBe(401);
  expect((await send(room, body, { at: Date.now() + 6 * minutes })).status).toBe(401);
  expect((await send(room, body, { headers: { 'x-slack-signature': 'v0=' } })).status).toBe(401);
  expect((await send(room, body, { at: Date.now() + 4 * minutes })).status).toBe(200);
  expect(room.told).toEqual([]);
});

test('an event that the store is not done with in three seconds is to be told again', async () => {
  const stored = Promise.withResolvers<readonly boolean[]>();
  await using room = await openRoom({ intake: () => stored.promise });
  const { team, app } = room.simulator.workspace;
  const event = { type: 'app_home_opened', user: U.anna, tab: 'home', event_ts: '1700000000.000100' };

  const answer = await send(
    room,
    JSON.stringify({ type: 'event_callback', team_id: team.id, api_app_id: app.id, event_id: 'Ev1', event }),
  );
  stored.resolve([true]);

  expect(answer.status).toBe(503);
});

test('a request without a signature is refused', async () => {
  await using room = await openRoom();

  const answer = await fetch(`${room.url}/slack/events`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });

  expect(answer.status).toBe(401);
});

test.each([['hello'], [''], ['[]'], ['payload=zzz']])(
  'without a signature nothing is said about the body %j',
  async (body) => {
    await using room = await openRoom();

    const statuses = await Promise.all([
      fetch(`${room.url}/slack/events`, { method: 'POST', body }),
      send(room, body, { secret: 'another' }),
      send(room, body, { at: Date.now() - 600_000 }),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401]);
  },
);

test('malformed bodies are answered, and the app lives on', async () => {
  await using room = await openRoom();

  const form = 'application/x-www-form-urlencoded';
  const bodies = ['{', 'null', '7', '"x"', '[]', ''].map((body) => send(room, body));
  const payloads = ['null', '{', '[]', ''].map((payload) =>
    send(room, `payload=${encodeURIComponent(payload)}`, { type: form }),
  );
  const odd = ['{}', '{"type":7}', '{"type":"event_callback","event":null}', '{"command":{}}'].map((body) =>
    send(room, body),
  );

  expect((await Promise.all(bodies)).map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
  expect((await Promise.all(payloads)).map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  expect((await Promise.all(odd)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  reply(room);
  await room.simulator.eventsSettled();
  expect(room.inbox).toHaveLength(1);
});

test('a body that is too long is refused', async () => {
  await using room = await openRoom();

  const answer = await send(room, `{"text":"${'x'.repeat(1024 * 1024)}"}`);

  expect(answer.status).toBe(413);
});

test('a proxy may name the character set', async () => {
  await using room = await openRoom();

  const answer = await send(room, '{"type":"app_rate_limited"}', { type: 'application/json; charset=utf-8' });

  expect(answer.status).toBe(200);
  expect(room.news.at(-1)).toEqual({ type: 'events_limited' });
});

test('a caller that hangs up in mid-request harms nobody', async () => {
  await using room = await openRoom();

  const socket = createConnection(Number(new URL(room.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half');
  socket.destroy();
  await once(socket, 'close');

  reply(room);
  await room.simulator.eventsSettled();
  expect(room.inbox).toHaveLength(1);
});

test('a modal is not opened for an event that was stored before', async () => {
  await using room = await openRoom({ needsForm: () => 'Case' });
  const body = new URLSearchParams({
    command: '/case',
    text: 'open',
    team_id: 'T0CASEBRIDGE',
    channel_id: C.support,
    user_id: U.anna,
    trigger_id: '1.2.3',
    response_url: '',
  }).toString();
  const opened = () => room.simulator.requests.filter(({ method }) => method === 'views.open').length;

  await send(room, body, { type: 'application/x-www-form-urlencoded' });
  await room.simulator.sees(() => opened() === 1);
  await send(room, body, { type: 'application/x-www-form-urlencoded' });
  await room.slack.stop(1000);

  expect(opened()).toBe(1);
  await room.simulator.close();
});

test('a port that is taken ends the start', async () => {
  const room = await openRoom();

  await expect(openRoom({ port: Number(new URL(room.url).port) })).rejects.toThrow(
    /PORT \d+: something else listens there/,
  );
});

test('events are taken in while Slack’s API is down', async () => {
  await using room = await openRoom();
  await room.simulator.down();
  const event = {
    type: 'message',
    channel: C.support,
    channel_type: 'channel',
    user: U.anna,
    text: 'hi',
    ts: '1700000001.000100',
    thread_ts: '1700000000.000100',
  };

  const answer = await send(
    room,
    JSON.stringify({ type: 'event_callback', team_id: 'T0CASEBRIDGE', authorizations: [], event }),
  );

  expect(answer.status).toBe(200);
  expect(room.inbox).toHaveLength(1);
});
