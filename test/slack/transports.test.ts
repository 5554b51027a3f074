import { describe, expect, test } from 'vitest';
import { ChannelId } from '../../src/core/ids.ts';
import { say } from '../../src/core/notice.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import type { Route } from '../../src/slack/server.ts';
import type { Room, Wishes } from './room.ts';
import { marker, openRoom, reply } from './room.ts';

const routes: readonly Route[] = [
  { path: '/healthz', method: 'GET', handler: (_request, response) => void response.end('fine') },
  { path: '/files/*', method: 'GET', handler: async (request, response) => void response.end(request.url) },
  {
    path: '/throws',
    method: 'GET',
    handler: () => {
      throw new Error('at once');
    },
  },
  {
    path: '/rejects',
    method: 'POST',
    handler: async () => {
      throw new Error('later');
    },
  },
];

const form = {
  form: 'case_reply',
  title: 'Reply',
  submit: 'Send',
  context: '72',
  parts: [
    { part: 'field', field: 'text', label: 'Text', hint: null, optional: true, input: { input: 'lines', initial: '' } },
    { part: 'field', field: 'contact', label: 'Contact', hint: null, optional: true, input: { input: 'search' } },
  ],
} as const;

const openForm = async (room: Room): Promise<string> => {
  await room.simulator.command(U.anna, C.support, '/case', 'open');
  const event = await room.simulator.sees(() => room.inbox[0]);
  const { to } = JSON.parse(JSON.stringify(event.payload));
  await room.slack.chat.fillForm(event.key, { ...form, parts: [...form.parts] }, to);
  return room.simulator.viewsOf(U.anna)[0]?.id ?? '';
};

const errorsOf: NonNullable<Wishes['errorsOf']> = ({ fields }) =>
  fields['text'] === '' ? { text: 'Write something.' } : {};
const asked: Wishes = { needsForm: () => 'Reply', errorsOf };

describe.each([
  { transport: 'HTTP', socket: false },
  { transport: 'Socket Mode', socket: true },
])('over $transport', ({ socket }) => {
  test('a member’s reply is stored', async () => {
    await using room = await openRoom({ socket });

    const message = reply(room);
    await room.simulator.eventsSettled();

    expect(room.inbox.map(({ payload }) => payload)).toMatchObject([
      { type: 'member_wrote', member: U.anna, ts: message.ts },
    ]);
  });

  test('what cannot matter is acknowledged, counted, and not stored', async () => {
    await using room = await openRoom({ socket });

    const { simulator, slack } = room;
    const root = await slack.chat.post({
      channel: ChannelId.parse(C.support),
      thread: null,
      as: null,
      notice: say('A new case'),
      broadcast: false,
      marker: marker('start:1'),
    });
    await slack.chat.update({ channel: ChannelId.parse(C.support), ts: root.ts, notice: say('changed') });
    simulator.say(U.anna, C.support, 'a root message');
    await simulator.eventsSettled();

    expect(room.inbox).toEqual([]);
    expect(simulator.deliveries.every(({ attempts }) => attempts.length === 1)).toBe(true);
    expect(room.news.flatMap((item) => (item.type === 'ignored' ? [item.reason] : []))).toEqual([
      'own',
      'bot',
      'not_in_thread',
    ]);
  });

  test('what could not be stored is told again until it is', async () => {
    let failures = 2;
    await using room = await openRoom({
      socket,
      simulator: { answerMs: 200 },
      intake: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('disk full');
        return [];
      },
    });

    reply(room);
    await room.simulator.sees(() => room.inbox.length === 1);

    expect(room.told).toHaveLength(3);
    expect(room.news.filter(({ type }) => type === 'retried').length).toBeGreaterThanOrEqual(2);
  });

  test('an event that comes twice is stored once', async () => {
    await using room = await openRoom({ socket });

    room.simulator.eventFault({ action: 'duplicate' });

    reply(room);
    await room.simulator.eventsSettled();

    expect(room.told.length).toBe(2);
    expect(room.inbox.length).toBe(1);
  });

  test('other routes are served on the same port, and their failures are 500', async () => {
    await using room = await openRoom({ routes, socket });

    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(`${room.url}${path}`, { method });
      return [response.status, await response.text()];
    };

    expect(await ask('/healthz')).toEqual([200, 'fine']);
    expect(await ask('/healthz', 'HEAD')).toEqual([200, '']);
    expect(await ask('/files/a/b?c')).toEqual([200, '/files/a/b?c']);
    expect(await ask('/throws')).toEqual([500, '']);
    expect(await ask('/rejects', 'POST')).toEqual([500, '']);
    expect(await ask('/healthz', 'DELETE')).toEqual([405, '']);
    expect(await ask('/nowhere')).toEqual([404, '']);
  });

  test('a command is acknowledged without a word and stored', async () => {
    await using room = await openRoom({ socket });

    const outcome = await room.simulator.command(U.anna, C.support, '/case', 'show 72');

    expect(outcome).toMatchObject({ ok: true });
    expect(outcome).not.toHaveProperty('body.text');
    expect(room.inbox.map(({ payload }) => payload)).toMatchObject([
      { type: 'command', text: 'show 72', to: { channel: C.support } },
    ]);
  });

  test('a shortcut that leads to a form opens a modal under the event’s key', async () => {
    await using room = await openRoom({
      needsForm: (event) => (event.type === 'shortcut' ? 'Internal note' : null),
      socket,
    });

    const { ts } = reply(room);
    await room.simulator.messageShortcut(U.anna, C.support, ts, 'case_note');
    const view = await room.simulator.sees(() => room.simulator.viewsOf(U.anna)[0]);

    const event = room.inbox.find(({ key }) => key.includes(':shortcut:'));
    expect(view.given).toMatchObject({ external_id: event?.key, title: { text: 'Internal note' } });
  });

  test('a form with errors stays open and is not stored, a good one is', async () => {
    await using room = await openRoom({ ...asked, socket });

    const view = await openForm(room);

    const refused = await room.simulator.submitView(U.anna, view, {});
    expect(refused).toMatchObject({ ok: true, errors: { text: 'Write something.' } });
    expect(room.inbox).toHaveLength(1);

    await room.simulator.submitView(U.anna, view, { text: 'Hello' });
    expect(room.simulator.viewsOf(U.anna)).toEqual([]);
    expect(room.inbox[1]?.payload).toMatchObject({
      type: 'form',
      form: 'case_reply',
      context: '72',
      to: { channel: C.support },
      fields: { text: 'Hello' },
    });
  });

  test('choices are offered while a member types, and nothing when that fails', async () => {
    await using room = await openRoom({
      ...asked,
      suggest: async ({ query, context, member, channel }) => {
        if (query === 'fail' || member !== U.anna || channel !== C.support) throw new Error('no');
        return [{ value: '5', label: `Robin for ${context}` }];
      },
      socket,
    });

    const view = await openForm(room);

    const found = await room.simulator.suggest(U.anna, view, 'contact', 'rob');
    expect(found).toMatchObject([{ value: '5', text: { text: 'Robin for 72' } }]);
    expect(await room.simulator.suggest(U.anna, view, 'contact', 'fail')).toEqual([]);
    expect(room.inbox).toHaveLength(1);
  });

  test('stopping waits for what is being stored, and takes nothing more', async () => {
    await using room = await openRoom({
      intake: async () => new Promise((resolve) => setTimeout(() => resolve([]), 100)),
      socket,
    });

    const { slack, simulator, inbox, told } = room;
    reply(room);
    await simulator.sees(() => told.length === 1);

    await slack.stop(2000);

    expect(inbox).toHaveLength(1);
  });
});
