import { describe, expect, test } from 'vitest';
import { calls, clock, DELETING, edits, reads, SENDING, sent, stageWith, UPDATING } from './edited.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage } from './stage.ts';
import { buttonIn, marksOn, notesIn, press, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** Edits and deletions while something goes wrong. */

const tells = (stage: Stage, thread: OpenThread, words: string) =>
  stage.sees(() => saidIn(stage, thread).find((text) => text.includes(words)), `the thread says “${words}”`);

describe.each([
  ['which had done nothing', {}, 2],
  ['which had done it', { effect: 'done' as const }, 1],
])('after an answer of 500 %s', (_what, fault, count) => {
  test('an edit is looked up, and carried over once', async () => {
    const stage = await stageWith();
    const thread = await stage.thread();
    const ts = await sent(stage, thread, 'tody');
    stage.acquire.faults.add({ ...UPDATING, ...fault, answer: { status: 500 }, times: 1 });

    edits(stage, ts, 'today');
    await stage.sees(() => stage.logged().includes('"ambiguous"'), 'an open attempt');
    await sent(stage, thread, 'Hello');

    await reads(stage, thread, ['today', 'Hello']);
    expect(calls(stage, UPDATING)).toHaveLength(count);
  });

  test('a deletion is done', async () => {
    const stage = await stageWith();
    const thread = await stage.thread();
    const ts = await sent(stage, thread, 'oops');
    stage.acquire.faults.add({ ...DELETING, ...fault, answer: { status: 500 }, times: 1 });

    stage.slack.remove(ANNA, CHANNEL, ts);
    await stage.sees(() => stage.logged().includes('"ambiguous"'), 'an open attempt');
    await sent(stage, thread, 'Hello');

    await reads(stage, thread, ['Hello']);
    expect(saidIn(stage, thread).join()).not.toContain('not carried over');
  });
});

test('a newer edit goes over an older one whose outcome was open, never the other way round', async () => {
  // Longer than the clock is put forward between the two.
  const stage = await stageWith({ attemptMs: 3500 });
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  stage.acquire.faults.add({ ...UPDATING, effect: 'late', lateMs: 500, answer: { status: 500 }, times: 1 });

  edits(stage, ts, 'two');
  await stage.sees(() => stage.logged().includes('"ambiguous"'), 'an open attempt');
  edits(stage, ts, 'three');

  await reads(stage, thread, ['three']);
  await sent(stage, thread, 'Hello');
  expect(toCustomer(stage, thread)).toEqual(['three', 'Hello']);
});

test('an older edit that had not been done is not done once there is a newer one', async () => {
  const stage = await stageWith({ attemptMs: 3500 });
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  stage.acquire.faults.add({ ...UPDATING, answer: { status: 500 }, times: 1 });

  edits(stage, ts, 'two');
  await stage.sees(() => stage.logged().includes('"ambiguous"'), 'an open attempt');
  edits(stage, ts, 'three');

  await reads(stage, thread, ['three']);
  const tried = calls(stage, UPDATING).map(({ body }) => JSON.stringify(body).includes('two'));
  expect(tried).toEqual([true, false]);
});

test('a refused edit is told to its author with what the customer still sees, and can be tried again', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'tody');
  const heal = stage.acquire.faults.add({ ...UPDATING, answer: { status: 422 } });

  edits(stage, ts, 'today');
  const told = await tells(stage, thread, 'your edit was not carried over');
  expect(told).toContain('the customer still sees the earlier wording');
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
  heal();
  await press(stage, thread, 'Retry');

  await reads(stage, thread, ['today']);
  await stage.sees(() => buttonIn(stage, thread, 'Retry') === undefined, 'no question left');
});

test('a newer edit settles the question about one that failed', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  const heal = stage.acquire.faults.add({ ...UPDATING, answer: { status: 422 } });
  edits(stage, ts, 'two');
  await tells(stage, thread, 'your edit was not carried over');
  heal();

  edits(stage, ts, 'three');

  await reads(stage, thread, ['three']);
  await stage.sees(() => buttonIn(stage, thread, 'Retry') === undefined, 'no question left');
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
});

test('a refused deletion is told to its author, and can be tried again', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'oops');
  const heal = stage.acquire.faults.add({ ...DELETING, answer: { status: 422 } });

  stage.slack.remove(ANNA, CHANNEL, ts);
  expect(await tells(stage, thread, 'your deletion was not carried over')).toContain('the customer still has it');
  heal();
  await press(stage, thread, 'Retry');

  await reads(stage, thread, []);
});

test('an edit of what is gone from Acquire is told to its author, with nothing to try again', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  const row = [...stage.acquire.account.messages.values()].find((message) => message.text === 'one');
  stage.acquire.account.messages.delete(row?.id ?? 0);

  edits(stage, ts, 'two');

  await tells(stage, thread, 'the message is no longer in Acquire');
  expect(buttonIn(stage, thread, 'Retry')).toBeUndefined();
});

