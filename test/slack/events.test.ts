import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TeamId } from '../../src/core/ids.ts';
import { toEvents } from '../../src/slack/events.ts';

const team = TeamId.parse('T1');
const context = { team, command: '/case' };
const read = (body: unknown) => toEvents(body, context);

const envelope = (event: object, more: object = {}) => ({
  type: 'event_callback',
  team_id: 'T1',
  context_team_id: 'T1',
  api_app_id: 'A1',
  event_id: 'Ev1',
  authorizations: [{ team_id: 'T1', user_id: 'UBOT', is_bot: true }],
  event: { event_ts: '1700000002.000200', ...event },
  ...more,
});
const reply = {
  type: 'message',
  channel: 'C1',
  channel_type: 'channel',
  user: 'U1',
  team: 'T1',
  ts: '1700000001.000100',
  thread_ts: '1700000000.000100',
  text: 'hello',
  blocks: [{ type: 'rich_text', block_id: 'x1', elements: [] }],
};
const told = (event: object, more: object = {}) => read(envelope(event, more));

describe('a message is a reply only when', () => {
  test('a person wrote it in a thread of a channel', () => {
    const { event, stored } = told({ ...reply, files: [{ id: 'F1', name: 'a.pdf' }, { mode: 'tombstone' }] });

    expect(event).toEqual({
      type: 'member_wrote',
      team: 'T1',
      channel: 'C1',
      member: 'U1',
      memberTeam: 'T1',
      ts: reply.ts,
      thread: reply.thread_ts,
      text: { mrkdwn: 'hello', blocks: reply.blocks },
      files: [{ id: 'F1', name: 'a.pdf', size: null, type: null, url: null, state: 'here' }],
      caught: false,
    });
    expect(stored?.key).toBe('slack:T1:C1:1700000001.000100');
    expect(stored?.lane).toBe('slack:T1:C1:1700000000.000100');
    expect(stored?.payload).toEqual(event);
  });

  test.each([['file_share'], ['thread_broadcast'], ['me_message']])('its subtype is %s', (subtype) => {
    expect(told({ ...reply, subtype }).event?.type).toBe('member_wrote');
  });

  test('it came without word of what kind of channel it is', () => {
    expect(told({ ...reply, channel_type: undefined }).event?.type).toBe('member_wrote');
  });

  test.each([
    ['a bot posted it', { bot_id: 'B9' }, 'bot'],
    ['it is a customised post', { subtype: 'bot_message', user: undefined }, 'bot'],
    ['Slackbot wrote it', { user: 'USLACKBOT' }, 'bot'],
    ['our app posted it', { app_id: 'A1' }, 'own'],
    ['our bot user posted it', { user: 'UBOT' }, 'own'],
    ['nobody wrote it', { user: undefined }, 'no_author'],
    ['somebody joined', { subtype: 'channel_join' }, 'subtype'],
    ['the topic changed', { subtype: 'channel_topic' }, 'subtype'],
    ['its subtype is of next year', { subtype: 'telepathy' }, 'subtype'],
    ['it starts a thread', { thread_ts: undefined }, 'not_in_thread'],
    ['it is the root of a thread', { thread_ts: reply.ts }, 'not_in_thread'],
    ['it is a direct message', { channel_type: 'im' }, 'other_channel_type'],
    ['it is no message', { ts: undefined }, 'malformed'],
  ])('not when %s', (_why, change, reason) => {
    expect(told({ ...reply, ...change })).toEqual({ ignored: reason });
  });

  test('of our own posts the marker is read, from nobody else’s', () => {
    const metadata = { event_type: 'casebridge.delivery', event_payload: { delivery: 'post:1', link: 'l' } };
    const post = { ...reply, subtype: 'bot_message', user: undefined, bot_id: 'B1', metadata };

    expect(told({ ...post, app_id: 'A1' })).toEqual({
      ignored: 'own',
      own: { channel: 'C1', ts: reply.ts, thread: reply.thread_ts, marker: { delivery: 'post:1', link: 'l' } },
    });
    expect(told({ ...post, app_id: 'A2' })).toEqual({ ignored: 'bot' });
    expect(told({ ...reply, metadata }).event?.type).toBe('member_wrote');
  });

  test('the author’s own team is known, and the event is ours by its authorization', () => {
    const { event } = told({ ...reply, user_team: 'T2', team: 'T2' }, { team_id: 'T2' });

    expect(event).toMatchObject({ team: 'T1', memberTeam: 'T2' });
  });

  test('it came for another workspace, it is not', () => {
    expect(told(reply, { authorizations: [{ team_id: 'T9' }] })).toEqual({ ignored: 'other_team' });
  });
});

