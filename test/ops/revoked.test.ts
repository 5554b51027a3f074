import { expect, test } from 'vitest';
import { stageFor } from '../stories/stage.ts';
import { says, seesMark, toCustomer } from '../stories/talk.ts';

const alarmsIn = (log: string): readonly string[] =>
  [...log.matchAll(/"alarm":"([^"]+)"/gu)].map(([, key = '']) => key);

test('when Acquire takes the key back everything waits under one alarm, and goes on with a right key', {
  timeout: 90_000,
}, async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  stage.acquire.revokeKey();
  const ts = says(stage, thread, 'On its way.');

  await seesMark(stage, ts, 'hourglass_flowing_sand');
  says(stage, thread, 'Another word.');
  await stage.sees(() => alarmsIn(stage.logged()).length > 0, 'an alarm');

  expect(new Set(alarmsIn(stage.logged())).size).toBe(1);
  expect(toCustomer(stage, thread)).toEqual([]);
  stage.acquire.restoreKey();
  await stage.sees(() => toCustomer(stage, thread).length === 2, 'both replies', 60_000);
  expect(toCustomer(stage, thread)).toEqual(['On its way.', 'Another word.']);
});

test('when Slack takes the token back everything waits under one alarm, and goes on when it is given again', {
  timeout: 90_000,
}, async () => {
  const stage = await stageFor();
  const thread = await stage.thread();
  stage.slack.revokeToken();
  stage.acquire.customerWrites(thread.caseId, 'Are you there?');

  await stage.sees(() => alarmsIn(stage.logged()).some((key) => key.startsWith('slack:')), 'an alarm');

  const shown = () => stage.slack.thread('C0SUPPORT', thread.root).some(({ text }) => text.includes('Are you there?'));
  expect(shown()).toBe(false);
  stage.slack.restoreToken();
  await stage.sees(shown, 'what the customer wrote', 60_000);
});
