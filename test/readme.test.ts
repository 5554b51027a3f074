import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { configTable } from '../src/config.ts';

const readme = readFileSync('README.md', 'utf8');
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8'))).scripts;

test('the README’s configuration table is the one that the code reads by', () => {
  const table = /<!-- configuration:[^\n]*-->\n([\s\S]*?)<!-- \/configuration -->/.exec(readme)?.[1];

  expect(table).toBe(configTable());
});

test.each(['README.md', 'docs/architecture.md', 'docs/delivery.md', 'docs/operations.md'])(
  'every npm command in %s exists',
  (page) => {
    const commands = [...readFileSync(page, 'utf8').matchAll(/npm run ([a-z-]+)/g)].map((match) => match[1] ?? '');

    expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
  },
);

test.each(['README.md', 'docs/architecture.md', 'docs/delivery.md', 'docs/operations.md'])(
  'every file that %s points to is there',
  (page) => {
    const folder = page.includes('/') ? 'docs/' : '';
    const targets = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      (match) => `${folder}${match[1] ?? ''}`,
    );

    expect(targets.filter((target) => !existsSync(target))).toEqual([]);
  },
);
