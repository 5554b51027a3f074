import { expect, test } from 'vitest';
import type { FaultAction } from '../../src/sandbox/slack/faults.ts';
import { command } from './asking.ts';
import { ANNA, CHANNEL, stageFor, type Stage } from './stage.ts';
import {
  alarmsOf,
  calm,
  cardOf,
  deliveriesIn,
  repliesIn,
  rootsOf,
  textsIn,
  threadWith,
  unpaced,
  wordsOf,
} from './incoming.ts';
import { rootsIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

const ADMIN = 'U0ADA';

/** Ten messages while Slack misbehaves; each must come once and in order. */
const comesThrough = async (stage: Stage, { root, caseId }: { root: string; caseId: number }): Promise<void> => {
  const texts = Array.from({ length: 10 }, (_, index) => `message ${index + 1}`);
  for (const text of texts) stage.acquire.customerWrites(caseId, text);
  await stage.sees(() => textsIn(stage, root).includes('message 5'), 'half of them');
  await stage.sees(() => textsIn(stage, root).includes('message 10'), 'all of them');
  await calm();
  expect(textsIn(stage, root).filter((text) => text.startsWith('message'))).toEqual(texts);
  expect(rootsOf(stage)).toHaveLength(1);
};

const troubles: readonly (readonly [string, FaultAction])[] = [
  ['answers 500 before it does anything', { kind: 'status', status: 500, when: 'before' }],
  ['answers 500 after it did its work', { kind: 'status', status: 500, when: 'after' }],
  ['drops the connection after it did its work', { kind: 'drop', when: 'after' }],
  ['says fatal_error after it did its work', { kind: 'error', error: 'fatal_error', when: 'after' }],
  ['asks to wait a second', { kind: 'rateLimit', retryAfter: 1 }],
  ['never answers, and does its work later', { kind: 'hang', when: 'after', effectAfterMs: 400 }],
];

test('every message comes once and in order, whatever Slack does', async () => {
  const played = troubles.map(async ([trouble, action]) => {
    const stage = await stageFor({ ...unpaced, attemptMs: 1500 });
    const thread = await stage.thread('hello');
    let posts = 0;
    const matches = (): boolean => (posts += 1) % 3 === 2;
    stage.slack.faults.add({ method: 'chat.postMessage', action, times: 2, matches });
    await comesThrough(stage, thread).catch((cause: unknown) => {
      throw new Error(`when Slack ${trouble}`, { cause });
    });
  });

  expect(await Promise.all(played)).toHaveLength(troubles.length);
}, 40_000);

test('the start of a thread that went wrong half-way makes one thread', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 2000 });
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'drop', when: 'after' }, times: 1 });

  const { root } = await stage.thread('hello');

  await calm();
  expect(rootsOf(stage).map(({ ts }) => ts)).toEqual([root]);
  expect(textsIn(stage, root)).toEqual(['hello']);
}, 20_000);

test('what customers write while Slack is down comes when it is back', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 2000 });
  const { root, caseId, contactId } = await stage.thread('hello');

  await stage.slack.down();
  stage.acquire.customerWrites(caseId, 'one');
  stage.acquire.openCase(contactId, { text: 'another matter' });
  await calm(1500);
  stage.acquire.customerWrites(caseId, 'two');
  await stage.slack.up();

  await stage.sees(() => textsIn(stage, root).includes('two'), 'both');
  expect(textsIn(stage, root)).toEqual(['hello', 'one', 'two']);
  await threadWith(stage, 'another matter');
}, 30_000);

test('what belongs into an archived channel waits, alarms once and comes when it is back', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('hello');

  stage.slack.archive(ADMIN, CHANNEL);
  stage.acquire.customerWrites(caseId, 'one');
  stage.acquire.customerWrites(caseId, 'two');
  await stage.sees(async () => (await deliveriesIn(stage, 'owed')).length >= 2, 'both wait');
  await calm(600);
  const alarms = alarmsOf(stage);
  stage.slack.unarchive(ADMIN, CHANNEL);

  await stage.sees(() => textsIn(stage, root).includes('two'), 'both');
  expect(textsIn(stage, root)).toEqual(['hello', 'one', 'two']);
  expect(alarms).toHaveLength(1);
});

test('an archived channel is noticed without any event', async () => {
  const stage = await stageFor(unpaced);
  const { caseId } = await stage.thread('hello');

  stage.slack.eventFault({ action: 'lose' });
  stage.slack.archive(ADMIN, CHANNEL);
  stage.acquire.customerWrites(caseId, 'one');

  await stage.sees(() => alarmsOf(stage).length > 0, 'the alarm');
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
});

