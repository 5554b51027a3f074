import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ChannelSettings } from '../src/core/settings.ts';
import { parseRoutes } from '../src/routes.ts';

/** The sample of the routes file, and what docs/routes.md says of it, cannot drift from the code. */

const sample = readFileSync('routes.sample.yml', 'utf8');
const page = readFileSync('docs/routes.md', 'utf8');

test('the sample is a right file that covers every case', () => {
  const read = parseRoutes(sample, { path: 'routes.sample.yml', caseChannel: undefined });

  expect(read.ok ? [] : read.problems).toEqual([]);
  expect(read.ok && read.channels.routes.map(({ name }) => name)).toEqual([
    'spam',
    'vip',
    'refunds',
    'night',
    'bot',
    'everything else',
  ]);
});

test('the page shows the sample as it is', () => {
  expect(page).toContain(`\`\`\`yaml\n${sample}\`\`\``);
});

test('the page names every setting with its default', () => {
  const [, table = ''] = page.split('<!-- settings');
  const rows = [...table.matchAll(/^\| `([a-z_]+)` \| ([^|]*) \|/gmu)];
  const shown = rows.map(([, name = '', value = '']) => [name, value]);
  const defaults: Readonly<Record<string, unknown>> = ChannelSettings.parse({});

  expect(shown.map(([name]) => name)).toEqual(Object.keys(ChannelSettings.shape));
  // What holds more than one thing is told in words.
  const single = shown.filter(([name = '']) => typeof defaults[name] !== 'object');
  expect(single).toEqual(
    single.map(([name = '']) => [name, defaults[name] === undefined ? '–' : `\`${wordOf(defaults[name])}\``]),
  );
});

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
