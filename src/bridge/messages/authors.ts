import type { MemberId } from '../../core/ids.ts';
import { Failure } from '../../delivery/errors.ts';
import type { Bridge } from '../context.ts';

/** As whom a member writes: agents with a key of their own are known to the helpdesk by their e-mail. */

/** So many are remembered for when Slack cannot be asked. */
const REMEMBERED = 1000;

const remembered = new WeakMap<Bridge, Map<MemberId, string | null>>();

/** The member's e-mail; null where it is not needed or not known: then the common key writes. */
export const authorOf = async (bridge: Bridge, id: MemberId): Promise<string | null> => {
  if (!bridge.helpdesk.knowsAuthors) return null;
  const known = remembered.get(bridge) ?? new Map<MemberId, string | null>();
  remembered.set(bridge, known);
  try {
    const email = (await bridge.chat.member(id))?.email ?? null;
    if (known.size >= REMEMBERED) known.clear();
    known.set(id, email);
    return email;
  } catch (error) {
    // That a customer gets the answer is more than under whose name.
    if (error instanceof Failure) return known.get(id) ?? null;
    throw error;
  }
};
