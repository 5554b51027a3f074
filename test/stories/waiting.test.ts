import { expect, test } from 'vitest';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, marksOn, press, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** What becomes of replies and posts that have to wait: for how long, who is told, and who decides. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

/** A stage on a clock that the story puts forward. */
const later = async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ pace: () => null, attemptMs: 800, now: () => Date.now() + clock.ms });
  return { stage, clock, thread: await stage.thread() };
};

const tellings = (stage: Stage, thread: OpenThread) =>
  saidIn(stage, thread).filter((text) => text.includes('has been waiting'));

const questions = (stage: Stage, thread: OpenThread) =>
  saidIn(stage, thread).filter((text) => text.includes('[Send to customer]'));

test('an outage of 30 hours costs no reply, and its author is told once that it waits', async () => {
  const { stage, clock, thread } = await later();
  await stage.acquire.down();
  const ts = says(stage, thread, 'Patience');
  await seesMark(stage, ts, 'hourglass_flowing_sand');
  for (const ms of [2 * MINUTE, 6 * MINUTE, 30 * HOUR]) {
    clock.ms = ms;
    await stage.sees(() => tellings(stage, thread).length > 0, 'word that it waits');
  }

  await stage.acquire.up();
  await seesMark(stage, ts, 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual(['Patience']);
  expect(tellings(stage, thread)).toHaveLength(1);
}, 30_000);

test('an hourglass of which nobody knows whether it was set does not stay beside the mark of success', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();
  const setting = {
    method: 'reactions.add',
    matches: ({ name }: Readonly<Record<string, unknown>>) => name === 'hourglass_flowing_sand',
  };
  await stage.acquire.down();
  stage.slack.faults.add({ ...setting, action: { kind: 'drop', when: 'after' }, times: 1 });
  stage.slack.faults.add({ ...setting, action: { kind: 'status', status: 500, when: 'before' } });
  const ts = says(stage, thread, 'Hello');
  await seesMark(stage, ts, 'hourglass_flowing_sand');

  await stage.acquire.up();

  await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => marksOn(stage, ts).length === 1, 'one mark');
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
}, 30_000);

test('a reply that a usable Acquire did not take for 24 hours is given up, and Retry sends it', async () => {
  const { stage, clock, thread } = await later();
  const heal = stage.acquire.faults.add({ ...SENDING, answer: { status: 500 } });
  const ts = says(stage, thread, 'Again and again');
  await seesMark(stage, ts, 'hourglass_flowing_sand');

  clock.ms = 23 * HOUR;
  await stage.sees(() => tellings(stage, thread).length === 1, 'word that it waits');
  expect(marksOn(stage, ts)).toEqual(['hourglass_flowing_sand']);
  clock.ms = 25 * HOUR;
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('for 24 hours')), 'the reason');
  heal();
  await press(stage, thread, 'Retry');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Again and again']);
}, 30_000);

test('a reply is tried once more when nothing could be done for a day', async () => {
  const { stage, clock, thread } = await later();
  await stage.acquire.down();
  const ts = says(stage, thread, 'Back from the weekend');
  await seesMark(stage, ts, 'hourglass_flowing_sand');
  await stage.stop();
  clock.ms = 60 * HOUR;
  await stage.acquire.up();
  await stage.start();

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Back from the weekend']);
}, 30_000);

test('what a customer wrote is posted however long Slack is away', async () => {
  const { stage, clock, thread } = await later();
  await stage.slack.down();
  stage.acquire.customerWrites(thread.caseId, 'Is anybody there?');
  await stage.sees(() => stage.logged().includes('"outcome":"snooze"'), 'a post that failed');

  clock.ms = 10 * 24 * HOUR;
  await stage.slack.up();

  const shown = () => stage.slack.thread(CHANNEL, thread.root).filter(({ text }) => text.includes('anybody there'));
  await stage.sees(() => shown().length > 0, 'the message');
  expect(shown()).toHaveLength(1);
}, 30_000);

/** Three replies of two members that waited for 40 minutes, in which the customer wrote. */
const heldTogether = async () => {
  const { stage, clock, thread } = await later();
  await stage.acquire.down();
  const all = [says(stage, thread, 'one'), says(stage, thread, 'two', BEN), says(stage, thread, 'three')];
  for (const ts of all) await seesMark(stage, ts, 'hourglass_flowing_sand');
  clock.ms = 40 * MINUTE;
  stage.acquire.customerWrites(thread.caseId, 'Never mind');
  await stage.acquire.up();
  for (const ts of all) await seesMark(stage, ts, 'raised_hand');
  await stage.sees(() => questions(stage, thread).length > 0, 'the question');
  return { stage, clock, thread, all };
};

test('all replies of a thread that the case has overtaken are held together and asked about once', async () => {
  const { stage, thread, all } = await heldTogether();
  expect(questions(stage, thread)).toHaveLength(1);
  expect(questions(stage, thread)[0]).toContain('these 3 replies waited');
  expect(toCustomer(stage, thread)).toEqual([]);

  await press(stage, thread, 'Send to customer');

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
  expect(buttonIn(stage, thread, 'Send to customer')).toBeUndefined();
}, 30_000);

test('replies that are held survive a restart, are asked about again, and can all be kept inside', async () => {
  const { stage, clock, thread, all } = await heldTogether();
  await stage.stop();
  await stage.start();
  clock.ms += 6 * MINUTE;

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('Asked again')), 'the second question');
  // The new question stands before the old one goes.
  await stage.sees(() => questions(stage, thread).length === 1, 'one question');
  await press(stage, thread, 'Keep inside');

  await stage.sees(() => all.every((ts) => marksOn(stage, ts).length === 0), 'no marks');
  await stage.sees(() => buttonIn(stage, thread, 'Keep inside') === undefined, 'no question left');
  expect(toCustomer(stage, thread)).toEqual([]);
}, 30_000);

test('what a member releases goes out after what was written meanwhile', async () => {
  const { stage, thread, all } = await heldTogether();
  const heal = stage.acquire.faults.add({ ...SENDING, answer: 'hang' });
  const next = says(stage, thread, 'four');
  await stage.sees(() => stage.acquire.requests.some(({ path }) => path.includes('add-message')), 'the next one tried');

  await press(stage, thread, 'Send to customer');
  heal();

  for (const ts of [...all, next]) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['four', 'one', 'two', 'three']);
}, 30_000);

test('the question about held replies goes away when their authors have deleted them', async () => {
  const { stage, thread, all } = await heldTogether();
  const [one = '', two = '', three = ''] = all;
  stage.slack.remove(ANNA, CHANNEL, one);
  stage.slack.remove(ANNA, CHANNEL, three);
  const done = says(stage, thread, 'Sorry');
  await seesMark(stage, done, 'white_check_mark');
  expect(questions(stage, thread)).toHaveLength(1);
  stage.slack.remove(BEN, CHANNEL, two);

  await stage.sees(() => questions(stage, thread).length === 0, 'no question left');
  expect(toCustomer(stage, thread)).toEqual(['Sorry']);
}, 30_000);
