import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { ChannelId, MemberId, SlackTs } from '../../src/core/ids.ts';
import { say } from '../../src/core/notice.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { createApi } from '../../src/slack/api.ts';
import { chatContract } from '../contracts/chat.ts';
import { marker, openRoom } from './room.ts';

const channel = ChannelId.parse(C.support);
const anna = MemberId.parse(U.anna);

/** The words of a message as a client shows them: those of its blocks, where it has any. */
const shownText = (message: { text: string; blocks?: unknown }): string => {
  const words: string[] = [];
  JSON.stringify(message.blocks ?? [], (name, value: unknown) => {
    if (name === 'text' && typeof value === 'string') words.push(value);
    return value;
  });
  return words.length > 0 ? words.join('') : message.text;
};

chatContract('Slack', async () => {
  const { simulator, slack, close } = await openRoom();
  return {
    chat: slack.chat,
    channel,
    archived: ChannelId.parse(C.old),
    agent: anna,
    guest: MemberId.parse(U.guest),
    stranger: MemberId.parse(U.stranger),
    memberWrites: (text, thread = null) =>
      SlackTs.parse(simulator.say(U.anna, channel, text, thread === null ? {} : { threadTs: thread }).ts),
    reads: (thread) =>
      simulator
        .thread(channel, thread)
        .map((message) => ({ by: message.username ?? message.user ?? '', text: shownText(message) })),
    reactions: (ts) => simulator.reactions(channel, ts).map(({ name }) => name),
    privately: (member) => simulator.ephemerals(member).map(shownText),
    goesDown: () => simulator.down(),
    losesAnswers: () => void simulator.faults.add({ method: '*', action: { kind: 'drop', when: 'after' } }),
    asksToWait: (seconds) =>
      void simulator.faults.add({ method: '*', action: { kind: 'rateLimit', retryAfter: seconds } }),
    refusesOurKey: () => simulator.revokeToken(),
    stop: close,
  };
});

const customer = { name: 'Robin (customer)', icon: 'contact' } as const;
const post = { channel, thread: null, as: customer, notice: say('Hi!'), broadcast: false, marker: marker('post:1') };
const withoutNames = ['channels:history', 'channels:read', 'chat:write', 'users:read', 'commands', 'groups:read'];

test('without the right to other names the name leads the text', async () => {
  await using room = await openRoom({ simulator: { app: { scopes: withoutNames } } });
  const { slack, simulator } = room;

  const { ts } = await slack.chat.post(post);

  expect(slack.chat.canPostAs).toBe(false);
  expect(simulator.thread(C.support, ts).map(shownText)).toEqual(['Robin (customer)Hi!']);
});

test('a right to other names that was taken away is noticed at the first refusal', async () => {
  await using room = await openRoom();
  const { slack, simulator } = room;

  simulator.workspace.app.scopes = withoutNames;

  const { ts } = await slack.chat.post(post);

  expect(simulator.thread(C.support, ts).map(shownText)).toEqual(['Robin (customer)Hi!']);
  expect(slack.chat.canPostAs).toBe(false);
});

test('an answer that does not show the message is taken for what was asked', async () => {
  await using room = await openRoom();
  const { slack, simulator } = room;
  const { ts: thread } = await slack.chat.post(post);
  const body = JSON.stringify({ ok: true, channel, ts: '1700000000.000100' });
  simulator.faults.add({
    method: 'chat.postMessage',
    times: 1,
    action: { kind: 'status', status: 200, body, when: 'after' },
  });

  expect(await slack.chat.post({ ...post, thread })).toEqual({ ts: '1700000000.000100', thread });
});

test('where Slack does not say what is granted, a name is tried', async () => {
  await using room = await openRoom();
  const { slack, simulator } = room;
  const me = {
    ok: true,
    team_id: 'T0CASEBRIDGE',
    team: 'x',
    url: 'https://x.example/',
    user_id: U.app,
    bot_id: 'B0CASEBOT',
  };
  const unsaid = {
    kind: 'status',
    status: 200,
    body: JSON.stringify(me),
    headers: { 'content-type': 'application/json' },
  } as const;
  simulator.faults.add({ method: 'auth.test', action: unsaid });
  await slack.identify();

  const { ts } = await slack.chat.post(post);

  expect(simulator.thread(C.support, ts)[0]?.username).toBe('Robin (customer)');
});