test('when the app is thrown out of the channel everything waits until it is invited again', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('hello');

  stage.slack.leave('U0CASEBOT', CHANNEL);
  stage.acquire.customerWrites(caseId, 'one');
  await stage.sees(() => alarmsOf(stage).length > 0, 'the alarm');
  await calm(300);
  stage.slack.join('U0CASEBOT', CHANNEL);

  await stage.sees(() => textsIn(stage, root).includes('one'), 'the message');
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
});

test('a case whose first message was deleted goes on in a new thread, with a link to the earlier one', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('hello');
  const other = stage.acquire.openCase(stage.acquire.contact().id, { text: 'other case' });
  const otherRoot = await threadWith(stage, 'other case');

  stage.slack.remove(ADMIN, CHANNEL, root);
  for (const text of ['one', 'two', 'three']) stage.acquire.customerWrites(caseId, text);
  stage.acquire.customerWrites(other.id, 'still fine');

  const anew = await threadWith(stage, 'three');
  await stage.sees(() => textsIn(stage, otherRoot).includes('still fine'), 'the other case goes on');
  await calm();
  expect(anew > root).toBe(true);
  expect(textsIn(stage, anew).slice(1)).toEqual(['one', 'two', 'three']);
  expect(wordsOf(repliesIn(stage, anew)[0])).toMatch(/earlier thread was deleted.*Go to the earlier thread/);
  expect(JSON.stringify(repliesIn(stage, anew)[0])).toContain(`thread_ts=${root}`);
  expect(wordsOf(cardOf(stage, anew))).toContain('Contact: Jo Customer');
  expect(channelTexts(stage).filter((text) => ['one', 'two', 'three'].includes(text))).toEqual([]);
  expect(alarmsOf(stage)).toHaveLength(1);
  expect(await deliveriesIn(stage, 'owed')).toEqual([]);
});

test('a thread is started anew as often as it is deleted, and answers go on from there', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread('hello');
  for (const text of ['one', 'two']) {
    const root = rootsOf(stage).at(-1)?.ts ?? '';
    stage.slack.remove(ADMIN, CHANNEL, root);
    stage.acquire.customerWrites(thread.caseId, text);
    await threadWith(stage, text);
  }

  const root = await threadWith(stage, 'two');
  says(stage, { ...thread, root }, 'here I am');

  await stage.sees(() => toCustomer(stage, thread).length > 0, 'the answer');
  expect(toCustomer(stage, thread)).toEqual(['here I am']);
  expect(rootsIn(stage).filter((ts) => ts >= root)).toEqual([root]);
});

test('what is written in the thread that the case has left is not sent, and its author is told where it goes on', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread('hello');
  stage.slack.remove(ADMIN, CHANNEL, thread.root);
  stage.acquire.customerWrites(thread.caseId, 'anybody there?');
  await threadWith(stage, 'anybody there?');

  const ts = says(stage, thread, 'yes, in the old thread');
  says(stage, thread, '// between us');

  await stage.sees(() => toldAlone(stage).some((words) => words.includes('This was not sent')), 'where it goes on');
  await seesMark(stage, ts, 'warning');
  stage.slack.edit(ANNA, CHANNEL, ts, 'yes, changed in the old thread');
  await calm();
  expect(toldAlone(stage)).toHaveLength(1);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a post outside its thread is taken back even when its answer was lost', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 2000 });
  const { root, caseId } = await stage.thread('hello');
  stage.slack.remove(ADMIN, CHANNEL, root);
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'drop', when: 'after' }, times: 1 });
  stage.slack.faults.add({ method: 'chat.delete', action: { kind: 'status', status: 500, when: 'before' }, times: 1 });

  stage.acquire.customerWrites(caseId, 'astray');

  await stage.sees(() => channelTexts(stage).includes('astray'), 'the stray');
  const anew = await threadWith(stage, 'astray');
  await calm(1000);
  expect(channelTexts(stage)).not.toContain('astray');
  expect(textsIn(stage, anew).filter((text) => text === 'astray')).toHaveLength(1);
}, 30_000);

test('a case that was unlinked after its first message was deleted can be linked anew', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('hello');
  stage.slack.remove(ADMIN, CHANNEL, root);

  await command(stage, `unlink ${caseId}`);
  await stage.sees(() => alarmsOf(stage).length > 0, 'the alarm');
  await command(stage, `link ${caseId}`);

  const again = await stage.sees(() => rootsOf(stage).find(({ ts }) => ts > root)?.ts, 'a new thread');
  stage.acquire.customerWrites(caseId, 'still here');
  await stage.sees(() => textsIn(stage, again).includes('still here'), 'what was said after');
  await calm();
  expect(rootsOf(stage).filter(({ ts }) => ts > root)).toHaveLength(1);
  expect(await deliveriesIn(stage, 'owed')).toEqual([]);
});

/** What stands in the channel itself, and not because a reply was shown there too. */
const channelTexts = (stage: Stage): string[] => rootsOf(stage).map(({ text }) => text);
