import type { EventOf } from '../../core/event.ts';
import { kindOf } from '../../core/kind.ts';
import { NONE } from '../../core/visitor-doors.ts';
import { sentNowhere } from '../../core/visitor-words.ts';
import type { Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { ignored } from '../settlement.ts';
import { tellPrivately } from '../telling.ts';
import { visitorLinkOfThread } from './visitor-links.ts';

/** What members write where no link is: below a case that is only watched it goes nowhere, and each is told so once. */
export const onWrittenBesideLinks = async (bridge: Bridge, event: EventOf<'member_wrote'>): Promise<Settlement> => {
  const { team, channel, thread } = event;
  const link = await visitorLinkOfThread(bridge, { team, channel, ts: thread });
  if (link === null || link.value.state === 'ended') return ignored('not a linked thread');
  if (kindOf(bridge.text.start(event.text), 'reply').kind === 'kept') return ignored('it was meant to stay in Slack');
  const provider = bridge.visitors ?? NONE;
  return ignored('this thread takes no replies', tellPrivately(event, `nowhere:${thread}`, sentNowhere(provider)));
};
