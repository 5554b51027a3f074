import { describe, expect, test } from 'vitest';
import { C, DEFAULT_SCOPES, U } from '../../src/sandbox/slack/seed.ts';
import { isObject } from '../../src/sandbox/slack/wire.ts';
import { call, posted, rawCall, section, slackFor } from './slack-support.ts';

describe('who may call', () => {
  test('a token that is missing, unknown, revoked or of the wrong kind is refused in words', async () => {
    const slack = await slackFor();
    const withToken = async (token: string) => (await fetch(`${slack.apiUrl}auth.test?token=${token}`)).json();

    expect(await withToken('')).toMatchObject({ ok: false, error: 'not_authed' });
    expect(await withToken('xoxb-other')).toMatchObject({ ok: false, error: 'invalid_auth' });
    expect(await withToken('xapp-sandbox-app')).toMatchObject({ ok: false, error: 'not_allowed_token_type' });
    slack.revokeToken();
    expect(await withToken('xoxb-sandbox-bot')).toMatchObject({ ok: false, error: 'token_revoked' });
    slack.uninstall();
    expect(await withToken('xoxb-sandbox-bot')).toMatchObject({ ok: false, error: 'account_inactive' });
    slack.restoreToken();
    expect(await withToken('xoxb-sandbox-bot')).toMatchObject({ ok: true, user_id: U.app });
  });

  test('a missing scope is named together with what was granted', async () => {
    const slack = await slackFor({ app: { scopes: ['chat:write'] } });

    const add = await call(slack, 'reactions.add', {
      channel: C.support,
      name: 'memo',
      timestamp: '1700000000.000001',
    });
    const named = await call(slack, 'chat.postMessage', { channel: C.support, text: 'hi', username: 'Mia' });

    expect(add).toMatchObject({ error: 'missing_scope', needed: 'reactions:write', provided: 'chat:write' });
    expect(named).toMatchObject({ error: 'missing_scope', needed: 'chat:write.customize' });
  });

  test('every answer names the granted scopes in a header', async () => {
    const slack = await slackFor();

    const response = await rawCall(slack, 'auth.test');

    expect(response.headers.get('x-oauth-scopes')).toBe(DEFAULT_SCOPES.join(','));
  });

  test('an unknown method and wrong types are refused', async () => {
    const slack = await slackFor();

    expect(await call(slack, 'chat.shout')).toMatchObject({ ok: false, error: 'unknown_method' });
    const number = { channel: C.support, text: 'hi', thread_ts: 1_700_000_000.1 };
    expect(await call(slack, 'chat.postMessage', number)).toMatchObject({ error: 'invalid_arguments' });
    const noTs = { channel: C.support, text: 'hi', thread_ts: 'yesterday' };
    expect(await call(slack, 'chat.postMessage', noTs)).toMatchObject({ error: 'invalid_thread_ts' });
    const noJson = { channel: C.support, text: 'hi', blocks: '[{' };
    expect(await call(slack, 'chat.postMessage', noJson)).toMatchObject({ error: 'invalid_blocks_format' });
  });
});

