import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { sign } from '../../src/sandbox/slack/transport.ts';
import { appFor, call, eventIn, posted, slackFor } from './slack-support.ts';

const ok = () => ({});

test('requests are signed as the documented vector says', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
    '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
    '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
    '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

  expect(sign('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', body)).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  );
});

test('a message arrives signed, in its full envelope', async () => {
  const slack = await slackFor();
  const received = await appFor(slack, ok);

  const said = slack.say(U.anna, C.support, 'hello');
  await slack.eventsSettled();

  const [one] = received;
  const timestamp = String(one?.headers['x-slack-request-timestamp']);
  expect(one?.headers['x-slack-signature']).toBe(sign('sandbox-signing-secret', timestamp, one?.raw ?? ''));
  expect(one?.headers['content-type']).toBe('application/json');
  expect(one?.body).toMatchObject({ type: 'event_callback', team_id: 'T0CASEBRIDGE', is_ext_shared_channel: false });
  expect(one?.body['event_id']).toMatch(/^Ev/);
  expect(one?.body['authorizations']).toMatchObject([{ user_id: U.app, is_bot: true }]);
  expect(eventIn(one)).toMatchObject({ type: 'message', user: U.anna, channel_type: 'channel', ts: said.ts });
  expect(eventIn(one)['client_msg_id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('an event that is refused or not answered comes again, the same, with number and reason', async () => {
  const slack = await slackFor({ retries: [5, 5, 5], answerMs: 60 });
  const received = await appFor(slack, (_, count) =>
    count === 1 ? { status: 500 } : count === 2 ? undefined : { status: 200 },
  );

  slack.say(U.anna, C.support, 'hello');
  await slack.eventsSettled();

  const retry = received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
  expect(retry).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_timeout'],
  ]);
  expect(new Set(received.map(({ body }) => body['event_id'])).size).toBe(1);
  expect(slack.deliveries[0]).toMatchObject({
    state: 'delivered',
    attempts: [{ status: 500 }, { reason: 'http_timeout' }, { status: 200 }],
  });
});

test('after three retries an event is given up, unless Delayed Events are on or retries are declined', async () => {
  const slack = await slackFor({ retries: [1, 1, 1] });
  const delayed = await slackFor({ retries: [1, 1, 1], delayed: { everyMs: 1, times: 2 } });
  const declined = await slackFor({ retries: [1, 1, 1] });
  const plain = await appFor(slack, () => ({ status: 503 }));
  const later = await appFor(delayed, () => ({ status: 503 }));
  const once = await appFor(declined, () => ({ status: 503, headers: { 'x-slack-no-retry': '1' } }));

  for (const one of [slack, delayed, declined]) {
    one.say(U.anna, C.support, 'hello');
    await one.eventsSettled();
  }

  expect([plain.length, later.length, once.length]).toEqual([4, 6, 1]);
  expect(slack.deliveries[0]?.state).toBe('given up');
});

test('only channels of the app and subscribed types with their scope are told', async () => {
  const slack = await slackFor({
    app: { events: ['message.channels', 'reaction_added'], scopes: ['channels:history'] },
  });
  const received = await appFor(slack, ok);

  slack.say(U.anna, C.elsewhere, 'not a member there');
  slack.say(U.anna, C.secret, 'message.groups not subscribed');
  const { ts } = slack.say(U.anna, C.support, 'told');
  slack.react(U.ben, C.support, ts, 'eyes');
  await slack.eventsSettled();

  expect(received.map((one) => eventIn(one)['text'])).toEqual(['told']);
});

test('a file that is deleted leaves a tombstone in its message, which nobody edited', async () => {
  const slack = await slackFor();
  await appFor(slack, ok);
  const files = [
    { name: 'a.txt', content: 'hello' },
    { name: 'b.txt', content: 'hello' },
  ];
  const { ts, files: [first, second] = [] } = slack.say(U.ben, C.support, 'two', { files });

  slack.removeFile(U.ben, C.support, ts, String(first?.['id']));
  await slack.eventsSettled();

  const event = slack.deliveries.at(-1)?.event;
  expect(event).toMatchObject({
    subtype: 'message_changed',
    message: { files: [{ id: first?.['id'], mode: 'tombstone', name: null }, { id: second?.['id'] }] },
    previous_message: { files: [{ name: 'a.txt' }, { name: 'b.txt' }] },
  });
  expect(event?.['message']).not.toHaveProperty('edited');
  expect(() => slack.removeFile(U.anna, C.support, ts, String(second?.['id']))).toThrow('did not write');
});

