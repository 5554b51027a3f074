import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/acquire/faults.ts';
import { type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, marksOn, press, rootsIn, saidIn, says, seesMark, toCustomer } from './talk.ts';

const quick = { pace: () => null, attemptMs: 800 };
const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

const saysThree = (stage: Stage, thread: OpenThread): readonly string[] =>
  ['one', 'two', 'three'].map((text) => says(stage, thread, text));

test('while Acquire is down a reply shows that it waits, and goes out once Acquire is back', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await stage.acquire.down();

  const all = saysThree(stage, thread);
  for (const ts of all) await seesMark(stage, ts, 'hourglass_flowing_sand');
  await stage.acquire.up();

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
}, 20_000);

describe.each<[string, Omit<Fault, 'method' | 'path'>]>([
  ['answers 429', { answer: { status: 429, retryAfter: 1 } }],
  ['answers 500 and does nothing', { answer: { status: 500 } }],
  ['answers 500 and has stored it', { effect: 'done', answer: { status: 500 } }],
  ['answers 502 and stores it a little later', { effect: 'late', lateMs: 300, answer: { status: 502 } }],
  ['cuts the connection before', { answer: 'drop' }],
  ['cuts the connection after', { effect: 'done', answer: 'drop' }],
  ['hangs and does nothing', { answer: 'hang' }],
  ['hangs and has stored it', { effect: 'done', answer: 'hang' }],
  ['answers with something unreadable and has stored it', { effect: 'done', answer: { status: 200, body: 'ok' } }],
  ['answers with another shape and has stored it', { effect: 'done', answer: { status: 200, body: { ok: true } } }],
])('when Acquire %s', (_what, fault) => {
  test('replies arrive once each and in order', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, ...fault, times: 1 });

    const all = saysThree(stage, thread);

    for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
    expect(saidIn(stage, thread).filter((text) => /one|two|three/.test(text))).toEqual([]);
  }, 20_000);
});

const blind = { acquire: { variants: { readers: { caseMessage: false, caseRelation: false, chatMessages: false } } } };

test('an outcome that cannot be determined is asked about, and “It arrived” ends it', async () => {
  const stage = await stageFor({ ...quick, ...blind, webhookEvents: ['case:message:new', 'case:new', 'case:status'] });
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: { status: 500 }, times: 1 });

  const ts = says(stage, thread, 'Did it arrive?');
  await seesMark(stage, ts, 'warning');
  await press(stage, thread, 'It arrived');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Did it arrive?']);
  expect(buttonIn(stage, thread, 'Send again')).toBeUndefined();
}, 20_000);

test('an outcome that cannot be determined is sent again when a member says so, and others go on meanwhile', async () => {
  const stage = await stageFor({ ...quick, ...blind, webhookEvents: ['case:message:new', 'case:new', 'case:status'] });
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SENDING, answer: { status: 500 }, times: 1 });

  const lost = says(stage, thread, 'lost');
  const next = says(stage, thread, 'next');
  await seesMark(stage, lost, 'warning');
  await seesMark(stage, next, 'white_check_mark');
  await press(stage, thread, 'Send again');

  await seesMark(stage, lost, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['next', 'lost']);
}, 20_000);

test('replies survive a restart in the middle of an outage', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: 'hang', times: 1 });
  const all = saysThree(stage, thread);
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the first one stored');

  await stage.stop();
  await stage.start();

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
}, 30_000);

test('a case that waits for an agent is joined once, then takes the reply', async () => {
  const stage = await stageFor(quick);
  const contact = stage.acquire.contact({ name: 'Pia Pending' });
  const { id } = stage.acquire.openCase(contact.id, { text: 'Anybody there?', status: 'pending' });
  const root = await stage.sees(() => rootsIn(stage)[0], 'the thread');
  const thread = { root, caseId: id, contactId: contact.id };

  const all = saysThree(stage, thread);

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two', 'three']);
  expect(stage.acquire.requests.filter(({ path }) => path.includes('join'))).toHaveLength(1);
});

test('a refused reply is marked with its reason, and Retry sends it', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ ...SENDING, answer: { status: 422 } });

  const ts = says(stage, thread, 'Please take it');
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('not delivered')), 'the reason');
  heal();
  await press(stage, thread, 'Retry');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Please take it']);
  expect(buttonIn(stage, thread, 'Retry')).toBeUndefined();
});

test('a long reply that is refused in the middle asks once, and Retry sends the rest', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ ...SENDING, answer: { status: 422 }, skip: 1 });

  const ts = says(stage, thread, Array.from({ length: 900 }, (_, index) => `line ${index}, of many`).join('\n'));
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => buttonIn(stage, thread, 'Retry') !== undefined, 'the question');
  expect(toCustomer(stage, thread)).toHaveLength(1);
  heal();
  await press(stage, thread, 'Retry');

  await seesMark(stage, ts, 'white_check_mark');
  const lines = toCustomer(stage, thread).join('\n').split('\n');
  expect(lines).toEqual(Array.from({ length: 900 }, (_, index) => `line ${index}, of many`));
  expect(saidIn(stage, thread).filter((text) => text.includes('not delivered'))).toEqual([]);
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
});
