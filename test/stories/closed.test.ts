import { expect, test } from 'vitest';
import { BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, marksOn, notesIn, press, rootsIn, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

const quick = { pace: () => null, attemptMs: 800 };

const closes = async (stage: Stage, thread: OpenThread): Promise<void> => {
  const agent = stage.acquire.agent({ name: 'Carla' });
  stage.acquire.agentCloses(agent.id, thread.caseId);
  await stage.sees(() => saidIn(stage, thread).some((text) => /closed/i.test(text)), 'that it is closed');
};

test('replies to a closed case are held; “Reopen and send” sends them in order in the same thread', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await closes(stage, thread);

  const first = says(stage, thread, 'One more thing');
  const second = says(stage, thread, 'And another');
  for (const ts of [first, second]) await seesMark(stage, ts, 'raised_hand');
  await stage.sees(() => saidIn(stage, thread).filter((text) => text.includes('is closed')).length === 2, 'questions');
  expect(toCustomer(stage, thread)).toEqual([]);

  await press(stage, thread, 'Reopen and send');
  await seesMark(stage, second, 'white_check_mark');
  await press(stage, thread, 'Reopen and send');
  await seesMark(stage, first, 'white_check_mark');
  const third = says(stage, thread, 'Bye');
  await seesMark(stage, third, 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual(['And another', 'One more thing', 'Bye']);
  expect([...stage.acquire.account.cases.values()].map((one) => one.threadId)).toEqual([thread.caseId, thread.caseId]);
  expect(stage.slack.messages(CHANNEL).filter((message) => message.ts === thread.root)).toHaveLength(1);
});

test('two members who press “Reopen and send” at once open one case and send once', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await closes(stage, thread);
  const ts = says(stage, thread, 'One more thing');
  await seesMark(stage, ts, 'raised_hand');
  await stage.sees(() => buttonIn(stage, thread, 'Reopen and send'), 'the question');

  await Promise.all([press(stage, thread, 'Reopen and send'), press(stage, thread, 'Reopen and send', BEN)]);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['One more thing']);
  expect(stage.acquire.account.cases.size).toBe(2);
});

test('a case that was closed a moment ago, before we know it, takes no reply by itself', async () => {
  const stage = await stageFor({ ...quick, webhook: false, env: { ACQUIRE_POLL_SECONDS: '2' } });
  const thread = await stage.thread();

  stage.acquire.agentCloses(stage.acquire.agent({ name: 'Carla' }).id, thread.caseId);
  const ts = says(stage, thread, 'Are you there?');

  await seesMark(stage, ts, 'raised_hand');
  expect(buttonIn(stage, thread, 'Reopen and send')).toBeDefined();
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a note to a closed case needs no reopening where Acquire takes it', async () => {
  const stage = await stageFor({ ...quick, acquire: { variants: { notesNeedActive: false } } });
  const thread = await stage.thread();
  await closes(stage, thread);

  const ts = says(stage, thread, 'note: he called');

  await seesMark(stage, ts, 'memo');
  expect(notesIn(stage, thread)).toEqual(['he called']);
});

test('a note that a closed case refuses is held and can be stored by reopening it', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await closes(stage, thread);

  const ts = says(stage, thread, 'note: he called');
  await seesMark(stage, ts, 'raised_hand');
  await press(stage, thread, 'Reopen and store');

  await seesMark(stage, ts, 'memo');
  expect(notesIn(stage, thread)).toEqual(['he called']);
});

test('a reply kept inside is not sent when the case is opened again', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await closes(stage, thread);
  const ts = says(stage, thread, 'Never mind');
  await seesMark(stage, ts, 'raised_hand');

  await press(stage, thread, 'Keep inside');
  await stage.sees(() => marksOn(stage, ts).length === 0, 'no mark');
  stage.acquire.customerWrites(thread.caseId, 'I am back');
  await stage.sees(() => stage.slack.thread(CHANNEL, thread.root).some(({ text }) => text.includes('I am back')), 'it');
  const next = says(stage, thread, 'Hello again');
  await seesMark(stage, next, 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual(['Hello again']);
});

/** A reply that waited for 40 minutes while `meanwhile` happened. */
const waited = async (meanwhile: (stage: Stage, thread: OpenThread) => void) => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...quick, now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  await stage.acquire.down();
  const ts = says(stage, thread, 'In a minute');
  await seesMark(stage, ts, 'hourglass_flowing_sand');
  clock.ms = 40 * 60_000;
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('waiting for')), 'word that it waits');
  meanwhile(stage, thread);
  await stage.acquire.up();
  return { stage, thread, ts };
};

test('a reply that waited over 30 minutes goes out when nothing happened since', async () => {
  const { stage, thread, ts } = await waited(() => undefined);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['In a minute']);
}, 20_000);

test('a reply that waited over 30 minutes is asked about when the customer wrote since', async () => {
  const { stage, thread, ts } = await waited((on, { caseId }) => on.acquire.customerWrites(caseId, 'Solved, thanks'));

  await seesMark(stage, ts, 'raised_hand');
  expect(toCustomer(stage, thread)).toEqual([]);
  await press(stage, thread, 'Send to customer');
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['In a minute']);
}, 20_000);

test('a held reply is asked about again after five minutes, with one question standing', async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...quick, now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  const ts = says(stage, thread, '@ben ok?');
  await seesMark(stage, ts, 'raised_hand');

  clock.ms = 6 * 60_000;
  const standing = () => saidIn(stage, thread).filter((text) => text.includes('[Send to customer]')).length;
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('Asked again')), 'the second question');

  await stage.sees(() => standing() === 1, 'one question, the second');
  await press(stage, thread, 'Keep inside');
  await stage.sees(() => buttonIn(stage, thread, 'Keep inside') === undefined, 'no question left');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a call takes no reply, and its author is told where to answer', async () => {
  const stage = await stageFor(quick);
  const contact = stage.acquire.contact({ name: 'Cal Caller' });
  const { id } = stage.acquire.openCase(contact.id, { text: 'By phone', channel: 'voip' });
  const root = await stage.sees(() => rootsIn(stage)[0], 'the thread');
  const thread = { root, caseId: id, contactId: contact.id };

  const ts = says(stage, thread, 'Hello Cal');

  await seesMark(stage, ts, 'warning');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('Answer it in Acquire')), 'the link');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('what waits when the thread is unlinked is not sent, and its author is told', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  await stage.acquire.down();
  const ts = says(stage, thread, 'Too late');
  await seesMark(stage, ts, 'hourglass_flowing_sand');

  await stage.slack.command(BEN, CHANNEL, '/case', `unlink ${thread.caseId}`);
  await stage.sees(() => toldAlone(stage, BEN).some((text) => text.includes('no longer linked')), 'the answer');
  await stage.acquire.up();

  await seesMark(stage, ts, 'warning');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('unlinked before')), 'the reason');
  expect(toCustomer(stage, thread)).toEqual([]);
});
