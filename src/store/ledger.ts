import type { Instant, NewEvent, Pace } from '../delivery/ports.ts';
import type { Sync } from './commits.ts';
import type { Steps } from './steps.ts';

export type Work = 'events' | 'deliveries';

/** What the steps of one transaction share. */
export type Ledger = {
  /** The moment of the transaction, by the database's clock. */
  readonly now: Instant;
  readonly pace: (gate: string) => Pace;
  /** What a date says to be over may not be: no delivery is claimed. */
  readonly rests: boolean;
  /** Tells the workers of this process after the commit that there may be something to claim. */
  readonly wake: (what: Work) => void;
  /** Tells those of other processes: a lane in which nothing was waiting has got something. */
  readonly announce: (what: Work) => void;
  /** Events that this transaction has caused, stored at its end: their lanes are locked last. */
  readonly news: NewEvent[];
};

/** The tables of one database. Steps are run again from the start when the database asks for it. */
export type Tables = {
  /**
   * Resolves when what the steps wrote is durable; rejects when it was not stored, or nobody can say that it was. What
   * leads to nothing outside but through a later write may be told earlier: `soon` (which a database need not heed).
   */
  readonly write: <T>(steps: (ledger: Ledger) => Steps<T>, sync?: Sync) => Promise<T>;
  readonly read: <T>(steps: () => Steps<T>) => Promise<T>;
  /** Now, by the database's clock. */
  readonly now: () => Instant;
  readonly onWork: (listener: (what: Work) => void) => () => void;
  readonly close: () => Promise<void>;
};
