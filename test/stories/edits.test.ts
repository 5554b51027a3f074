import { describe, expect, test } from 'vitest';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { buttonIn, marksOn, notesIn, press, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

const quick = { pace: () => null, attemptMs: 800 };
const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

const edits = (stage: Stage, ts: string, text: string): void => stage.slack.edit(ANNA, CHANNEL, ts, text);

/** A reply that waits because Acquire is down. */
const waitingReply = async (stage: Stage, thread: OpenThread, text: string): Promise<string> => {
  await stage.acquire.down();
  const ts = says(stage, thread, text);
  await stage.sees(() => stage.logged().includes(`reply:T0CASEBRIDGE:${CHANNEL}:${ts}:1`), 'a first try');
  return ts;
};

test('an edit of a waiting reply changes what the customer gets', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = await waitingReply(stage, thread, 'We send it tody');

  edits(stage, ts, 'We send it today');
  await stage.slack.eventsSettled();
  await stage.acquire.up();

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['We send it today']);
});

test('a waiting reply that becomes a note, or is kept, or deleted, never reaches the customer', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const first = await waitingReply(stage, thread, 'He is a fraud');
  const second = says(stage, thread, 'Surely a fraud');
  const third = says(stage, thread, 'A fraud!');
  await stage.slack.eventsSettled();

  edits(stage, first, 'note: He is a fraud');
  edits(stage, second, '// Surely a fraud');
  stage.slack.remove(ANNA, CHANNEL, third);
  await stage.slack.eventsSettled();
  const last = says(stage, thread, 'Good morning');
  await stage.acquire.up();

  await seesMark(stage, last, 'white_check_mark');
  await seesMark(stage, first, 'memo');
  expect(toCustomer(stage, thread)).toEqual(['Good morning']);
  expect(notesIn(stage, thread)).toEqual(['He is a fraud']);
  expect(marksOn(stage, second)).toEqual([]);
});

describe.each([
  ['which had done nothing', {}],
  ['which had stored it', { effect: 'done' as const }],
])('while an attempt is open %s', (_what, fault) => {
  const isStored = 'effect' in fault;

  test('an edit to a note is followed as far as that is still possible', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, ...fault, answer: { status: 500 }, times: 1 });
    const ts = says(stage, thread, 'Between us');
    await stage.sees(() => stage.logged().includes('ambiguous'), 'an open attempt');

    edits(stage, ts, 'note: Between us');

    await seesMark(stage, ts, isStored ? 'white_check_mark' : 'memo');
    expect(toCustomer(stage, thread)).toEqual(isStored ? ['Between us'] : []);
    expect(notesIn(stage, thread)).toEqual(isStored ? [] : ['Between us']);
    if (isStored)
      await stage.sees(() => toldAlone(stage).some((text) => text.includes('already been sent')), 'word of it');
  });

  test('a deletion is followed as far as that is still possible', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, ...fault, answer: { status: 500 }, times: 1 });
    const ts = says(stage, thread, 'Between us');
    await stage.sees(() => stage.logged().includes('ambiguous'), 'an open attempt');

    stage.slack.remove(ANNA, CHANNEL, ts);
    const next = says(stage, thread, 'Hello');

    await seesMark(stage, next, 'white_check_mark');
    await stage.sees(() => toCustomer(stage, thread).join() === 'Hello', 'only what was written after it');
    expect(toldAlone(stage)).toEqual([]);
  });

  test('an edit of the words is followed as far as that is still possible', async () => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, ...fault, answer: { status: 500 }, times: 1 });
    const ts = says(stage, thread, 'tody');
    await stage.sees(() => stage.logged().includes('ambiguous'), 'an open attempt');

    edits(stage, ts, 'today');
    const next = says(stage, thread, 'Hello');

    await seesMark(stage, next, 'white_check_mark');
    await stage.sees(() => toCustomer(stage, thread)[0] === 'today', 'the new words in their place');
    expect(toCustomer(stage, thread)).toEqual(['today', 'Hello']);
  });
});

