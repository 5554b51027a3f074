import type { WebhookDelivery } from './acquire/webhooks.ts';
import type { WatchedEvent } from './deliveries-watch.ts';
import type { Delivery } from './slack/events.ts';
import type { Asked } from './slack/transport.ts';
import type { EventFact } from './slack/workspace.ts';

/** What both vendors told the app of their own accord, as their simulators saw it, and how it is found in the inbox. */

export interface Told {
  readonly id: string;
  readonly from: 'Slack' | 'Acquire';
  readonly what: string;
  /** When it was first sent. */
  readonly at: number;
  readonly tries: number;
  /** The app's last answer; null while there is none. */
  readonly answer: string | null;
  readonly acknowledgedAt: number | null;
  readonly state: 'pending' | 'delivered' | 'lost' | 'given up';
  /** Slack tells the app of its own posts and reactions, too. */
  readonly isEcho: boolean;
  /** The same as `handleOf` the event that is stored of it. */
  readonly handle: string;
}

/** What a stored event and its sender both know of it. Keys are made of what happened; the rooms that read say how. */
export function handleOf({ key, lane }: WatchedEvent): string {
  const parts = key.split(':');
  const [side, , kind = '', second = '', third] = parts;
  if (side === 'acquire') return handleOfWebhook(parts, lane);
  if (ASKING.has(kind)) return second;
  if (third === undefined) return `${kind}:${second}`;
  return third === 'edit' || third === 'delete' ? `${kind}:${second}:${third}` : (parts.at(-1) ?? key);
}

/** `acquire:case:message:new:…`: the event's name, then what tells one delivery from another; in the lane of its case. */
function handleOfWebhook([, ...parts]: readonly string[], lane: string): string {
  const name = parts.slice(0, parts[1] === 'message' ? 3 : 2).join(':');
  return `${name} ${lane.split(':').at(-1)}`;
}

const ASKING = new Set(['press', 'shortcut', 'command', 'form']);

type Facts = Pick<Told, 'what' | 'isEcho' | 'handle'>;

/** What does not change while it is told again and again. */
const known = new WeakMap<Delivery, Facts>();

function factsOf(delivery: Delivery, app: string): Facts {
  const facts = known.get(delivery) ?? readFacts(delivery.event, app);
  known.set(delivery, facts);
  return facts;
}

/** `app`: the id of the app's own bot user. */
export function toldBySlack(delivery: Delivery, app: string): Told {
  const { id, event, attempts, state } = delivery;
  const last = attempts.at(-1);
  return {
    ...factsOf(delivery, app),
    id,
    from: 'Slack',
    at: attempts[0]?.at ?? Number(textOf(event['event_ts'])) * 1_000,
    tries: attempts.length,
    answer: last?.status?.toString() ?? last?.reason ?? null,
    acknowledgedAt: last?.status === 200 ? last.at + last.ms : null,
    state,
  };
}

function readFacts(event: EventFact, app: string): Facts {
  const { type } = event;
  const subtype = textOf(event['subtype']);
  return {
    what: subtype === '' || subtype === 'thread_broadcast' ? type : `${type} · ${subtype}`,
    isEcho: event['user'] === app || (type === 'message' && JSON.stringify(event).includes('"bot_id"')),
    handle: handleOfEvent(event, subtype),
  };
}

function handleOfEvent(event: EventFact, subtype: string): string {
  const channel = textOf(event['channel']);
  if (event.type !== 'message') return textOf(event['event_ts']);
  if (subtype === 'message_deleted') return `${channel}:${textOf(event['deleted_ts'])}:delete`;
  if (subtype !== 'message_changed') return `${channel}:${textOf(event['ts'])}`;
  const message = event['message'];
  const changed = typeof message === 'object' && message !== null && 'ts' in message ? textOf(message.ts) : '';
  return `${channel}:${changed}:edit`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function toldByAcquire(delivery: WebhookDelivery): Told {
  const { n, event, caseId = 0, attempts, state, dueAt } = delivery;
  const last = attempts.at(-1);
  return {
    what: event,
    isEcho: false,
    handle: `${event} ${caseId}`,
    id: `webhook ${n}`,
    from: 'Acquire',
    at: attempts[0]?.at ?? dueAt,
    tries: attempts.length,
    answer: last?.status?.toString() ?? last?.problem ?? null,
    acknowledgedAt: last?.status === 200 ? last.at + (last.ms ?? 0) : null,
    state: STATES[state],
  };
}

const STATES = { due: 'pending', delivered: 'delivered', 'given-up': 'given up', lost: 'lost' } as const;

/** Commands, presses and forms: the person waits for the answer, so they are told once. */
export function toldByAsking({ id, at, ms, what, trigger, answer }: Asked): Told {
  return {
    id,
    from: 'Slack',
    what,
    at,
    tries: 1,
    answer,
    acknowledgedAt: answer === '200' && ms !== null ? at + ms : null,
    state: answer === null ? 'pending' : answer === '200' ? 'delivered' : 'given up',
    isEcho: false,
    handle: trigger,
  };
}
