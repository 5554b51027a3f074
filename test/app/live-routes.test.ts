import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLiveRoutes } from '../../src/app/live-routes.ts';
import { createLog } from '../../src/log.ts';
import { readRoutes } from '../../src/routes.ts';
import { both, run, sees, started } from '../support/running.ts';

/** A routes file that changes while casebridge runs, on a real disk. */

const HOME = 'C0HOME';
const rule = (channel: string): string => `routes: [{ name: all, channel: ${channel} }]\n`;

const following = (content = rule('C0ONE')) => {
  const folder = mkdtempSync(join(tmpdir(), 'casebridge-live-'));
  const path = join(folder, 'routes.yml');
  writeFileSync(path, content);
  const read = readRoutes(path, HOME);
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const alarms: (readonly [key: string, words: string])[] = [];
  const lines: string[] = [];
  const live = createLiveRoutes({
    path,
    caseChannel: HOME,
    initial: read.channels,
    log: createLog({ level: 'info', pretty: false, destination: { write: (line: string) => lines.push(line) } }),
    alarm: (...told) => alarms.push(told),
  });
  live.start();
  onTestFinished(() => {
    live.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const channel = () => live.current().routes[0]?.channel ?? null;
  const comesTo = (wanted: string | null) => vi.waitFor(() => expect(channel()).toBe(wanted), { timeout: 10_000 });
  return { folder, path, live, alarms, lines, channel, comesTo };
};

test('a file that is written anew counts', async () => {
  const { path, comesTo, alarms } = following();

  writeFileSync(path, rule('C0TWO'));

  await comesTo('C0TWO');
  expect(alarms).toEqual([]);
});

test('so does one that an editor put in its place', async () => {
  const { path, alarms, comesTo } = following();

  writeFileSync(`${path}.new`, rule('C0TWO'));
  renameSync(`${path}.new`, path);
  await comesTo('C0TWO');
  writeFileSync(`${path}.new`, rule('C0THREE'));
  renameSync(`${path}.new`, path);

  await comesTo('C0THREE');
  expect(alarms).toEqual([]);
});

test('so does one that a mounted volume swaps behind a link, where nobody tells of it', async () => {
  const { folder, path, alarms, comesTo } = following();
  const elsewhere = mkdtempSync(join(tmpdir(), 'casebridge-volume-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
  writeFileSync(join(elsewhere, 'one'), rule('C0ONE'));
  writeFileSync(join(elsewhere, 'two'), rule('C0TWO'));
  symlinkSync(join(elsewhere, 'one'), join(elsewhere, 'data'));
  symlinkSync(join(elsewhere, 'data'), join(folder, 'link'));
  renameSync(join(folder, 'link'), path);
  // Until whatever was told of that has passed.
  await new Promise((resolve) => setTimeout(resolve, 500));

  unlinkSync(join(elsewhere, 'data'));
  symlinkSync(join(elsewhere, 'two'), join(elsewhere, 'data'));

  await comesTo('C0TWO');
  expect(alarms).toEqual([]);
});

test('a file that is still being written is not taken for an empty one', async () => {
  const { path, comesTo, lines } = following();
  await vi.waitFor(() => expect(lines).toHaveLength(1));

  writeFileSync(path, '');
  await new Promise((resolve) => setTimeout(resolve, 220));
  writeFileSync(path, rule('C0TWO'));

  await comesTo('C0TWO');
  expect(lines.join('')).not.toContain('"rules":0');
});

test('a wrong file is told of once, and what comes after it is judged anew', async () => {
  const { path, alarms, channel, comesTo } = following();

  writeFileSync(path, 'routes: [{ name: all }]\n');
  await vi.waitFor(() => expect(alarms).toHaveLength(1), { timeout: 10_000 });
  expect(channel()).toBe('C0ONE');
  expect(alarms[0]?.[1]).toContain('routes.yml:1 rule “all”: channel is missing');
  writeFileSync(path, 'rules: []\n');
  await vi.waitFor(() => expect(alarms).toHaveLength(2), { timeout: 10_000 });
  writeFileSync(path, rule('C0TWO'));

  await comesTo('C0TWO');
  expect(new Set(alarms.map(([key]) => key)).size).toBe(2);
});

test('a file that is gone is told of, and what it said stays', async () => {
  const { path, alarms, channel } = following();

  unlinkSync(path);

  await vi.waitFor(() => expect(alarms.map(([, words]) => words).join()).toContain('cannot be read'), {
    timeout: 10_000,
  });
  expect(channel()).toBe('C0ONE');
});

test('the process reads it at once on SIGHUP, and goes on', async () => {
  const { env, folder } = await both();
  const path = join(folder, 'routes.yml');
  writeFileSync(path, rule('C0SUPPORT'));
  const app = run(['src/main.ts'], { ...env, ROUTES_FILE: path });
  const url = await started(app);
  const taken = () => app.out().split('the routes file is in use').length - 1;
  await sees(() => taken() === 1, 'the file in use');

  app.kill('SIGHUP');

  await sees(() => taken() === 2, 'the file read again');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
}, 30_000);
