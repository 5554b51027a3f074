import { setTimeout as pause } from 'node:timers/promises';
import type { CatchUp } from '../bridge/cases/catch-up.ts';
import type { Poller } from '../bridge/cases/poller.ts';
import { createSeldom } from '../bridge/seldom.ts';
import type { Helpdesk } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import type { Worker } from '../delivery/ports.ts';
import type { Slack } from '../slack/receiver.ts';
import type { Ground } from './ground.ts';

/** Start and stop are one story: what is started in order is stopped in the other. */

const SECOND = 1000;
/** Taking in and working each end within half of this, so that a stop stays below 10 s (contract section 4). */
const STOP_LIMIT_MS = 8 * SECOND;
const BASELINE_AGAIN_MS = 2 * SECOND;
const IDENTIFY_AGAIN_MS = 2 * SECOND;

export type Parts = {
  readonly slack: Slack;
  readonly helpdesk: Helpdesk;
  /** Further systems that may refuse us at the start. */
  readonly greetings: readonly (() => Promise<void>)[];
  readonly poller: Poller;
  readonly catchUp: CatchUp;
  readonly workers: readonly Worker[];
  /** Lets go of reads that wait for their turn. */
  stopReading(): void;
};

export type App = {
  /** Resolves when events are taken in. Rejects with `StartRefused` when a vendor refuses us. */
  start(): Promise<{ readonly port: number }>;
  /** Reads the routes file anew, whether or not it looks changed. */
  reload(): Promise<void>;
  /** Takes no more events, finishes or hands back what is in flight. */
  stop(): Promise<void>;
};

/** Tokens or keys that their vendors refuse, all that there are: a start ends with it, later on each is an alarm. */
export class StartRefused extends Error {
  /** Of kind auth. */
  readonly failures: readonly Failure[];
  /** Whose own keys Acquire refuses: by e-mail, in lower case. */
  readonly authors: readonly string[];

  constructor(failures: readonly Failure[], authors: readonly string[]) {
    super('tokens or keys are refused');
    this.name = 'StartRefused';
    this.failures = failures;
    this.authors = authors;
  }
}

const isRefusal = (error: unknown): error is Failure => error instanceof Failure && error.facts.kind === 'auth';

export const createLife = (ground: Ground, parts: Parts): App => {
  const { life, log } = ground;
  const { slack, helpdesk, greetings, poller, catchUp, workers } = parts;
  const timers = new Set<NodeJS.Timeout>();
  const unread = createSeldom();

  /** Tries again after a pause, until it succeeds or the app stops. */
  const later = (work: () => Promise<unknown>, ms: number): void => {
    if (life.stage === 'stopping') return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      work().catch(() => later(work, ms));
    }, ms);
    timers.add(timer);
  };

  const identify = (): Promise<unknown> => ground.health.note('slack', slack.identify());

  /** A refused app token ends the start as well, but not before the others have been asked. */
  const open = async (): Promise<{ readonly port: number } | Failure> => {
    try {
      return await slack.start();
    } catch (error) {
      if (isRefusal(error)) return error;
      throw error;
    }
  };

  /** A vendor that refuses us ends the start; one that cannot be reached does not. */
  const greet = async (before: readonly Failure[]): Promise<void> => {
    const [known, probed, ...others] = await Promise.allSettled([
      identify(),
      helpdesk.probe(),
      ...greetings.map((ask) => ask()),
    ]);
    const failures = [...before, ...[known, probed, ...others].flatMap(failureIn)];
    const refusals = failures.filter(isRefusal);
    const authors = probed.status === 'fulfilled' ? await helpdesk.refusedAuthors() : [];
    if (refusals.length + authors.length > 0) throw new StartRefused(refusals, authors);
    for (const error of failures) log.warn({ error }, wordsOn(error));
    if (known.status === 'rejected') later(identify, IDENTIFY_AGAIN_MS);
  };

  const beginPolling = async (): Promise<void> => {
    try {
      await poller.begin();
      poller.start();
      if (unread.isOver()) log.info({}, 'open cases can be read now');
    } catch (error) {
      unread.say(() => log.warn({ error }, 'open cases could not be read yet; it is tried again'));
      throw error;
    } finally {
      // An outage of Acquire must not keep us out of rotation: taking events in is what we are for then.
      life.hasBaseline = true;
    }
  };

  // Asked through a function, for it may change during every await.
  const hasStopped = (): boolean => life.stage === 'stopping';

  const stop = async (): Promise<void> => {
    life.stage = 'stopping';
    ground.routes.stop();
    for (const timer of timers) clearTimeout(timer);
    // A reading under way changes nothing: it is not waited for longer than for requests.
    const reading = Promise.all([poller.stop(), catchUp.stop()]);
    await Promise.all([slack.stop(STOP_LIMIT_MS / 2), atMost(STOP_LIMIT_MS / 2, reading)]);
    parts.stopReading();
    await Promise.all(workers.map((worker) => worker.stop(STOP_LIMIT_MS / 2)));
    await ground.store.close();
  };

  return {
    async start() {
      try {
        ground.routes.start();
        // Taking in comes first: while a vendor hangs, the other one's retries must not run out.
        life.stage = 'open';
        const opened = await open();
        await greet(opened instanceof Failure ? [opened] : []);
        if (opened instanceof Failure) throw opened;
        const { port } = opened;
        if (hasStopped()) throw new Error('casebridge was stopped while it started');
        for (const worker of workers) worker.start();
        catchUp.start();
        beginPolling().catch(() => later(beginPolling, BASELINE_AGAIN_MS));
        log.info({ port, transport: ground.config.secrets.slackTransport.kind }, 'casebridge is running');
        return { port };
      } catch (error) {
        if (!hasStopped()) await stop();
        throw error;
      }
    },
    reload: () => ground.routes.reload(),
    async stop() {
      await stop();
      log.info({}, 'casebridge has stopped');
    },
  };
};

/** What else is thrown is a defect of ours. */
const failureIn = (answer: PromiseSettledResult<unknown>): readonly Failure[] => {
  if (answer.status === 'fulfilled') return [];
  const error: unknown = answer.reason;
  if (error instanceof Failure) return [error];
  throw error;
};

const wordsOn = ({ facts }: Failure): string =>
  facts.side === 'acquire' && facts.word === 'UNREADABLE_ANSWER'
    ? 'something answers in place of Acquire, but not as Acquire does: check ACQUIRE_BASE_URL; events are taken in and kept'
    : 'a vendor cannot be reached; events are taken in and kept';

const atMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const limit = new AbortController();
  await Promise.race([work, pause(ms, undefined, { signal: limit.signal }).catch(() => undefined)]);
  limit.abort();
};
