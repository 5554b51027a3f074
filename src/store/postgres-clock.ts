import type { Instant } from '../delivery/ports.ts';

/** The server's clock, as known from its last answer and the time since. */
export type ServerClock = {
  readonly now: () => Instant;
  readonly set: (serverNow: Instant) => void;
};

/** Goes by the monotonic clock between two answers, so that nobody who sets this machine's clock is heard. */
export function createServerClock(): ServerClock {
  let ahead = Date.now() - performance.now();

  return {
    now: () => Math.floor(ahead + performance.now()),
    set: (serverNow) => {
      ahead = serverNow - performance.now();
    },
  };
}
