import type { Call, Method } from './call.ts';
import { channelIn, channelToRead, familyOf, needScope, page } from './call.ts';
import { join } from './channels.ts';
import { shown, threadOf, timeline } from './messages.ts';
import { Refusal } from './refusal.ts';
import type { Outgoing } from './wire.ts';
import type { Channel, Message, Workspace } from './workspace.ts';
import { compareTs, imWith } from './workspace.ts';

const READ_SCOPES = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];
const HISTORY_SCOPES = ['channels:history', 'groups:history', 'im:history', 'mpim:history'];

export const CONVERSATION_METHODS: Record<string, Method> = {
  'conversations.info': { tier: 3, scopes: READ_SCOPES, run: info },
  'conversations.list': { tier: 2, scopes: READ_SCOPES, run: list },
  'conversations.members': { tier: 4, scopes: READ_SCOPES, run: members },
  'conversations.history': { tier: 3, scopes: HISTORY_SCOPES, run: history },
  'conversations.replies': { tier: 3, scopes: HISTORY_SCOPES, run: replies },
  'conversations.join': { tier: 3, scopes: ['channels:join'], run: joinChannel },
  'conversations.open': { tier: 3, scopes: ['im:write', 'mpim:write'], run: open },
  'users.conversations': { tier: 2, scopes: READ_SCOPES, run: conversationsOf },
};

function info(call: Call): Outgoing {
  const channel = channelToRead(call, 'read');
  const count = call.args.flag('include_num_members') ? { num_members: channel.members.size } : {};
  return { channel: { ...shownChannel(call.workspace, channel), ...count } };
}

function shownChannel(workspace: Workspace, channel: Channel): Outgoing {
  const shared = { is_ext_shared: channel.extShared, is_shared: channel.extShared, is_org_shared: false };
  const base = { id: channel.id, created: channel.created, is_archived: channel.archived, ...shared };
  if (channel.kind === 'im') {
    const user = [...channel.members].find((member) => member !== workspace.app.botUserId);
    return { ...base, is_im: true, is_channel: false, is_group: false, user };
  }
  return {
    ...base,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_general: channel.name === 'general',
    is_member: channel.members.has(workspace.app.botUserId),
    creator: channel.creator,
    context_team_id: workspace.team.id,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
  };
}

const KINDS: Record<string, Channel['kind'] | 'mpim'> = {
  public_channel: 'public',
  private_channel: 'private',
  im: 'im',
  mpim: 'mpim',
};

function ofWantedTypes(call: Call): Channel[] {
  const { args, workspace } = call;
  const kinds = (args.text('types') ?? 'public_channel').split(',').map((type) => {
    const kind = KINDS[type.trim()];
    if (kind === undefined) throw new Refusal('invalid_types');
    return kind;
  });
  const noArchived = args.flag('exclude_archived');
  const bot = workspace.app.botUserId;
  const wanted = [...workspace.channels.values()].filter(
    (channel) =>
      !channel.deleted &&
      kinds.includes(channel.kind) &&
      (channel.kind === 'public' || channel.members.has(bot)) &&
      !(noArchived && channel.archived),
  );
  for (const channel of wanted) needScope(workspace, [`${familyOf(channel)}:read`]);
  return wanted;
}

function list(call: Call): Outgoing {
  const { items, next } = page(call, ofWantedTypes(call), { usual: 100, most: 1000 });
  const channels = items.map((channel) => ({
    ...shownChannel(call.workspace, channel),
    num_members: channel.members.size,
  }));
  return { channels, response_metadata: { next_cursor: next } };
}

function conversationsOf(call: Call): Outgoing {
  const { args, workspace } = call;
  const user = args.text('user') ?? workspace.app.botUserId;
  if (!workspace.users.has(user)) throw new Refusal('user_not_found');
  const inside = ofWantedTypes(call).filter((channel) => channel.members.has(user));
  const { items, next } = page(call, inside, { usual: 100, most: 1000 });
  const channels = items.map((channel) => shownChannel(workspace, channel));
  return { channels, response_metadata: { next_cursor: next } };
}

function members(call: Call): Outgoing {
  const channel = channelToRead(call, 'read');
  const { items, next } = page(call, [...channel.members], { usual: 100, most: 1000 });
  return { members: items, response_metadata: { next_cursor: next } };
}

function history(call: Call): Outgoing {
  const channel = channelToRead(call, 'history');
  const wanted = timeline(channel).filter(between(call)).toReversed();
  const { items, next } = page(call, wanted, { usual: 100, most: 1000 });
  return {
    messages: items.map((message) => forReader(call, message)),
    has_more: next !== '',
    pin_count: 0,
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
}

/** The parent opens the first page even if it is older than `oldest`; a reply's ts answers its whole thread. */
function replies(call: Call): Outgoing {
  const channel = channelToRead(call, 'history');
  const named = channel.messages.get(call.args.ts('ts') ?? call.args.required('ts'));
  if (named === undefined) throw new Refusal('thread_not_found');
  const [parent, ...rest] = threadOf(channel, named.thread_ts ?? named.ts);
  const wanted = rest.filter(between(call));
  const { items, next, first } = page(call, wanted, { usual: 1000, most: 1000 });
  const messages = first && parent ? [parent, ...items] : items;
  return {
    messages: messages.map((message) => forReader(call, message)),
    has_more: next !== '',
    ...(next === '' ? {} : { response_metadata: { next_cursor: next } }),
  };
}

function between(call: Call): (message: Message) => boolean {
  const inclusive = call.args.flag('inclusive');
  const oldest = bound(call.args.text('oldest'));
  const latest = bound(call.args.text('latest'));
  const above = (ts: string, edge: string) => compareTs(ts, edge) > (inclusive ? -1 : 0);
  return ({ ts }) => (oldest === undefined || above(ts, oldest)) && (latest === undefined || above(latest, ts));
}

/** A bound may be a ts, whole seconds, or 0. */
function bound(given: string | undefined): string | undefined {
  if (given === undefined || given === '' || Number(given) === 0) return undefined;
  const parts = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(given);
  if (parts === null) throw new Refusal('invalid_ts_oldest');
  return `${(parts[1] ?? '').padStart(10, '0')}.${(parts[2] ?? '').padEnd(6, '0')}`;
}

function forReader(call: Call, message: Message): Outgoing {
  const copy = shown(message);
  if (message.metadata !== undefined && !call.args.flag('include_all_metadata')) {
    copy['metadata'] = { event_type: message.metadata.event_type };
  }
  return copy;
}

function joinChannel(call: Call): Outgoing {
  const { workspace } = call;
  const channel = channelIn(call);
  if (channel.kind !== 'public') throw new Refusal('method_not_supported_for_channel_type');
  if (channel.archived) throw new Refusal('is_archived');
  if (channel.members.has(workspace.app.botUserId)) {
    return { channel: shownChannel(workspace, channel), warning: 'already_in_channel' };
  }
  join(workspace, channel, workspace.app.botUserId);
  return { channel: shownChannel(workspace, channel) };
}

function open(call: Call): Outgoing {
  const { args, workspace } = call;
  const users = (args.text('users') ?? '').split(',').filter(Boolean);
  if (users.length === 0) throw new Refusal('users_list_not_supplied');
  const user = workspace.users.get(users[0] ?? '');
  if (users.length > 1) throw new Refusal('method_not_supported_for_channel_type');
  if (user === undefined) throw new Refusal('user_not_found');
  if (user.deleted) throw new Refusal('user_disabled');
  if (user.is_bot) throw new Refusal('cannot_dm_bot');
  return { channel: { id: imWith(workspace, user.id).id } };
}
