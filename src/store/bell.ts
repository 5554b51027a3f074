import type { Work } from './ledger.ts';

/** Tells whoever listens, after a commit, what it made claimable. */
export type Bell = {
  readonly ring: (works: Iterable<Work>) => void;
  readonly listen: (listener: (what: Work) => void) => () => void;
};

export function createBell(): Bell {
  const listeners = new Set<(what: Work) => void>();

  return {
    ring: (works) => {
      for (const what of works) for (const listener of listeners) listener(what);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
