import type { Outgoing } from './wire.ts';
import type { Channel, Message, Workspace } from './workspace.ts';
import { channelType, compareTs, newId, newUuid, nextTs } from './workspace.ts';

export type Draft = Omit<Message, 'type' | 'ts'>;

/** Stores a message, keeps its thread's counts and tells the app. */
export function addMessage(workspace: Workspace, channel: Channel, draft: Draft): Message {
  const parent = draft.thread_ts === undefined ? undefined : channel.messages.get(draft.thread_ts);
  const parentUser = parent?.user === undefined ? {} : { parent_user_id: parent.user };
  const message: Message = { type: 'message', ...draft, ts: nextTs(workspace, channel), ...(parent && parentUser) };
  channel.messages.set(message.ts, message);
  if (parent !== undefined) {
    const replies = channel.replies.get(parent.ts);
    if (replies === undefined) channel.replies.set(parent.ts, [message.ts]);
    else replies.push(message.ts);
    countReplies(channel, parent);
  }
  announce(workspace, channel, {
    ...shown(message),
    ...(message.subtype === 'thread_broadcast' && parent ? { root: shown(parent) } : {}),
    event_ts: message.ts,
  });
  // A mention is told twice: as message and as app_mention, with one ts and two event ids.
  if (message.text.includes(`<@${workspace.app.botUserId}>`)) {
    const where = { channel: channel.id, event_ts: message.ts };
    workspace.emit({ ...shown(message), type: 'app_mention', ...where }, channel);
  }
  workspace.changed({ kind: 'message', channel: channel.id, ts: message.ts });
  return message;
}

/** Fields set to undefined in `change` are taken away. */
export type MessageChange = { [Key in keyof Draft]?: Draft[Key] | undefined };

export function changeMessage(
  workspace: Workspace,
  channel: Channel,
  edit: { ts: string; change: MessageChange },
): void {
  const previous = channel.messages.get(edit.ts);
  if (previous === undefined) return;
  const kept = Object.entries({ ...previous, ...edit.change }).filter(([, value]) => value !== undefined);
  const next: Message = {
    ...Object.fromEntries(kept),
    type: 'message',
    ts: previous.ts,
    text: edit.change.text ?? previous.text,
  };
  channel.messages.set(next.ts, next);
  announce(workspace, channel, {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    message: shown(next),
    previous_message: shown(previous),
    ...stamp(workspace, channel),
  });
  workspace.changed({ kind: 'message', channel: channel.id, ts: next.ts });
}

/** A parent with replies stays as a tombstone, everything else goes. */
export function deleteMessage(workspace: Workspace, channel: Channel, ts: string): void {
  const message = channel.messages.get(ts);
  if (message === undefined) return;
  if ((channel.replies.get(ts)?.length ?? 0) > 0) return entomb(workspace, channel, message);
  channel.messages.delete(ts);
  announce(workspace, channel, {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    deleted_ts: ts,
    previous_message: shown(message),
    ...stamp(workspace, channel),
  });
  forgetReply(channel, message);
  workspace.changed({ kind: 'message', channel: channel.id, ts });
}

function entomb(workspace: Workspace, channel: Channel, message: Message): void {
  const empty = {
    blocks: undefined,
    files: undefined,
    attachments: undefined,
    reactions: undefined,
    metadata: undefined,
  };
  const nobody = { client_msg_id: undefined, bot_id: undefined, app_id: undefined, bot_profile: undefined };
  const look = { username: undefined, icons: undefined, edited: undefined };
  const tombstone = { subtype: 'tombstone', user: 'USLACKBOT', text: 'This message was deleted.', hidden: true };
  changeMessage(workspace, channel, { ts: message.ts, change: { ...empty, ...nobody, ...look, ...tombstone } });
}

function forgetReply(channel: Channel, message: Message): void {
  const parent = message.thread_ts === undefined ? undefined : channel.messages.get(message.thread_ts);
  if (parent === undefined || parent.ts === message.ts) return;
  const left = (channel.replies.get(parent.ts) ?? []).filter((ts) => ts !== message.ts);
  channel.replies.set(parent.ts, left);
  countReplies(channel, parent);
  if (left.length === 0 && parent.subtype === 'tombstone') channel.messages.delete(parent.ts);
}