describe('posting', () => {
  test.each([
    ['no_text', { text: '' }],
    ['channel_not_found', { channel: 'C0NOWHERE', text: 'hi' }],
    ['is_archived', { channel: C.old, text: 'hi' }],
    ['not_in_channel', { channel: C.elsewhere, text: 'hi' }],
    ['invalid_metadata_format', { text: 'hi', metadata: { event_type: 'x' } }],
    ['metadata_too_large', { text: 'hi', metadata: { event_type: 'x', event_payload: { a: 'x'.repeat(9000) } } }],
    ['too_many_attachments', { text: 'hi', attachments: Array.from({ length: 101 }, () => ({})) }],
  ])('answers %s', async (error, params) => {
    const slack = await slackFor();

    expect(await call(slack, 'chat.postMessage', { channel: C.support, ...params })).toMatchObject({
      ok: false,
      error,
    });
  });

  test('a text above 40,000 characters is cut, with a warning', async () => {
    const slack = await slackFor();

    const answer = await call(slack, 'chat.postMessage', { channel: C.support, text: 'x'.repeat(40_001) });

    expect(answer).toMatchObject({ ok: true, warning: 'message_truncated' });
    expect(slack.messages(C.support)[0]?.text).toHaveLength(40_000);
  });

  test('a reply to a deleted parent lands at channel level and only the missing thread_ts tells', async () => {
    const slack = await slackFor();
    const parent = await posted(slack, { channel: C.support, text: 'parent' });
    await call(slack, 'chat.delete', { channel: C.support, ts: parent });

    const answer = await call(slack, 'chat.postMessage', { channel: C.support, text: 'reply', thread_ts: parent });

    expect(answer['ok']).toBe(true);
    expect(answer['message']).not.toHaveProperty('thread_ts');
    expect(slack.messages(C.support).map((m) => m.text)).toEqual(['reply']);
  });

  test('a deleted parent with replies stays as a tombstone', async () => {
    const slack = await slackFor();
    const parent = await posted(slack, { channel: C.support, text: 'parent' });
    await posted(slack, { channel: C.support, text: 'reply', thread_ts: parent });

    await call(slack, 'chat.delete', { channel: C.support, ts: parent });

    const thread = await call(slack, 'conversations.replies', { channel: C.support, ts: parent });
    expect(thread['messages']).toMatchObject([{ subtype: 'tombstone', reply_count: 1 }, { text: 'reply' }]);
  });

  test('the ts of a reply is no parent', async () => {
    const slack = await slackFor();
    const parent = await posted(slack, { channel: C.support, text: 'parent' });
    const reply = await posted(slack, { channel: C.support, text: 'reply', thread_ts: parent });

    const answer = await call(slack, 'chat.postMessage', { channel: C.support, text: 'deeper', thread_ts: reply });

    expect(answer).toMatchObject({ ok: false, error: 'cannot_reply_to_message' });
  });

  test('a post under another name comes back as bot_message without a user', async () => {
    const slack = await slackFor();

    await posted(slack, { channel: C.support, text: 'hi', username: 'Mia (customer)', icon_emoji: ':wave:' });

    const [message] = slack.messages(C.support);
    expect(message).toMatchObject({ subtype: 'bot_message', username: 'Mia (customer)', bot_id: 'B0CASEBOT' });
    expect(message).not.toHaveProperty('user');
  });

  test('stray markup is escaped, bare addresses are wrapped, tokens stay', async () => {
    const slack = await slackFor();

    await posted(slack, {
      channel: C.support,
      text: 'a < b & see https://a.example/x?y=1, <https://b.example|b> <!here>',
    });

    expect(slack.messages(C.support)[0]?.text).toBe(
      'a &lt; b &amp; see <https://a.example/x?y=1>, <https://b.example|b> <!here>',
    );
  });
});

