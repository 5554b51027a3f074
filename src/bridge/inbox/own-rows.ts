import { ToHelpdesk } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import type { CaseMessage } from '../../core/message.ts';
import type { ClaimedEvent, DeliveryView, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane } from '../lanes.ts';
import { certainRow } from '../messages/message-lookup.ts';
import { messageRecord, Plan } from '../messages/plan.ts';
import { asMessage } from '../messages/share-file.ts';
import { handled } from '../settlement.ts';
import { linkOfCase } from '../threads/links.ts';

/** What we wrote into a case and had no answer about, settled by the news of the case that show it. */

const SECOND = 1000;
/** News come while an attempt is under way as a rule, and its own answer settles it. */
const ANSWERED_MS = 2 * SECOND;
/** After these ages of the news the case is read for it, where the news do not hold it themselves. */
const READ_AFTER_MS = [ANSWERED_MS, 6 * SECOND, 12 * SECOND];

type CaseNews = EventOf<'case_nudged'> | EventOf<'case_changed'>;

/** Null where there is nothing to settle, or nothing certain is seen yet. The same news come again behind it. */
export const settledBySight = async (
  bridge: Bridge,
  event: CaseNews,
  claimed: ClaimedEvent,
): Promise<Settlement | null> => {
  const waited = bridge.now() - claimed.receivedAt;
  if (waited < ANSWERED_MS) return null;
  const link = await linkOfCase(bridge, event.case);
  if (link === null) return null;
  const [view] = await bridge.store.list({
    lane: helpdeskLane(link.key),
    states: ['owed'],
    attempting: true,
    limit: 1,
  });
  const open = view === undefined ? null : openMessage(view);
  if (open === null || open.plan.case !== event.case) return null;
  const row = await rowOf(bridge, open, { event, claimed, waited });
  if (row === null) return null;
  return handled({
    changes: [{ type: 'confirm', id: open.id, receipt: { message: row.id } }],
    records: [messageRecord(bridge, open.id, row)],
    events: [{ key: `${claimed.key}:again`, lane: claimed.lane, payload: claimed.payload }],
  });
};

type Open = { readonly id: string; readonly effect: ReturnType<typeof asMessage>; readonly plan: Plan };

/** What leaves a state behind could also have been done by somebody else. */
const openMessage = ({ id, effect, baseline }: DeliveryView): Open | null => {
  const { data } = ToHelpdesk.safeParse(effect);
  const plan = Plan.safeParse(baseline).data;
  if (plan === undefined) return null;
  if (data?.do === 'share_file') return { id, effect: asMessage(data), plan };
  return data?.do === 'add_message' ? { id, effect: data, plan } : null;
};

type News = { readonly event: CaseNews; readonly claimed: ClaimedEvent; readonly waited: number };

const rowOf = async (bridge: Bridge, open: Open, { event, claimed, waited }: News): Promise<CaseMessage | null> => {
  const told = event.type === 'case_nudged' ? await certainRow(bridge, open, event.messages) : null;
  if (told !== null) return told;
  const after = READ_AFTER_MS.findLast((ms) => ms <= waited) ?? ANSWERED_MS;
  const { reading } = await bridge.reads.readSoon(event.case, {
    urgency: 'nudged',
    since: claimed.receivedAt + after,
  });
  return reading === null ? null : certainRow(bridge, open, reading.messages);
};
