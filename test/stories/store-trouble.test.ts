import { spawnSync } from 'node:child_process';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, run, sees, started } from '../support/running.ts';
import { CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { saidIn, says, seesMark, toCustomer } from './talk.ts';

/** The store or its clock fails while people go on writing. */

const quick = { pace: () => null, attemptMs: 800 };
const HOUR = 3_600_000;

/** The stage, the app's own connection to its file, and how long each commit takes on its disk. */
const stageWithFile = async (options: StageOptions = {}) => {
  const disk = { commitMs: 0 };
  // oxlint-disable-next-line typescript/unbound-method -- called with its database below
  const { exec } = DatabaseSync.prototype;
  const spied = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === 'COMMIT') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, disk.commitMs);
    exec.call(this, sql);
  });
  onTestFinished(() => spied.mockRestore());
  const stage = await stageFor({ ...quick, ...options });
  const opened = spied.mock.contexts.filter((database) => database instanceof DatabaseSync);
  const file = opened.find((database) => database.isOpen && database.location() === stage.database);
  if (file === undefined) throw new Error('the app has no connection to its store');
  const thread = await stage.thread();
  return { stage, file, disk, thread };
};

const shown = (stage: Stage, { root }: OpenThread, text: string): number =>
  stage.slack.thread(CHANNEL, root).filter((message) => message.text.includes(text)).length;

const alarms = (log: string): number => log.split('Nothing can be stored').length - 1;

test('a store that becomes read-only refuses events, says so once, and recovers without a restart', async () => {
  const { stage, file, thread } = await stageWithFile();
  const before = says(stage, thread, 'before');
  await seesMark(stage, before, 'white_check_mark');
  file.exec('PRAGMA query_only = ON');

  stage.acquire.customerWrites(thread.caseId, 'Are you there?');
  const ts = says(stage, thread, 'meanwhile');
  await stage.sees(async () => (await fetch(`${stage.url()}/readyz`)).status === 503, 'not ready');
  await pause(2_000);
  expect(alarms(stage.logged())).toBe(1);
  expect(stage.logged()).not.toMatch(/nothing could be claimed|housekeeping failed/);
  expect(shown(stage, thread, 'Are you there?')).toBe(0);
  expect(toCustomer(stage, thread)).toEqual(['before']);
  file.exec('PRAGMA query_only = OFF');

  await stage.sees(async () => (await fetch(`${stage.url()}/readyz`)).status === 200, 'ready again');
  await stage.sees(() => shown(stage, thread, 'Are you there?'), 'the message');
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['before', 'meanwhile']);
  expect(shown(stage, thread, 'Are you there?')).toBe(1);
  expect(alarms(stage.logged())).toBe(1);
}, 40_000);

test('an outcome that cannot be stored is kept and not sent again', async () => {
  const { stage, file, thread } = await stageWithFile({ attemptMs: 8_000 });
  stage.acquire.faults.add({
    method: 'POST',
    path: '*add-message*',
    effect: 'done',
    answer: 'genuine',
    slowMs: 500,
    times: 1,
  });
  const ts = says(stage, thread, 'once');
  await stage.sees(() => stage.acquire.requests.some(({ path }) => path.includes('add-message')), 'the call');
  file.exec('PRAGMA query_only = ON');
  await pause(1_500);
  expect(toCustomer(stage, thread)).toEqual(['once']);
  file.exec('PRAGMA query_only = OFF');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['once']);
}, 30_000);

test('a disk on which each commit takes long loses and doubles nothing', async () => {
  const { stage, disk, thread } = await stageWithFile();
  disk.commitMs = 200;
  stage.acquire.customerWrites(thread.caseId, 'Hello?');
  const all = ['one', 'two', 'three'].map((text) => says(stage, thread, text));

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => shown(stage, thread, 'Hello?'), 'the message');
  disk.commitMs = 0;
  await pause(500);
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
  expect(shown(stage, thread, 'Hello?')).toBe(1);
}, 60_000);

test('another program that locks the file for longer than a write waits only holds things up', async () => {
  const { stage, thread } = await stageWithFile();
  const other = new DatabaseSync(stage.database);
  other.exec('BEGIN IMMEDIATE');
  const unlocked = pause(3_000).then(() => other.close());
  const all = ['one', 'two', 'three'].map((text) => says(stage, thread, text));
  stage.acquire.customerWrites(thread.caseId, 'Hello?');
  await unlocked;

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => shown(stage, thread, 'Hello?'), 'the message');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
  expect(shown(stage, thread, 'Hello?')).toBe(1);
}, 40_000);

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

test.runIf(canLimit)(
  'a full disk refuses events, and what was refused arrives once there is room',
  {
    timeout: 60_000,
  },
  async () => {
    const { env, slack, acquire } = await both();
    const app = run(['src/main.ts'], env);
    const url = await started(app, slack);
    const jo = acquire.contact({ name: 'Jo Customer' });
    const { id } = acquire.openCase(jo.id, { text: 'Where is my parcel?' });
    const root = (await sees(() => slack.messages(C.support)[0], 'the thread')).ts;
    const ready = async () => (await fetch(`${url}/readyz`)).status;
    // No file of the process can be written to any more, as on a disk without room.
    const limit = (bytes: string) => spawnSync('prlimit', ['--pid', String(app.pid), `--fsize=${bytes}:unlimited`]);

    limit('1');
    await sees(async () => (await ready()) === 503, 'not ready');
    slack.say(U.anna, C.support, 'On its way', { threadTs: root });
    acquire.customerWrites(id, 'Any news?');
    await pause(2_500);
    expect(alarms(app.out())).toBe(1);
    limit('unlimited');

    await sees(async () => (await ready()) === 200, 'ready again');
    const replies = () => acquire.snapshot().messages.filter(({ text }) => text === 'On its way');
    const posts = () => slack.thread(C.support, root).filter(({ text }) => text.includes('Any news?'));
    await sees(() => replies().length > 0 && posts().length > 0, 'both messages');
    await pause(1_000);
    expect([replies().length, posts().length]).toEqual([1, 1]);
  },
);

/** Only the app goes by this clock. */
const aloneOn = (now: () => number): StageOptions => ({ now, slack: { now: Date.now }, acquire: { now: Date.now } });

test.each([
  ['forward and back', [5 * HOUR, 0]],
  ['back and forward', [-5 * HOUR, 0]],
  ['back for good', [-5 * HOUR]],
  ['forward for good', [5 * HOUR]],
])(
  'a clock that jumps %s by hours while work is owed loses, doubles and delays nothing',
  async (_what, jumps) => {
    const clock = { ms: 0 };
    const { stage, thread } = await stageWithFile(aloneOn(() => Date.now() + clock.ms));
    stage.acquire.faults.add({ method: 'POST', path: '*add-message*', effect: 'done', answer: 'hang', times: 1 });
    const all = ['one', 'two'].map((text) => says(stage, thread, text));
    await stage.sees(() => toCustomer(stage, thread).length === 1, 'the first one stored');
    await stage.acquire.down();
    await stage.sees(() => stage.logged().includes('ECONNREFUSED'), 'a look-up that failed');

    for (const ms of jumps) {
      clock.ms = ms;
      await pause(500);
    }
    await stage.acquire.up();

    for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['one', 'two']);
    expect(saidIn(stage, thread).filter((text) => text.includes('not delivered'))).toEqual([]);
  },
  30_000,
);
