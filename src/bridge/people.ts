import type { Agent } from '../core/case.ts';
import type { MemberId } from '../core/ids.ts';
import type { Member } from '../core/ports.ts';
import type { Bridge } from './context.ts';

/** Members of Slack and the users of Acquire that they are. */

/** Who is hired or leaves is known after so long. */
const KEPT_MS = 60_000;

/** What is asked of the bridge. */
type Asks = Pick<Bridge, 'chat' | 'helpdesk' | 'channels' | 'now'>;

type Kept = { readonly at: number; readonly agents: Promise<readonly Agent[]> };
const kept = new WeakMap<object, Kept>();

/** Users of Acquire that are people or bots, kept for a minute. */
export const knownAgents = (bridge: Pick<Asks, 'helpdesk' | 'now'>): Promise<readonly Agent[]> => {
  const { helpdesk } = bridge;
  const before = kept.get(helpdesk);
  const now = bridge.now();
  if (before !== undefined && now - before.at < KEPT_MS && now >= before.at) return before.agents;
  const asked: Kept = { at: now, agents: helpdesk.agents() };
  kept.set(helpdesk, asked);
  asked.agents.catch(() => {
    if (kept.get(helpdesk) === asked) kept.delete(helpdesk);
  });
  return asked.agents;
};

/**
 * The user of Acquire that a member is: whom the routes file names, else the one user with the same e-mail. Null for who
 * matches nobody or more than one, and always for guests and for people of other workspaces, whatever their profile says.
 */
export const acquireUserOf = async (bridge: Asks, who: MemberId | Member): Promise<Agent | null> => {
  const member = typeof who === 'string' ? await bridge.chat.member(who) : who;
  if (member === null || !member.full) return null;
  const people = (await knownAgents(bridge)).filter(({ bot }) => !bot);
  const email = member.email?.toLowerCase() ?? null;
  const named = bridge.channels().people;
  const chosen = named.get(member.id) ?? (email === null ? undefined : named.get(email));
  if (chosen !== undefined) return people.find(({ id }) => id === chosen) ?? null;
  const same = email === null ? [] : people.filter((agent) => agent.email?.toLowerCase() === email);
  return same.length === 1 ? (same[0] ?? null) : null;
};