test('the same message under another event id has the same key', () => {
  expect(told(reply, { event_id: 'Ev2' }).stored?.key).toBe(told(reply).stored?.key);
});

describe('an edit', () => {
  const before = { ...reply, text: 'hello' };
  const after = { ...reply, text: 'hello!', edited: { user: 'U1', ts: '1700000009.000000' } };
  const edit = (message: object, previous: object | undefined = before) =>
    told({
      type: 'message',
      subtype: 'message_changed',
      channel: 'C1',
      channel_type: 'channel',
      hidden: true,
      message,
      previous_message: previous,
      ts: '1700000009.000100',
    });

  test('is known by the message and its edition', () => {
    const { event, stored } = edit(after);

    expect(event).toMatchObject({
      type: 'member_edited',
      ts: reply.ts,
      edition: '1700000009.000000:1700000002.000200',
      text: { mrkdwn: 'hello!' },
      before: { mrkdwn: 'hello' },
    });
    expect(stored?.key).toBe('slack:T1:C1:1700000001.000100:edit:1700000009.000000:1700000002.000200');
  });

  test('counts too when Slack does not say what was before', () => {
    expect(edit(after, undefined).event?.type).toBe('member_edited');
  });

  test.each([
    ['an unfurl', { ...before, attachments: [{}] }, before],
    ['an unfurl of an edited message', { ...after, attachments: [{}] }, after],
    [
      'an edit that changed nothing',
      { ...after, text: 'hello', blocks: [{ ...reply.blocks[0], block_id: 'x2' }] },
      before,
    ],
  ])('is not %s', (_what, message, previous) => {
    expect(edit(message, previous)).toEqual({ ignored: 'not_edited' });
  });

  describe('by which a file goes', () => {
    const [one, two] = [
      { id: 'F1', name: 'one.png', mode: 'hosted' },
      { id: 'F2', name: 'two.png', mode: 'hosted' },
    ];
    const gone = { id: 'F1', mode: 'tombstone', name: null };
    const both = { ...before, files: [one, two] };

    test.each([
      ['a tombstone', { ...both, files: [gone, two] }],
      ['nothing', { ...both, files: [two] }],
      ['a tombstone, in an edit of nothing else', { ...both, files: [gone, two], edited: after.edited }],
    ])('that leaves %s tells of the file alone', (_what, message) => {
      const { event, stored } = edit(message, both);

      expect(event).toEqual({
        type: 'member_removed_files',
        team: 'T1',
        channel: 'C1',
        member: 'U1',
        ts: reply.ts,
        thread: reply.thread_ts,
        files: ['F1'],
        at: '1700000002.000200',
      });
      expect(stored).toMatchObject({ key: 'slack:T1:C1:1700000001.000100:files:F1', position: reply.ts });
    });

    test('together with other words tells of both', () => {
      expect(edit({ ...after, files: [gone, two] }, both).event).toMatchObject({
        type: 'member_edited',
        gone: ['F1'],
        files: [{ id: 'F2' }],
      });
    });

    test.each([
      ['was gone before', { ...both, files: [gone, two] }, { ...both, files: [gone, two] }],
      ['may not be seen', { ...both, files: [{ ...one, file_access: 'access_denied' }, two] }, both],
      [
        'is hidden by the plan',
        { ...both, files: [{ id: 'F1', mode: 'hidden_by_limit', name: 'one.png' }, two] },
        both,
      ],
    ])('is none for one that %s', (_what, message, previous) => {
      expect(edit(message, previous)).toEqual({ ignored: 'not_edited' });
    });
  });

  test('of a bot, of a tombstone, or outside a thread is nothing to us', () => {
    expect(edit({ ...after, bot_id: 'B1' })).toEqual({ ignored: 'bot' });
    expect(edit({ ...after, subtype: 'tombstone' })).toEqual({ ignored: 'subtype' });
    expect(edit({ ...after, thread_ts: undefined })).toEqual({ ignored: 'not_in_thread' });
  });
});

