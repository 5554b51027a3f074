import { expect, test } from 'vitest';
import type { FaultAction } from '../../src/sandbox/slack/faults.ts';
import { CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { marksOn, rootsIn, says, seesMark, toCustomer } from './talk.ts';

/** A call had no answer, and its effect is told to us all the same: nobody waits for the end of the attempt. */

/** An attempt may take effect for eighteen seconds, and is looked up only then. */
const SOON_MS = 9000;
const pace = () => null;

const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };

const since = (at: number): number => Date.now() - at;

const posts = (stage: Stage, { root }: OpenThread, text: string): number =>
  stage.slack.thread(CHANNEL, root).filter((message) => message.text.includes(text)).length;

const sendsOf = (stage: Stage, words: string): number =>
  stage.acquire.requests.filter(({ path, body }) => path.endsWith(sending.path) && JSON.stringify(body).includes(words))
    .length;

test('a reply whose call was cut is delivered as soon as a webhook shows it, and the next one goes', async () => {
  const stage = await stageFor({ pace, webhookEvents: ['case:message:new', 'case:new', 'case:status'] });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ ...sending, effect: 'done', answer: 'drop', times: 1 });
  const at = Date.now();

  const [first, second] = [says(stage, thread, 'Yes'), says(stage, thread, 'Yes')];

  await seesMark(stage, first, 'white_check_mark');
  await seesMark(stage, second, 'white_check_mark');
  expect(since(at)).toBeLessThan(SOON_MS);
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'Yes', 'Yes']);
  expect(sendsOf(stage, 'Yes')).toBe(2);
}, 40_000);

test('so it is where only reading shows it, and where the customer writes meanwhile', async () => {
  const stage = await stageFor({ pace });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ ...sending, effect: 'done', answer: { status: 500 }, times: 1 });
  const at = Date.now();

  const ts = says(stage, thread, 'It comes tomorrow');
  await stage.sees(() => toCustomer(stage, thread).length === 2, 'the row');
  stage.acquire.customerWrites(thread.caseId, 'When does it come?');

  await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => posts(stage, thread, 'When does it come?') === 1, 'what the customer wrote');
  expect(since(at)).toBeLessThan(SOON_MS);
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'It comes tomorrow']);
  expect(sendsOf(stage, 'tomorrow')).toBe(1);
}, 40_000);

test('what somebody else writes with the same words settles nothing', async () => {
  const stage = await stageFor({ pace });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ ...sending, effect: 'none', answer: 'drop', times: 1 });

  const ts = says(stage, thread, 'Thanks');
  stage.acquire.agentWrites(stage.acquire.agent({ name: 'Carla' }).id, thread.caseId, 'Thanks');
  await stage.sees(() => stage.logged().includes('an event is put off'), 'that the news wait');
  await new Promise((resolve) => setTimeout(resolve, 2500));

  expect(marksOn(stage, ts)).not.toContain('white_check_mark');
}, 40_000);

const unheard: readonly (readonly [what: string, action: FaultAction])[] = [
  ['is cut', { kind: 'drop', when: 'after' }],
  ['hangs', { kind: 'hang', when: 'after' }],
];

test.each(unheard)(
  'a post whose call %s is known by its own event, and what is behind it follows',
  async (_what, action) => {
    const stage = await stageFor({ pace });
    const thread = await stage.thread();
    stage.slack.faults.add({ method: 'chat.postMessage', action, times: 1 });
    const at = Date.now();

    stage.acquire.customerWrites(thread.caseId, 'Is it on its way?');
    stage.acquire.customerWrites(thread.caseId, 'Hello?');

    await stage.sees(() => posts(stage, thread, 'Hello?') === 1, 'the second message');
    expect(since(at)).toBeLessThan(SOON_MS);
    expect(posts(stage, thread, 'Is it on its way?')).toBe(1);
  },
  40_000,
);

test('a thread whose first post had no answer goes on below it', async () => {
  const stage = await stageFor({ pace });
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'drop', when: 'after' }, times: 1 });
  const at = Date.now();

  const thread = await stage.thread('My parcel is lost');

  expect(since(at)).toBeLessThan(SOON_MS);
  expect(rootsIn(stage)).toEqual([thread.root]);
  await seesMark(stage, says(stage, thread, 'Let me look'), 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Let me look']);
}, 40_000);

test('a post whose event is lost as well is found when the attempt is over', async () => {
  const stage = await stageFor({ pace, attemptMs: 3000 });
  const thread = await stage.thread();
  stage.slack.eventFault({ action: 'lose' });
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'drop', when: 'after' }, times: 1 });

  stage.acquire.customerWrites(thread.caseId, 'Is it on its way?');
  stage.acquire.customerWrites(thread.caseId, 'Hello?');

  await stage.sees(() => posts(stage, thread, 'Hello?') === 1, 'the second message');
  expect(posts(stage, thread, 'Is it on its way?')).toBe(1);
}, 40_000);
