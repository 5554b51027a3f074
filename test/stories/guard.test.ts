import { expect, test } from 'vitest';
import { BEN, type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, press, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** Replies that cross what their author could not have read. */

const quick = { pace: () => null, attemptMs: 800 };
/** Nobody reads at once: the story goes on a while after what was said. */
const clock = { ms: 0 };
const stageWith = (settings: NonNullable<Parameters<typeof stageFor>[0]>['settings']): Promise<Stage> => {
  clock.ms = 0;
  return stageFor({ ...quick, now: () => Date.now() + clock.ms, settings: { undo: 0, ...settings } });
};
const passes = (seconds: number): void => void (clock.ms += seconds * 1000);

const isAsked = (stage: Stage, thread: OpenThread, words: string): Promise<unknown> =>
  stage.sees(() => saidIn(stage, thread).some((text) => text.includes(words)), `the question “${words}”`);

test('of two members who answer at once the second is asked, and may send all the same', async () => {
  const stage = await stageWith({ guard: 'agents' });
  const thread = await stage.thread();
  const first = says(stage, thread, 'It left today');
  await seesMark(stage, first, 'white_check_mark');

  const second = says(stage, thread, 'It leaves tomorrow', BEN);
  await seesMark(stage, second, 'raised_hand');
  await isAsked(stage, thread, 'somebody else answered the customer at the same time');
  expect(toCustomer(stage, thread)).toEqual(['It left today']);

  await press(stage, thread, 'Send to customer', BEN);
  await seesMark(stage, second, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['It left today', 'It leaves tomorrow']);
});

test('a held reply can be kept inside', async () => {
  const stage = await stageWith({ guard: 'agents' });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'It left today'), 'white_check_mark');
  const second = says(stage, thread, 'It leaves tomorrow', BEN);
  await seesMark(stage, second, 'raised_hand');

  await press(stage, thread, 'Keep inside', BEN);

  await seesMark(stage, second, '');
  expect(toCustomer(stage, thread)).toEqual(['It left today']);
});

test('who had time to read the other answer is not asked, nor who goes on with their own', async () => {
  const stage = await stageWith({ guard: 'agents' });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'It left today'), 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'at noon'), 'white_check_mark');

  passes(20);
  await seesMark(stage, says(stage, thread, 'and arrives tomorrow', BEN), 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual(['It left today', 'at noon', 'and arrives tomorrow']);
});

test('an answer given in Acquire, of which nobody told us yet, holds a reply', async () => {
  const stage = await stageFor({
    ...quick,
    webhook: false,
    env: { ACQUIRE_POLL_SECONDS: '2' },
    settings: { guard: 'agents' },
  });
  const thread = await stage.thread();
  const carla = stage.acquire.agent({ name: 'Carla' });
  stage.acquire.agentJoins(carla.id, thread.caseId);
  stage.acquire.agentWrites(carla.id, thread.caseId, 'I have sent it');

  const ts = says(stage, thread, 'It leaves tomorrow');

  await seesMark(stage, ts, 'raised_hand');
  expect(toCustomer(stage, thread)).not.toContain('It leaves tomorrow');
});

test('a reply written before the customer’s last message is held where the setting says all', async () => {
  const stage = await stageWith({ guard: 'all' });
  const thread = await stage.thread();

  const hasty = says(stage, thread, 'Which order?');
  await seesMark(stage, hasty, 'raised_hand');
  await isAsked(stage, thread, 'the customer wrote again');
  passes(10);
  await seesMark(stage, says(stage, thread, 'I look it up'), 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual(['I look it up']);
});

test('with nothing set replies go out whoever writes', async () => {
  const stage = await stageWith({});
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'It left today'), 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'It leaves tomorrow', BEN), 'white_check_mark');
  expect(buttonIn(stage, thread, 'Send to customer')).toBeUndefined();
});

test('who answers a case that nobody has, has it, where the setting says so', async () => {
  const stage = await stageWith({ claim_on_reply: true });
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'On it'), 'white_check_mark');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('by answering it')), 'that it was taken');
  await seesMark(stage, says(stage, thread, 'I help', BEN), 'white_check_mark');

  expect(saidIn(stage, thread).filter((text) => text.includes('by answering it'))).toHaveLength(1);
});