describe('a deletion', () => {
  const deletion = (previous: object | undefined) =>
    told({
      type: 'message',
      subtype: 'message_deleted',
      channel: 'C1',
      channel_type: 'group',
      deleted_ts: reply.ts,
      previous_message: previous,
      ts: '1700000009.000100',
    });

  test('is its author’s', () => {
    const { event, stored } = deletion(reply);

    expect(event).toEqual({
      type: 'member_deleted',
      team: 'T1',
      channel: 'C1',
      member: 'U1',
      ts: reply.ts,
      thread: reply.thread_ts,
      at: '1700000002.000200',
    });
    expect(stored?.key).toBe('slack:T1:C1:1700000001.000100:delete');
  });

  test('of we know not what may be of a member’s message, told the other way it is the same deletion', () => {
    const { event, stored } = deletion(undefined);

    expect(event).toEqual({ type: 'message_gone', team: 'T1', channel: 'C1', ts: reply.ts, at: '1700000002.000200' });
    expect(stored?.key).toBe(deletion(reply).stored?.key);
  });

  test('of a bot’s message is nothing to us', () => {
    expect(deletion({ ...reply, bot_id: 'B1' })).toEqual({ ignored: 'bot' });
  });
});

describe('channels and people', () => {
  test.each([
    [
      { type: 'channel_archive', channel: 'C1', user: 'U1' },
      { change: 'archived', newId: null },
    ],
    [
      { type: 'group_unarchive', channel: 'C1', user: 'U1' },
      { change: 'unarchived', newId: null },
    ],
    [
      { type: 'channel_deleted', channel: 'C1' },
      { change: 'deleted', newId: null },
    ],
    [
      { type: 'group_left', channel: 'C1' },
      { change: 'left', newId: null },
    ],
    [
      { type: 'member_left_channel', channel: 'C1', user: 'UBOT' },
      { change: 'left', newId: null },
    ],
    [
      { type: 'member_joined_channel', channel: 'C1', user: 'UBOT' },
      { change: 'joined', newId: null },
    ],
    [
      { type: 'channel_id_changed', old_channel_id: 'C1', new_channel_id: 'C2' },
      { change: 'id_changed', newId: 'C2' },
    ],
  ])('$type is a change of the channel', (event, change) => {
    const { event: fact, forget } = told(event);

    expect(fact).toEqual({ type: 'channel_changed', team: 'T1', channel: 'C1', ...change });
    expect(forget).toEqual({ channel: 'C1' });
  });

  test('who joins, leaves or changes makes only what is kept about them stale', () => {
    expect(told({ type: 'member_left_channel', channel: 'C1', user: 'U1' })).toEqual({
      forget: { member: 'U1', channel: 'C1' },
    });
    expect(told({ type: 'user_change', user: { id: 'U1' } })).toEqual({ forget: { member: 'U1' } });
  });

  test('a revoked token, an uninstallation and held back events are told as such', () => {
    expect(told({ type: 'tokens_revoked', tokens: { bot: ['UBOT'] } })).toEqual({ news: 'tokens_revoked' });
    expect(told({ type: 'app_uninstalled' })).toEqual({ news: 'uninstalled' });
    expect(read({ type: 'app_rate_limited', team_id: 'T1', minute_rate_limited: 1 })).toEqual({
      news: 'events_limited',
    });
  });

  test('opening the home tab is told, other tabs are not', () => {
    expect(told({ type: 'app_home_opened', user: 'U1', tab: 'home' }).event).toEqual({
      type: 'home_opened',
      team: 'T1',
      member: 'U1',
    });
    expect(told({ type: 'app_home_opened', user: 'U1', tab: 'messages' })).toEqual({ ignored: 'other_tab' });
  });
});

