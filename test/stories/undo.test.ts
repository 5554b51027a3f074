import { expect, test } from 'vitest';
import { answersTo, type Answer, form, press } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { marksOn, notesIn, press as pressInThread, says, seesMark, toCustomer } from './talk.ts';

/** Replies that wait some seconds, in which their author can take them back. */

const UNDO_S = 20;
const clock = { ms: 0 };

const stageWith = (settings: Parameters<typeof stageFor>[0] = {}): Promise<Stage> => {
  clock.ms = 0;
  return stageFor({
    pace: () => null,
    attemptMs: 800,
    now: () => Date.now() + clock.ms,
    settings: { undo: UNDO_S },
    ...settings,
  });
};

const offers = (stage: Stage): readonly Answer[] =>
  answersTo(stage, ANNA).filter(({ buttons }) => buttons.some(({ label }) => label === 'Undo'));

/** A reply that waits, and the private word with its button. */
const waiting = async (stage: Stage, thread: OpenThread, text: string) => {
  const known = offers(stage).length;
  const ts = says(stage, thread, text);
  const offer = await stage.sees(() => offers(stage)[known], 'the Undo button');
  return { ts, offer };
};

const passes = (seconds: number): void => void (clock.ms += seconds * 1000);

const reads = (stage: Stage, thread: OpenThread, texts: readonly string[]) =>
  stage.sees(() => toCustomer(stage, thread).join('|') === texts.join('|'), `the customer reads “${texts.join('|')}”`);

test('a reply waits for its time and then goes out, in order', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts, offer } = await waiting(stage, thread, 'First');
  const note = says(stage, thread, 'note: behind it');
  expect(offer.words).toBe('This goes to the customer in 20 seconds.');

  passes(UNDO_S - 5);
  await stage.slack.eventsSettled();
  expect([...toCustomer(stage, thread), ...notesIn(stage, thread)]).toEqual([]);
  passes(6);

  await seesMark(stage, ts, 'white_check_mark');
  await seesMark(stage, note, 'memo');
  const order = [...stage.acquire.account.messages.values()].map(({ text }) => text);
  expect(order.slice(-2)).toEqual(['First', 'behind it']);
});

test('Undo in time takes all of it back: nothing is sent, and no mark is left', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const long = Array.from({ length: 300 }, (_, index) => `line ${index}, of many`).join('\n');
  const { ts, offer } = await waiting(stage, thread, long);
  passes(3);
  await seesMark(stage, ts, 'hourglass_flowing_sand');

  expect((await press(stage, offer, 'Undo')).words).toContain('Not sent');

  await stage.sees(() => marksOn(stage, ts).length === 0, 'no mark');
  const next = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);
  await seesMark(stage, next.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
  expect((await press(stage, offer, 'Undo')).words).toContain('nothing to take back');
});

test('what was undone stays in Slack, also when it is edited', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts, offer } = await waiting(stage, thread, 'oops');
  await press(stage, offer, 'Undo');

  stage.slack.edit(ANNA, CHANNEL, ts, 'not oops');

  await stage.sees(() => answersTo(stage, ANNA).some(({ words }) => words.includes('stays in Slack')), 'word of it');
  passes(UNDO_S + 1);
  const next = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);
  await seesMark(stage, next.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('Undo after it has gone out says so', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts, offer } = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);
  await seesMark(stage, ts, 'white_check_mark');

  expect((await press(stage, offer, 'Undo')).words).toContain('has gone out already');

  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('after its time a reply that still waits for Acquire can be taken back all the same', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { offer } = await waiting(stage, thread, 'oops');
  await stage.acquire.down();
  passes(UNDO_S + 5);
  await stage.sees(() => stage.logged().includes('"outcome":"snooze"'), 'a try in vain');

  expect((await press(stage, offer, 'Undo')).words).toContain('Not sent');
  await stage.acquire.up();
  const next = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 5);

  await seesMark(stage, next.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('an edit takes the place of the reply and begins the time anew for nobody', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts } = await waiting(stage, thread, 'tody');
  passes(UNDO_S - 5);

  stage.slack.edit(ANNA, CHANNEL, ts, 'today');
  await stage.slack.eventsSettled();
  passes(6);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['today']);
  expect(offers(stage)).toHaveLength(1);
});

test('after an edit the same button takes back the new version', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts, offer } = await waiting(stage, thread, 'oops');
  passes(2);
  stage.slack.edit(ANNA, CHANNEL, ts, 'oops again');
  await stage.sees(() => stage.logged().includes('receipt:'), 'the edit is worked on');

  expect((await press(stage, offer, 'Undo')).words).toContain('Not sent');

  passes(UNDO_S + 1);
  const next = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);
  await seesMark(stage, next.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('a deletion in time takes the reply back', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const { ts } = await waiting(stage, thread, 'oops');

  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.slack.eventsSettled();
  const next = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);

  await seesMark(stage, next.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
});

test('the time goes on while casebridge is away, and the button works after a restart', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const first = await waiting(stage, thread, 'goes out');
  await stage.stop();
  passes(UNDO_S + 1);
  await stage.start();
  await seesMark(stage, first.ts, 'white_check_mark');

  const second = await waiting(stage, thread, 'oops');
  await stage.stop();
  passes(5);
  await stage.start();
  expect((await press(stage, second.offer, 'Undo')).words).toContain('Not sent');
  passes(UNDO_S + 1);
  const third = await waiting(stage, thread, 'Hello');
  passes(UNDO_S + 1);

  await seesMark(stage, third.ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['goes out', 'Hello']);
});

test('notes do not wait, and what a person has sent out by a button does not either', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'note: at once'), 'memo');
  const ts = says(stage, thread, '@ben is this right?');
  await seesMark(stage, ts, 'raised_hand');
  await pressInThread(stage, thread, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(offers(stage)).toEqual([]);
});

test('a reply written in a form waits too, and Undo gives its words back', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
  const { id } = await form(stage, 'reply');
  await stage.slack.submitView(ANNA, id, { text: 'Not this one' });
  const offer = await stage.sees(() => offers(stage)[0], 'the Undo button');

  const told = await press(stage, offer, 'Undo');
  expect(told.words).toContain('Not sent');
  expect(told.words).toContain('Not this one');
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
  await stage.slack.submitView(ANNA, (await form(stage, 'reply')).id, { text: 'But this one' });
  await stage.sees(() => offers(stage)[1], 'the Undo button');
  passes(UNDO_S + 1);

  await reads(stage, thread, ['But this one']);
});

test('without the setting there is no button', async () => {
  const stage = await stageWith({ settings: {} });
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

  expect(offers(stage)).toEqual([]);
  await reads(stage, thread, ['Hello']);
});