test('an edit that waits for Acquire is told of after two minutes', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  await stage.acquire.down();
  edits(stage, ts, 'two');
  await stage.sees(() => stage.logged().includes('"delivery":"update:'), 'a first try');

  clock.ms += 3 * 60_000;

  await tells(stage, thread, 'your edit has been waiting for');
  await stage.acquire.up();
  clock.ms += 60_000;
  await reads(stage, thread, ['two']);
  expect(saidIn(stage, thread).filter((text) => text.includes('has been waiting'))).toHaveLength(1);
});

const long = Array.from({ length: 300 }, (_, index) => `line ${index}, of many`).join('\n');
const isSecond = { ...SENDING, when: ({ body }: { body: unknown }) => JSON.stringify(body).includes('line 299') };
const words = (texts: readonly string[]): string => texts.join(' ').replaceAll(/\s+/g, ' ');

test('a long reply that is edited while its end still waits arrives as edited, without a part twice', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ ...isSecond, answer: { status: 429, retryAfter: 1 } });
  const ts = says(stage, thread, long);
  await stage.sees(() => stage.logged().includes('"snooze"'), 'the end that waits');
  const edited = long.replaceAll('of many', 'of very many');

  edits(stage, ts, edited);
  await stage.sees(
    () => calls(stage, UPDATING).length > 0 || stage.logged().includes('"reason":"its author'),
    'the edit',
  );
  heal();

  await stage.sees(() => words(toCustomer(stage, thread)) === words([edited]), 'the edited whole');
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('a long reply whose end failed asks again when it is edited, and then arrives as edited', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ ...isSecond, answer: { status: 422 } });
  const ts = says(stage, thread, long);
  await stage.sees(() => buttonIn(stage, thread, 'Retry'), 'the question');
  heal();
  const edited = long.replaceAll('of many', 'of very many');

  edits(stage, ts, edited);
  await press(stage, thread, 'Send to customer');

  await stage.sees(() => words(toCustomer(stage, thread)) === words([edited]), 'the edited whole');
  await seesMark(stage, ts, 'white_check_mark');
  expect(buttonIn(stage, thread, 'Retry')).toBeUndefined();
});

/** A reply of which nobody can tell whether it arrived: Acquire answered 500, and no reader shows the whole case. */
const unknownReply = async (stage: Stage, thread: OpenThread, text: string, isThere: boolean): Promise<string> => {
  const { readers } = stage.acquire.variants;
  Object.assign(readers, { caseMessage: false, caseRelation: false, chatMessages: false });
  stage.acquire.faults.add({ ...SENDING, effect: isThere ? 'done' : 'none', answer: { status: 500 }, times: 1 });
  const ts = says(stage, thread, text);
  await stage.sees(() => buttonIn(stage, thread, 'It arrived'), 'the question');
  return ts;
};

const canBeRead = (stage: Stage): void =>
  void Object.assign(stage.acquire.variants.readers, { caseMessage: true, caseRelation: true, chatMessages: true });

test('an edit of what nobody knows to have arrived is carried over once it is seen to be there', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await unknownReply(stage, thread, 'tody', true);

  edits(stage, ts, 'today');
  await stage.slack.eventsSettled();
  canBeRead(stage);
  stage.acquire.customerWrites(thread.caseId, 'Anybody there?');

  await reads(stage, thread, ['today']);
  await seesMark(stage, ts, 'white_check_mark');
  expect(calls(stage, UPDATING)).toHaveLength(1);
});

test('what is sent again although nobody knows whether it arrived goes as it was edited since', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await unknownReply(stage, thread, 'tody', false);
  edits(stage, ts, 'today');
  await stage.slack.eventsSettled();
  canBeRead(stage);

  await press(stage, thread, 'Send again');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['today']);
  expect(calls(stage, UPDATING)).toEqual([]);
});

test('a deletion of what nobody knows to have arrived is done once it is seen to be there', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await unknownReply(stage, thread, 'oops', true);

  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.slack.eventsSettled();
  canBeRead(stage);
  stage.acquire.customerWrites(thread.caseId, 'Anybody there?');

  await reads(stage, thread, []);
  expect(calls(stage, DELETING)).toHaveLength(1);
});

test('an edit of what a person said to have arrived cannot be carried over: a note records it', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await unknownReply(stage, thread, 'tody', true);
  await press(stage, thread, 'It arrived');
  await seesMark(stage, ts, 'white_check_mark');
  canBeRead(stage);

  edits(stage, ts, 'today');

  await stage.sees(() => notesIn(stage, thread).some((note) => note.includes('today')), 'the note');
  expect(toCustomer(stage, thread)).toEqual(['tody']);
});
