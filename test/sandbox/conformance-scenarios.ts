import { isObject, textOf } from '../../src/sandbox/slack/wire.ts';
import type { Json, JsonObject } from '../../src/sandbox/slack/wire.ts';
import type { Scenario } from './conformance-comparison.ts';
import { MORE } from './conformance-sides.ts';
import { modal, section } from './slack-support.ts';

/** The same calls for both sides. What a line names after the colon is what is special about the call. */

const NO_TS = '1700000000.000001';
const metadata = { event_type: 'support_bridge.message', event_payload: { delivery: 'd1' } };
const view = (more: object = {}) => modal([section('Hello'), { type: 'actions', elements: [MORE] }], more);
const home = { type: 'home', blocks: [section('Hello')] };

const inView = (answer: JsonObject, field: 'id' | 'hash'): string => {
  const shown = answer['view'];
  return isObject(shown) ? textOf(shown[field]) : '';
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  'who calls': async (ask, { names }) => {
    await ask('auth.test');
    await ask('auth.test: unknown token', {}, 'xoxb-of-nobody');
    await ask('auth.test: no token', {}, '');
    await ask('bots.info: a bot that is not there', { bot: 'B0NOBODY' });
    await ask('bots.info', { bot: names.bot });
    await ask('team.info');
  },

  posting: async (ask, { names }) => {
    const channel = names.support;
    const first = textOf((await ask('chat.postMessage', { channel, text: 'Hello' }))['ts']);
    const reply = textOf((await ask('chat.postMessage: a reply', { channel, text: 'Yes', thread_ts: first }))['ts']);
    await ask('chat.postMessage: with blocks', { channel, text: 'Hello', blocks: [section('Hello')] });
    await ask('chat.postMessage: with metadata', { channel, text: 'Hello', thread_ts: first, metadata });
    await ask('chat.postMessage: under another name', { channel, text: 'Hi', thread_ts: first, username: 'Maya' });
    await ask('chat.postMessage: 40,001 characters', { channel, text: 'x'.repeat(40_001), thread_ts: first });
    await ask('chat.postMessage: an answer to a reply', { channel, text: 'Hi', thread_ts: reply });
    await ask('chat.postMessage: a thread that is not there', { channel, text: 'Hi', thread_ts: NO_TS });
    await ask('chat.postMessage: no text', { channel, text: '' });
    await ask('chat.postMessage: no channel', { text: 'Hi' });
    await ask('chat.postMessage: an unknown channel', { channel: 'C0NOWHERE', text: 'Hi' });
    await ask('chat.postMessage: a channel by its name', { channel: 'support', text: 'Hi' });
    await ask('chat.postMessage: an archived channel', { channel: names.archived, text: 'Hi' });
    await ask('chat.postMessage: a channel without the app', { channel: names.elsewhere, text: 'Hi' });
    await ask('chat.postMessage: a private channel without the app', { channel: names.closed, text: 'Hi' });
    await ask('chat.postMessage: to a member', { channel: names.anna, text: 'Hi' });
    await ask('chat.postMessage: 51 blocks', {
      channel,
      text: 'Hi',
      blocks: Array.from({ length: 51 }, () => section('x')),
    });
    await ask('chat.postMessage: a block of an unknown type', { channel, text: 'Hi', blocks: [{ type: 'nonsense' }] });
    await ask('chat.postMessage: a section of 3,001 characters', {
      channel,
      text: 'Hi',
      blocks: [section('x'.repeat(3001))],
    });
    await ask('chat.postMessage: blocks that are no list', { channel, text: 'Hi', blocks: '{"type":"divider"}' });
  },

  changing: async (ask, { names }) => {
    const channel = names.support;
    const ts = textOf((await ask('chat.postMessage', { channel, text: 'Hello', metadata }))['ts']);
    await ask('chat.update', { channel, ts, text: 'Hello!' });
    await ask('chat.update: with blocks', { channel, ts, text: 'Hello!', blocks: [section('Hello!')] });
    await ask('chat.update: 4,001 characters', { channel, ts, text: 'x'.repeat(4001) });
    await ask('chat.update: nothing', { channel, ts });
    await ask('chat.update: a message that is not there', { channel, ts: NO_TS, text: 'Hi' });
    await ask('chat.update: an unknown channel', { channel: 'C0NOWHERE', ts, text: 'Hi' });
    await ask('chat.getPermalink', { channel, message_ts: ts });
    await ask('chat.getPermalink: a message that is not there', { channel, message_ts: NO_TS });
    await ask('chat.delete', { channel, ts });
    await ask('chat.delete: again', { channel, ts });
    await ask('chat.delete: an unknown channel', { channel: 'C0NOWHERE', ts });
  },

  'for one member': async (ask, { names }) => {
    const { support: channel, anna: user } = names;
    await ask('chat.postEphemeral', { channel, user, text: 'Hello' });
    await ask('chat.postEphemeral: no text', { channel, user, text: '' });
    await ask('chat.postEphemeral: no user', { channel, text: 'Hi' });
    await ask('chat.postEphemeral: an unknown user', { channel, user: 'U0NOBODY', text: 'Hi' });
    await ask('chat.postEphemeral: an unknown channel', { channel: 'C0NOWHERE', user, text: 'Hi' });
    await ask('chat.postEphemeral: an archived channel', { channel: names.archived, user, text: 'Hi' });
  },

  reading: async (ask, { names }) => {
    const channel = names.support;
    const ts = textOf((await ask('chat.postMessage', { channel, text: 'Parent', metadata }))['ts']);
    await ask('conversations.replies: no replies yet', { channel, ts });
    await ask('chat.postMessage: a reply', { channel, text: 'One', thread_ts: ts });
    await ask('chat.postMessage: a reply', { channel, text: 'Two', thread_ts: ts });
    await ask('conversations.replies', { channel, ts });
    await ask('conversations.replies: with metadata', { channel, ts, include_all_metadata: true });
    await ask('conversations.replies: one at a time', { channel, ts, limit: 1 });
    await ask('conversations.replies: a message that is not there', { channel, ts: NO_TS });
    await ask('conversations.replies: an unknown channel', { channel: 'C0NOWHERE', ts });
    await ask('conversations.replies: a channel without the app', { channel: names.elsewhere, ts });
    await ask('conversations.history', { channel, limit: 1 });
    await ask('conversations.history: an unknown channel', { channel: 'C0NOWHERE' });
    await ask('conversations.history: a channel without the app', { channel: names.elsewhere });
  },

  channels: async (ask, { names }) => {
    await ask('conversations.list', { exclude_archived: true });
    await ask('conversations.list: one at a time', { limit: 1 });
    await ask('conversations.list: a cursor of nobody', { cursor: 'nonsense' });
    await ask('conversations.info', { channel: names.support });
    await ask('conversations.info: an unknown channel', { channel: 'C0NOWHERE' });
    await ask('conversations.info: a private channel without the app', { channel: names.closed });
    await ask('conversations.members', { channel: names.support });
    await ask('conversations.members: an unknown channel', { channel: 'C0NOWHERE' });
    await ask('conversations.join', { channel: names.elsewhere });
    await ask('conversations.join: again', { channel: names.elsewhere });
    await ask('conversations.join: an archived channel', { channel: names.archived });
    await ask('conversations.join: an unknown channel', { channel: 'C0NOWHERE' });
    await ask('conversations.open', { users: names.anna });
    await ask('conversations.open: an unknown user', { users: 'U0NOBODY' });
    await ask('conversations.open: nobody', {});
  },

  people: async (ask, { names }) => {
    await ask('users.info', { user: names.anna });
    await ask('users.info: an unknown user', { user: 'U0NOBODY' });
    await ask('users.list', { limit: 1 });
    await ask('users.lookupByEmail', { email: names.email });
    await ask('users.lookupByEmail: an unknown address', { email: 'nobody@casebridge.example' });
  },

  reactions: async (ask, { names }) => {
    const channel = names.support;
    const ts = textOf((await ask('chat.postMessage', { channel, text: 'Hello' }))['ts']);
    const at = { channel, timestamp: ts };
    await ask('reactions.add', { ...at, name: 'memo' });
    await ask('reactions.add: again', { ...at, name: 'memo' });
    await ask('reactions.add: an emoji that is not there', { ...at, name: 'no_such_emoji' });
    await ask('reactions.add: a message that is not there', { channel, timestamp: NO_TS, name: 'memo' });
    await ask('reactions.add: an unknown channel', { channel: 'C0NOWHERE', timestamp: ts, name: 'memo' });
    await ask('reactions.add: no emoji', at);
    await ask('reactions.get', at);
    await ask('reactions.remove', { ...at, name: 'memo' });
    await ask('reactions.remove: again', { ...at, name: 'memo' });
  },

  files: async (ask, side) => {
    const channel_id = side.names.support;
    const thread = textOf((await ask('chat.postMessage', { channel: channel_id, text: 'Hello' }))['ts']);
    const bytes = 'what is in the file';
    const place = await ask('files.getUploadURLExternal', { filename: 'note.txt', length: bytes.length });
    const id = textOf(place['file_id']);
    await ask('files.completeUploadExternal: before the bytes', { files: [{ id }] });
    await side.upload(textOf(place['upload_url']), bytes);
    const share = { files: [{ id, title: 'Note' }], channel_id, thread_ts: thread, initial_comment: 'See' };
    await ask('files.completeUploadExternal', share);
    await ask('files.completeUploadExternal: again', share);
    await shared(side, id);
    await ask('files.info', { file: id });
    await ask('files.info: a file that is not there', { file: 'F0NOTHING' });
    await ask('files.getUploadURLExternal: no length', { filename: 'note.txt' });
    await ask('files.completeUploadExternal: no files', { files: [] });
    await ask('conversations.replies: with a file', { channel: channel_id, ts: thread });
  },

  views: async (ask, side) => {
    const opened = await ask('views.open', { trigger_id: await side.trigger(), view: view() });
    const trigger_id = await side.trigger(inView(opened, 'id'));
    await ask('views.push', { trigger_id, view: view({ external_id: 'second' }) });
    await ask('views.push: a used trigger', { trigger_id, view: view() });
    await ask('views.update', { view_id: inView(opened, 'id'), view: view() });
    await ask('views.update: an old hash', {
      view_id: inView(opened, 'id'),
      hash: inView(opened, 'hash'),
      view: view(),
    });
    await ask('views.update: a view that is not there', { view_id: 'V0NOTHING', view: view() });
    await ask('views.update: by external id', { external_id: 'second', view: view({ external_id: 'second' }) });
    await ask('views.open: a trigger of nobody', { trigger_id: '1.2.abc', view: view() });
    await ask('views.open: a title of 25 characters', {
      trigger_id: await side.trigger(),
      view: view({ title: { type: 'plain_text', text: 'x'.repeat(25) } }),
    });
    await ask('views.publish', { user_id: side.names.anna, view: home });
    await ask('views.publish: an old hash', { user_id: side.names.anna, view: home, hash: 'old' });
    await ask('views.publish: an unknown user', { user_id: 'U0NOBODY', view: home });
  },
};

const SHARED_WITHIN_MS = 5_000;

/** Slack shares a file some time after the call that asks for it. */
async function shared(side: Parameters<Scenario>[1], file: string): Promise<void> {
  for (const until = Date.now() + SHARED_WITHIN_MS; Date.now() < until; ) {
    const info: Json | undefined = (await side.call('files.info', { file }))['file'];
    const shares = isObject(info) ? info['shares'] : undefined;
    if (isObject(shares) && Object.keys(shares).length > 0) return;
  }
  throw new Error(`the file ${file} was not shared`);
}