describe('changing', () => {
  test('an update takes 4,000 characters, keeps metadata and loses blocks that are not given again', async () => {
    const slack = await slackFor();
    const metadata = { event_type: 'casebridge', event_payload: { delivery: 'd1' } };
    const ts = await posted(slack, { channel: C.support, text: 'one', blocks: [section('one')], metadata });

    const long = await call(slack, 'chat.update', { channel: C.support, ts, text: 'x'.repeat(4001) });
    await call(slack, 'chat.update', { channel: C.support, ts, text: 'two' });

    expect(long).toMatchObject({ error: 'msg_too_long' });
    const [message] = slack.messages(C.support);
    expect(message).toMatchObject({ text: 'two', metadata, edited: { user: U.app } });
    expect(message?.blocks).toMatchObject([{ type: 'rich_text' }]);
  });

  test('only own messages can be updated or deleted', async () => {
    const slack = await slackFor();
    const { ts } = slack.say(U.anna, C.support, 'mine');

    const update = await call(slack, 'chat.update', { channel: C.support, ts, text: 'yours' });
    const remove = await call(slack, 'chat.delete', { channel: C.support, ts });
    const missing = await call(slack, 'chat.update', { channel: C.support, ts: '1700000000.000001', text: 'x' });

    expect([update['error'], remove['error']]).toEqual(['cant_update_message', 'cant_delete_message']);
    expect(missing['error']).toBe('message_not_found');
  });

  test('reactions are counted once and refused by name, message and repetition', async () => {
    const slack = await slackFor();
    const { ts } = slack.say(U.anna, C.support, 'hello');
    const react = (name: string, timestamp = ts) =>
      call(slack, 'reactions.add', { channel: C.support, name, timestamp }).then((answer) => answer['error'] ?? 'ok');

    expect(await react('memo')).toBe('ok');
    expect(await react('memo')).toBe('already_reacted');
    expect(await react('no_such_emoji')).toBe('invalid_name');
    expect(await react('memo', '1700000000.000001')).toBe('message_not_found');
    const gone = await call(slack, 'reactions.remove', { channel: C.support, name: 'eyes', timestamp: ts });
    expect(gone['error']).toBe('no_reaction');
    expect(slack.reactions(C.support, ts)).toEqual([{ name: 'memo', users: [U.app], count: 1 }]);
  });

  test('an ephemeral message reaches only members of the channel', async () => {
    const slack = await slackFor();

    const answer = await call(slack, 'chat.postEphemeral', { channel: C.secret, user: U.ben, text: 'psst' });
    await call(slack, 'chat.postEphemeral', { channel: C.secret, user: U.anna, text: 'psst' });

    expect(answer).toMatchObject({ ok: false, error: 'user_not_in_channel' });
    expect(slack.ephemerals(U.anna).map((one) => one.text)).toEqual(['psst']);
  });
});

describe('reading', () => {
  test('history pages newest first and leaves replies out unless they were broadcast', async () => {
    const slack = await slackFor();
    const parent = slack.say(U.anna, C.support, 'one');
    slack.say(U.ben, C.support, 'inside', { threadTs: parent.ts });
    slack.say(U.ben, C.support, 'shown', { threadTs: parent.ts, broadcast: true });
    slack.say(U.anna, C.support, 'two');

    const first = await call(slack, 'conversations.history', { channel: C.support, limit: 2 });
    const cursor = isObject(first['response_metadata']) ? first['response_metadata']['next_cursor'] : undefined;
    const second = await call(slack, 'conversations.history', { channel: C.support, limit: 2, cursor });

    expect(first).toMatchObject({ has_more: true, messages: [{ text: 'two' }, { text: 'shown' }] });
    expect(second).toMatchObject({ has_more: false, messages: [{ text: 'one', reply_count: 2 }] });
  });

  test('oldest is left out unless inclusive, and the payload of metadata only on demand', async () => {
    const slack = await slackFor();
    const parent = await posted(slack, { channel: C.support, text: 'parent' });
    const metadata = { event_type: 'm', event_payload: { delivery: 'd1' } };
    const reply = await posted(slack, { channel: C.support, text: 'reply', thread_ts: parent, metadata });
    const read = (more: object) =>
      call(slack, 'conversations.replies', { channel: C.support, ts: parent, oldest: reply, ...more });

    expect((await read({}))['messages']).toHaveLength(1);
    expect((await read({ inclusive: true }))['messages']).toMatchObject([{}, { metadata: { event_type: 'm' } }]);
    expect((await read({ inclusive: true, include_all_metadata: true }))['messages']).toMatchObject([{}, { metadata }]);
  });

  test('a private channel is unknown to who is not in it', async () => {
    const slack = await slackFor();
    slack.addChannel({ id: 'C0HIDDEN', name: 'hidden', kind: 'private', members: [U.anna] });

    expect(await call(slack, 'conversations.info', { channel: 'C0HIDDEN' })).toMatchObject({
      error: 'channel_not_found',
    });
    expect(await call(slack, 'conversations.history', { channel: C.elsewhere })).toMatchObject({
      error: 'not_in_channel',
    });
  });

  test('people are shown with their standing, and their e-mail only with its scope', async () => {
    const slack = await slackFor({ app: { scopes: ['users:read'] } });

    const guest = await call(slack, 'users.info', { user: U.guest });
    const anna = await call(slack, 'users.info', { user: U.anna });

    expect(guest).toMatchObject({ user: { is_restricted: true, is_ultra_restricted: false } });
    expect(anna).not.toHaveProperty('user.profile.email');
    expect(await call(slack, 'users.info', { user: 'U0NOBODY' })).toMatchObject({ error: 'user_not_found' });
  });
});

