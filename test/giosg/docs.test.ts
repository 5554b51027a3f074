import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ASSUMED } from '../../src/giosg/assumptions.ts';

const docs = readFileSync(new URL('../../docs/giosg.md', import.meta.url), 'utf8');

const { identity, ...rest } = ASSUMED;
const entries = [
  ...Object.entries(identity).map(([name, value]): [string, unknown] => [`identity.${name}`, value]),
  ...Object.entries(rest),
];

test.each(entries)('the assumption %s is told to whoever has an account, with its default', (name, value) => {
  expect(docs).toContain(`| \`${name}\` | \`${JSON.stringify(value)}\` |`);
});