test('edits, deletions, files, broadcasts and reactions carry what they are about', async () => {
  const slack = await slackFor();
  await appFor(slack, ok);
  const parent = slack.say(U.anna, C.support, 'one');
  slack.edit(U.anna, C.support, parent.ts, 'two');
  slack.say(U.ben, C.support, 'all', { threadTs: parent.ts, broadcast: true });
  const file = slack.say(U.ben, C.support, '', { files: [{ name: 'a.txt', content: 'hello' }] });
  slack.react(U.ben, C.support, file.ts, 'eyes');
  slack.remove(U.ben, C.support, file.ts);
  await slack.eventsSettled();

  const events = slack.deliveries.map(({ event }) => event);
  expect(events.map((event) => event['subtype'] ?? event.type)).toEqual([
    'message',
    'message_changed',
    'thread_broadcast',
    'file_share',
    'reaction_added',
    'message_deleted',
  ]);
  expect(events[1]).toMatchObject({ hidden: true, message: { text: 'two', edited: { user: U.anna } } });
  expect(events[1]).toMatchObject({ previous_message: { text: 'one', ts: parent.ts } });
  expect(events[2]).toMatchObject({ thread_ts: parent.ts, parent_user_id: U.anna, root: { ts: parent.ts } });
  expect(events[5]).toMatchObject({ deleted_ts: file.ts, previous_message: { ts: file.ts } });
});

test('the app hears its own posts and updates, which ignoreSelf does not all catch', async () => {
  const slack = await slackFor();
  await appFor(slack, ok);

  const ts = await posted(slack, { channel: C.support, text: 'one' });
  await call(slack, 'chat.update', { channel: C.support, ts, text: 'two' });

  const [post, change] = slack.deliveries.map(({ event }) => event);
  expect(post).toMatchObject({ type: 'message', user: U.app, bot_id: 'B0CASEBOT', app_id: 'A0CASEBRIDGE' });
  expect(change).toMatchObject({ subtype: 'message_changed', message: { bot_id: 'B0CASEBOT' } });
  expect(change).not.toHaveProperty('user');
});

test('events can be lost, doubled, delayed and swapped', async () => {
  const slack = await slackFor();
  const received = await appFor(slack, ok);
  const told = async (...texts: string[]) => {
    received.length = 0;
    for (const text of texts) slack.say(U.anna, C.support, text);
    await slack.eventsSettled();
    return received.map((one) => eventIn(one)['text']);
  };

  slack.eventFault({ action: 'lose', times: 1 });
  expect(await told('a', 'b')).toEqual(['b']);
  slack.eventFault({ action: 'duplicate', times: 1 });
  expect(await told('a')).toEqual(['a', 'a']);
  slack.eventFault({ action: { delayMs: 40 }, times: 1 });
  expect(await told('a', 'b')).toEqual(['b', 'a']);
  slack.eventFault({ action: 'swap', times: 1 });
  expect(await told('a', 'b')).toEqual(['b', 'a']);
});

test('events can be told the last first: so many at once, or as many as come in time', async () => {
  const slack = await slackFor();
  const received = await appFor(slack, ok);
  const undo = slack.eventFault({ action: { reverse: 3, withinMs: 40 } });

  const [first] = [slack.say(U.anna, C.support, 'a'), slack.say(U.anna, C.support, 'b')];
  slack.edit(U.anna, C.support, first.ts, 'A');
  await slack.eventsSettled();
  for (const text of ['c', 'd']) slack.say(U.anna, C.support, text);
  await slack.eventsSettled();
  slack.say(U.anna, C.support, 'e');
  undo();
  await slack.eventsSettled();
  for (const text of ['f', 'g']) slack.say(U.anna, C.support, text);
  await slack.eventsSettled();

  const told = received.map((one) => eventIn(one)).map(({ subtype, text }) => subtype ?? text);
  expect(told).toEqual(['message_changed', 'b', 'a', 'd', 'c', 'e', 'f', 'g']);
});

test('a mention of the app is told twice, with one ts and two event ids', async () => {
  const slack = await slackFor({
    app: { events: ['message.channels', 'app_mention'], scopes: ['channels:history', 'app_mentions:read'] },
  });
  const received = await appFor(slack, ok);

  slack.say(U.anna, C.support, '@casebridge close');
  await slack.eventsSettled();

  expect(new Set(received.map((one) => eventIn(one)['type']))).toEqual(new Set(['app_mention', 'message']));
  expect(new Set(received.map((one) => eventIn(one)['ts'])).size).toBe(1);
  expect(new Set(received.map((one) => one.body['event_id'])).size).toBe(2);
});

test('life of channel and token is told', async () => {
  const slack = await slackFor();
  await appFor(slack, ok);

  slack.rename(U.admin, C.support, 'help');
  slack.archive(U.admin, C.support);
  slack.unarchive(U.admin, C.support);
  slack.leave(U.app, C.support);
  slack.say(U.anna, C.support, 'nobody listens');
  slack.openHome(U.anna);
  slack.uninstall();

  const types = slack.deliveries.map(({ type }) => type).filter((type) => type !== 'message');
  expect(types).toEqual([
    'channel_rename',
    'channel_archive',
    'channel_unarchive',
    'member_left_channel',
    'channel_left',
    'app_home_opened',
    'app_uninstalled',
    'tokens_revoked',
  ]);
});

test('a file of an externally shared channel is a stub until it is looked up', async () => {
  const slack = await slackFor();

  const said = slack.say(U.stranger, C.partners, 'see', { files: [{ name: 'a.txt', content: 'hello' }] });

  expect(said.files).toMatchObject([{ mode: 'file_access', file_access: 'check_file_info' }]);
  const looked = await call(slack, 'files.info', { file: said.files?.[0]?.['id'] });
  expect(looked).toMatchObject({ file: { name: 'a.txt', size: 5 } });
});
