import type { Json, JsonObject, Outgoing } from './wire.ts';

export interface Team {
  id: string;
  name: string;
  domain: string;
}

export interface User {
  id: string;
  team_id: string;
  name: string;
  real_name: string;
  tz: string;
  deleted: boolean;
  is_admin: boolean;
  is_owner: boolean;
  is_bot: boolean;
  is_restricted: boolean;
  is_ultra_restricted: boolean;
  is_stranger: boolean;
  /** Whether the address in the profile was shown to be theirs. */
  is_email_confirmed: boolean;
  profile: { display_name: string; real_name: string; email?: string; bot_id?: string };
  updated: number;
}

export interface Usergroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  date_delete: number;
}

export interface Reaction {
  name: string;
  users: string[];
  count: number;
}

export interface Metadata {
  event_type: string;
  event_payload: JsonObject;
}

/** Kept in the shape in which Slack shows it; the fields about replies are kept current on the parent. */
export interface Message {
  type: 'message';
  subtype?: string;
  ts: string;
  text: string;
  user?: string;
  team?: string;
  user_team?: string;
  source_team?: string;
  client_msg_id?: string;
  bot_id?: string;
  app_id?: string;
  bot_profile?: Outgoing;
  username?: string;
  icons?: Outgoing;
  thread_ts?: string;
  parent_user_id?: string;
  reply_count?: number;
  reply_users?: string[];
  reply_users_count?: number;
  latest_reply?: string;
  edited?: { user: string; ts: string };
  blocks?: JsonObject[];
  attachments?: Json[];
  files?: Outgoing[];
  upload?: boolean;
  reactions?: Reaction[];
  metadata?: Metadata;
  hidden?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: 'public' | 'private' | 'im';
  archived: boolean;
  deleted: boolean;
  extShared: boolean;
  creator: string;
  created: number;
  topic: string;
  members: Set<string>;
  messages: Map<string, Message>;
  /** Thread parent's ts to the ts of its replies, oldest first. */
  replies: Map<string, string[]>;
  lastMicros: number;
}

export interface NewEphemeral {
  channel: string;
  user: string;
  text: string;
  blocks?: JsonObject[];
  thread_ts?: string;
}

export interface Ephemeral extends NewEphemeral {
  ts: string;
  at: number;
}

export interface SlackApp {
  id: string;
  name: string;
  botId: string;
  botUserId: string;
  botToken: string;
  appToken: string;
  signingSecret: string;
  verificationToken: string;
  scopes: string[];
  /** Event types as the manifest names them, e.g. `message.channels`. */
  events: string[];
  commands: string[];
  shortcuts: string[];
  shouldEscape: boolean;
  /** Why calls are refused, when they are. */
  authError: 'token_revoked' | 'account_inactive' | 'invalid_auth' | undefined;
}

/** Something visible changed: enough for a page to know what to read again. */
export interface Change {
  kind: 'message' | 'ephemeral' | 'reaction' | 'view' | 'channel' | 'user' | 'file' | 'request' | 'delivery';
  channel?: string;
  ts?: string;
  user?: string;
}

export interface EventFact extends Outgoing {
  type: string;
}

export interface Workspace {
  team: Team;
  partner: Team;
  users: Map<string, User>;
  usergroups: Map<string, Usergroup>;
  channels: Map<string, Channel>;
  emoji: Map<string, string>;
  ephemerals: Ephemeral[];
  app: SlackApp;
  now: () => number;
  random: () => number;
  /** Where facts go that the app may have subscribed to. */
  emit: (event: EventFact, channel?: Channel) => void;
  changed: (change: Change) => void;
}

const ID_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ0123456789';

export function newId(workspace: Workspace, prefix: string, length = 10): string {
  let id = prefix;
  for (let i = 0; i < length; i += 1) id += ID_LETTERS[Math.floor(workspace.random() * ID_LETTERS.length)] ?? 'A';
  return id;
}

export const newUuid = (workspace: Workspace): string =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () => Math.floor(workspace.random() * 16).toString(16));

export function formatTs(micros: number): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`;
}

/** Unique in its channel and strictly increasing, like Slack's. */
export function nextTs(workspace: Workspace, channel: Channel): string {
  channel.lastMicros = Math.max(Math.floor(workspace.now()) * 1000, channel.lastMicros + 1);
  return formatTs(channel.lastMicros);
}

export const TS = /^\d{10}\.\d{6}$/;

/** Compares as strings of equal length: a ts is never a float. */
export const compareTs = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const channelType = (channel: Channel): 'channel' | 'group' | 'im' =>
  channel.kind === 'public' ? 'channel' : channel.kind === 'private' ? 'group' : 'im';

export function userOf(workspace: Workspace, id: string): User {
  const user = workspace.users.get(id);
  if (user === undefined) throw new Error(`no user ${id} in the simulated workspace`);
  return user;
}

export function channelOf(workspace: Workspace, id: string): Channel {
  const channel = workspace.channels.get(id);
  if (channel === undefined) throw new Error(`no channel ${id} in the simulated workspace`);
  return channel;
}

export function messageOf(channel: Channel, ts: string): Message {
  const message = channel.messages.get(ts);
  if (message === undefined) throw new Error(`no message ${ts} in ${channel.id}`);
  return message;
}

export type NewUser = Pick<User, 'id' | 'name'> &
  Partial<Omit<User, 'profile'>> & { email?: string; display_name?: string };

export function addUser(workspace: Workspace, given: NewUser): User {
  const { email, display_name, ...rest } = given;
  const realName = given.real_name ?? given.name;
  const profile = {
    display_name: display_name ?? given.name,
    real_name: realName,
    ...(email === undefined ? {} : { email }),
  };
  const user: User = {
    team_id: workspace.team.id,
    real_name: realName,
    tz: 'Europe/Helsinki',
    deleted: false,
    is_admin: false,
    is_owner: false,
    is_bot: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_stranger: false,
    is_email_confirmed: email !== undefined,
    updated: Math.floor(workspace.now() / 1000),
    ...rest,
    profile,
  };
  workspace.users.set(user.id, user);
  workspace.changed({ kind: 'user', user: user.id });
  return user;
}

export type NewChannel = Pick<Channel, 'id' | 'name'> &
  Partial<Pick<Channel, 'kind' | 'archived' | 'extShared' | 'topic'>> & { members?: string[] };

export function addChannel(workspace: Workspace, given: NewChannel): Channel {
  const channel: Channel = {
    kind: 'public',
    archived: false,
    extShared: false,
    topic: '',
    ...given,
    deleted: false,
    creator: given.members?.[0] ?? workspace.app.botUserId,
    created: Math.floor(workspace.now() / 1000),
    members: new Set(given.members),
    messages: new Map(),
    replies: new Map(),
    lastMicros: 0,
  };
  workspace.channels.set(channel.id, channel);
  workspace.changed({ kind: 'channel', channel: channel.id });
  return channel;
}

/** The direct message between the app and a user, made when it is first needed. */
export function imWith(workspace: Workspace, userId: string): Channel {
  for (const channel of workspace.channels.values()) {
    if (channel.kind === 'im' && channel.members.has(userId)) return channel;
  }
  const members = [userId, workspace.app.botUserId];
  return addChannel(workspace, { id: newId(workspace, 'D'), name: userId, kind: 'im', members });
}
