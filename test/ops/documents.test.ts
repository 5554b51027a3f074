import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What a page claims to be shown by a test is shown by that test. */

const security = readFileSync('docs/security.md', 'utf8');

/** Rows of the tables, but for their heads. */
const threats = (security.split('## Dependencies')[0] ?? '')
  .split('\n')
  .filter((line) => /^\| (?!threat|---)/u.test(line));

const proofsIn = (row: string): readonly { readonly file: string; readonly names: readonly string[] }[] =>
  [...row.matchAll(/`(test\/[\w./-]+\.ts)`((?:[^`]*“[^”]*”)*)/gu)].map(([, file = '', rest = '']) => ({
    file,
    names: [...rest.matchAll(/“([^”]*)”/gu)].map(([, name = '']) => name),
  }));

test.each(threats)('%s', (row) => {
  const proofs = proofsIn(row);

  expect(proofs.length).toBeGreaterThan(0);
  for (const { file, names } of proofs) {
    expect(existsSync(file), file).toBe(true);
    expect(names.length, file).toBeGreaterThan(0);
    const text = readFileSync(file, 'utf8');
    for (const name of names) expect(text, file).toContain(name);
  }
});

test('every threat of the issue stands on the page', () => {
  for (const word of [
    'forged',
    'stale or replayed',
    'future',
    'replayed webhook',
    'oversize',
    'slow body',
    'header flood',
    'nested',
    'prototype pollution',
    'path tricks',
    'SSRF',
    'logs, errors or metrics',
    'injects markup',
    'revoked token',
    'leaves the agents',
    'timing',
  ])
    expect(security).toContain(word);
});

test('what operations.md says of metrics is what there is', () => {
  const operations = readFileSync('docs/operations.md', 'utf8');
  const source = readFileSync('src/http/metrics.ts', 'utf8');
  const named = [...operations.matchAll(/`casebridge_([a-z_]+)/gu)].map(([, name = '']) => name);

  expect(named.length).toBeGreaterThan(20);
  for (const name of named) expect(source, name).toContain(`'${name}'`);
});

test('every alarm of the code is explained to operators', () => {
  const operations = readFileSync('docs/operations.md', 'utf8');
  const calls = globSync('src/**/*.ts').flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/alarm\(\s*(?:\w+\s*\?\s*)?['`]([a-z]+(?::(?!\$)[a-z_-]+)?)/gu),
  ]);
  const keys = new Set(calls.map(([, key = '']) => key));

  expect(keys.size).toBeGreaterThan(15);
  expect([...keys].filter((key) => !operations.includes(`\`${key}\``))).toEqual([]);
});
