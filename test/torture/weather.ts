import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../../src/sandbox/acquire/faults.ts';
import type { EventFaultRule } from '../../src/sandbox/slack/events.ts';
import type { EventFact } from '../../src/sandbox/slack/workspace.ts';
import type { FaultAction } from '../../src/sandbox/slack/faults.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { World } from './world.ts';

/** Everything that goes wrong on the way and on the other side, counted by kind. */

export type Weather = {
  readonly counts: ReadonlyMap<string, number>;
  /** Storms until that moment, and clears up. */
  storm(until: number): Promise<void>;
};

type Roll = (kind: string, likelihood: number) => boolean;

/** Per kind of fault, for a call that writes and for one that reads: a failed read shuts the way, and spares the writes. */
const ON_WRITES = 0.02;
const ON_READS = 0.002;
const SLOW = 0.03;

export const createWeather = (world: World): Weather => {
  const chance = chanceOf(world.terms.seed, 'weather');
  const counts = new Map<string, number>();
  const count = (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const roll: Roll = (kind, likelihood) => {
    const hit = chance.hits(likelihood);
    if (hit) count(kind);
    return hit;
  };
  return {
    counts,
    async storm(until) {
      refuseDoomed(world);
      breakAcquire(world, roll);
      breakSlack(world, roll);
      breakEvents(world, roll, chance);
      const times = { until, chance, count };
      await Promise.all([outages(world, times), staleTimes(world, times), powerCuts(world, times)]);
      clearUp(world);
    },
  };
};

/** In the text of what is refused for what it is, whatever the weather. */
export const DOOMED = 'doomed';

const refuseDoomed = ({ slack, acquire }: World): void => {
  acquire.faults.add({
    method: 'POST',
    path: '/crm/messenger/chat/add-message',
    when: ({ body }) => JSON.stringify(body).includes(DOOMED),
    answer: { status: 422 },
  });
  slack.faults.add({
    method: 'chat.postMessage',
    matches: ({ text }) => typeof text === 'string' && text.includes(DOOMED),
    action: { kind: 'error', error: 'invalid_blocks' },
  });
};

const clearUp = (world: World): void => {
  const { slack, acquire } = world;
  acquire.faults.clear();
  acquire.staleReads(null);
  acquire.webhooks.weather = {};
  slack.faults.clear();
  slack.clearEventFaults();
  refuseDoomed(world);
};

/** A refusal is believed as soon as the case does not show the opposite; what it hides for longer is sent twice. */
const AT_ONCE = { ms: 0 };
const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

const breakAcquire = ({ acquire, terms }: World, roll: Roll): void => {
  const writes = ({ method, path }: { method: string; path: string }): boolean =>
    method === 'POST' && !/\/(list|search|get)$/.test(path);
  const rules: readonly (readonly [kind: string, Fault])[] = [
    ['429', { answer: { status: 429, retryAfter: 1 } }],
    ['500 before', { answer: { status: 500 } }],
    ['503 before', { answer: { status: 503, retryAfter: 1 } }],
    ['500 after', { effect: 'done', answer: { status: 500 } }],
    ['429 after', { ...SENDING, effect: 'done', stale: AT_ONCE, answer: { status: 429, retryAfter: 1 } }],
    ['409 after', { ...SENDING, effect: 'done', stale: AT_ONCE, answer: { status: 409 } }],
    ['no under 200 after', { ...SENDING, effect: 'done', answer: { status: 200, body: { success: false } } }],
    ['dropped before', { answer: 'drop' }],
    ['dropped after', { effect: 'done', answer: 'drop' }],
    ['hanging before', { answer: 'hang' }],
    ['hanging after', { effect: 'done', answer: 'hang' }],
    ['late, hanging', { effect: 'late', lateMs: terms.lateMs, answer: 'hang' }],
    ['late, dropped', { effect: 'late', lateMs: terms.lateMs / 2, answer: 'drop' }],
    ['late, 500', { effect: 'late', lateMs: terms.lateMs / 4, answer: { status: 500 } }],
    ['slow', { answer: 'genuine', slowMs: terms.lateMs / 4 }],
  ];
  for (const [kind, fault] of rules) {
    const isSlow = kind === 'slow';
    acquire.faults.add({
      ...fault,
      when: (request) => roll(`acquire ${kind}`, isSlow ? SLOW : writes(request) ? ON_WRITES : ON_READS),
    });
  }
};

const breakSlack = ({ slack, terms }: World, roll: Roll): void => {
  const rules: readonly (readonly [kind: string, FaultAction])[] = [
    ['429', { kind: 'rateLimit', retryAfter: 1 }],
    ['500 before', { kind: 'status', status: 500, when: 'before' }],
    ['500 after', { kind: 'status', status: 500, when: 'after' }],
    ['403 after', { kind: 'status', status: 403, when: 'after' }],
    ['error before', { kind: 'error', error: 'internal_error', when: 'before' }],
    ['error after', { kind: 'error', error: 'internal_error', when: 'after' }],
    ['dropped before', { kind: 'drop', when: 'before' }],
    ['dropped after', { kind: 'drop', when: 'after' }],
    ['hanging before', { kind: 'hang', when: 'before' }],
    ['hanging after', { kind: 'hang', when: 'after' }],
    ['late, hanging', { kind: 'hang', when: 'after', effectAfterMs: terms.lateMs }],
    ['slow', { kind: 'slow', ms: terms.lateMs / 4 }],
  ];
  for (const [method, likelihood] of [
    ['chat.postMessage', ON_WRITES],
    ['*', ON_READS],
  ] as const) {
    for (const [kind, action] of rules) {
      slack.faults.add({ method, action, matches: () => roll(`slack ${kind}`, likelihood) });
    }
  }
};

const breakEvents = ({ slack, acquire, terms }: World, roll: Roll, chance: Chance): void => {
  const rules: readonly (readonly [kind: string, likelihood: number, EventFaultRule['action']])[] = [
    ['lost', 0.01, 'lose'],
    ['twice', 0.06, 'duplicate'],
    ['reordered', 0.06, 'swap'],
    ['delayed', 0.04, { delayMs: terms.lateMs / 2 }],
    ['delayed long', 0.02, { delayMs: terms.lateMs * 1.5 }],
  ];
  for (const [kind, likelihood, action] of rules) {
    slack.eventFault({ action, matches: (event) => isMembers(event) && roll(`event ${kind}`, likelihood) });
  }
  acquire.webhooks.weather = {
    lose: 0.1,
    duplicate: 0.1,
    delayMs: terms.lateMs / 4,
    ...(chance.hits(0.5) ? { reorder: 3 } : {}),
  };
};

/** Not what the app hears of its own posts. */
const isMembers = (event: EventFact): boolean =>
  event.type === 'message' && !JSON.stringify(event).includes('"bot_id"');

type Times = { readonly until: number; readonly chance: Chance; readonly count: (kind: string) => void };

const outages = async ({ slack, acquire, terms }: World, { until, chance, count }: Times): Promise<void> => {
  while (Date.now() < until) {
    await pause(Math.min(chance.between(0.2, 0.8) * terms.lifeMs * 2, until - Date.now()));
    if (Date.now() >= until) return;
    const [name, side] = chance.pick([
      ['slack', slack],
      ['acquire', acquire],
    ]);
    count(`${name} down`);
    await side.down();
    await pause(chance.between(0.1, 0.4) * terms.lateMs);
    await side.up();
  }
};

const staleTimes = async ({ acquire, terms }: World, { until, chance, count }: Times): Promise<void> => {
  while (Date.now() < until) {
    const stale = chance.hits(0.5);
    if (stale) count('acquire reads stale for a time');
    acquire.staleReads(stale ? { ms: chance.between(0.1, 1) * terms.staleMs } : null);
    await pause(Math.min(chance.between(0.1, 0.4) * terms.lifeMs, Math.max(0, until - Date.now())));
  }
};

const powerCuts = async ({ database, terms }: World, { until, chance, count }: Times): Promise<void> => {
  if (database.cutPower === null) return;
  for (;;) {
    await pause(chance.between(0.4, 1) * terms.lifeMs * 3);
    if (Date.now() >= until) return;
    count('database down');
    await database.cutPower(chance.between(0.1, 1) * terms.lateMs);
  }
};
