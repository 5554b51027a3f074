import { expect, test } from 'vitest';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { answerTo, form, press as pressAnswer } from './asking.ts';
import { notesIn, press, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** Replies that hold what should perhaps stay inside. */

const quick = { pace: () => null, attemptMs: 800 };
const LINK = 'https://acme.slack.com/archives/C0123/p1700000000000100';

const isAsked = (stage: Stage, thread: OpenThread, words: string): Promise<string> =>
  stage.sees(() => saidIn(stage, thread).find((text) => text.includes(words)), `the question “${words}”`);

test('a reply with a link into Slack is held; its author may send it all the same', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const ts = says(stage, thread, `As said in <${LINK}|our talk>`);
  await seesMark(stage, ts, 'raised_hand');
  const question = await isAsked(stage, thread, 'a link into Slack');
  expect(question).not.toContain('archives');
  expect(toCustomer(stage, thread)).toEqual([]);

  await press(stage, thread, 'Send to customer');
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toHaveLength(1);
});

test('a reply with a key is held, and kept inside by its author', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const key = ['AKIA', 'QWERTYUIOPASDFGH'].join('');

  const ts = says(stage, thread, `use ${key}`);
  await seesMark(stage, ts, 'raised_hand');
  expect(await isAsked(stage, thread, 'looks like a key')).not.toContain(key);
  await press(stage, thread, 'Keep inside');

  await seesMark(stage, ts, '');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a note may hold anything', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, `note: see ${LINK}`), 'memo');

  expect(notesIn(stage, thread)).toHaveLength(1);
});

test('hosts and patterns of the settings are asked about', async () => {
  const leaks = { check: true, hosts: ['*.corp.acme.com'], patterns: ['INT-####'] };
  const stage = await stageFor({ ...quick, settings: { leaks } });
  const thread = await stage.thread();

  const ts = says(stage, thread, 'see https://wiki.corp.acme.com/x and INT-2041');

  await seesMark(stage, ts, 'raised_hand');
  await isAsked(stage, thread, 'an address that the settings keep inside and words that the settings keep inside');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('an edit that adds what should stay inside is not carried over by itself', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, 'See our talk');
  await seesMark(stage, ts, 'white_check_mark');

  stage.slack.edit(ANNA, CHANNEL, ts, `See our talk ${LINK}`);
  await isAsked(stage, thread, 'this edit may hold what should stay inside');
  expect(toCustomer(stage, thread)).toEqual(['See our talk']);

  await press(stage, thread, 'Carry the edit over');
  await stage.sees(() => toCustomer(stage, thread)[0]?.includes('archives'), 'the edit at the customer’s');
});

test('a held reply that its author mends is still theirs to send', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, `See ${LINK}`);
  await seesMark(stage, ts, 'raised_hand');
  await isAsked(stage, thread, 'a link into Slack');

  stage.slack.edit(ANNA, CHANNEL, ts, 'See our site');
  await isAsked(stage, thread, 'was edited before it had been sent');
  await press(stage, thread, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['See our site']);
});

test('a first message to a customer is asked about as well, before a case is opened', async () => {
  const stage = await stageFor(quick);
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  await stage.slack.suggest(ANNA, id, 'contact', 'jo@ex');
  const values = { contact: String(jo.id), title: 'Lost parcel', note: '', first: `As said in ${LINK}` };

  const asked = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, values), 'the form');
  expect(asked.words).toContain('a link into Slack');
  expect(stage.acquire.snapshot().cases).toHaveLength(0);

  await pressAnswer(stage, asked, 'Open and send it');
  await stage.sees(() => stage.acquire.snapshot().cases.length === 1, 'the case');
});