test('taking the prefix away sends nothing, and its author is told so', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const kept = says(stage, thread, '// we owe him');
  const note = says(stage, thread, 'note: we owe him');
  await seesMark(stage, note, 'memo');

  edits(stage, kept, 'we owe him');
  await stage.sees(() => toldAlone(stage).some((text) => text.includes('stays in Slack')), 'word of it');
  edits(stage, note, 'we owe him');
  await stage.slack.eventsSettled();

  const next = says(stage, thread, 'Hello');
  await seesMark(stage, next, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('a held reply that is edited stays held and goes out as edited', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, '@ben is it tody?');
  await seesMark(stage, ts, 'raised_hand');

  edits(stage, ts, 'is it today?');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('edited it')), 'the old question settled');
  expect(marksOn(stage, ts)).toEqual(['raised_hand']);
  await press(stage, thread, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['is it today?']);
});

test('a held reply that becomes a note is stored, and one that is deleted leaves no question', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const noted = says(stage, thread, '@ben knows him');
  const deleted = says(stage, thread, '@ben or not?');
  await seesMark(stage, noted, 'raised_hand');
  await seesMark(stage, deleted, 'raised_hand');

  edits(stage, noted, 'note: @ben knows him');
  stage.slack.remove(ANNA, CHANNEL, deleted);

  await seesMark(stage, noted, 'memo');
  await stage.sees(() => buttonIn(stage, thread, 'Send to customer') === undefined, 'no question left');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a failed reply that is edited asks again, and goes out as edited', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ ...SENDING, answer: { status: 422 } });
  const ts = says(stage, thread, 'refused words');
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => buttonIn(stage, thread, 'Retry'), 'the question');
  heal();

  edits(stage, ts, 'better words');
  await seesMark(stage, ts, 'raised_hand');
  await press(stage, thread, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['better words']);
  expect(buttonIn(stage, thread, 'Retry')).toBeUndefined();
});

test('an edit that overtakes its message counts, whatever comes later', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.eventFault({
    action: { delayMs: 500 },
    times: 1,
    matches: (event) => event.type === 'message' && event['text'] === 'He is a fraud',
  });

  const ts = says(stage, thread, 'He is a fraud');
  edits(stage, ts, 'note: He is a fraud');

  await seesMark(stage, ts, 'memo');
  await stage.slack.eventsSettled();
  const next = says(stage, thread, 'Hello');
  await seesMark(stage, next, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('a deletion that overtakes its message keeps it from being sent', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.eventFault({ action: { delayMs: 500 }, times: 1, matches: (event) => event['text'] === 'oops' });

  const ts = says(stage, thread, 'oops');
  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.slack.eventsSettled();
  const next = says(stage, thread, 'Hello');

  await seesMark(stage, next, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('an edit of an old message that casebridge does not know is not sent by itself', async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...quick, now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  stage.slack.eventFault({ action: 'lose', times: 1, matches: (event) => event['text'] === 'forgotten' });
  const ts = says(stage, thread, 'forgotten');
  clock.ms = 20 * 60_000;

  edits(stage, ts, 'forgotten, but edited');

  await seesMark(stage, ts, 'raised_hand');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a long reply that becomes a note in the middle keeps its rest inside', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SENDING, answer: { status: 503 }, skip: 1, times: 1 });
  const words = Array.from({ length: 900 }, (_, index) => `line ${index}, of many`).join('\n');
  const ts = says(stage, thread, words);
  await stage.sees(() => stage.logged().includes('ambiguous'), 'an open attempt');

  edits(stage, ts, `note: ${words}`);
  const next = says(stage, thread, 'Hello');

  await seesMark(stage, next, 'white_check_mark');
  expect(toCustomer(stage, thread)).toHaveLength(2);
  await stage.sees(() => toldAlone(stage).some((text) => text.includes('the rest stays inside')), 'word of it');
});
