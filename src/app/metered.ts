import type { Namespace } from '../bridge/records.ts';
import type { Failure } from '../delivery/errors.ts';
import type { ClaimedDelivery, DeliveryStore, Json, Settled, Settlement } from '../delivery/ports.ts';
import type { Health } from '../http/health.ts';
import type { Metrics, Polling } from '../http/metrics.ts';
import type { Store } from '../store/open.ts';

/** The store, with everything that goes in and out of it counted and timed: all that happens passes through here. */

type Side = 'slack' | 'acquire';
type Source = 'slack' | 'acquire' | 'polling' | 'catching_up' | 'casebridge';

/** What a settled attempt says of its delivery; the others leave it owed. */
const ENDS: Partial<Record<Settled['type'], string>> = {
  delivered: 'delivered',
  hold: 'held',
  dead: 'dead',
  unknown: 'unknown',
  dropped: 'dropped',
};

export type Meters = { readonly metrics: Metrics; readonly wrote: (side: Side) => void };

export const metered = (store: DeliveryStore, { metrics, wrote }: Meters): DeliveryStore => {
  /** Claims whose attempt is open: when it was opened, by token. */
  const opened = new Map<string, number>();

  const noteEnd = (delivery: ClaimedDelivery, settled: Settled): void => {
    const to = sideOf(delivery);
    const began = opened.get(delivery.token);
    if (began !== undefined) metrics.attempt.observe({ to }, (performance.now() - began) / 1000);
    metrics.attempts.inc({ to, outcome: settled.type });
    const outcome = ENDS[settled.type];
    if (outcome === undefined) return;
    metrics.settled.inc({ to, outcome }, 1 + ('also' in settled ? (settled.also?.length ?? 0) : 0));
    if (settled.type !== 'delivered') return;
    metrics.deliver.observe({ to }, age(store.now(), delivery.createdAt));
    wrote(to);
  };

  return {
    ...store,

    async put(events) {
      const began = performance.now();
      const isNew = await store.put(events);
      const seconds = (performance.now() - began) / 1000;
      for (const [index, event] of events.entries()) {
        const source = sourceOf(event.payload);
        metrics.told.inc({ source, outcome: isNew[index] === false ? 'repeated' : 'taken' });
        metrics.takeIn.observe({ source }, seconds);
      }
      return isNew;
    },

    async settleEvent(event, settlement) {
      await store.settleEvent(event, settlement);
      const source = sourceOf(event.payload);
      metrics.decided.inc({ source, outcome: settlement.outcome });
      // What casebridge tells itself may be a timer, which is received long before it is due.
      if (source !== 'casebridge') metrics.decide.observe({ source }, age(store.now(), event.receivedAt));
      for (const ms of firstResponses(settlement, store.now())) metrics.firstResponse.observe(ms / 1000);
    },

    async openAttempt(delivery, attempt) {
      await store.openAttempt(delivery, attempt);
      opened.set(delivery.token, performance.now());
    },

    async settleDelivery(delivery, settled) {
      await store.settleDelivery(delivery, settled);
      noteEnd(delivery, settled);
      opened.delete(delivery.token);
    },
  };
};

const age = (now: number, then: number): number => Math.max(0, now - then) / 1000;

/** The widest gate is the side. */
const sideOf = ({ gates }: ClaimedDelivery): Side => (gates[0] === 'acquire' ? 'acquire' : 'slack');

const FROM_SLACK = new Set([
  'member_wrote',
  'member_edited',
  'member_removed_files',
  'member_deleted',
  'message_gone',
  'command',
  'button',
  'shortcut',
  'form',
  'home_opened',
  'channel_changed',
]);

/** Asked of everything that is told: a schema would take longer than all the counting. */
const sourceOf = (payload: Json): Source => {
  if (typeof payload !== 'object' || payload === null || !('type' in payload)) return 'casebridge';
  const { type, caught } = payload;
  if (caught === true) return 'catching_up';
  if (typeof type === 'string' && FROM_SLACK.has(type)) return 'slack';
  if (type === 'case_nudged') return 'acquire';
  return type === 'case_changed' ? 'polling' : 'casebridge';
};

/** How long each customer waited whose case this settlement shows to be answered for the first time. */
const firstResponses = ({ records }: Settlement, now: number): readonly number[] =>
  records.flatMap(({ namespace, value, was }) => {
    if (namespace !== 'link' || factOf(value, 'attended') !== true || factOf(was, 'attended') !== false) return [];
    const since = factOf(was, 'waitingSince');
    return typeof since === 'number' ? [Math.max(0, now - since)] : [];
  });

/** Asked of every record that is written, as `sourceOf` of all that is told. */
const factOf = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined);

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Told of every request to a vendor, however it ended. */
export const answeredBy =
  (metrics: Metrics, side: Side) =>
  (ms: number, failure: Failure | null): void => {
    const { kind = 'ok', retryAfterMs } = failure?.facts ?? {};
    metrics.calls.inc({ side, outcome: kind });
    metrics.call.observe({ side }, ms / 1000);
    if (kind === 'rate_limited' && retryAfterMs !== undefined) metrics.askedToWait.inc({ side }, retryAfterMs / 1000);
  };

/** What `/metrics` shows beside what was counted: how things stand in the store and in this process. */
export const metricsPage = (
  { metrics, store, health }: { readonly metrics: Metrics; readonly store: Store; readonly health: Health },
  polling: () => Polling,
) => ({
  contentType: metrics.contentType,
  render: () =>
    metrics.render(() => store.measure({ sides: SIDES, openLinks: 'open_case' satisfies Namespace }), {
      sides: SIDES.map((side) => [side, health.of(side) === 'ok'] as const),
      slackConnected: health.isHeard('slack'),
      ...polling(),
    }),
});

const SIDES = ['slack', 'acquire'] as const;