describe('what people press', () => {
  const press = (action: object, more: object = {}) =>
    read({
      type: 'block_actions',
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      trigger_id: '1.2.abc',
      response_url: 'https://hooks.slack.com/actions/1',
      container: { type: 'message', channel_id: 'C1', message_ts: '1700000005.000100', thread_ts: '1700000000.000100' },
      actions: [{ type: 'button', action_id: 'case_close', value: 'L1', action_ts: '1700000007.000000', ...action }],
      ...more,
    });

  test('is a button with its place and value', () => {
    const { event, stored } = press({});

    expect(event).toEqual({
      type: 'button',
      to: {
        team: 'T1',
        channel: 'C1',
        member: 'U1',
        thread: '1700000000.000100',
        responseUrl: 'https://hooks.slack.com/actions/1',
      },
      action: 'case_close',
      value: 'L1',
      message: '1700000005.000100',
    });
    expect(stored).toMatchObject({ key: 'slack:T1:press:1.2.abc', lane: 'slack:T1:C1:1700000000.000100' });
  });

  test('on the first message of a thread belongs to that thread', () => {
    const { event } = press({}, { container: { type: 'message', channel_id: 'C1', message_ts: '1700000000.000100' } });

    expect(event).toMatchObject({ to: { thread: '1700000000.000100' } });
  });

  test('on an ephemeral message has no message to change', () => {
    const container = { type: 'message', channel_id: 'C1', message_ts: '1700000005.000100', is_ephemeral: true };

    expect(press({}, { container }).event).toMatchObject({ message: null, to: { thread: null } });
  });

  test('in a modal has the place that the modal carries', () => {
    const luggage = { channel: 'C7', thread: '1700000000.000700', responseUrl: null, context: 'x' };
    const view = { id: 'V1', callback_id: 'case_details', private_metadata: JSON.stringify(luggage) };

    expect(press({}, { container: { type: 'view', view_id: 'V1' }, view }).event).toMatchObject({
      to: { channel: 'C7', thread: '1700000000.000700' },
      message: null,
    });
  });

  test('is nothing to us when it is not ours, only opens an address, or has no place', () => {
    expect(press({ action_id: 'other_app' })).toEqual({ ignored: 'other_action' });
    expect(press({ type: 'static_select' })).toEqual({ ignored: 'other_action' });
    expect(press({ url: 'https://a.example' })).toEqual({ ignored: 'link_button' });
    expect(press({}, { container: {} })).toEqual({ ignored: 'no_place' });
  });
});

test('a message shortcut knows the thread it was used in', () => {
  const shortcut = (callback_id: string, message: object) =>
    read({
      type: 'message_action',
      callback_id,
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      trigger_id: '1.2.abc',
      channel: { id: 'C1' },
      message: { user: 'U2', ts: '1700000001.000100', text: 'look', ...message },
    });

  expect(shortcut('case_note', { thread_ts: '1700000000.000100' }).event).toMatchObject({
    shortcut: 'case_note',
    message: '1700000001.000100',
    messageThread: '1700000000.000100',
    author: 'U2',
  });
  expect(shortcut('case_note', { bot_id: 'B1' }).event).toMatchObject({
    author: null,
    messageThread: '1700000001.000100',
  });
  expect(shortcut('other_app', {})).toEqual({ ignored: 'other_shortcut' });
});

test('a command is the member’s own and keeps its text', () => {
  const command = (name: string) =>
    read({
      command: name,
      text: 'close  72',
      team_id: 'T1',
      channel_id: 'C1',
      user_id: 'U1',
      trigger_id: '1.2.abc',
      response_url: 'https://hooks.slack.com/x',
    });

  expect(command('/case')).toMatchObject({
    event: { type: 'command', text: 'close  72', to: { member: 'U1', thread: null } },
    stored: { key: 'slack:T1:command:1.2.abc', lane: 'slack:T1:U1' },
  });
  expect(command('/other')).toEqual({ ignored: 'other_command' });
});

