import { C, U } from '../slack/seed.ts';
import { shownView } from '../slack/views.ts';
import type { Channel, Ephemeral, Message, Workspace } from '../slack/workspace.ts';
import type { Stage } from '../stage.ts';
import { kept } from './kept.ts';
import type { Part } from './parts.ts';

/** What the page shows of the workspace: its people and places, then a part for each message, thread and view. */

const CHANNELS = [C.support, C.general, C.secret];
/** Two agents, and a guest to whom the app must refuse everything. */
const PLAYERS = [U.anna, U.ben, U.guest];
const TIMELINE_SHOWN = 300;
const PRIVATE_SHOWN = 40;

/** As much of the stage as it takes. */
type Side = Pick<Stage, 'slack' | 'installation'>;

export const slackParts = (stage: Side): readonly Part[] => [
  ['slack', placesOf(stage)],
  ...CHANNELS.flatMap((id) => channelParts(stage, id)),
  ...PLAYERS.flatMap((id) => playerParts(stage, id)),
];

function placesOf({ slack, installation }: Side) {
  const { workspace } = slack;
  return {
    team: workspace.team.name,
    home: C.support,
    app: workspace.app.name,
    players: PLAYERS.map((id) => ({ id, name: nameOf(workspace, id), guest: id === U.guest })),
    names: namesOf(workspace),
    shortcuts: installation.shortcuts,
    commands: installation.commands,
    mentions: mentionsIn(workspace),
    channels: CHANNELS.flatMap((id) => {
      const channel = workspace.channels.get(id);
      return channel === undefined ? [] : [shownChannel(channel)];
    }),
  };
}

/** What may follow an `@`. */
const mentionsIn = ({ users, usergroups }: Workspace) => [
  ...PLAYERS.flatMap((id) => {
    const user = users.get(id);
    return user === undefined ? [] : [{ id, handle: `@${user.name}`, name: user.real_name }];
  }),
  ...[...usergroups.values()].map(({ id, handle, name }) => ({ id, handle: `@${handle}`, name })),
  { id: 'here', handle: '@here', name: 'everybody who is there' },
  { id: 'channel', handle: '@channel', name: 'everybody in the channel' },
];

/** What stands for an id in a message. */
const namesOf = (workspace: Workspace): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ...[...workspace.users.values()].map(({ id, real_name }) => [id, real_name]),
    ...[...workspace.channels.values()].map(({ id, name }) => [id, name]),
    ...[...workspace.usergroups.values()].map(({ id, handle }) => [id, handle]),
  ]);

const shownChannel = ({ id, name, kind, members }: Channel) => ({
  id,
  name,
  isPrivate: kind === 'private',
  members: PLAYERS.filter((player) => members.has(player)),
  size: members.size,
});

function channelParts({ slack }: Side, id: string): readonly Part[] {
  const { workspace } = slack;
  const timeline = slack.messages(id).slice(-TIMELINE_SHOWN);
  const part = (message: Message): Part => [`slack/message/${id}/${message.ts}`, shownMessage(message, workspace)];
  return [
    [`slack/timeline/${id}`, timeline.map(({ ts }) => ts)],
    ...timeline.map(part),
    ...timeline.flatMap(({ ts }) => {
      const replies = slack.thread(id, ts).slice(1);
      if (replies.length === 0) return [];
      return [[`slack/thread/${id}/${ts}`, replies.map((reply) => reply.ts)] satisfies Part, ...replies.map(part)];
    }),
  ];
}

function playerParts({ slack }: Side, player: string): readonly Part[] {
  const { workspace } = slack;
  const home = slack.home(player);
  return [
    [`slack/private/${player}`, slack.ephemerals(player).slice(-PRIVATE_SHOWN).map(shownEphemeral)],
    [`slack/views/${player}`, slack.viewsOf(player).map((view) => shownView(workspace, view))],
    ...(home === undefined ? [] : [[`slack/home/${player}`, shownView(workspace, home)] satisfies Part]),
  ];
}

const nameOf = ({ users }: Workspace, id: string): string => users.get(id)?.real_name ?? id;

const authorOf = (message: Message, workspace: Workspace): string =>
  message.username ?? nameOf(workspace, message.user ?? '');

/** Edits make a new record; reactions and counts of replies change in it. */
const stampOf = (message: Message, workspace: Workspace): string =>
  `${authorOf(message, workspace)} ${message.reply_count} ${message.latest_reply} ${marksOf(message)}`;

const marksOf = ({ reactions = [] }: Message): string =>
  reactions.map(({ name, users }) => `${name}:${users.join()}`).join(' ');

const shownMessage = kept(
  (message: Message, workspace: Workspace) => ({
    ts: message.ts,
    thread: message.thread_ts ?? null,
    author: message.user ?? null,
    name: authorOf(message, workspace),
    isApp: message.bot_id !== undefined,
    icon: iconOf(message),
    text: message.text,
    blocks: message.blocks ?? [],
    files: (message.files ?? []).map(({ name, size }) => ({ name, size })),
    reactions: (message.reactions ?? []).map(({ name, count, users }) => ({ name, count, users })),
    edited: message.edited !== undefined,
    broadcast: message.subtype === 'thread_broadcast',
    subtype: message.subtype ?? null,
    replies: message.reply_count ?? 0,
    latest: message.latest_reply ?? null,
  }),
  stampOf,
);

const iconOf = ({ icons }: Message): string | null => {
  const emoji = icons?.['emoji'];
  return typeof emoji === 'string' ? emoji : null;
};

const shownEphemeral = (one: Ephemeral) => ({
  ts: one.ts,
  channel: one.channel,
  thread: one.thread_ts ?? null,
  text: one.text,
  blocks: one.blocks ?? [],
});
