import { z } from 'zod';
import type { ChannelId } from '../core/ids.ts';
import { MemberId, TeamId } from '../core/ids.ts';
import type { Chat, Member } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import type { Api } from './api.ts';
import { createCache } from './cache.ts';
import { SLACKBOT } from './messages.ts';

const KEEP_MS = 60_000;
/**
 * No event of ours tells who left a group, so it is asked often, though not so often that Slack refuses (20 calls a minute:
 * https://docs.slack.dev/reference/methods/usergroups.users.list).
 */
const GROUPS_KEEP_MS = 4_000;
const NAMES_KEEP_MS = 600_000;
const MEMBERS_LIMIT = 5000;
const CHANNELS_LIMIT = 500;
const PAGE = 1000;

const said = z.string().nullish().catch(undefined);
const flag = z.boolean().catch(false);

const User = z.object({
  id: MemberId,
  team_id: TeamId,
  name: said,
  real_name: said,
  tz: said,
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_workflow_bot: flag,
  /** Only shown to be false where somebody has not confirmed the address yet. */
  is_email_confirmed: z.boolean().catch(true).default(true),
  enterprise_user: z
    .object({ teams: z.array(z.string()).catch([]) })
    .nullish()
    .catch(undefined),
  profile: z.object({ display_name: said, real_name: said, email: said }).catch({}),
});
type User = z.infer<typeof User>;

const next = z.object({ next_cursor: z.string().catch('') }).catch({ next_cursor: '' });
const MembersPage = z.object({ members: z.array(z.string()), response_metadata: next });
const Group = z.object({ id: z.string(), handle: said, name: said });

/**
 * People, groups and channels by id. Everything is kept for a minute, unless an event says that it changed: who leaves may
 * write that long, no longer.
 */
export type Members = Pick<
  Chat,
  'member' | 'isInChannel' | 'isInGroup' | 'isShared' | 'channelName' | 'groupName' | 'forget'
>;

export const createMembers = (api: Api, now: () => number): Members => {
  const people = createCache<Member | null>({ keepMs: KEEP_MS, limit: MEMBERS_LIMIT, now });
  const channels = createCache<ReadonlySet<string>>({ keepMs: KEEP_MS, limit: CHANNELS_LIMIT, now });
  const sharing = createCache<boolean>({ keepMs: KEEP_MS, limit: CHANNELS_LIMIT, now });
  const groups = createCache<ReadonlySet<string>>({
    keepMs: GROUPS_KEEP_MS,
    failingMs: KEEP_MS,
    limit: CHANNELS_LIMIT,
    now,
  });
  const channelNames = createCache<string | null>({ keepMs: NAMES_KEEP_MS, limit: CHANNELS_LIMIT, now });
  const groupNames = createCache<ReadonlyMap<string, string>>({ keepMs: NAMES_KEEP_MS, limit: 1, now });

  const askMember = async (id: MemberId): Promise<Member | null> => {
    const answer = await orNull(api.call('users.info', { user: id }, z.object({ user: User })));
    return answer === null ? null : memberOf(answer.user, api.identity().team);
  };

  const askChannelMembers = async (channel: ChannelId): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (let cursor = ''; ; ) {
      const page = await api.call(
        'conversations.members',
        { channel, limit: PAGE, ...(cursor && { cursor }) },
        MembersPage,
      );
      for (const member of page.members) found.add(member);
      cursor = page.response_metadata.next_cursor;
      if (cursor === '') return found;
    }
  };

  const askGroup = async (group: string): Promise<ReadonlySet<string>> => {
    const answer = await api.call(
      'usergroups.users.list',
      { usergroup: group },
      z.object({ users: z.array(z.string()) }),
    );
    return new Set(answer.users);
  };

  const askChannelName = async (channel: ChannelId): Promise<string | null> => {
    const Answer = z.object({ channel: z.object({ name: said }) });
    const answer = await orNull(api.call('conversations.info', { channel }, Answer));
    return answer?.channel.name ?? null;
  };

  const askShared = async (channel: ChannelId): Promise<boolean> => {
    const Answer = z.object({ channel: z.object({ is_ext_shared: flag }) });
    const answer = await orNull(api.call('conversations.info', { channel }, Answer));
    return answer?.channel.is_ext_shared === true;
  };

  const askGroupNames = async (): Promise<ReadonlyMap<string, string>> => {
    const answer = await api.call('usergroups.list', {}, z.object({ usergroups: z.array(Group) }));
    return new Map(answer.usergroups.map(({ id, handle, name }) => [id, handle ?? name ?? 'group']));
  };

  return {
    member: (id) => people.get(id, () => askMember(id)),
    isInChannel: async (channel, member) => (await channels.get(channel, () => askChannelMembers(channel))).has(member),
    isInGroup: async (group, member) => (await groups.get(group, () => askGroup(group))).has(member),
    isShared: (channel) => sharing.get(channel, () => askShared(channel)),
    channelName: (channel) => channelNames.get(channel, () => askChannelName(channel)),
    groupName: async (group) => (await groupNames.get('all', askGroupNames)).get(group) ?? null,
    forget({ member, channel }) {
      if (member !== undefined) people.forget(member);
      if (channel === undefined) return;
      channels.forget(channel);
      sharing.forget(channel);
      channelNames.forget(channel);
    },
  };
};

/** Somebody who is not there is an answer; so is a channel that we may not see. */
const orNull = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && (error.facts.kind === 'not_found' || error.facts.kind === 'place')) return null;
    throw error;
  }
};

const memberOf = (user: User, ours: TeamId): Member => {
  const { profile } = user;
  const home = user.team_id === ours || user.enterprise_user?.teams.includes(ours) === true;
  const machine = user.is_bot || user.is_workflow_bot || user.id === SLACKBOT;
  const outsider = user.is_restricted || user.is_ultra_restricted || user.is_stranger;
  const firstOf = (names: readonly (string | null | undefined)[]): string =>
    names.find((name) => !!name?.trim()) ?? user.id;
  return {
    id: user.id,
    team: user.team_id,
    name: firstOf([profile.display_name, profile.real_name, user.real_name, user.name]),
    fullName: firstOf([profile.real_name, user.real_name, profile.display_name, user.name]),
    email: user.is_email_confirmed ? (profile.email ?? null) : null,
    timeZone: user.tz ?? null,
    full: home && !outsider && !user.deleted && !machine,
  };
};
