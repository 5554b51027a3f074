import type { CarryContext } from '../../core/carry.ts';
import type { Case } from '../../core/case.ts';
import type { Link } from '../../core/link.ts';
import { routeFor } from '../../core/route.ts';
import { settingsOf } from '../../core/settings.ts';
import type { Bridge } from '../context.ts';

/** Which way a case takes. */

type Way = Pick<CarryContext, 'home' | 'start' | 'rule' | 'broadcast'>;

/** The way of a case without a thread, by the rules as they are now. */
export const wayOf = (bridge: Bridge, item: Case): Way => {
  const channels = bridge.channels();
  const route = routeFor(item, channels.routes, bridge.now());
  const home = route?.channel ?? channels.home;
  return {
    home,
    start: route?.start ?? 'message',
    rule: route === null ? null : { name: route.name, channel: route.channel },
    broadcast: settingsOf(channels, { channel: home, route: route?.name ?? null }).broadcast,
  };
};

/** The way of a case whose thread stands, or is about to. */
export const wayOfLink = (bridge: Bridge, link: Link): Way => ({
  home: link.channel,
  start: 'message',
  rule: link.route === null ? null : { name: link.route, channel: link.channel },
  broadcast: settingsOf(bridge.channels(), link).broadcast,
});
