import type { EffectOf } from '../core/effect.ts';
import type { ChannelId, MemberId, SlackTs, TeamId } from '../core/ids.ts';
import type { CaseMessage } from '../core/message.ts';
import type { Notice } from '../core/notice.ts';
import type { NewDelivery } from '../delivery/ports.ts';
import type { Bridge } from './context.ts';
import { owe } from './lanes.ts';
import type { Consequence } from './settlement.ts';

/** What members wrote, by name, and what casebridge says and marks about it. */

type Place = { readonly team: string; readonly channel: ChannelId; readonly ts: SlackTs };
export const memberMessageKey = (place: Place): string => `${place.team}:${place.channel}:${place.ts}`;

/** A row of the helpdesk's, by name. */
export const caseMessageKey = (bridge: Bridge, row: Pick<CaseMessage, 'id'>): string =>
  `${bridge.helpdesk.account}:${row.id}`;

/** Buttons name the message they are about; see `deliveriesOf` in decisions.ts. */
export const messageValue = (place: Place): string => `message:${memberMessageKey(place)}`;

/** A mark on a member's own message. `version` tells one change from another. */
export const receipt = (
  place: { readonly channel: ChannelId; readonly ts: SlackTs },
  mark: EffectOf<'set_receipt'>['receipt'],
  version: string,
): NewDelivery =>
  owe({
    id: `receipt:${place.channel}:${place.ts}:${mark}:${version}`,
    effect: { do: 'set_receipt', channel: place.channel, ts: place.ts, receipt: mark },
  });

type InChannel = { readonly key: string; readonly value: { readonly channel: ChannelId } };

/** Something that casebridge says in the thread of a link, after what is there. */
export const inThread = (link: InChannel, id: string, notice: Notice): NewDelivery =>
  owe({
    id,
    effect: { do: 'post', link: link.key, as: null, notice, messages: [], broadcast: false },
    channel: link.value.channel,
  });

type Spoke = {
  readonly team: TeamId;
  readonly channel: ChannelId;
  readonly member: MemberId;
  readonly thread: SlackTs | null;
};

export const tellPrivately = (event: Spoke, what: string, notice: Notice): Consequence => ({
  deliveries: [
    owe({
      id: `answer:${event.team}:${event.channel}:${event.member}:${what}`,
      effect: {
        do: 'answer',
        to: { team: event.team, channel: event.channel, member: event.member, thread: event.thread, responseUrl: null },
        notice,
      },
    }),
  ],
});
