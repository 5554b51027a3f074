import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { ANNA, stageFor } from './stage.ts';

test('the home tab shows an agent who waits, and the way to each thread', async () => {
  const stage = await stageFor();
  await stage.thread('Where is my parcel?');

  stage.slack.openHome(ANNA);

  const drawn = await stage.sees(() => homeOf(stage, ANNA), 'the home tab');
  expect(drawn).toContain('Waiting longest (1)');
  expect(drawn).toContain('Jo Customer');
});

test('the home tab shows nothing of any case to who is not an agent', async () => {
  const stage = await stageFor();
  await stage.thread('Where is my parcel?');

  stage.slack.openHome(U.guest);

  const drawn = await stage.sees(() => homeOf(stage, U.guest), 'the home tab');
  expect(drawn).not.toContain('Jo Customer');
});

const homeOf = (stage: Awaited<ReturnType<typeof stageFor>>, member: string): string | null => {
  const home = stage.slack.home(member);
  return home === undefined ? null : JSON.stringify(home);
};
