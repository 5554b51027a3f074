import { setTimeout as sleep } from 'node:timers/promises';
import { archive, changeId, deleteChannel, join, leave, rename, unarchive } from './channels.ts';
import type { Files, NewFile } from './files.ts';
import { shareFiles } from './files.ts';
import {
  addMessage,
  addReaction,
  changeMessage,
  deleteMessage,
  memberDraft,
  removeReaction,
  threadOf,
  timeline,
} from './messages.ts';
import { shownUser } from './api-people.ts';
import { typedText } from './text.ts';
import type { View, Views } from './views.ts';
import { shownView } from './views.ts';
import type { JsonObject } from './wire.ts';
import type { Channel, Ephemeral, Message, Reaction, User, Workspace } from './workspace.ts';
import { channelOf, formatTs, imWith, messageOf, userOf } from './workspace.ts';

export interface SayOptions {
  threadTs?: string;
  /** "Also send to channel". */
  broadcast?: boolean;
  files?: Omit<NewFile, 'user'>[];
  /** Instead of the rich_text block made from the text. */
  blocks?: JsonObject[];
  /** The text goes in as it is, without escaping, links or blocks. */
  raw?: boolean;
  /** As `/me`. */
  me?: boolean;
}

/** What a person does in Slack's client, and what a person sees there. What the client would not allow throws. */
export interface People {
  say: (user: string, channel: string, text: string, options?: SayOptions) => Message;
  /** `without`: a file that is taken out of the message by the same edit. */
  edit: (user: string, channel: string, ts: string, text: string, options?: { without?: string }) => void;
  remove: (user: string, channel: string, ts: string) => void;
  /** Deletes one file of their own; its message stays, and shows where it was. */
  removeFile: (user: string, channel: string, ts: string, file: string) => void;
  react: (user: string, channel: string, ts: string, name: string) => void;
  unreact: (user: string, channel: string, ts: string, name: string) => void;
  /** Slack fetches a link and changes the message, though nobody edited it. */
  unfurl: (channel: string, ts: string) => void;
  /** The message changes though nobody wrote: Slack's bookkeeping of replies, a language found. */
  touch: (channel: string, ts: string) => void;
  openHome: (user: string) => void;
  join: (user: string, channel: string) => void;
  leave: (user: string, channel: string) => void;
  rename: (user: string, channel: string, name: string) => void;
  archive: (user: string, channel: string) => void;
  unarchive: (user: string, channel: string) => void;
  deleteChannel: (user: string, channel: string) => void;
  changeChannelId: (channel: string, id: string) => void;
  changeUser: (
    user: string,
    change: Partial<Omit<User, 'id' | 'profile'>> & { profile?: Partial<User['profile']> },
  ) => void;
  /** What the channel shows, threads left out; oldest first. */
  messages: (channel: string) => Message[];
  thread: (channel: string, ts: string) => Message[];
  ephemerals: (user: string, channel?: string) => Ephemeral[];
  reactions: (channel: string, ts: string) => Reaction[];
  viewsOf: (user: string) => View[];
  home: (user: string) => View | undefined;
  /** Looks again until `find` returns something; throws with `what` when it does not in time. */
  sees: <Found>(find: () => Found | undefined | false, what?: string, ms?: number) => Promise<Found>;
}

