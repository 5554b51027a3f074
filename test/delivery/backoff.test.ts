import { type Arbitrary, assert, double, integer, property, record } from 'fast-check';
import { expect, it } from 'vitest';
import { type Backoff, backoffMs } from '../../src/delivery/backoff.ts';

const backoffs: Arbitrary<Backoff> = record({
  firstMs: integer({ min: 1, max: 60_000 }),
  capMs: integer({ min: 60_000, max: 86_400_000 }),
  jitter: double({ min: 0, max: 1, noNaN: true }),
});
const attempts = integer({ min: 1, max: 10_000 });
const randoms = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it('never waits longer than the cap, nor less than chance may take off', () => {
  assert(
    property(attempts, randoms, backoffs, (attempt, random, backoff) => {
      const full = backoffMs(attempt, 0, backoff);
      const ms = backoffMs(attempt, random, backoff);

      expect(full).toBeLessThanOrEqual(backoff.capMs);
      expect(ms).toBeLessThanOrEqual(full);
      expect(ms).toBeGreaterThanOrEqual(Math.floor(full * (1 - backoff.jitter)));
    }),
  );
});

it('never waits less after one more attempt', () => {
  assert(
    property(attempts, randoms, backoffs, (attempt, random, backoff) => {
      expect(backoffMs(attempt + 1, random, backoff)).toBeGreaterThanOrEqual(backoffMs(attempt, random, backoff));
    }),
  );
});

it('starts with the first delay and doubles it', () => {
  const backoff = { firstMs: 1_000, capMs: 10_000, jitter: 0.5 };

  expect([1, 2, 3, 4, 5, 6].map((attempt) => backoffMs(attempt, 0, backoff))).toEqual([
    1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
  ]);
});
