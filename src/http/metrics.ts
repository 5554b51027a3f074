import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from './prometheus.ts';

/** What is counted and timed. Labels are words of ours, never ids or text, so that their number is bounded. */

/** `counted`: what stands in the store now, measured when somebody asks for the metrics. */
export type Counted = {
  readonly deliveries: Readonly<Record<'owed' | 'held' | 'dead' | 'unknown', number>>;
  readonly events: Readonly<Record<'owed' | 'timer' | 'dead', number>>;
  readonly late: number;
  readonly sides: Iterable<readonly [side: string, CountedSide]>;
  readonly closedGates: number;
  readonly openLinks: number;
  readonly bytes: number;
};

export type CountedSide = {
  readonly owed: number;
  /** The age of the oldest one; null when nothing is owed. */
  readonly oldestOwedMs: number | null;
  /** Lanes that wait for a gate of this side. */
  readonly parkedLanes: number;
  readonly closed: boolean;
  readonly closedMs: number;
};

/** What is so now, in this process. */
export type Present = {
  readonly sides: Iterable<readonly [side: string, ok: boolean]>;
  /** Of Socket Mode; null when Slack speaks to us over HTTP. */
  readonly slackConnected: boolean | null;
} & Polling;

export type Polling = {
  readonly pollAgeMs: number | null;
  readonly readsWaiting: number;
};

const FAST = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const CALL = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20];
const HOP = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200, 86_400];
const RESPONSE = [15, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800, 86_400];

export const createMetrics = () => {
  const registry = new Registry();
  const counters = countersOn(registry);
  beginAtZero(counters);
  const gauges = gaugesOn(registry);

  return {
    ...counters,
    /** The text for Prometheus. `counted` rejects while the store cannot be read: the rest is shown all the same. */
    async render(counted: () => Promise<Counted>, present: Present): Promise<string> {
      gauges.showPresent(present);
      gauges.showCounted(await counted().catch(() => null));
      return Registry.merge([registry, processMetrics()]).metrics();
    },
    contentType: registry.contentType,
  };
};
export type Metrics = ReturnType<typeof createMetrics>;

let ofProcess: Registry | null = null;

/** One set for the process, whatever is started in it: memory, CPU, garbage collection, event-loop lag. */
const processMetrics = (): Registry => {
  if (ofProcess !== null) return ofProcess;
  ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return ofProcess;
};

const countersOn = (registry: Registry) => {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name: `casebridge_${name}`, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, given: { labels: L[]; buckets: number[] }) =>
    new Histogram({
      name: `casebridge_${name}`,
      help,
      labelNames: given.labels,
      buckets: given.buckets,
      registers,
    });

  return {
    told: counter('told_total', 'What was told to us: taken, repeated, ignored or refused', ['source', 'outcome']),
    takeIn: histogram('take_in_seconds', 'From a verified event to its durable commit', {
      labels: ['source'],
      buckets: FAST,
    }),
    decided: counter('events_decided_total', 'Events worked on, by what came of them', ['source', 'outcome']),
    decide: histogram('decide_seconds', 'From a stored event to everything that follows from it being stored', {
      labels: ['source'],
      buckets: HOP,
    }),
    attempts: counter('attempts_total', 'Attempts at deliveries, by side and what came of each', ['to', 'outcome']),
    attempt: histogram('attempt_seconds', 'How long an attempt took', { labels: ['to'], buckets: CALL }),
    settled: counter('deliveries_total', 'Deliveries that came to an end or stopped for a person', ['to', 'outcome']),
    deliver: histogram('deliver_seconds', 'From a stored delivery to its arrival at the other side', {
      labels: ['to'],
      buckets: HOP,
    }),
    calls: counter('calls_total', 'What the bridge asked of a side, by outcome; rate_limited is a 429', [
      'side',
      'outcome',
    ]),
    call: histogram('call_seconds', 'How long a side took to answer', { labels: ['side'], buckets: CALL }),
    askedToWait: counter('asked_to_wait_seconds_total', 'Seconds that a side asked us to wait, in answers of 429', [
      'side',
    ]),
    acquireRequests: counter('acquire_requests_total', 'Requests to Acquire, by what they were for', ['purpose']),
    giosgRequests: counter('giosg_requests_total', 'Requests to giosg, by what they were for', ['purpose']),
    firstResponse: histogram('first_response_seconds', 'From a customer’s first message to an agent’s first reply', {
      labels: [],
      buckets: RESPONSE,
    }),
    alarms: counter('alarms_total', 'Alarms raised, by kind', ['kind']),
  };
};