export function createPeople(parts: { workspace: Workspace; files: Files; views: Views }): People {
  const { workspace, views } = parts;
  const at = (channel: string) => channelOf(workspace, channel);
  const own = (user: string, channel: string, ts: string): Message => {
    const message = messageOf(at(channel), ts);
    if (message.user !== user) throw new Error(`${user} did not write ${ts}`);
    return message;
  };
  return {
    say: (user, channel, text, options = {}) => say(parts, { user, channel: at(channel), text, options }),
    edit: (user, channel, ts, text, { without } = {}) => {
      const { files } = own(user, channel, ts);
      const left = without === undefined ? {} : { files: files?.filter((file) => file['id'] !== without) };
      const edited = { user, ts: formatTs(Math.floor(workspace.now() / 1000) * 1_000_000) };
      changeMessage(workspace, at(channel), { ts, change: { ...typedText(workspace, text), ...left, edited } });
    },
    remove: (user, channel, ts) => {
      if (!userOf(workspace, user).is_admin) own(user, channel, ts);
      deleteMessage(workspace, at(channel), ts);
    },
    removeFile: (user, channel, ts, id) => {
      const { files = [] } = own(user, channel, ts);
      if (!files.some((file) => file['id'] === id)) throw new Error(`${id} is not in ${ts}`);
      parts.files.remove(id);
      const left = files.map((file) => (file['id'] === id ? { id, mode: 'tombstone', name: null } : file));
      changeMessage(workspace, at(channel), { ts, change: { files: left } });
    },
    react: (user, channel, ts, name) => {
      if (!addReaction(workspace, insider(at(channel), user), { ts, user, name })) throw new Error('already reacted');
    },
    unreact: (user, channel, ts, name) => {
      if (!removeReaction(workspace, insider(at(channel), user), { ts, user, name }))
        throw new Error('no such reaction');
    },
    unfurl: (channel, ts) =>
      changeMessage(workspace, at(channel), {
        ts,
        change: { attachments: [{ id: 1, title: 'A page', from_url: 'https://a.example' }] },
      }),
    touch: (channel, ts) => changeMessage(workspace, at(channel), { ts, change: {} }),
    openHome: (user) => openHome(parts, userOf(workspace, user)),
    join: (user, channel) => join(workspace, at(channel), userOf(workspace, user).id),
    leave: (user, channel) => leave(workspace, at(channel), user),
    rename: (user, channel, name) => rename(workspace, at(channel), { name, user }),
    archive: (user, channel) => archive(workspace, at(channel), user),
    unarchive: (user, channel) => unarchive(workspace, at(channel), user),
    deleteChannel: (user, channel) => deleteChannel(workspace, at(channel), user),
    changeChannelId: (channel, id) => changeId(workspace, at(channel), id),
    changeUser: (id, change) => {
      const user = userOf(workspace, id);
      const profile = { ...user.profile, ...change.profile };
      Object.assign(user, change, { profile, updated: Math.floor(workspace.now() / 1000) });
      const event_ts = formatTs(workspace.now() * 1000);
      workspace.emit({ type: 'user_change', user: shownUser(workspace, user), cache_ts: user.updated, event_ts });
      workspace.changed({ kind: 'user', user: id });
    },
    messages: (channel) => timeline(at(channel)),
    thread: (channel, ts) => threadOf(at(channel), ts),
    ephemerals: (user, channel) =>
      workspace.ephemerals.filter((one) => one.user === user && (channel === undefined || one.channel === channel)),
    reactions: (channel, ts) => messageOf(at(channel), ts).reactions ?? [],
    viewsOf: (user) => views.stacks.get(user) ?? [],
    home: (user) => views.homes.get(user),
    sees: async (find, what = 'what was waited for', ms = 5000) => {
      const deadline = Date.now() + ms;
      for (;;) {
        const found = find();
        if (found !== undefined && found !== false) return found;
        if (Date.now() > deadline) throw new Error(`did not see ${what} within ${ms} ms`);
        await sleep(5);
      }
    },
  };
}

function insider(channel: Channel, user: string): Channel {
  if (!channel.members.has(user)) throw new Error(`${user} is not in ${channel.id}`);
  return channel;
}

interface Saying {
  user: string;
  channel: Channel;
  text: string;
  options: SayOptions;
}

function say(parts: { workspace: Workspace; files: Files }, saying: Saying): Message {
  const { workspace, files } = parts;
  const { user, text, options } = saying;
  const channel = insider(saying.channel, user);
  if (userOf(workspace, user).deleted) throw new Error(`${user} is deactivated`);
  if (channel.archived || channel.deleted) throw new Error(`${channel.id} is archived`);
  const parent = options.threadTs === undefined ? undefined : messageOf(channel, options.threadTs);
  if (parent?.thread_ts !== undefined && parent.thread_ts !== parent.ts)
    throw new Error('threads hang on their parent');
  const written = options.raw ? { text } : typedText(workspace, text);
  const blocks = options.blocks === undefined ? {} : { blocks: options.blocks };
  const bot = userOf(workspace, user).is_bot ? { bot_id: `B${user.slice(1)}`, app_id: `A${user.slice(1)}` } : {};
  const draft = {
    ...memberDraft(workspace, channel, user),
    ...written,
    ...blocks,
    ...bot,
    ...(options.me ? { subtype: 'me_message' } : {}),
    ...(parent === undefined ? {} : { thread_ts: parent.ts }),
    ...(parent !== undefined && options.broadcast ? { subtype: 'thread_broadcast' } : {}),
  };
  if (text === '' && !options.files?.length) throw new Error('nothing was written');
  if (!options.files?.length) return addMessage(workspace, channel, draft);
  return shareFiles(
    { workspace, files, channel },
    options.files.map((file) => files.add({ ...file, user })),
    draft,
  );
}

function openHome({ workspace, views }: { workspace: Workspace; views: Views }, user: User): void {
  const channel = imWith(workspace, user.id);
  const home = views.homes.get(user.id);
  const view = home === undefined ? {} : { view: shownView(workspace, home) };
  const event_ts = formatTs(workspace.now() * 1000);
  workspace.emit({ type: 'app_home_opened', user: user.id, channel: channel.id, tab: 'home', event_ts, ...view });
}
