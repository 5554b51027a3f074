import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRoutes } from '../src/routes.ts';

const HOME = 'C0SUPPORT';

const file = (content: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'routes.yaml');
  writeFileSync(path, content);
  return path;
};

test('without a file there is the channel of new cases, with the defaults', () => {
  const read = readRoutes(undefined, HOME);

  expect(read).toMatchObject({ ok: true, channels: { home: HOME } });
  expect(read.ok && read.channels.all.get(read.channels.home)).toEqual({
    mode: 'reply',
    broadcast: true,
    feedback: false,
    shared: false,
  });
});

test('a file sets each channel, and its first one takes new cases when no other is named', () => {
  const read = readRoutes(file('channels:\n  C0SALES:\n    mode: note\n  C0OTHER: {}\n'), undefined);

  expect(read).toMatchObject({ ok: true, channels: { home: 'C0SALES' } });
  expect(read.ok && [...read.channels.all].map(([id, { mode }]) => [id, mode])).toEqual([
    ['C0SALES', 'note'],
    ['C0OTHER', 'reply'],
  ]);
});

test.each([
  ['channels:\n  C0SALES:\n    mode: loud\n', ':3 channels.C0SALES.mode'],
  ['channels:\n  C0SALES:\n    moode: note\n', 'channels.C0SALES'],
  ['channels:\n  C0SALES:\n   mode: note\n  mode: [', 'is not YAML'],
  ['chanels: {}\n', 'chanels'],
  ['- C0SALES\n', 'routes.yaml:1'],
])('what is wrong with a file is said with its line', (content, expected) => {
  const read = readRoutes(file(content), HOME);

  expect(read.ok ? [] : read.problems.join('\n')).toContain(expected);
});

test('an empty file without a channel of new cases is refused', () => {
  expect(readRoutes(file(''), undefined)).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('CASE_CHANNEL is missing')],
  });
});
