import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { run } from './torture/run.ts';
import { shortTerms } from './torture/terms.ts';

/** The short form of `npm run torture`: what a few seeds find in half a minute is found before anything is merged. */

const LIMIT_MS = 300_000;

test.concurrent.each([1, 2])(
  'whatever goes wrong, each message arrives once and in order (seed %i)',
  { timeout: LIMIT_MS },
  async (seed) => {
    const { findings, folder, deaths } = await run(
      shortTerms({ seed, without: null, postgres: false }),
      () => undefined,
    );

    expect({ wrong: findings.wrong, folder }).toEqual({ wrong: [], folder: null });
    expect(deaths.kills + deaths.crashes).toBeGreaterThan(1);
    expect(Math.min(findings.toCases, findings.toThreads)).toBeGreaterThan(50);
  },
);

test.concurrent('without its look-ups the same torment finds doubled messages', { timeout: LIMIT_MS }, async () => {
  const { findings, folder } = await run(shortTerms({ seed: 3, without: 'lookup', postgres: false }), () => undefined);

  expect(findings.wrong.filter(({ kind }) => kind === 'doubled')).not.toEqual([]);
  if (folder !== null) await rm(folder, { recursive: true });
});
