import { addMessage, shown, stamp } from './messages.ts';
import type { Channel, Workspace } from './workspace.ts';
import { channelType } from './workspace.ts';

/** What happens to channels and their members, with the events and system messages that Slack sends for it. */

const letter = (channel: Channel): string => (channel.kind === 'public' ? 'C' : 'G');
const family = (channel: Channel): string => (channel.kind === 'public' ? 'channel' : 'group');

export function join(workspace: Workspace, channel: Channel, user: string): void {
  if (channel.members.has(user)) return;
  channel.members.add(user);
  system(workspace, channel, { user, subtype: `${family(channel)}_join`, text: `<@${user}> has joined the channel` });
  const { event_ts } = stamp(workspace, channel);
  const fact = { type: 'member_joined_channel', user, channel: channel.id, channel_type: letter(channel) };
  workspace.emit({ ...fact, team: workspace.team.id, event_ts }, channel);
  workspace.changed({ kind: 'channel', channel: channel.id });
}

/** The app itself is told by `channel_left`, for afterwards it hears nothing from there. */
export function leave(workspace: Workspace, channel: Channel, user: string): void {
  if (!channel.members.has(user)) return;
  system(workspace, channel, { user, subtype: `${family(channel)}_leave`, text: `<@${user}> has left the channel` });
  const { event_ts } = stamp(workspace, channel);
  const fact = { user, channel: channel.id, channel_type: letter(channel), team: workspace.team.id, event_ts };
  workspace.emit({ ...fact, type: 'member_left_channel' }, channel);
  if (user === workspace.app.botUserId) {
    workspace.emit({ type: `${family(channel)}_left`, channel: channel.id, actor_id: user, event_ts }, channel);
  }
  channel.members.delete(user);
  workspace.changed({ kind: 'channel', channel: channel.id });
}

export function rename(workspace: Workspace, channel: Channel, to: { name: string; user: string }): void {
  channel.name = to.name;
  system(workspace, channel, { user: to.user, subtype: `${family(channel)}_name`, text: `has renamed the channel` });
  const renamed = { id: channel.id, name: to.name, name_normalized: to.name, created: channel.created };
  workspace.emit({ type: `${family(channel)}_rename`, channel: renamed, ...eventTs(workspace, channel) }, channel);
  workspace.changed({ kind: 'channel', channel: channel.id });
}

export function archive(workspace: Workspace, channel: Channel, user: string): void {
  system(workspace, channel, { user, subtype: `${family(channel)}_archive`, text: `<@${user}> archived the channel` });
  channel.archived = true;
  tell(workspace, channel, { type: `${family(channel)}_archive`, user });
}

export function unarchive(workspace: Workspace, channel: Channel, user: string): void {
  channel.archived = false;
  tell(workspace, channel, { type: `${family(channel)}_unarchive`, user });
}

export function deleteChannel(workspace: Workspace, channel: Channel, user: string): void {
  channel.deleted = true;
  tell(workspace, channel, { type: `${family(channel)}_deleted`, actor_id: user });
}

function tell(workspace: Workspace, channel: Channel, fact: { type: string; user?: string; actor_id?: string }): void {
  workspace.emit({ ...fact, channel: channel.id, ...eventTs(workspace, channel) }, channel);
  workspace.changed({ kind: 'channel', channel: channel.id });
}

/** Sharing a private channel, or ending it, gives it another id: every link to it has to be rewritten. */
export function changeId(workspace: Workspace, channel: Channel, id: string): void {
  const old = channel.id;
  workspace.channels.delete(old);
  channel.id = id;
  workspace.channels.set(id, channel);
  const fact = { type: 'channel_id_changed', old_channel_id: old, new_channel_id: id };
  workspace.emit({ ...fact, ...eventTs(workspace, channel) }, channel);
  workspace.changed({ kind: 'channel', channel: id });
}

const eventTs = (workspace: Workspace, channel: Channel) => ({ event_ts: stamp(workspace, channel).event_ts });

function system(workspace: Workspace, channel: Channel, line: { user: string; subtype: string; text: string }): void {
  addMessage(workspace, channel, { ...line, team: workspace.team.id });
}

export const channelFacts = (channel: Channel) => ({
  id: channel.id,
  name: channel.name,
  kind: channel.kind,
  type: channelType(channel),
  archived: channel.archived,
  deleted: channel.deleted,
  extShared: channel.extShared,
  members: [...channel.members],
  messages: [...channel.messages.values()].map(shown),
});
