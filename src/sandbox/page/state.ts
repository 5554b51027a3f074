import type { CaseRecord, MessageRecord } from '../acquire/state.ts';
import type { Ephemeral, Message } from '../slack/workspace.ts';
import { C, U } from '../slack/seed.ts';
import { shownView } from '../slack/views.ts';
import type { Stage } from '../stage.ts';

/** Everything that the page shows, read anew from the simulators each time. */

const CHANNELS = [C.support, C.general, C.secret];
/** Two agents, and a guest to whom the app must refuse everything. */
const PLAYERS = [U.anna, U.ben, U.guest];
const THREADS_SHOWN = 60;
const TOLD_SHOWN = 60;

export function pageState(stage: Stage) {
  return {
    app: { state: stage.app.state, pid: stage.app.pid ?? null },
    slack: slackState(stage),
    acquire: acquireState(stage),
    told: told(stage)
      .toSorted((a, b) => b.at - a.at)
      .slice(0, TOLD_SHOWN),
    deliveries: stage.deliveries.now(),
  };
}

function slackState({ slack, installation }: Stage) {
  const { workspace } = slack;
  return {
    team: workspace.team.name,
    home: C.support,
    players: PLAYERS.map((id) => ({ id, name: nameOf(stageUsers(workspace), id), guest: id === U.guest })),
    names: Object.fromEntries([
      ...[...workspace.users.values()].map(({ id, real_name }) => [id, real_name]),
      ...[...workspace.channels.values()].map(({ id, name }) => [id, name]),
      ...[...workspace.usergroups.values()].map(({ id, handle }) => [id, handle]),
    ]),
    shortcuts: installation.shortcuts,
    channels: CHANNELS.flatMap((id) => {
      const channel = workspace.channels.get(id);
      if (channel === undefined) return [];
      const messages = slack.messages(id).slice(-THREADS_SHOWN);
      return [
        {
          id,
          name: channel.name,
          isPrivate: channel.kind === 'private',
          members: PLAYERS.filter((player) => channel.members.has(player)),
          messages: messages.map((message) => shownMessage(stageUsers(workspace), message)),
          threads: Object.fromEntries(
            messages
              .filter((message) => message.thread_ts === undefined || message.thread_ts === message.ts)
              .map(({ ts }) => [ts, slack.thread(id, ts).slice(1)] as const)
              .filter(([, replies]) => replies.length > 0)
              .map(([ts, replies]) => [ts, replies.map((one) => shownMessage(stageUsers(workspace), one))]),
          ),
        },
      ];
    }),
    ephemerals: workspace.ephemerals
      .filter(({ user }) => PLAYERS.some((player) => player === user))
      .map(shownEphemeral),
    modals: Object.fromEntries(
      PLAYERS.flatMap((player) => {
        const top = slack.viewsOf(player).at(-1);
        return top === undefined ? [] : [[player, shownView(workspace, top)]];
      }),
    ),
  };
}

type Users = ReadonlyMap<string, { readonly real_name: string }>;

const stageUsers = (workspace: { users: Users }): Users => workspace.users;

const nameOf = (users: Users, id: string): string => users.get(id)?.real_name ?? id;

const shownMessage = (users: Users, message: Message) => ({
  ts: message.ts,
  thread: message.thread_ts ?? null,
  author: message.user ?? null,
  name: message.username ?? nameOf(users, message.user ?? ''),
  isApp: message.bot_id !== undefined,
  icon: iconOf(message),
  text: message.text,
  blocks: message.blocks ?? [],
  files: (message.files ?? []).map(({ name, size }) => ({ name, size })),
  reactions: (message.reactions ?? []).map(({ name, count }) => ({ name, count })),
  edited: message.edited !== undefined,
  broadcast: message.subtype === 'thread_broadcast',
  subtype: message.subtype ?? null,
});

const iconOf = ({ icons }: Message): string | null => {
  const emoji = icons?.['emoji'];
  return typeof emoji === 'string' ? emoji : null;
};

const shownEphemeral = (one: Ephemeral) => ({
  ts: one.ts,
  channel: one.channel,
  user: one.user,
  thread: one.thread_ts ?? null,
  text: one.text,
  blocks: one.blocks ?? [],
});

function acquireState({ acquire }: Stage) {
  const { account } = acquire;
  const chains = Map.groupBy(account.cases.values(), ({ threadId }) => threadId);
  return {
    origin: acquire.url,
    agent: [...account.users.values()].find(({ role }) => role === 'agent')?.name ?? '',
    conversations: [...chains.values()].flatMap((cases) => conversation(acquire.account, cases)),
  };
}

type Account = Stage['acquire']['account'];

function conversation(account: Account, cases: readonly CaseRecord[]) {
  const current = cases.at(-1);
  if (current === undefined) return [];
  const { name, email } = account.contacts.get(current.contactId)?.fields ?? {};
  return [
    {
      thread: current.threadId,
      case: current.id,
      cases: cases.map(({ id, status }) => ({ id, status })),
      status: current.status,
      channel: current.channel,
      title: current.title,
      customer: typeof name === 'string' ? name : `#${current.contactId}`,
      email: typeof email === 'string' ? email : null,
      messages: cases.flatMap(({ id }) => account.messagesByCase.get(id) ?? []).map((row) => shownRow(account, row)),
    },
  ];
}

const shownRow = (account: Account, row: MessageRecord) => ({
  id: row.id,
  type: row.type,
  side: row.sender.type,
  name: senderName(account, row),
  text: row.text,
  at: row.dateCreated,
});

function senderName(account: Account, { sender }: MessageRecord): string {
  if (sender.type === 'user') return account.users.get(sender.id)?.name ?? `#${sender.id}`;
  const name = account.contacts.get(sender.id)?.fields['name'];
  return typeof name === 'string' ? name : `#${sender.id}`;
}

/** What both vendors told the app of their own accord, and what it answered. */
function told({ slack, acquire }: Stage) {
  const events = slack.deliveries.slice(-TOLD_SHOWN).map((one) => {
    const last = one.attempts.at(-1);
    const subtype = one.event['subtype'];
    return {
      at: last?.at ?? slack.workspace.now(),
      from: 'Slack',
      what: typeof subtype === 'string' ? `${one.type} · ${subtype}` : one.type,
      state: one.state,
      answer: last?.status?.toString() ?? last?.reason ?? null,
      tries: one.attempts.length,
    };
  });
  const webhooks = acquire.webhooks.log.slice(-TOLD_SHOWN).map((one) => {
    const last = one.attempts.at(-1);
    return {
      at: last?.at ?? acquire.account.now(),
      from: 'Acquire',
      what: one.event,
      state: one.state === 'due' ? 'pending' : one.state,
      answer: last?.status?.toString() ?? last?.problem ?? null,
      tries: one.attempts.length,
    };
  });
  return [...events, ...webhooks];
}
