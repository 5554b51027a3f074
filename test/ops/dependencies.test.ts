import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { production, table } from '../../scripts/dependencies.ts';

/** What production consists of is what docs/security.md says. */

const security = readFileSync('docs/security.md', 'utf8');

test('the table of dependencies is the one of the lock file (npm run dependencies)', () => {
  const shown = /<!-- dependencies:[^\n]*-->\n([\s\S]*?)\n<!-- \/dependencies -->/u.exec(security)?.[1];
  const found = production();

  expect(shown).toBe(table(found));
  expect(security).toContain(`All together are ${found.all.length} packages`);
});

test('none of them runs anything when it is installed', () => {
  const { all } = production();

  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
});

test('each has one exact version, and a licence that asks for nothing but its own text', () => {
  const { dependencies } = z
    .object({ dependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  const licences = new Set(production().all.map(({ license }) => license));

  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect([...licences].filter((one) => !/^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0)$/u.test(one))).toEqual([]);
});
