import type { Instant } from '../delivery/ports.ts';

/** The server's clock, as known from its last answer and the time since. */
export type ServerClock = {
  readonly now: () => Instant;
  /**
   * What the server says the time is, in an answer that took so long. Gives the milliseconds by which its clock was put
   * back, which is not believed before `adopt`; 0 as a rule.
   */
  readonly hear: (serverNow: Instant, tookMs: number) => number;
  readonly adopt: (serverNow: Instant) => void;
  /**
   * For so long after the server's clock went forward as an attempt may last: its date says that it is over, and it is
   * not. The same is seen when this machine was asleep.
   */
  readonly rests: () => boolean;
};

/** What differs by less is not worth a word. */
const JUMP_MS = 5_000;
/** A slow answer may be old when it is read. */
const SLOW_MS = 1_000;
const REST_MS = 30_000;

/** Goes by the monotonic clock between two answers, so that nobody who sets this machine's clock is heard. */
export function createServerClock(): ServerClock {
  let ahead = Date.now() - performance.now();
  let isKnown = false;
  let restsUntil = 0;

  const set = (serverNow: Instant): void => {
    ahead = serverNow - performance.now();
  };

  return {
    now: () => Math.floor(ahead + performance.now()),
    hear: (serverNow, tookMs) => {
      if (tookMs > SLOW_MS) {
        if (!isKnown) set(serverNow);
        return 0;
      }
      const jumpMs = isKnown ? serverNow - (ahead + performance.now()) : 0;
      if (jumpMs < -JUMP_MS) return Math.round(-jumpMs);
      if (jumpMs > JUMP_MS) restsUntil = performance.now() + REST_MS;
      set(serverNow);
      isKnown = true;
      return 0;
    },
    adopt: set,
    rests: () => performance.now() < restsUntil,
  };
}
