import type { EventOf } from '../core/event.ts';
import { type Inline, type Notice, type Part, say } from '../core/notice.ts';
import { notAnAgent } from '../core/words.ts';
import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { standingOf } from './agents.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import type { StoredLink } from './links.ts';
import { openLinks, row } from './lookups.ts';
import { handled } from './settlement.ts';

/** The home tab: an agent's desk, drawn anew each time it is opened. */

/** Rows under one heading. */
const ROWS = 10;

export const onHomeOpened = async (
  bridge: Bridge,
  event: EventOf<'home_opened'>,
  claimed: ClaimedEvent,
): Promise<Settlement> => {
  const standing = await standingOf(bridge, event.member, { at: claimed.receivedAt, channel: bridge.channels().home });
  const notice = standing.is === 'agent' ? await desk(bridge, event.member) : notAnAgent;
  return handled({
    deliveries: [owe({ id: `home:${claimed.key}`, effect: { do: 'publish_home', member: event.member, notice } })],
  });
};

const desk = async (bridge: Bridge, member: EventOf<'home_opened'>['member']): Promise<Notice> => {
  const links = await openLinks(bridge);
  const { deliveries } = await bridge.store.counts();
  const { slack, acquire } = bridge.health();
  const sections = [
    ['Your cases', links.filter(({ value }) => value.claimedBy === member)],
    ['Waiting longest', links.filter(({ value }) => value.waitingSince !== null)],
    ['Nobody has taken', links.filter(({ value }) => value.claimedBy === null)],
    ['Snoozed', links.filter(({ value }) => value.snoozedUntil !== null)],
  ] as const;
  const parts = await Promise.all(sections.map(([title, found]) => section(bridge, title, found)));
  const waits = `${deliveries.held} messages are held for a decision of their authors, ${deliveries.dead + deliveries.unknown} were not delivered.`;
  return {
    ...say('Your cases'),
    parts: [
      ...parts.flat(),
      { part: 'divider' },
      {
        part: 'small',
        text: [`${waits} Slack: ${slack}. Acquire: ${acquire}. “${bridge.command} help” lists what you can do.`],
      },
    ],
  };
};

const section = async (bridge: Bridge, title: string, links: readonly StoredLink[]): Promise<readonly Part[]> => {
  const items: Inline[][] = await Promise.all(links.slice(0, ROWS).map((link) => row(bridge, link)));
  const more = links.length - items.length;
  return [
    { part: 'title', text: `${title} (${links.length})` },
    items.length === 0 ? { part: 'small', text: ['None.'] } : { part: 'list', items },
    ...(more > 0 ? [{ part: 'small' as const, text: [`${more} more: “${bridge.command} list”.`] }] : []),
  ];
};
