import { expect, test } from 'vitest';
import { fuzz } from './fuzz/run.ts';

/** A short form of `npm run fuzz`. */
test('hostile bodies, signed and unsigned, end in no crash, no 5xx and no leak', { timeout: 120_000 }, async () => {
  const { answers, failures } = await fuzz({ seed: 7, bodies: 400 });

  expect(failures).toEqual([]);
  for (const counted of answers.values()) {
    expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(400);
    // Both ways were gone: some of it was taken for real, some of it was turned away.
    expect(counted['200']).toBeGreaterThan(100);
    expect(counted['401']).toBeGreaterThan(50);
  }
});
