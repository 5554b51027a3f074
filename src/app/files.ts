import { clearAway, linkedFile } from '../bridge/files/file-links.ts';
import type { Bridge } from '../bridge/context.ts';
import type { Config } from '../config.ts';
import type { SendForBytes } from '../core/files.ts';
import type { Worker } from '../delivery/ports.ts';
import { createDisk } from '../files/disk.ts';
import { createDownload } from '../files/download.ts';
import { createOutward } from '../files/outward.ts';
import { fileRoute } from '../http/files.ts';
import { whyNoFolder } from '../store/place.ts';
import type { Ground } from './ground.ts';

/** Files: the disk, the way to foreign bytes, the route for those outside, and the clearing away. */

export type FileRoom = {
  readonly files: Bridge['files'];
  readonly send: SendForBytes;
  readonly route: ReturnType<typeof fileRoute>;
  /** Clears away what is over, now and then; ends what is under way with the app. */
  sweeper(bridge: Bridge): Worker;
};

/** A start ends with what is no folder; one that may not be written to may be mended while messages go on. */
export const filesProblems = ({ files }: Config): readonly string[] => {
  const trouble = whyNoFolder(files.folder);
  return trouble?.isNone === true ? [`FILES_DIR cannot be used (${trouble.words}); expected the path of a folder`] : [];
};

const FIRST_SWEEP_MS = 60_000;
const SWEEP_MS = 30 * 60_000;

export const openFiles = (ground: Ground): FileRoom => {
  const { config, records, log } = ground;
  const outward = createOutward(trustedOf(config));
  const stopping = new AbortController();
  const { folder, quota, ...settings } = config.files;
  const trouble = whyNoFolder(folder);
  if (trouble !== null) log.warn({ reason: trouble.words }, 'files cannot be stored in FILES_DIR; messages go on');
  const disk = createDisk({ folder, quota, now: Date.now });
  const now = (): number => ground.store.deliveries.now();
  return {
    files: {
      ...disk,
      download: createDownload(outward.send),
      settings: { ...settings, publicUrl: config.http.publicUrl ?? null },
      stopping: stopping.signal,
    },
    send: outward.send,
    route: fileRoute({
      find: (link) => linkedFile(records, { ...link, now: now() }),
      read: (key) => disk.read(key),
      now: Date.now,
      missing: (file) => log.error({ file }, 'the bytes of a file are not on this machine: share FILES_DIR'),
    }),
    sweeper: (bridge) =>
      createSweeper(bridge, async () => {
        stopping.abort();
        await outward.close();
      }),
  };
};

/** What runs on loopback or over http is reached there because it was configured so. */
const trustedOf = ({ slack, acquire }: Config): ReadonlySet<string> =>
  new Set([slack.apiUrl, acquire.origin].map((address) => new URL(address).origin));

const createSweeper = (bridge: Bridge, close: () => Promise<void>): Worker => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const next = (ms: number): void => {
    timer = setTimeout(() => {
      running = clearAway(bridge).then(
        (cleared) => cleared > 0 && bridge.log.info({ cleared }, 'files and links that are over were cleared away'),
        (error: unknown) => bridge.log.warn({ error }, 'files could not be cleared away'),
      );
      next(SWEEP_MS);
    }, ms);
    timer.unref();
  };
  return {
    start: () => next(FIRST_SWEEP_MS),
    stop: async () => {
      clearTimeout(timer);
      await close();
      await running;
    },
  };
};
