/** Answers kept for a while, at most `limit` of them; who asks meanwhile shares the question under way. */
export type Cache<T> = {
  get(key: string, ask: () => Promise<T>): Promise<T>;
  forget(key: string): void;
};

export const createCache = <T>(options: {
  readonly keepMs: number;
  readonly limit: number;
  readonly now: () => number;
}): Cache<T> => {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();

  const put = (key: string, answer: Promise<T>): void => {
    kept.delete(key);
    kept.set(key, { until: options.now() + options.keepMs, answer });
    // A Map keeps the order of insertion: the first key is the oldest.
    for (const oldest of kept.keys()) {
      if (kept.size <= options.limit) break;
      kept.delete(oldest);
    }
  };

  return {
    get(key, ask) {
      const found = kept.get(key);
      if (found !== undefined && found.until > options.now()) return found.answer;
      const answer = ask();
      put(key, answer);
      // A failure is told to those who wait for it and asked again by the next.
      answer.catch(() => {
        if (kept.get(key)?.answer === answer) kept.delete(key);
      });
      return answer;
    },
    forget: (key) => void kept.delete(key),
  };
};
