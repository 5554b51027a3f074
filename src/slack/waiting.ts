/** Rejects when the promise takes longer; what it does goes on. */
export const within = async <T>(promise: Promise<T>, limitMs: number): Promise<T> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new TookTooLong(limitMs)), limitMs);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

export class TookTooLong extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms`);
    this.name = 'TookTooLong';
  }
}

/** What is under way, so that a stop can wait for it. */
export type InFlight = {
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way, or after the limit. */
  settled(limitMs: number): Promise<void>;
};

export const createInFlight = (): InFlight => {
  const underWay = new Set<Promise<unknown>>();
  return {
    track(work) {
      const entry = work.catch(() => undefined).finally(() => underWay.delete(entry));
      underWay.add(entry);
      return work;
    },
    async settled(limitMs) {
      await within(Promise.all(underWay), limitMs).catch(() => undefined);
    },
  };
};
