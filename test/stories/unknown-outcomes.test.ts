import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/acquire/faults.ts';
import { command } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, press, rootsIn, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** Acquire did what it was asked, and nobody heard. */

const quick = { pace: () => null, attemptMs: 800 };

const unheard: readonly (readonly [what: string, fault: Pick<Fault, 'effect' | 'lateMs' | 'answer'>])[] = [
  ['says 500', { effect: 'done', answer: { status: 500 } }],
  ['cuts the connection', { effect: 'done', answer: 'drop' }],
  ['says nothing and does it later', { effect: 'late', lateMs: 300, answer: 'hang' }],
];

const cases = (stage: Stage) => [...stage.acquire.account.cases.values()];

const asked = (stage: Stage, what: string): number =>
  stage.acquire.requests.filter(({ path }) => path.endsWith(`/chat/${what}`)).length;

const closesIn = async (stage: Stage, thread: OpenThread): Promise<void> => {
  stage.acquire.agentCloses(stage.acquire.agent({ name: 'Carla' }).id, thread.caseId);
  await stage.sees(() => saidIn(stage, thread).some((text) => /closed/i.test(text)), 'that it is closed');
};

describe.each(unheard)('when Acquire does it and %s', (_what, fault) => {
  test('one case is opened, with one thread', async () => {
    const stage = await stageFor(quick);
    const jo = stage.acquire.contact({ name: 'Jo Customer' });
    stage.acquire.faults.add({ method: 'POST', path: '/crm/messenger/chat/create', ...fault, times: 1 });

    await command(stage, `open ${jo.id} Lost parcel`);

    await stage.sees(() => rootsIn(stage).length > 0, 'its thread');
    await stage.sees(() => cases(stage).length > 0, 'the case');
    expect([cases(stage).length, rootsIn(stage).length, asked(stage, 'create')]).toEqual([1, 1, 1]);
  }, 20_000);

  test('a case is closed once, and that is said once', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    // Acquire's answer to a first reply tells as whom it knows us.
    await seesMark(stage, says(stage, thread, 'Bye'), 'white_check_mark');
    stage.acquire.faults.add({ method: 'POST', path: '/crm/messenger/chat/close', ...fault, times: 1 });

    await command(stage, `close ${thread.caseId}`);

    const told = () => saidIn(stage, thread).filter((text) => /closed/i.test(text));
    await stage.sees(() => told().length > 0, 'that it is closed');
    expect([told().length, asked(stage, 'close')]).toEqual([1, 1]);
  }, 20_000);

  test('a case is reopened once, and goes on in its thread', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    await closesIn(stage, thread);
    const ts = says(stage, thread, 'One more thing');
    await seesMark(stage, ts, 'raised_hand');
    stage.acquire.faults.add({ method: 'POST', path: '/crm/messenger/chat/create', ...fault, times: 1 });

    await press(stage, thread, 'Reopen and send');

    await seesMark(stage, ts, 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['One more thing']);
    expect(cases(stage).map(({ threadId }) => threadId)).toEqual([thread.caseId, thread.caseId]);
    expect(rootsIn(stage)).toEqual([thread.root]);
    expect(asked(stage, 'create')).toBe(1);
  }, 20_000);
});

test('two equal replies stay two, though nothing but their text tells whether they arrived', async () => {
  const stage = await stageFor({ ...quick, acquire: { variants: { messageMeta: 'dropped' } } });
  const thread = await stage.thread();
  const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };
  stage.acquire.faults.add({ ...sending, effect: 'done', answer: 'drop', times: 2 });

  const all = ['Yes', 'Yes', 'Yes'].map((text) => says(stage, thread, text));

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Yes', 'Yes', 'Yes']);
}, 20_000);

test('a reply is found behind hundreds of later rows of its case', async () => {
  const stage = await stageFor({ ...quick, attemptMs: 2000 });
  const thread = await stage.thread();
  const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };
  stage.acquire.faults.add({ ...sending, effect: 'done', answer: 'hang', times: 1 });
  const ts = says(stage, thread, 'Once');
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the row');

  for (let n = 0; n < 250; n += 1) stage.acquire.customerWrites(thread.caseId, `Hello ${n}`);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Once']);
}, 30_000);

const blind = { acquire: { variants: { readers: { caseMessage: false, caseRelation: false, chatMessages: false } } } };

test('of replies of unknown outcome an edited one arrives as edited, and a deleted one asks no more', async () => {
  const stage = await stageFor({ ...quick, ...blind, webhookEvents: ['case:message:new', 'case:new', 'case:status'] });
  const thread = await stage.thread();
  const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };
  stage.acquire.faults.add({ ...sending, answer: { status: 500 }, times: 2 });
  const edited = says(stage, thread, 'We are shut');
  await seesMark(stage, edited, 'warning');
  const deleted = says(stage, thread, 'Never mind');
  await seesMark(stage, deleted, 'warning');

  stage.slack.remove(ANNA, CHANNEL, deleted);
  stage.slack.edit(ANNA, CHANNEL, edited, 'We are open');
  await stage.sees(() => buttonIn(stage, thread, 'Send again')?.button.value?.includes(edited), 'one question');
  await press(stage, thread, 'Send again');

  await stage.sees(() => toCustomer(stage, thread).includes('We are open'), 'the edit');
  await seesMark(stage, edited, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['We are open']);
}, 30_000);

test('an outcome that could not be read settles itself once it can be, and nobody is asked any more', async () => {
  const stage = await stageFor({ ...quick, ...blind, webhookEvents: ['case:message:new', 'case:new', 'case:status'] });
  const thread = await stage.thread();
  const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ ...sending, effect: 'done', answer: { status: 500 }, times: 1 });
  const ts = says(stage, thread, 'Did it arrive?');
  await seesMark(stage, ts, 'warning');

  Object.assign(stage.acquire.variants.readers, { caseMessage: true, caseRelation: true, chatMessages: true });
  stage.acquire.customerWrites(thread.caseId, 'Thanks');

  await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => buttonIn(stage, thread, 'Send again') === undefined, 'no question');
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'Did it arrive?']);
}, 30_000);
