/** Who is in work in this process, over all its workers: whoever must be alone is beside none of them. */
export type Solitude = {
  /** Somebody is alone, or waits to be: nobody else begins. */
  readonly isTaken: () => boolean;
  /** Somebody is in work, until `leave`. */
  readonly enter: () => void;
  readonly leave: () => void;
  /** Calls `begin` once nobody is in work any more, then keeps all others out until `leave`. */
  readonly enterAlone: (begin: () => void) => void;
  /** Takes back what was asked for and has not begun. */
  readonly forget: (begin: () => void) => void;
  /** Called when others may begin again. */
  readonly onFree: (listener: () => void) => () => void;
};

export function createSolitude(): Solitude {
  const listeners = new Set<() => void>();
  let waiting: (() => void)[] = [];
  let inWork = 0;
  let isAlone = false;

  const next = (): void => {
    if (inWork > 0) return;

    const begin = waiting.shift();
    isAlone = begin !== undefined;
    if (begin === undefined) return;

    inWork = 1;
    begin();
  };

  return {
    isTaken: () => isAlone || waiting.length > 0,
    enter: () => {
      inWork += 1;
    },
    leave: () => {
      inWork -= 1;
      const wasAlone = isAlone;
      next();
      if (wasAlone && !isAlone) for (const listener of listeners) listener();
    },
    enterAlone: (begin) => {
      waiting.push(begin);
      next();
    },
    forget: (begin) => {
      waiting = waiting.filter((one) => one !== begin);
    },
    onFree: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
