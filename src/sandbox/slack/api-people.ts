import type { Call, Method } from './call.ts';
import { channelIn, familyOf, messageIn, needScope, page } from './call.ts';
import { addReaction, removeReaction, shown } from './messages.ts';
import { Refusal } from './refusal.ts';
import type { Outgoing } from './wire.ts';
import type { User, Workspace } from './workspace.ts';

export const PEOPLE_METHODS: Record<string, Method> = {
  'auth.test': { tier: 'special', run: authTest },
  'team.info': { tier: 3, scopes: ['team:read'], run: teamInfo },
  'bots.info': { tier: 3, scopes: ['users:read'], run: botInfo },
  'users.info': { tier: 4, scopes: ['users:read'], run: userInfo },
  'users.list': { tier: 2, scopes: ['users:read'], run: userList },
  'users.lookupByEmail': { tier: 3, scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.list': { tier: 2, scopes: ['usergroups:read'], run: usergroups },
  'usergroups.users.list': { tier: 2, scopes: ['usergroups:read'], run: usergroupUsers },
  'emoji.list': { tier: 2, scopes: ['emoji:read'], run: emojiList },
  'reactions.add': { tier: 3, scopes: ['reactions:write'], run: react },
  'reactions.remove': { tier: 2, scopes: ['reactions:write'], run: unreact },
  'reactions.get': { tier: 3, scopes: ['reactions:read'], run: reactions },
  'apps.connections.open': { tier: 1, token: 'app', run: (call) => ({ url: call.socketUrl() }) },
};

function authTest({ workspace }: Call): Outgoing {
  const { app, team } = workspace;
  return {
    url: `https://${team.domain}.slack.com/`,
    team: team.name,
    user: app.name,
    team_id: team.id,
    user_id: app.botUserId,
    bot_id: app.botId,
    app_id: app.id,
    app_name: app.name,
    is_enterprise_install: false,
  };
}

function teamInfo({ workspace }: Call): Outgoing {
  return { team: { ...workspace.team, email_domain: `${workspace.team.domain}.example`, icon: {} } };
}

function botInfo({ workspace, args }: Call): Outgoing {
  const { app } = workspace;
  if (args.text('bot') !== app.botId) throw new Refusal('bot_not_found');
  return { bot: { id: app.botId, deleted: false, name: app.name, app_id: app.id, user_id: app.botUserId, icons: {} } };
}

export function shownUser(workspace: Workspace, user: User): Outgoing {
  const { email, ...profile } = user.profile;
  const mayKnow = email !== undefined && workspace.app.scopes.includes('users:read.email') && !user.is_stranger;
  return { ...user, profile: mayKnow ? { ...profile, email } : profile };
}

function userInfo({ workspace, args }: Call): Outgoing {
  const user = workspace.users.get(args.required('user'));
  if (user === undefined) throw new Refusal('user_not_found');
  return { user: shownUser(workspace, user) };
}

function userList(call: Call): Outgoing {
  const { items, next } = page(call, [...call.workspace.users.values()], { usual: 100, most: 1000 });
  const members = items.map((user) => shownUser(call.workspace, user));
  return { members, response_metadata: { next_cursor: next } };
}

function lookupByEmail({ workspace, args }: Call): Outgoing {
  const email = args.required('email').toLowerCase();
  const user = [...workspace.users.values()].find(
    (one) => one.profile.email?.toLowerCase() === email && !one.deleted && !one.is_stranger,
  );
  if (user === undefined) throw new Refusal('users_not_found');
  return { user: shownUser(workspace, user) };
}

function usergroups({ workspace, args }: Call): Outgoing {
  const withUsers = args.flag('include_users');
  const groups = [...workspace.usergroups.values()].filter(
    (group) => group.date_delete === 0 || args.flag('include_disabled'),
  );
  return {
    usergroups: groups.map(({ users, ...group }) => ({
      ...group,
      team_id: workspace.team.id,
      is_usergroup: true,
      user_count: users.length,
      ...(withUsers ? { users } : {}),
    })),
  };
}

function usergroupUsers({ workspace, args }: Call): Outgoing {
  const group = workspace.usergroups.get(args.required('usergroup'));
  if (group === undefined || (group.date_delete !== 0 && !args.flag('include_disabled'))) {
    throw new Refusal('no_such_subteam');
  }
  return { users: group.users };
}

function emojiList({ workspace }: Call): Outgoing {
  return { emoji: Object.fromEntries([...workspace.emoji].filter(([, address]) => address !== '')) };
}

function marked(call: Call) {
  const { workspace, args } = call;
  const channel = channelIn(call);
  const name = args.required('name').replace(/^:|:$/g, '');
  const [base = '', tone] = name.split('::');
  if (!workspace.emoji.has(base) || (tone !== undefined && !/^skin-tone-[2-6]$/.test(tone))) {
    throw new Refusal('invalid_name');
  }
  if (args.ts('timestamp') === undefined) throw new Refusal('no_item_specified');
  const message = messageIn(channel, args.required('timestamp'));
  if (channel.archived) throw new Refusal('is_archived');
  if (!channel.members.has(workspace.app.botUserId)) throw new Refusal('not_in_channel');
  if (message.subtype === 'tombstone') throw new Refusal('message_not_found');
  return { channel, mark: { ts: message.ts, user: workspace.app.botUserId, name } };
}

function react(call: Call): Outgoing {
  const { channel, mark } = marked(call);
  if (!addReaction(call.workspace, channel, mark)) throw new Refusal('already_reacted');
  return {};
}

function unreact(call: Call): Outgoing {
  const { channel, mark } = marked(call);
  if (!removeReaction(call.workspace, channel, mark)) throw new Refusal('no_reaction');
  return {};
}

function reactions(call: Call): Outgoing {
  const channel = channelIn(call);
  needScope(call.workspace, [`${familyOf(channel)}:read`, 'reactions:read']);
  const message = messageIn(channel, call.args.required('timestamp'));
  return { type: 'message', channel: channel.id, message: shown(message) };
}
