import { contactName } from '../../core/card.ts';
import { waitingSince } from '../../core/carry.ts';
import { ToHelpdesk } from '../../core/effect.ts';
import type { EventOf } from '../../core/event.ts';
import { openTimeAfter } from '../../core/hours.ts';
import { linkKey } from '../../core/ids.ts';
import type { Link } from '../../core/link.ts';
import type { Route } from '../../core/route.ts';
import { routeOf } from '../../core/settings.ts';
import { escalation, reminder } from '../../core/waiting-words.ts';
import { Failure, isPassing } from '../../delivery/errors.ts';
import type { ClaimedEvent, NewDelivery, NewEvent, Settlement } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { helpdeskLane, owe } from '../lanes.ts';
import { isBusy } from '../reads.ts';
import { handled, ignored } from '../settlement.ts';
import { inThread } from '../telling.ts';
import { linkByKey, rootOf, type StoredLink } from '../threads/links.ts';
import { ownersOf } from './calling.ts';

/**
 * Customers who wait: the thread is reminded, then another channel is told, as its rule says. A timer is an event of the
 * inbox that becomes due; what it asks is looked at again then, so a timer that is no longer true does nothing.
 */

type WaitDue = EventOf<'wait_due'>;
type Step = WaitDue['step'];

const MINUTE = 60_000;
/** An answer that could not be sent yet is given so long. */
const ON_ITS_WAY_MS = 5 * MINUTE;

/** The timers of a wait that has just begun, or goes on under another state of its case. */
export const waitTimers = (bridge: Bridge, link: Link, was: Link | null): readonly NewEvent[] => {
  const { waitingSince: since } = link;
  if (since === null || link.state !== 'on' || link.case.state === 'closed') return [];
  const isKnown =
    was !== null && was.waitingSince === since && was.case.id === link.case.id && was.case.state !== 'closed';
  const route = routeOf(bridge.channels(), link);
  if (isKnown || route === null) return [];
  return (['remind', 'escalate'] as const).flatMap((step) => {
    const due = dueAt(route, step, since);
    return due === null ? [] : [timer(link, { step, since, due })];
  });
};

const spanOf = (route: Route, step: Step): number | null =>
  step === 'remind' ? route.remind : (route.escalate?.after ?? null);

const dueAt = (route: Route, step: Step, since: number): number | null => {
  const ms = spanOf(route, step);
  if (ms === null) return null;
  return route.hours === null ? since + ms : openTimeAfter(route.hours, since, ms);
};

type Timer = { readonly step: Step; readonly since: number; readonly due: number };

const timer = (link: Link, { step, since, due }: Timer): NewEvent => {
  const key = linkKey(link);
  return {
    // The rule may come to allow another time, and a case may be opened again.
    key: `wait:${key}:${link.generation}:${link.case.id}:${since}:${step}:${due}`,
    lane: key,
    payload: { type: 'wait_due', link: key, since, step },
    due,
  };
};

export const onWaitDue = async (bridge: Bridge, event: WaitDue, claimed: ClaimedEvent): Promise<Settlement> => {
  const link = await linkByKey(bridge, event.link);
  if (link === null || !isTrue(link.value, event)) return ignored('this wait is over');
  const route = routeOf(bridge.channels(), link.value);
  const due = route === null ? null : dueAt(route, event.step, event.since);
  if (route === null || due === null) return ignored('the rule of this thread asks for nothing of the kind');
  const again = (at: number): Settlement => handled({ events: [timer(link.value, { ...event, due: at })] });
  if (due > bridge.now()) return again(due);
  if (await isAnswered(bridge, link.value, claimed.receivedAt)) return ignored('somebody has answered meanwhile');
  if (await hasAnswerOnItsWay(bridge, link.key)) return again(bridge.now() + ON_ITS_WAY_MS);
  const told =
    event.step === 'remind' ? remind(bridge, link, { route, event }) : await escalate(bridge, link, { route, event });
  return handled({ deliveries: told });
};

const isTrue = (link: Link, { since }: WaitDue): boolean =>
  link.state === 'on' && link.case.state !== 'closed' && link.snoozedUntil === null && link.waitingSince === since;

/** In Acquire, since the case was last read. While it cannot be read, what is known counts. */
const isAnswered = async (bridge: Bridge, link: Link, since: number): Promise<boolean> => {
  try {
    const { reading } = await bridge.reads.readSoon(link.case.id, { urgency: 'nudged', since });
    if (reading === null || reading.case.state === 'closed') return true;
    return reading.complete && reading.messages.length > 0 && waitingSince(reading.messages) === null;
  } catch (error) {
    if (!isPassing(error) || isBusy(error)) throw error;
    return false;
  }
};

/** Who has answered cannot do more: an answer that Acquire did not take yet is told to its author by itself. */
const hasAnswerOnItsWay = async (bridge: Bridge, link: string): Promise<boolean> => {
  const owed = await bridge.store.list({ lane: helpdeskLane(link), states: ['owed'], limit: 20 });
  return owed.some(({ effect }) => {
    const parsed = ToHelpdesk.safeParse(effect);
    return parsed.success && parsed.data.do === 'add_message' && parsed.data.kind === 'reply';
  });
};

type Overdue = { readonly route: Route; readonly event: WaitDue };

const waitOf = ({ route, event }: Overdue) => ({
  ms: spanOf(route, event.step) ?? 0,
  inHours: route.hours !== null,
});

const idOf = (link: StoredLink, { step, since }: WaitDue): string =>
  `${step}:${link.key}:${link.value.case.id}:${since}`;

const remind = (bridge: Bridge, link: StoredLink, overdue: Overdue): readonly NewDelivery[] => {
  const name = contactName(link.value.case.contact);
  const words = reminder(ownersOf(bridge, link.value), name, waitOf(overdue));
  return [inThread(link, idOf(link, overdue.event), words)];
};

const escalate = async (bridge: Bridge, link: StoredLink, overdue: Overdue): Promise<readonly NewDelivery[]> => {
  const { escalate: to } = overdue.route;
  if (to === null) return [];
  const { id } = link.value.case;
  const url = (await wayToThread(bridge, link.key)) ?? bridge.helpdesk.caseUrl(id);
  const notice = escalation(to.mentions, { id, url, wait: waitOf(overdue) });
  return [owe({ id: idOf(link, overdue.event), effect: { do: 'post_alone', channel: to.channel, notice } })];
};

/** Null while it has not started, or when its first message was deleted. */
const wayToThread = async (bridge: Bridge, link: string): Promise<string | null> => {
  const root = await rootOf(bridge, link);
  if (root === null) return null;
  try {
    return await bridge.chat.permalink(root.channel, root.ts);
  } catch (error) {
    if (!(error instanceof Failure) || isPassing(error)) throw error;
    return null;
  }
};
