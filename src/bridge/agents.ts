import type { ChannelId, MemberId, TeamId } from '../core/ids.ts';
import type { Member } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import type { Bridge } from './context.ts';

/** Whether a member may write to a case or read one: the one check before everything (contract section 5). */
export type Standing =
  | { readonly is: 'agent'; readonly member: Member }
  | { readonly is: 'stranger' }
  /** It could not be checked: nothing is allowed. */
  | { readonly is: 'unchecked' };

/** So long a check that fails is tried again before a person is told that it cannot be made. */
const PATIENCE_MS = 5_000;

/**
 * A full member of the workspace, in one of casebridge's channels and, where one is set, in the agents' group.
 * Rejects with the failure while it may still pass; `told` is when and where the thing to be allowed was told to us, and
 * from which workspace where that was said.
 */
export const standingOf = async (
  bridge: Bridge,
  id: MemberId,
  told: { readonly at: number; readonly channel: ChannelId; readonly from?: TeamId | null },
): Promise<Standing> => {
  try {
    const member = await bridge.chat.member(id);
    if (member === null || !member.full || isForeign(bridge, member, told.from)) return { is: 'stranger' };
    if (!(await isInOurChannels(bridge, id, told.channel))) return { is: 'stranger' };
    if (bridge.agentGroup !== null && !(await bridge.chat.isInGroup(bridge.agentGroup, id))) return { is: 'stranger' };
    return { is: 'agent', member };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const mayPass = error.facts.kind === 'transient' || error.facts.kind === 'rate_limited';
    if (mayPass && bridge.now() - told.at < PATIENCE_MS) throw error;
    bridge.log.warn({ error, member: id }, 'a member could not be checked');
    return { is: 'unchecked' };
  }
};

/** The message names a workspace that is neither ours nor the one that the author's own record names. */
const isForeign = (bridge: Bridge, member: Member, from: TeamId | null = null): boolean =>
  from !== null && from !== bridge.chat.team && from !== member.team;

const isInOurChannels = async (bridge: Bridge, member: MemberId, nearest: ChannelId): Promise<boolean> => {
  const { all } = bridge.channels();
  const others = [...all.keys()].filter((channel) => channel !== nearest);
  let unasked: Failure | null = null;
  for (const channel of all.has(nearest) ? [nearest, ...others] : others) {
    try {
      if (await bridge.chat.isInChannel(channel, member)) return true;
    } catch (error) {
      // One channel that is gone, or that the app is not in, must not keep out whoever is in another.
      if (!(error instanceof Failure)) throw error;
      unasked ??= error;
    }
  }
  if (unasked !== null) throw unasked;
  return false;
};
