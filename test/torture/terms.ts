/** How long everything takes in a run. The short form keeps the proportions of the real figures. */

export const GUARDS = ['lookup', 'fence', 'order', 'tombstone', 'attempt'] as const;
/** What keeps a promise, and can be taken out to see it broken. */
export type Guard = (typeof GUARDS)[number];

export type Terms = {
  readonly seed: number;
  /** How long things go wrong. */
  readonly chaosMs: number;
  /** How long the end is waited for after that. */
  readonly patienceMs: number;
  readonly attemptMs: number;
  readonly leaseMs: number;
  /** An effect at a vendor comes at most so long after the call. */
  readonly lateMs: number;
  /** A row of Acquire's becomes readable at most so long after it was written. */
  readonly staleMs: number;
  /** Longest pause put between the preparation of an attempt and the attempt. */
  readonly stallMs: number;
  /** A life of the app ends after at most this, one way or another. */
  readonly lifeMs: number;
  /** Pauses before Slack tells an event again. */
  readonly retriesMs: readonly number[];
  readonly cases: number;
  /** Everything that people do in a second, over all cases. */
  readonly deedsPerSecond: number;
  readonly without: Guard | null;
  /** Processes of the app; more than one share a PostgreSQL database. */
  readonly replicas: number;
};

const SECOND = 1000;
const CASES = 20;
const REPLICAS = 3;

type Choice = Pick<Terms, 'seed' | 'without'> & { readonly postgres: boolean };

/** The engine's own figures. */
export const longTerms = (choice: Choice, minutes: number): Terms =>
  termsOf(choice, {
    chaosMs: minutes * 60 * SECOND,
    patienceMs: 180 * SECOND,
    attemptMs: 18 * SECOND,
    leaseMs: 30 * SECOND,
    lateMs: 8 * SECOND,
    staleMs: 3 * SECOND,
    stallMs: 1200,
    lifeMs: 8 * SECOND,
    retriesMs: [100, 3 * SECOND, 12 * SECOND],
    cases: CASES,
    deedsPerSecond: 10,
  });

export const shortTerms = (choice: Choice): Terms =>
  termsOf(choice, {
    chaosMs: 18 * SECOND,
    patienceMs: 80 * SECOND,
    attemptMs: 3.6 * SECOND,
    leaseMs: 3 * SECOND,
    lateMs: 1.5 * SECOND,
    staleMs: 600,
    stallMs: 700,
    lifeMs: 4 * SECOND,
    retriesMs: [100, 1.5 * SECOND, 4 * SECOND, 8 * SECOND],
    cases: CASES,
    deedsPerSecond: 20,
  });

/** Several processes each live longer: together they die as often, and a start takes what the others work with. */
const termsOf = ({ seed, without, postgres }: Choice, times: Omit<Terms, 'seed' | 'without' | 'replicas'>): Terms => ({
  ...times,
  seed,
  without,
  replicas: postgres ? REPLICAS : 1,
  lifeMs: times.lifeMs * (postgres ? REPLICAS : 1),
});
