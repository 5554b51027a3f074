/** Answers kept for a while, at most `limit` of them; who asks meanwhile shares the question under way. */
export type Cache<T> = {
  get(key: string, ask: () => Promise<T>): Promise<T>;
  forget(key: string): void;
};

type Answered<T> = { readonly value: T; readonly at: number };

export const createCache = <T>(options: {
  readonly keepMs: number;
  /** An older answer stands in, up to this age, where asking again fails. */
  readonly failingMs?: number;
  readonly limit: number;
  readonly now: () => number;
}): Cache<T> => {
  const { keepMs, failingMs = 0, limit, now } = options;
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<Answered<T>> }>();

  const put = (key: string, answer: Promise<Answered<T>>): void => {
    kept.delete(key);
    kept.set(key, { until: now() + keepMs, answer });
    // A Map keeps the order of insertion: the first key is the oldest.
    for (const oldest of kept.keys()) {
      if (kept.size <= limit) break;
      kept.delete(oldest);
    }
  };

  const asked = async (ask: () => Promise<T>, before: Promise<Answered<T>> | undefined): Promise<Answered<T>> => {
    const at = now();
    try {
      return { value: await ask(), at };
    } catch (error) {
      const old = await before?.catch(() => undefined);
      if (old === undefined || now() - old.at > failingMs) throw error;
      return old;
    }
  };

  return {
    async get(key, ask) {
      const found = kept.get(key);
      if (found !== undefined && found.until > now()) return (await found.answer).value;
      const answer = asked(ask, found?.answer);
      put(key, answer);
      // A failure is told to those who wait for it and asked again by the next.
      answer.catch(() => {
        if (kept.get(key)?.answer === answer) kept.delete(key);
      });
      return (await answer).value;
    },
    forget: (key) => void kept.delete(key),
  };
};
