import { paceOf } from '../bridge/lanes.ts';
import { type AgentKeys, noAgentKeys } from '../agent-keys.ts';
import type { RecordStore } from '../bridge/records.ts';
import type { Config } from '../config.ts';
import type { Channels } from '../core/settings.ts';
import type { Gap } from '../delivery/outbox.ts';
import type { DeliveryStore, Destination, Pace } from '../delivery/ports.ts';
import { createHealth, type Health } from '../http/health.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import type { Log } from '../log.ts';
import { openStore, type Store } from '../store/open.ts';
import { metered } from './metered.ts';
import { type Remembered, rememberRecords } from './record-memory.ts';
import { createLiveRoutes, type LiveRoutes } from './live-routes.ts';
import { createSightings, type Sighted } from './sightings.ts';

/** What every part of the app stands on: configuration, store, log, health, and the stage of its life. */

export type GroundOptions = {
  readonly config: Config;
  /** The routes at the start; a routes file is looked after from then on. */
  readonly channels: Channels;
  /** Agents' own keys; none when absent. */
  readonly agentKeys?: AgentKeys;
  readonly log: Log;
  readonly pace?: (gate: string) => Pace;
  readonly now?: () => number;
  readonly hooks?: Hooks;
};

/** For tests alone: what puts itself between the parts, to break things on purpose. */
export type Hooks = {
  readonly leaseMs?: number;
  readonly crashPoint?: (gap: Gap) => void;
  readonly store?: (store: DeliveryStore) => DeliveryStore;
  readonly destination?: (destination: Destination) => Destination;
};

export type Ground = {
  readonly config: Config;
  readonly routes: LiveRoutes;
  readonly agentKeys: AgentKeys;
  readonly log: Log;
  readonly now: () => number;
  readonly store: Store;
  readonly records: RecordStore;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly sighted: Sighted;
  /** Only the app's life changes it. */
  readonly life: Life;
  /** For work that nobody waits for: its failure is logged. */
  readonly inBackground: (work: Promise<unknown>, what: string) => void;
  /** To the log, and to the alarm channel once a day for each key. */
  readonly alarm: (key: string, words: string) => void;
};

export type Life = {
  stage: 'starting' | 'open' | 'stopping';
  /** What was open when the store was new is recorded, or could not be read yet. */
  hasBaseline: boolean;
};

const NOT_STORED =
  'Nothing can be stored. Events are refused, so that their senders try again; nothing is sent. Make room on the disk, or make the store writable again: no restart is needed.';
const STORED_AGAIN =
  'For a while nothing could be stored; now it can again. Events were refused meanwhile, so that their senders tried again; nothing was lost. The log says what was wrong.';

/** Rejects when the store cannot be used. */
export const layGround = async (options: GroundOptions): Promise<Ground> => {
  const { config, channels, agentKeys = noAgentKeys, log, pace, now = Date.now, hooks } = options;
  const { store: opened, records } = withRecords(
    config,
    await openStore(config.database, {
      pace: pace ?? paceOf,
      now,
      onTrouble: (trouble) => {
        if (trouble === null) alarm('store', STORED_AGAIN);
        else log.error({ alarm: 'store', reason: trouble.reason, error: trouble.error }, NOT_STORED);
      },
    }),
  );
  const inBackground = (work: Promise<unknown>, what: string): void => {
    work.catch((error: unknown) => log.error({ error, what }, 'something in the background failed'));
  };
  const metrics = createMetrics();
  const sighted = await createSightings({ records, now, config, inBackground });
  const deliveries = metered(opened.deliveries, { metrics, wrote: (side) => sighted.wrote(side) });
  const store = { ...opened, deliveries: hooks?.store?.(deliveries) ?? deliveries };
  const alarm = (key: string, words: string): void => {
    const day = new Date(now()).toISOString().slice(0, 10);
    log.error({ alarm: key }, words);
    // What follows the kind names one channel, event or thread.
    metrics.alarms.inc({ kind: key.split(':')[0] ?? key });
    const event = { key: `alarm:${key}:${day}`, lane: 'alarm', payload: { type: 'alarm', text: words } };
    inBackground(store.deliveries.put([event]), 'store an alarm');
  };
  const routes = createLiveRoutes({
    path: config.routesFile,
    caseChannel: config.channels.cases,
    initial: channels,
    log,
    alarm,
  });
  return {
    config,
    routes,
    agentKeys,
    log,
    now,
    store,
    records,
    health: createHealth(),
    metrics,
    sighted,
    life: { stage: 'starting', hasBaseline: false },
    inBackground,
    alarm,
  };
};

/** A file is this process's alone; what others may write to is read each time. */
const withRecords = ({ database }: Config, store: Store): Remembered => {
  const records = recordStore(store);
  return database.kind === 'sqlite' ? rememberRecords(store, records) : { store, records };
};

const recordStore = (store: Store): RecordStore => ({
  get: (namespace, key) => store.records(namespace).get(key),
  set: async (namespace, key, value) => {
    await store.records(namespace).set(key, value);
  },
  remove: async (namespace, key) => {
    await store.records(namespace).delete(key);
  },
  async *entries(namespace) {
    const iterate = store.records(namespace).iterator;
    if (iterate !== undefined) yield* iterate(undefined);
  },
});