function countReplies(channel: Channel, parent: Message): void {
  const replies = channel.replies.get(parent.ts) ?? [];
  const last = replies.at(-1);
  if (last === undefined) {
    for (const field of ['thread_ts', 'reply_count', 'reply_users', 'reply_users_count', 'latest_reply'] as const) {
      delete parent[field];
    }
    return;
  }
  const lastMessage = channel.messages.get(last);
  const users = new Set(parent.reply_users);
  users.add(lastMessage?.user ?? lastMessage?.bot_id ?? 'USLACKBOT');
  parent.thread_ts = parent.ts;
  parent.reply_count = replies.length;
  parent.reply_users = [...users];
  parent.reply_users_count = users.size;
  parent.latest_reply = last;
}

/** The parent first, then its replies, oldest first. */
export function threadOf(channel: Channel, ts: string): Message[] {
  const parent = channel.messages.get(ts);
  const replies = (channel.replies.get(ts) ?? []).map((reply) => channel.messages.get(reply));
  return [parent, ...replies].filter((message) => message !== undefined);
}

/** What the channel shows outside its threads, oldest first. */
export const timeline = (channel: Channel): Message[] =>
  [...channel.messages.values()]
    .filter((m) => m.thread_ts === undefined || m.thread_ts === m.ts || m.subtype === 'thread_broadcast')
    .toSorted((a, b) => compareTs(a.ts, b.ts));

export const shown = (message: Message): Outgoing => ({ ...structuredClone(message) });

function announce(workspace: Workspace, channel: Channel, fields: Outgoing): void {
  const where = { channel: channel.id, channel_type: channelType(channel) };
  workspace.emit({ ...fields, type: 'message', ...where }, channel);
}

export function stamp(workspace: Workspace, channel: Channel): { ts: string; event_ts: string } {
  const ts = nextTs(workspace, channel);
  return { ts, event_ts: ts };
}

/** How a member's message begins: the fields that only a person's client gives it. */
export function memberDraft(workspace: Workspace, channel: Channel, userId: string): Draft {
  const user = workspace.users.get(userId);
  const team = user?.team_id ?? workspace.team.id;
  const foreign = channel.extShared ? { user_team: team, source_team: team } : {};
  return { user: userId, text: '', team, client_msg_id: newUuid(workspace), ...foreign };
}

export function appDraft(workspace: Workspace): Draft {
  const { app, team } = workspace;
  return {
    user: app.botUserId,
    text: '',
    team: team.id,
    bot_id: app.botId,
    app_id: app.id,
    bot_profile: { id: app.botId, app_id: app.id, name: app.name, team_id: team.id, deleted: false, icons: {} },
  };
}

export function addReaction(workspace: Workspace, channel: Channel, mark: Mark): boolean {
  const message = channel.messages.get(mark.ts);
  if (message === undefined) return false;
  const reactions = message.reactions ?? [];
  const found = reactions.find((reaction) => reaction.name === mark.name);
  if (found?.users.includes(mark.user)) return false;
  if (found === undefined) reactions.push({ name: mark.name, users: [mark.user], count: 1 });
  else Object.assign(found, { users: [...found.users, mark.user], count: found.count + 1 });
  message.reactions = reactions;
  tellReaction(workspace, channel, { mark, type: 'reaction_added', author: message.user });
  return true;
}

export function removeReaction(workspace: Workspace, channel: Channel, mark: Mark): boolean {
  const message = channel.messages.get(mark.ts);
  const found = message?.reactions?.find((reaction) => reaction.name === mark.name);
  if (message === undefined || !found?.users.includes(mark.user)) return false;
  Object.assign(found, { users: found.users.filter((user) => user !== mark.user), count: found.count - 1 });
  const left = message.reactions?.filter((reaction) => reaction.count > 0) ?? [];
  if (left.length > 0) message.reactions = left;
  else delete message.reactions;
  tellReaction(workspace, channel, { mark, type: 'reaction_removed', author: message.user });
  return true;
}

export interface Mark {
  ts: string;
  user: string;
  name: string;
}

interface ReactionFact {
  mark: Mark;
  type: 'reaction_added' | 'reaction_removed';
  author: string | undefined;
}

function tellReaction(workspace: Workspace, channel: Channel, fact: ReactionFact): void {
  const { mark, type, author } = fact;
  const item = { type: 'message', channel: channel.id, ts: mark.ts };
  const itemUser = author === undefined ? {} : { item_user: author };
  const { event_ts } = stamp(workspace, channel);
  workspace.emit({ type, user: mark.user, reaction: mark.name, item, ...itemUser, event_ts }, channel);
  workspace.changed({ kind: 'reaction', channel: channel.id, ts: mark.ts });
}

export const newEventId = (workspace: Workspace): string => newId(workspace, 'Ev');