test('a text of 9,000 characters is posted whole', async () => {
  await using room = await openRoom();
  const { slack, simulator } = room;

  const text = 'ä word '.repeat(1286);

  const { ts } = await slack.chat.post({ ...post, notice: say(text) });

  expect(simulator.thread(C.support, ts).map(shownText)).toEqual([text]);
});

test('an answer goes to the address that came with the request, and elsewhere when that is used up', async () => {
  await using room = await openRoom();

  const { simulator, slack, inbox } = room;
  await simulator.command(U.anna, C.support, '/case', 'help');
  const [event] = inbox;
  const { to } = JSON.parse(JSON.stringify(event?.payload));
  const answer = (text: string) => slack.chat.answer({ ...to, notice: say(text) });

  for (const text of ['1', '2', '3', '4', '5', '6']) await answer(text);

  expect(simulator.ephemerals(U.anna).map(shownText)).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(simulator.requests.filter(({ method }) => method === 'chat.postEphemeral')).toHaveLength(1);
});

test('who is in a channel is asked once a minute, or after a change', async () => {
  await using room = await openRoom();
  const { slack, simulator } = room;

  const ben = MemberId.parse(U.ben);
  const asked = () => simulator.requests.filter(({ method }) => method === 'conversations.members').length;
  await slack.chat.isInChannel(channel, anna);
  const before = await slack.chat.isInChannel(channel, ben);
  expect(asked()).toBe(1);

  if (before) simulator.leave(U.ben, C.support);
  else simulator.join(U.ben, C.support);
  await simulator.eventsSettled();

  expect(await slack.chat.isInChannel(channel, ben)).toBe(!before);
  expect(asked()).toBe(2);
});

test('a form is filled only after its modal was opened', async () => {
  await using room = await openRoom({ needsForm: () => 'Reply' });
  const { slack, simulator, inbox } = room;

  simulator.faults.add({ method: 'views.open', action: { kind: 'slow', ms: 100 } });
  const ts = simulator.say(U.anna, C.support, 'please').ts;
  const pressed = simulator.messageShortcut(U.anna, C.support, ts, 'case_reply');
  const event = await simulator.sees(() => inbox[0]);
  const { to } = JSON.parse(JSON.stringify(event.payload));

  await slack.chat.fillForm(
    event.key,
    { form: 'case_reply', title: 'Reply', submit: 'Send', context: '7', parts: [] },
    to,
  );
  await pressed;

  expect(simulator.viewsOf(U.anna)[0]).toMatchObject({
    given: { callback_id: 'case_reply', external_id: event.key },
  });
});

test('who is in a user group, and what groups and channels are called, is known', async () => {
  await using room = await openRoom();
  const { chat } = room.slack;

  expect(await chat.isInGroup('S0AGENTS', anna)).toBe(true);
  expect(await chat.isInGroup('S0AGENTS', MemberId.parse(U.guest))).toBe(false);
  expect(await chat.groupName('S0AGENTS')).toBe('agents');
  expect(await chat.channelName(channel)).toBe(room.simulator.workspace.channels.get(C.support)?.name);
  expect(await chat.channelName(ChannelId.parse('C0NOWHERE'))).toBeNull();
});

test('who the app is was told before, so that it can work while Slack is down', async () => {
  await using room = await openRoom();
  const [first] = room.news;

  expect(first).toMatchObject({ type: 'identified', identity: { team: 'T0CASEBRIDGE', botUser: U.app } });
  expect(room.slack.chat.team).toBe('T0CASEBRIDGE');
});

test('a person’s token is refused as a key', async () => {
  const own = { ok: true, team_id: 'T1', team: 'x', url: 'https://x.example/', user_id: 'U1' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(own));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const api = createApi({
    token: 'xoxp-1',
    apiUrl: `http://127.0.0.1:${port}/api/`,
    remembered: null,
    identified: () => undefined,
  });

  await expect(api.identify()).rejects.toMatchObject({ facts: { kind: 'auth' } });
  expect(() => api.identity()).toThrow('not_identified');
  server.close();
});
