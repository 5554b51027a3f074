import { copyFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { says, seesMark, toCustomer } from './talk.ts';

/** A store that is older than what stands on both sides: a backup that was put back. */

const options = { env: { PUBLIC_URL: 'https://files.example.com/' }, pace: () => null, attemptMs: 800 };
const PHOTO = { name: 'photo.png', content: 'these are bytes' };

const restored = async (stage: Stage, meanwhile: () => Promise<unknown>): Promise<void> => {
  const copy = `${stage.database}.copy`;
  await stage.stop();
  copyFileSync(stage.database, copy);
  await stage.start();
  await meanwhile();
  await stage.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stage.database}${end}`, { force: true });
  copyFileSync(copy, stage.database);
  await stage.start();
};

const filesIn = (stage: Stage, { root }: OpenThread): readonly string[] =>
  stage.slack
    .thread(CHANNEL, root)
    .flatMap(({ files = [] }) => files)
    .map(({ name }) => String(name));

test('a restored backup sends no customer the same file again', async () => {
  const stage = await stageFor(options);
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'before'), 'white_check_mark');

  await restored(stage, async () => {
    const { ts } = stage.slack.say(ANNA, CHANNEL, 'a photo', { threadTs: thread.root, files: [PHOTO] });
    await stage.sees(() => toCustomer(stage, thread).some((text) => text.startsWith('photo.png')), 'the file');
    await seesMark(stage, ts, 'white_check_mark');
  });
  const { ts } = stage.slack.say(ANNA, CHANNEL, 'and', {
    threadTs: thread.root,
    files: [{ ...PHOTO, name: 'new.png' }],
  });

  await seesMark(stage, ts, 'white_check_mark');
  const shared = (): number => stage.logged().match(/"delivery":"share:[^\n]*"outcome":"delivered"/g)?.length ?? 0;
  await stage.sees(() => shared() === 3, 'both files settled, and one of them before');
  const names = toCustomer(stage, thread).map((text) => text.split(' ')[0]);
  expect(names.filter((name) => name?.endsWith('.png'))).toEqual(['photo.png', 'new.png']);
}, 60_000);

test('a restored backup shows no customer’s file again', async () => {
  const stage = await stageFor(options);
  const thread = await stage.thread();

  await restored(stage, async () => {
    stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });
    await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  });
  stage.acquire.customerSends(thread.caseId, { ...PHOTO, name: 'new.png' }, { text: 'and' });

  await stage.sees(() => filesIn(stage, thread).includes('new.png'), 'the new file');
  expect(filesIn(stage, thread)).toEqual(['photo.png', 'new.png']);
}, 60_000);
