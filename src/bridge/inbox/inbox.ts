import { type EventOf, readEvent } from '../../core/event.ts';
import { say } from '../../core/notice.ts';
import type { ClaimedEvent, Settlement } from '../../delivery/ports.ts';
import { onCaseNews } from '../cases/case-events.ts';
import { onWaitDue } from '../cases/waiting.ts';
import type { Bridge } from '../context.ts';
import { onAsking } from '../doors/doors.ts';
import { onHomeOpened } from '../doors/home.ts';
import { onDraftForgotten } from '../doors/opening.ts';
import { onSnoozeEnded } from '../doors/snoozing.ts';
import { onVisitorCaseChanged } from '../doors/visitor-threads.ts';
import { owe } from '../lanes.ts';
import { onFilesRemoved } from '../messages/files-removed.ts';
import { onMessageGone } from '../messages/message-gone.ts';
import { onMemberDeleted, onMemberEdited } from '../messages/member-edits.ts';
import { onMemberWrote } from '../messages/member-events.ts';
import { handled, ignored } from '../settlement.ts';
import { onCardLost } from '../threads/card-posts.ts';
import { onThreadGone } from '../threads/lost-threads.ts';
import { onVisitorThreadSeen } from '../threads/lost-watches.ts';
import { onDelivery } from './delivery-events.ts';
import { onPostSeen } from './own-posts.ts';
import { settledBySight } from './own-rows.ts';
import { onRepairOrdered } from './reconcile.ts';

/** The product's loop: one event of the inbox, and everything that follows from it, settled together. */
export const createHandler =
  (bridge: Bridge) =>
  async (claimed: ClaimedEvent): Promise<Settlement> => {
    const parsed = readEvent(claimed.payload);
    if (!parsed.success) {
      bridge.log.error(
        { event: claimed.key, issues: parsed.error.issues.map(({ path }) => path.join('.')) },
        'an event cannot be read',
      );
      return ignored('this version does not know such an event');
    }
    const event = parsed.data;
    switch (event.type) {
      case 'member_wrote':
        return onMemberWrote(bridge, event, claimed);
      case 'member_edited':
        return onMemberEdited(bridge, event, claimed);
      case 'member_removed_files':
        return onFilesRemoved(bridge, event, claimed);
      case 'member_deleted':
        return onMemberDeleted(bridge, event, claimed);
      case 'message_gone':
        return onMessageGone(bridge, event, claimed);
      case 'case_nudged':
      case 'case_changed':
        return (await settledBySight(bridge, event, claimed)) ?? onCaseNews(bridge, event, claimed);
      case 'post_seen':
        return onPostSeen(bridge, event);
      case 'visitor_case_changed':
        return onVisitorCaseChanged(bridge, event, claimed);
      case 'visitor_thread_seen':
        return onVisitorThreadSeen(bridge, event);
      case 'delivery':
        return onDelivery(bridge, event, claimed);
      case 'command':
      case 'button':
      case 'shortcut':
      case 'form':
      case 'reaction':
        return onAsking(bridge, event, claimed);
      case 'snooze_ended':
        return onSnoozeEnded(bridge, event, claimed);
      case 'draft_forgotten':
        return onDraftForgotten(bridge, event);
      case 'wait_due':
        return onWaitDue(bridge, event, claimed);
      case 'thread_gone':
        return onThreadGone(bridge, event);
      case 'card_lost':
        return onCardLost(bridge, event);
      case 'channel_changed':
        return onChannelChanged(bridge, event);
      case 'alarm':
        return onAlarm(bridge, event, claimed);
      case 'ordered':
        return onOrdered(event);
      case 'repair_ordered':
        return onRepairOrdered(bridge, event, claimed);
      case 'home_opened':
        return onHomeOpened(bridge, event, claimed);
    }
  };

const onOrdered = ({ id, order }: EventOf<'ordered'>): Settlement =>
  handled({
    changes: [order === 'redrive' ? { type: 'release', id } : { type: 'drop', id, reason: 'dropped by an operator' }],
  });

const onAlarm = (bridge: Bridge, event: EventOf<'alarm'>, claimed: ClaimedEvent): Settlement => {
  const { alertChannel } = bridge;
  if (alertChannel === null) return ignored('there is no alarm channel');
  return handled({
    deliveries: [
      owe({ id: claimed.key, effect: { do: 'post_alone', channel: alertChannel, notice: say(event.text) } }),
    ],
  });
};

/** What waits for a channel goes on waiting by its gates; people are told what to do about it. */
const onChannelChanged = async (bridge: Bridge, event: EventOf<'channel_changed'>): Promise<Settlement> => {
  if (!bridge.channels().all.has(event.channel)) return ignored('not one of our channels');
  const gate = `slack:chat.postMessage:${event.channel}`;
  switch (event.change) {
    case 'unarchived':
    case 'joined':
      await bridge.store.openGate(gate);
      return handled();
    case 'archived':
    case 'deleted':
    case 'left':
      bridge.alarm(
        `channel:${event.channel}:${event.change}`,
        `casebridge can no longer post in one of its channels (${event.channel} ${event.change}). What belongs there waits. Bring it back, or invite the app again.`,
      );
      return handled();
    case 'id_changed':
      bridge.alarm(
        `channel:${event.channel}:id`,
        `Slack gave channel ${event.channel} a new id. Put it into the routes file, or into CASE_CHANNEL and restart.`,
      );
      return handled();
  }
};
