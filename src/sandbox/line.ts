import { z } from 'zod';
import type { AcquireSimulator } from './acquire/server.ts';
import type { Watched, WatchedDelivery, WatchedEvent } from './deliveries-watch.ts';
import type { Known, Story, Try } from './line-stories.ts';
import { storiesOf } from './line-stories.ts';
import { toldByAcquire, toldByAsking, toldBySlack } from './line-told.ts';
import type { SlackSimulator } from './slack/server.ts';

/**
 * What casebridge does, as it does it. It is put together from outside: what the simulators sent and were answered, what
 * `deliveries watch` shows of the store, and the app's own log. Nothing here knows the app from within.
 */

const STORIES = 40;
const TOLD_EACH = 80;
const KEPT = 400;

/** One line of the app's log that says what came of an attempt. */
const Attempted = z.object({
  time: z.iso.datetime().transform((time) => Date.parse(time)),
  delivery: z.string(),
  outcome: z.string(),
  ms: z.number(),
  reason: z.string().optional(),
});

export interface Line {
  /** A line of the app's log. */
  readonly note: (line: string) => void;
  /** What `deliveries watch` says now. */
  readonly watched: (now: Watched) => void;
  /** The newest first. */
  readonly stories: () => readonly Story[];
  readonly triesOf: (delivery: string) => readonly Try[];
}

export function createLine({ slack, acquire }: { slack: SlackSimulator; acquire: AcquireSimulator }): Line {
  const tries = new Map<string, Try[]>();
  const events = new Map<string, WatchedEvent>();
  const deliveries = new Map<string, WatchedDelivery>();

  let watchedAt = 0;

  const known = (): Known => ({
    told: [
      ...slack.deliveries.slice(-TOLD_EACH).map((one) => toldBySlack(one, slack.workspace.app.botUserId)),
      ...slack.asked.slice(-TOLD_EACH).map(toldByAsking),
      ...acquire.webhooks.log.slice(-TOLD_EACH).map(toldByAcquire),
    ],
    events: [...events.values()],
    deliveries: [...deliveries.values()],
    tries,
    watchedAt,
  });

  return {
    note: (line) => {
      const read = Attempted.safeParse(parsed(line));
      if (!read.success) return;
      const { time, delivery, outcome, ms, reason = null } = read.data;
      tries.set(delivery, [...(tries.get(delivery) ?? []), { at: time - ms, ms, outcome, reason }]);
      forgetOldest(tries);
    },
    watched: (now) => {
      watchedAt = Date.now();
      for (const event of now.events.toReversed()) events.set(event.key, event);
      for (const delivery of now.deliveries.toReversed()) deliveries.set(delivery.id, delivery);
      forgetOldest(events);
      forgetOldest(deliveries);
    },
    stories: () => storiesOf(known()).slice(0, STORIES),
    triesOf: (delivery) => tries.get(delivery) ?? [],
  };
}

function forgetOldest(kept: Map<string, unknown>): void {
  for (const key of kept.keys()) {
    if (kept.size <= KEPT) return;
    kept.delete(key);
  }
}

/** The app also prints what is not JSON, when it ends in trouble. */
function parsed(line: string): unknown {
  if (!line.includes('"delivery"')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