describe('budgets', () => {
  test('a channel takes one post a second after a burst of a few, and says when', async () => {
    let now = 1_800_000_000_000;
    const slack = await slackFor({ now: () => now });
    const post = (channel: string) => rawCall(slack, 'chat.postMessage', { channel, text: 'hi' });
    for (let i = 0; i < 5; i += 1) expect((await post(C.support)).status).toBe(200);

    const limited = await post(C.support);

    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toBe('1');
    expect(await limited.json()).toEqual({ ok: false, error: 'ratelimited' });
    expect((await post(C.general)).status).toBe(200);
    now += 1000;
    expect((await post(C.support)).status).toBe(200);
    expect((await post(C.support)).status).toBe(429);
  });

  test('a method of tier 2 is limited by itself within a minute', async () => {
    let now = 1_800_000_000_000;
    const slack = await slackFor({ now: () => now });
    const statuses: number[] = [];
    for (let i = 0; i < 25; i += 1) statuses.push((await rawCall(slack, 'users.list')).status);

    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await rawCall(slack, 'users.info', { user: U.anna })).status).toBe(200);
    now += 60_001;
    expect((await rawCall(slack, 'users.list')).status).toBe(200);
  });
});

test('a commercial app outside the Marketplace reads one page of 15 a minute', async () => {
  const slack = await slackFor({ commercial: true });
  for (let i = 0; i < 20; i += 1) slack.say(U.anna, C.support, `message ${i}`);
  const read = () => rawCall(slack, 'conversations.history', { channel: C.support, limit: 100 });

  const first = await call(slack, 'conversations.history', { channel: C.support, limit: 100 });

  expect(first['messages']).toHaveLength(15);
  expect((await read()).status).toBe(429);
});

describe('faults', () => {
  test('a fault before the effect leaves nothing behind, one after it leaves the message', async () => {
    const slack = await slackFor();
    const post = (text: string) => rawCall(slack, 'chat.postMessage', { channel: C.support, text });
    slack.faults.add({ method: 'chat.*', times: 1, action: { kind: 'status', status: 500, when: 'before' } });
    slack.faults.add({ method: 'chat.*', times: 1, action: { kind: 'drop', when: 'after' } });
    slack.faults.add({ method: 'chat.*', times: 1, action: { kind: 'error', error: 'internal_error', when: 'after' } });

    expect((await post('lost')).status).toBe(500);
    await expect(post('kept')).rejects.toThrow('fetch failed');
    expect(await (await post('kept too')).json()).toEqual({ ok: false, error: 'internal_error' });

    expect(slack.messages(C.support).map((m) => m.text)).toEqual(['kept', 'kept too']);
    expect(slack.requests.map((one) => one.fault)).toEqual(['status', 'drop', 'error']);
  });

  test('a call that hangs may take effect late', async () => {
    const slack = await slackFor();
    slack.faults.add({
      method: 'chat.postMessage',
      times: 1,
      action: { kind: 'hang', when: 'after', effectAfterMs: 30 },
    });

    const hanging = rawCall(slack, 'chat.postMessage', { channel: C.support, text: 'late' }).catch(() => 'timed out');

    expect(slack.messages(C.support)).toHaveLength(0);
    const message = await slack.sees(() => slack.messages(C.support)[0]);
    expect(message.text).toBe('late');
    expect(await hanging).toBe('timed out');
  });

  test('Slack can be down and come back on the same port', async () => {
    const slack = await slackFor();

    await slack.down();
    await expect(rawCall(slack, 'auth.test')).rejects.toThrow('fetch failed');
    await slack.up();

    expect((await rawCall(slack, 'auth.test')).status).toBe(200);
  });
});
