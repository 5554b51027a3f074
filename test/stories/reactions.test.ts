import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { answersTo } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { saidIn, says } from './talk.ts';

const reactions = { eyes: 'claim', lock: 'close', zzz: 'snooze 2h' };
const withReactions = (more: StageOptions = {}): Promise<Stage> =>
  stageFor({ pace: () => null, settings: { reactions }, ...more });

test.each([
  ['the first message', (_stage: Stage, { root }: OpenThread) => root],
  ['a customer’s message', (stage: Stage, { root }: OpenThread) => stage.slack.thread(CHANNEL, root).at(-1)?.ts ?? ''],
  ['an agent’s message', (stage: Stage, thread: OpenThread) => says(stage, thread, '// lunch?', BEN)],
])('a reaction on %s of a thread claims its case', async (_where, messageIn) => {
  const stage = await withReactions();
  const thread = await stage.thread();

  stage.slack.react(ANNA, CHANNEL, messageIn(stage, thread), 'eyes');

  await stage.sees(() => said(stage, thread, 'took this case'), 'the claim');
  expect(answersTo(stage, ANNA)).toEqual([]);
});

test('reactions close and snooze as well', async () => {
  const stage = await withReactions();
  const thread = await stage.thread();

  stage.slack.react(ANNA, CHANNEL, thread.root, 'zzz');
  await stage.sees(() => said(stage, thread, 'snoozed this case until'), 'the snooze');
  stage.slack.react(ANNA, CHANNEL, thread.root, 'lock');

  await stage.sees(() => said(stage, thread, 'closed the case'), 'the closing');
  expect(stage.acquire.snapshot().cases[0]?.status).toBe('closed');
});

test('a stranger’s reaction does nothing, and is told so once it stands for something', async () => {
  const stage = await withReactions();
  const thread = await stage.thread();

  stage.slack.react(U.guest, CHANNEL, thread.root, 'lock');

  const told = await stage.sees(() => answersTo(stage, U.guest)[0], 'the answer');
  expect(told.words).toContain('Only agents can do this');
  expect(stage.acquire.snapshot().cases[0]?.status).not.toBe('closed');
});

test('reactions on anything else are nobody’s business, and never answered', async () => {
  const stage = await withReactions();
  const thread = await stage.thread();
  const lunch = stage.slack.say(BEN, CHANNEL, 'Lunch?');
  const elsewhere = stage.slack.say(BEN, C.general, 'Lunch?');

  stage.slack.react(ANNA, CHANNEL, lunch.ts, 'eyes');
  stage.slack.react(ANNA, C.general, elsewhere.ts, 'eyes');
  stage.slack.react(ANNA, CHANNEL, thread.root, 'heart');
  stage.slack.react(BEN, CHANNEL, thread.root, 'eyes');

  await stage.sees(() => said(stage, thread, 'took this case'), 'Ben’s claim');
  expect(answersTo(stage, ANNA)).toEqual([]);
});

test('without the setting no reaction does anything', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();

  stage.slack.react(ANNA, CHANNEL, thread.root, 'eyes');
  await stage.slack.eventsSettled();
  await stage.slack.click(BEN, { channel: CHANNEL, ts: thread.root, actionId: 'case_claim' });
  await stage.sees(() => said(stage, thread, 'took this case'), 'Ben’s claim');

  expect(saidIn(stage, thread).filter((words) => words.includes('took this case'))).toHaveLength(1);
});

test('a reaction told before a stop is done once after the start', async () => {
  const stage = await withReactions();
  const thread = await stage.thread();
  const restore = stage.slack.faults.add({ method: 'users.info', action: { kind: 'status', status: 500 } });
  stage.slack.react(ANNA, CHANNEL, thread.root, 'eyes');
  await stage.slack.eventsSettled();
  await stage.stop();

  restore();
  await stage.start();

  await stage.sees(() => said(stage, thread, 'took this case'), 'the claim');
  expect(saidIn(stage, thread).filter((words) => words.includes('took this case'))).toHaveLength(1);
});

const said = (stage: Stage, thread: OpenThread, words: string): boolean =>
  saidIn(stage, thread).some((text) => text.includes(words));