/** A series that begins at one has not risen: what alerts look for is there from the start. */
const beginAtZero = ({ calls, askedToWait, told }: ReturnType<typeof countersOn>): void => {
  for (const side of ['slack', 'acquire']) {
    for (const outcome of ['ok', 'transient', 'rate_limited', 'auth']) calls.inc({ side, outcome }, 0);
    for (const outcome of ['taken', 'refused']) told.inc({ source: side, outcome }, 0);
    askedToWait.inc({ side }, 0);
  }
};

const gaugesOn = (registry: Registry) => {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
    new Gauge({ name: `casebridge_${name}`, help, labelNames, registers: [registry] });
  const stored = storedGauges(gauge);
  const sideOk = gauge(
    'side_ok',
    '1 when the last real call to a side was answered, and its connection to us is there',
    ['side'],
  );
  const slackConnected = gauge('slack_connected', '1 while Socket Mode is connected; absent over HTTP');
  const pollAge = gauge('poll_age_seconds', 'Since the last whole list of open cases was begun; absent before that');
  const readsWaiting = gauge('reads_waiting', 'Readings of cases that wait for their turn in the budget');
  const readable = gauge('store_readable', '1 when the store could be read for these metrics');

  return {
    showPresent: (present: Present): void => {
      for (const [side, ok] of present.sides) sideOk.set({ side }, ok ? 1 : 0);
      show(slackConnected, present.slackConnected === null ? null : Number(present.slackConnected));
      show(pollAge, present.pollAgeMs === null ? null : present.pollAgeMs / 1000);
      readsWaiting.set(present.readsWaiting);
    },
    showCounted: (counted: Counted | null): void => {
      readable.set(counted === null ? 0 : 1);
      const { deliveries, events, ofSide, total } = stored;
      // What could not be read is not shown as it was before.
      for (const each of [deliveries, events, ...Object.values(ofSide)]) each.reset();
      for (const [state, count] of Object.entries(counted?.deliveries ?? {})) deliveries.set({ state }, count);
      for (const [state, count] of Object.entries(counted?.events ?? {})) events.set({ state }, count);
      for (const [to, side] of counted?.sides ?? []) showSide(ofSide, to, side);
      show(total.late, counted?.late ?? null);
      show(total.closedGates, counted?.closedGates ?? null);
      show(total.openLinks, counted?.openLinks ?? null);
      show(total.bytes, counted?.bytes ?? null);
    },
  };
};

type MakeGauge = <L extends string>(name: string, help: string, labelNames?: L[]) => Gauge<L>;

const storedGauges = (gauge: MakeGauge) => ({
  deliveries: gauge('deliveries', 'Deliveries that are not done, by state', ['state']),
  events: gauge('events', 'Events that are not settled, by state; a timer is not late', ['state']),
  ofSide: {
    owed: gauge('owed', 'Deliveries owed to a side', ['to']),
    oldestOwed: gauge('oldest_owed_seconds', 'Age of the oldest delivery owed to a side; 0 when none is', ['to']),
    parkedLanes: gauge('parked_lanes', 'Threads and other lanes that wait for a gate of a side', ['to']),
    closed: gauge('side_closed', '1 while the gate of a whole side is closed or on trial', ['to']),
    closedFor: gauge('side_closed_seconds', 'How long the gate of a side has been closed in all', ['to']),
  },
  total: {
    late: gauge('late_deliveries', 'Deliveries kept in the store that came after a later one'),
    closedGates: gauge('closed_gates', 'Gates that are closed or on trial, those of channels and threads too'),
    openLinks: gauge('open_links', 'Linked cases that are not closed'),
    bytes: gauge('store_bytes', 'Size of the store'),
  },
});

/** Null: nothing is known, which is not zero. */
const show = (gauge: Gauge, value: number | null): void => {
  if (value === null) gauge.remove();
  else gauge.set(value);
};

const showSide = (
  gauges: ReturnType<typeof storedGauges>['ofSide'],
  to: string,
  { owed, oldestOwedMs, parkedLanes, closed, closedMs }: CountedSide,
): void => {
  gauges.owed.set({ to }, owed);
  gauges.oldestOwed.set({ to }, (oldestOwedMs ?? 0) / 1000);
  gauges.parkedLanes.set({ to }, parkedLanes);
  gauges.closed.set({ to }, closed ? 1 : 0);
  gauges.closedFor.set({ to }, closedMs / 1000);
};
