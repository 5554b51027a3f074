import { z } from 'zod';
import type { ChannelId } from '../core/ids.ts';
import { Failure } from '../delivery/errors.ts';
import { createApi, type Identity } from './api.ts';
import { botScopes, optionalBotScopes } from './manifest.ts';

/** What can be found out about an installation by asking Slack; nothing is changed by it. */

const flag = z.boolean().catch(false);
const Channel = z.object({
  name: z.string().catch(''),
  is_member: flag,
  is_archived: flag,
  is_private: flag,
  is_ext_shared: flag,
});

export type InspectedChannel = {
  readonly name: string;
  readonly joined: boolean;
  readonly archived: boolean;
  readonly private: boolean;
  readonly shared: boolean;
};

/** Every method rejects with `Failure`. */
export type SlackInspection = {
  identify(): Promise<Identity>;
  /** Null when there is no such channel, or a private one that the app is not in: Slack says the same of both. */
  channel(id: ChannelId): Promise<InspectedChannel | null>;
  /** How many are in a user group; null when there is no such group. */
  groupSize(id: string): Promise<number | null>;
  /** Asks for an address of Socket Mode, without connecting. */
  socketAddress(appToken: string): Promise<void>;
};

export const inspectSlack = ({
  token,
  apiUrl,
}: {
  readonly token: string;
  readonly apiUrl: string;
}): SlackInspection => {
  const open = (of: string) => createApi({ token: of, apiUrl, remembered: null, identified: () => undefined });
  const api = open(token);

  return {
    identify: () => api.identify(),
    async channel(id) {
      const answer = await orNull(api.call('conversations.info', { channel: id }, z.object({ channel: Channel })));
      if (answer === null) return null;
      const { name, is_member, is_archived, is_private, is_ext_shared } = answer.channel;
      return { name, joined: is_member, archived: is_archived, private: is_private, shared: is_ext_shared };
    },
    async groupSize(id) {
      const Users = z.object({ users: z.array(z.string()) });
      return (await orNull(api.call('usergroups.users.list', { usergroup: id }, Users)))?.users.length ?? null;
    },
    async socketAddress(appToken) {
      await open(appToken).call('apps.connections.open', {}, z.object({ url: z.string() }));
    },
  };
};

/** Scopes of the manifest that an installation lacks. */
export const scopesMissing = (granted: readonly string[]) => {
  const lacks = (scope: string): boolean => !granted.includes(scope);
  const optional: readonly string[] = optionalBotScopes;
  const missing = botScopes.filter(lacks);
  return {
    needed: missing.filter((scope) => !optional.includes(scope)),
    optional: missing.filter((scope) => optional.includes(scope)),
  };
};

const orNull = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && (error.facts.kind === 'not_found' || error.facts.kind === 'place')) return null;
    throw error;
  }
};
