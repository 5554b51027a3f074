import type { Args } from './args.ts';
import type { Files } from './files.ts';
import type { Tier } from './limits.ts';
import { Refusal } from './refusal.ts';
import type { Views } from './views.ts';
import type { Outgoing } from './wire.ts';
import type { Channel, Message, Workspace } from './workspace.ts';

/** One Web API call on its way through a method. */
export interface Call {
  workspace: Workspace;
  views: Views;
  files: Files;
  args: Args;
  origin: string;
  /** A fresh address for a Socket Mode connection. */
  socketUrl: () => string;
}

export interface Method {
  tier: Tier;
  /** Any one of these suffices; what depends on the channel's kind is asked for inside. */
  scopes?: string[];
  token?: 'bot' | 'app';
  run: (call: Call) => Outgoing;
}

export function needScope(workspace: Workspace, scopes: string[]): void {
  const { app } = workspace;
  if (scopes.length === 0 || scopes.some((scope) => app.scopes.includes(scope))) return;
  throw new Refusal('missing_scope', { needed: scopes.join(','), provided: app.scopes.join(',') });
}

/** The channel that a call names, if the app may know of it. */
export function channelIn(call: Call, field = 'channel'): Channel {
  const { workspace, args } = call;
  const channel = workspace.channels.get(args.required(field));
  if (channel === undefined || channel.deleted) throw new Refusal('channel_not_found');
  if (channel.kind !== 'public' && !channel.members.has(workspace.app.botUserId))
    throw new Refusal('channel_not_found');
  return channel;
}

export function channelToRead(call: Call, family: 'read' | 'history'): Channel {
  const channel = channelIn(call);
  needScope(call.workspace, [`${familyOf(channel)}:${family}`]);
  if (family === 'history' && !channel.members.has(call.workspace.app.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

export const familyOf = (channel: Channel): 'channels' | 'groups' | 'im' =>
  channel.kind === 'public' ? 'channels' : channel.kind === 'private' ? 'groups' : 'im';

export function messageIn(channel: Channel, ts: string): Message {
  const message = channel.messages.get(ts);
  if (message === undefined) throw new Refusal('message_not_found');
  return message;
}

/** Pages by an opaque cursor, as every list of Slack's does. */
export function page<Item>(call: Call, items: Item[], size: { usual: number; most: number }) {
  const from = offsetOf(call.args.text('cursor'));
  const to = from + call.args.limit(size.usual, size.most);
  const next = to < items.length ? Buffer.from(`offset:${to}`).toString('base64') : '';
  return { items: items.slice(from, to), next, first: from === 0 };
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined || cursor === '') return 0;
  const offset = /^offset:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (offset === undefined) throw new Refusal('invalid_cursor');
  return Number(offset);
}
