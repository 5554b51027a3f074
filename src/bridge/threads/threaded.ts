import { card, endedCard } from '../../core/card.ts';
import type { ChannelId } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { Notice } from '../../core/notice.ts';
import { NONE } from '../../core/visitor-doors.ts';
import type { VisitorLink } from '../../core/visitor-link.ts';
import { endedVisitorCard, visitorCard } from '../../core/visitor-words.ts';
import type { Bridge } from '../context.ts';
import { visitorLinkByKey } from '../visitors/visitor-links.ts';
import { linkByKey } from './links.ts';

/** What has a thread in Slack: a case of the helpdesk, or one of a visitor that is only watched. */
export type Threaded = {
  readonly key: string;
  readonly value: { readonly channel: ChannelId; readonly generation: number; readonly route: string | null };
  /** Its first message as it should stand now. */
  readonly card: () => Notice;
};

export const threadedBy = async (bridge: Bridge, key: string): Promise<Threaded | null> => {
  const link = await linkByKey(bridge, key);
  if (link !== null) return { key, value: link.value, card: () => cardOf(bridge, link.value) };
  const watched = await visitorLinkByKey(bridge, key);
  if (watched === null) return null;
  const { channel, generation } = watched.value;
  return { key, value: { channel, generation, route: null }, card: () => visitorCardOf(bridge, watched.value) };
};

const cardOf = (bridge: Bridge, link: Link): Notice => {
  const url = bridge.helpdesk.caseUrl(link.case.id);
  return link.state === 'ended' ? endedCard(link, url) : card(link, bridge.channels(), url);
};

/** Where the case system was taken out of the configuration nothing can be done about its cases. */
const visitorCardOf = ({ visitors }: Bridge, link: VisitorLink): Notice =>
  link.state === 'ended' ? endedVisitorCard(link) : visitorCard(visitors ?? NONE, link);
