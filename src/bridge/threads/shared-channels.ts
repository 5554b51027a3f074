import type { ChannelId } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import { settingsOf } from '../../core/settings.ts';
import { Failure, isPassing } from '../../delivery/errors.ts';
import type { Prepared } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';

/** Channels that people of other companies read: nothing is posted there but where the routes file says so. */

/** The channel, or what the file says of it, is looked at again after this. */
const LOOK_AGAIN_MS = 60_000;

/** Null when a post may go there; otherwise it waits, and goes by itself once it may. */
export const refuseShared = async (
  bridge: Bridge,
  link: Pick<Link, 'route'>,
  channel: ChannelId,
): Promise<Prepared | null> => {
  if (settingsOf(bridge.channels(), { channel, route: link.route }).shared) return null;
  const shared = await isShared(bridge, channel);
  if (shared === false) return null;
  const reason =
    shared === true ? 'the channel is shared with another company' : 'it cannot be checked who reads the channel';
  bridge.alarm(
    `shared:${channel}`,
    `Nothing is posted in channel ${channel}: ${reason}. Name another channel, or allow it in ROUTES_FILE (shared: true); what waits for it goes on by itself then.`,
  );
  const gate = { key: `slack:shared:${channel}`, until: bridge.now() + LOOK_AGAIN_MS, reason };
  return { type: 'snooze', reason, gate };
};

const isShared = async (bridge: Bridge, channel: ChannelId): Promise<boolean | 'unknown'> => {
  try {
    return await bridge.chat.isShared(channel);
  } catch (error) {
    if (!(error instanceof Failure) || isPassing(error)) throw error;
    return 'unknown';
  }
};
