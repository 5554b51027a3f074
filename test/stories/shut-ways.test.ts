import { expect, test } from 'vitest';
import { C } from '../../src/sandbox/slack/seed.ts';
import { command, press } from './asking.ts';
import { alarmsOf, calm, deliveriesIn, redrive, repliesIn, rootsOf, textsIn, unpaced } from './incoming.ts';
import { CHANNEL, stageFor } from './stage.ts';
import { says, seesMark, toCustomer } from './talk.ts';

/** A way is shut for all that goes through it: everything waits, one alarm is raised, nothing is given up. */

const MINUTE = 60_000;

test('while Acquire refuses the key everything waits under one alarm, and goes on with a key that works', async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...unpaced, now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  const heal = stage.acquire.faults.add({ answer: { status: 401 } });

  const all = ['one', 'two'].map((text) => says(stage, thread, text));
  for (const ts of all) await seesMark(stage, ts, 'hourglass_flowing_sand');
  for (let minute = 0; minute < 3; minute += 1) {
    clock.ms += 2 * MINUTE;
    await calm();
  }
  expect(alarmsOf(stage).filter((key) => key.includes('acquire'))).toHaveLength(1);
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
  heal();
  clock.ms += 2 * MINUTE;

  for (const ts of all) await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['one', 'two']);
}, 40_000);

test('while Slack refuses the token what customers write waits, and comes in order once it works again', async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...unpaced, now: () => Date.now() + clock.ms });
  const thread = await stage.thread('Hello');
  const heal = stage.slack.faults.add({ method: '*', action: { kind: 'error', error: 'token_revoked' } });

  for (const text of ['one', 'two', 'three']) stage.acquire.customerWrites(thread.caseId, text);
  await stage.sees(async () => (await deliveriesIn(stage, 'owed')).length >= 3, 'what is owed');
  clock.ms += 5 * MINUTE;
  await calm();
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
  heal();
  clock.ms += 2 * MINUTE;

  const told = () => textsIn(stage, thread.root).filter((text) => /^(?:one|two|three)$/.test(text));
  await stage.sees(() => told().length === 3, 'all three');
  expect(told()).toEqual(['one', 'two', 'three']);
}, 40_000);

test('a refusal that nobody has heard of may pass: what met it is tried again, and what follows waits', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread('Hello');
  stage.slack.faults.add({
    method: 'chat.postMessage',
    action: { kind: 'error', error: 'a_word_of_next_year' },
    matches: ({ text }) => typeof text === 'string' && text.includes('one'),
    times: 2,
  });

  stage.acquire.customerWrites(thread.caseId, 'one');
  stage.acquire.customerWrites(thread.caseId, 'two');

  const told = () => textsIn(stage, thread.root).filter((text) => /^(?:one|two)$/.test(text));
  await stage.sees(() => told().length === 2, 'both');
  expect(told()).toEqual(['one', 'two']);
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
}, 20_000);

test('a limit that Slack names for one channel holds up no other', async () => {
  const stage = await stageFor({ ...unpaced, moreChannels: [C.general] });
  const here = await stage.thread('Hello here');
  const there = await stage.thread('Hello there', { fields: { name: 'Ben Beside', email: 'ben@example.com' } });
  const asked = await command(stage, `link ${there.caseId}`, { channel: C.general });
  await press(stage, asked, 'Move it here', { channel: C.general });
  stage.slack.faults.add({
    method: 'chat.postMessage',
    action: { kind: 'rateLimit', retryAfter: 4 },
    matches: ({ channel }) => channel === CHANNEL,
    times: 1,
  });

  stage.acquire.customerWrites(here.caseId, 'Limited');
  stage.acquire.customerWrites(there.caseId, 'Not limited');

  const elsewhere = () => stage.slack.workspace.channels.get(C.general)?.messages.values() ?? [];
  await stage.sees(() => [...elsewhere()].some(({ text }) => text.includes('Not limited')), 'the other message');
  expect(textsIn(stage, here.root)).not.toContain('Limited');
  await stage.sees(() => textsIn(stage, here.root).includes('Limited'), 'the limited one');
}, 20_000);

test('behind a first message that cannot be posted everything waits, and comes once it can', async () => {
  const stage = await stageFor(unpaced);
  const heal = stage.slack.faults.add({
    method: 'chat.postMessage',
    action: { kind: 'error', error: 'invalid_blocks' },
    matches: ({ metadata }) => typeof metadata === 'string' && metadata.includes('"delivery":"thread:'),
  });
  const { id } = stage.acquire.contact();
  const opened = stage.acquire.openCase(id, { text: 'one' });
  await stage.sees(async () => (await deliveriesIn(stage, 'dead')).length === 1, 'the dead letter');
  stage.acquire.customerWrites(opened.id, 'two');
  await calm();
  expect(rootsOf(stage)).toEqual([]);
  heal();
  for (const dead of await deliveriesIn(stage, 'dead')) await redrive(stage, dead.id);

  await stage.sees(() => rootsOf(stage).length === 1, 'the thread');
  const [root] = rootsOf(stage);
  await stage.sees(() => repliesIn(stage, root?.ts ?? '').length > 0, 'the messages');
  await stage.sees(() => textsIn(stage, root?.ts ?? '').includes('two'), 'the second message');
  expect(textsIn(stage, root?.ts ?? '').filter((text) => ['one', 'two'].includes(text))).toEqual(['one', 'two']);
});
