import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { stageFor } from './stage.ts';
import { says, seesMark, toCustomer } from './talk.ts';

test('replies written while casebridge was stopped reach the customer after it starts, in order', async () => {
  const stage = await stageFor({ slack: { retries: [20] } });
  const thread = await stage.thread();
  says(stage, thread, 'before');
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the first reply');
  await stage.stop();

  const second = says(stage, thread, 'while away, one');
  says(stage, thread, 'while away, two');
  await stage.slack.eventsSettled();
  await stage.start();
  says(stage, thread, 'afterwards');

  await seesMark(stage, second, 'white_check_mark');
  await stage.sees(() => toCustomer(stage, thread).length === 4, 'all four replies');
  expect(toCustomer(stage, thread)).toEqual(['before', 'while away, one', 'while away, two', 'afterwards']);
});

test('a lost event’s reply goes before the next one, found by reading the thread', async () => {
  const stage = await stageFor({ slack: { retries: [20] } });
  const thread = await stage.thread();
  await stage.stop();
  says(stage, thread, 'lost');
  await stage.slack.eventsSettled();
  await stage.start();

  says(stage, thread, 'told');

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'both replies');
  expect(toCustomer(stage, thread)).toEqual(['lost', 'told']);
});

test('what guests and bots wrote while casebridge was stopped stays in Slack', async () => {
  const stage = await stageFor({ slack: { retries: [20] } });
  const thread = await stage.thread();
  await stage.stop();
  stage.slack.join(U.guest, C.support);
  stage.slack.join(U.otherBot, C.support);
  says(stage, thread, 'from a guest', U.guest);
  says(stage, thread, 'from a bot', U.otherBot);
  await stage.slack.eventsSettled();
  await stage.start();

  says(stage, thread, 'from an agent');

  await stage.sees(() => toCustomer(stage, thread).length > 0, 'a reply');
  expect(toCustomer(stage, thread)).toEqual(['from an agent']);
});