describe('a form', () => {
  const luggage = { channel: 'C1', thread: null, responseUrl: null, context: '72' };
  const submit = (values: object, private_metadata = JSON.stringify(luggage)) =>
    read({
      type: 'view_submission',
      user: { id: 'U1', team_id: 'T1' },
      team: { id: 'T1' },
      trigger_id: `${Math.random()}`,
      view: { id: 'V1', callback_id: 'case_open', private_metadata, state: { values } },
    });
  const typed = (value: string | null) => ({ title: { title: { type: 'plain_text_input', value } } });

  test('comes with its fields by name', () => {
    const { event } = submit({
      ...typed('Broken'),
      contact: { contact: { type: 'external_select', selected_option: { value: '5', text: {} } } },
      who: { who: { type: 'multi_users_select', selected_users: ['U1', 'U2'] } },
      where: { where: { type: 'channels_select', selected_channel: null } },
      odd: { odd: { type: 'datepicker', selected_date: '2026-01-01' } },
    });

    expect(event).toMatchObject({
      form: 'case_open',
      context: '72',
      to: { channel: 'C1' },
      fields: { title: 'Broken', contact: '5', who: ['U1', 'U2'], where: '' },
    });
    expect(event).not.toHaveProperty('fields.odd');
  });

  test('sent twice is one, sent with other content is another', () => {
    expect(submit(typed('a')).stored?.key).toBe(submit(typed('a')).stored?.key);
    expect(submit(typed('a')).stored?.key).not.toBe(submit(typed('b')).stored?.key);
  });

  test('that is not ours has no place', () => {
    expect(submit({}, '')).toEqual({ ignored: 'form_without_place' });
  });
});

test('whatever comes, it is an event, or ignored for a reason, or news', () => {
  const types = fc.constantFrom(
    'event_callback',
    'block_actions',
    'view_submission',
    'message_action',
    'view_closed',
    'x',
  );
  fc.assert(
    fc.property(fc.anything(), types, (thing, type) => {
      const readings = [
        read(thing),
        read({ type, event: thing, actions: thing, view: thing, user: thing }),
        told({
          type: 'message',
          channel: 'C1',
          channel_type: 'channel',
          message: thing,
          previous_message: thing,
          subtype: 'message_changed',
        }),
      ];
      for (const reading of readings) expect(Object.keys(reading)).not.toEqual([]);
    }),
  );
});

describe('a reaction', () => {
  const added = {
    type: 'reaction_added',
    user: 'U1',
    reaction: 'eyes',
    item: { type: 'message', channel: 'C1', ts: '1700000001.000100' },
    item_user: 'U2',
  };
  const reacts = (emoji: string, channel: string): boolean => emoji === 'eyes' && channel === 'C1';
  const toldOf = (change: object) => toEvents(envelope({ ...added, ...change }), { ...context, reacts });

  test('that the settings name is an event, and one more when it is taken off and added again', () => {
    const { event, stored } = toldOf({ reaction: 'eyes::skin-tone-3' });

    expect(event).toMatchObject({ type: 'reaction', reaction: 'eyes', message: added.item.ts });
    expect(stored?.key).not.toBe(toldOf({ event_ts: '1700000009.000200' }).stored?.key);
    expect(stored?.key).toBe(toldOf({}).stored?.key);
  });

  test.each([
    ['that they do not name', { reaction: 'heart' }],
    ['of our own', { user: 'UBOT' }],
    ['on a file', { item: { type: 'file', file: 'F1' } }],
    ['in another channel', { item: { ...added.item, channel: 'C2' } }],
  ])('%s is nobody’s business', (_what, change) => {
    expect(toldOf(change)).toEqual({ ignored: 'other_reaction' });
  });

  test('is nothing where nothing is set', () => {
    expect(told(added)).toEqual({ ignored: 'other_reaction' });
  });
});
