/** What goes wrong again and again is told the first time, and then once a minute until it is over. */

const EVERY_MS = 60_000;

export type Seldom = {
  say(tell: () => void): void;
  /** What went wrong does not any more; true when it was told. */
  isOver(): boolean;
};

export const createSeldom = (now: () => number = () => performance.now()): Seldom => {
  let toldAt: number | null = null;
  return {
    say(tell) {
      if (toldAt !== null && now() - toldAt < EVERY_MS) return;
      toldAt = now();
      tell();
    },
    isOver() {
      const wasTold = toldAt !== null;
      toldAt = null;
      return wasTold;
    },
  };
};
