import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Channels } from '../core/settings.ts';
import type { Log } from '../log.ts';
import { parseRoutes, unreadable } from '../routes.ts';

/**
 * The routes as their file says now. A new version is taken as soon as it stands still; one with anything wrong in it is
 * refused with an alarm, and the one before stays. Every replica looks after its own.
 */
export type LiveRoutes = {
  readonly current: () => Channels;
  start(): void;
  /** Reads the file now, whether or not it looks changed. */
  reload(): Promise<void>;
  stop(): void;
};

export type LiveRoutesOptions = {
  /** Undefined where there is no file: then nothing ever changes. */
  readonly path: string | undefined;
  readonly caseChannel: string | undefined;
  readonly initial: Channels;
  readonly log: Log;
  readonly alarm: (key: string, words: string) => void;
};

/** Mounted volumes tell nobody of changes, and some editors put another file in the place of the one that is watched. */
const LOOK_EVERY_MS = 2_000;
/** A file that is being written is not read until it stays the same for so long. */
const SETTLE_MS = 150;
const MOST_PROBLEMS = 5;

export const createLiveRoutes = (options: LiveRoutesOptions): LiveRoutes => {
  const { path, log } = options;
  let channels = options.initial;
  /** What the file looked like when it was last taken or refused, and at the last look. */
  let judged: string | null = null;
  let seen: string | null = null;
  let looking = false;
  /** Somebody wants it read, whether or not it looks changed. */
  let asked = false;
  let stopped = false;
  let watcher: FSWatcher | null = null;
  const timers = new Set<NodeJS.Timeout>();

  const judge = (file: string, content: string | null, print: string): void => {
    judged = print;
    asked = false;
    const read =
      content === null ? unreadable(file) : parseRoutes(content, { path: file, caseChannel: options.caseChannel });
    if (read.ok) {
      channels = read.channels;
      return log.info({ rules: channels.routes.length, channels: channels.all.size }, 'the routes file is in use');
    }
    const shown = read.problems.slice(0, MOST_PROBLEMS).join('\n');
    const more = read.problems.length - MOST_PROBLEMS;
    options.alarm(
      `routes:${print}`,
      `The routes file was changed, and something in it is wrong: the version before stays in use.\n${shown}${more > 0 ? `\n… and ${more} more` : ''}`,
    );
  };

  const look = async (anyway: boolean): Promise<void> => {
    asked ||= anyway;
    if (path === undefined || looking || stopped) return;
    looking = true;
    const content = await readFile(path, 'utf8').catch(() => null);
    looking = false;
    if (stopped) return;
    const print = fingerprint(content);
    const standsStill = print === seen;
    seen = print;
    if (asked || (standsStill && print !== judged)) return judge(path, content, print);
    if (!standsStill) later(SETTLE_MS);
  };

  const later = (ms: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void look(false);
    }, ms);
    timers.add(timer.unref());
  };

  /** Only hastens what is found without it: where the system cannot watch, nothing is lost. */
  const watchFolder = (file: string): void => {
    try {
      const name = basename(file);
      watcher = watch(dirname(file), { persistent: false }, (_event, changed) => {
        // The store may write in the same folder all the time.
        if (changed === null || changed === name) later(SETTLE_MS);
      });
      watcher.on('error', () => watcher?.close());
    } catch (error) {
      log.debug({ error }, 'the folder of the routes file cannot be watched');
    }
  };

  return {
    current: () => channels,
    start() {
      if (path === undefined) return;
      watchFolder(path);
      const every = setInterval(() => void look(false), LOOK_EVERY_MS);
      timers.add(every.unref());
      void look(true);
    },
    reload: () => look(true),
    stop() {
      stopped = true;
      watcher?.close();
      for (const timer of timers) clearTimeout(timer);
    },
  };
};

const PRINT_LENGTH = 12;

const fingerprint = (content: string | null): string =>
  content === null ? 'unreadable' : createHash('sha256').update(content).digest('hex').slice(0, PRINT_LENGTH);
