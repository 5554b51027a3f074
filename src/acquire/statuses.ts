/**
 * The words that a case's status may have. Only active, pending and closed were ever published, and the list of cases
 * takes one exact word: a state with another name is asked for from the moment that some row shows it.
 */
export type StatusWords = {
  /** What to ask for, in order. */
  open(): readonly string[];
  meet(word: string | null): void;
  isLearned(word: string | undefined): boolean;
  /** True once in a while: time to look for words among all cases. */
  isCensusDue(): boolean;
};

// A queue has one of two names, by its mentions on other pages.
const KNOWN = ['active', 'pending', 'queue', 'queued'] as const;
const CLOSED = 'closed';
const MAX_LEARNED = 8;
// What goes into a condition `status|eq|word`.
const ASKABLE = /^[\w -]{1,40}$/;
const CENSUS_MS = 10 * 60_000;

export const statusWords = (now: () => number): StatusWords => {
  const learned = new Map<string, string>();
  let censusAt = Number.NEGATIVE_INFINITY;
  const isKnown = (word: string): boolean => KNOWN.some((one) => one === word) || word === CLOSED || learned.has(word);
  return {
    open: () => [...KNOWN, ...learned.values()],
    meet: (word) => {
      if (word === null || !ASKABLE.test(word) || isKnown(word.toLowerCase())) return;
      if (learned.size < MAX_LEARNED) learned.set(word.toLowerCase(), word);
    },
    isLearned: (word) => word !== undefined && learned.has(word.toLowerCase()),
    isCensusDue: () => {
      if (censusAt + CENSUS_MS > now()) return false;
      censusAt = now();
      return true;
    },
  };
};
