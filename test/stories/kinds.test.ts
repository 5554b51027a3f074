import { expect, test } from 'vitest';
import { ANNA, BEN, CHANNEL, stageFor } from './stage.ts';
import { buttonIn, marksOn, notesIn, press, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

const quick = { pace: () => null };

test('notes are stored in Acquire, kept messages stay in Slack, and the customer gets neither', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const note = says(stage, thread, 'Note : he is a regular');
  const kept = says(stage, thread, '// lunch?');
  const bold = says(stage, thread, '*note:* call him back');
  const wide = says(stage, thread, '／／ really');
  const reply = says(stage, thread, 'On its way');

  for (const ts of [note, bold]) await seesMark(stage, ts, 'memo');
  await seesMark(stage, reply, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['On its way']);
  expect(notesIn(stage, thread)).toEqual(['he is a regular', 'call him back']);
  for (const ts of [kept, wide]) expect(marksOn(stage, ts)).toEqual([]);
});

test('a plain message that calls a member, a group or the channel is held until it is released', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const called = ['@ben have a look', 'ask <!subteam^S0AGENTS>', '<!here> who knows?', '<!channel> anyone?'];

  for (const text of called) {
    const blocks = text.startsWith('@') ? {} : { raw: true };
    const { ts } = stage.slack.say(ANNA, CHANNEL, text, { threadTs: thread.root, ...blocks });
    await seesMark(stage, ts, 'raised_hand');
  }

  expect(toCustomer(stage, thread)).toEqual([]);
  await stage.sees(
    () => saidIn(stage, thread).filter((text) => text.includes('mentions')).length === 4,
    'four questions',
  );
  await press(stage, thread, 'Send to customer', BEN);
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the released one');
  expect(toCustomer(stage, thread)).toEqual(['everyone anyone?']);
});

test('a note may mention colleagues without being held', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const ts = says(stage, thread, 'note: @ben knows him');

  await seesMark(stage, ts, 'memo');
  expect(notesIn(stage, thread)).toEqual(['@ben knows him']);
});

test('a held message that is kept inside never reaches the customer', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, '@ben is he right?');
  await seesMark(stage, ts, 'raised_hand');

  await press(stage, thread, 'Keep inside');

  await stage.sees(() => marksOn(stage, ts).length === 0, 'no mark');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('kept this inside')), 'the decision');
  stage.slack.edit(ANNA, CHANNEL, ts, 'is he right?');
  await stage.slack.eventsSettled();
  const next = says(stage, thread, 'We look into it');
  await seesMark(stage, next, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['We look into it']);
});

test('of two members who press at once one decides, and the other is told', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, '@ben please check');
  await seesMark(stage, ts, 'raised_hand');

  await Promise.all([press(stage, thread, 'Send to customer', ANNA), press(stage, thread, 'Keep inside', BEN)]);

  await stage.sees(
    () => [...toldAlone(stage, ANNA), ...toldAlone(stage, BEN)].some((text) => text.includes('decided already')),
    'word for the slower one',
  );
  await stage.sees(() => buttonIn(stage, thread, 'Keep inside') === undefined, 'no buttons left');
  expect(toCustomer(stage, thread).length).toBeLessThanOrEqual(1);
});

test('in mode note nothing plain reaches the customer', async () => {
  const stage = await stageFor({ ...quick, settings: { mode: 'note' } });
  const thread = await stage.thread();

  const plain = says(stage, thread, 'He sounds angry');
  says(stage, thread, '// yes');

  await seesMark(stage, plain, 'memo');
  expect(notesIn(stage, thread)).toEqual(['He sounds angry']);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('in mode confirm a message waits for its author, a note does not', async () => {
  const stage = await stageFor({ ...quick, settings: { mode: 'confirm' } });
  const thread = await stage.thread();

  const first = says(stage, thread, 'We refund you');
  await seesMark(stage, first, 'raised_hand');
  const note = says(stage, thread, 'note: refund him');
  await seesMark(stage, note, 'memo');
  expect(toCustomer(stage, thread)).toEqual([]);

  await press(stage, thread, 'Send to customer');
  await seesMark(stage, first, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['We refund you']);
});

test('a long note stays a note in all its parts', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const ts = says(stage, thread, `note: ${'a line of many words\n'.repeat(500)}`);

  await seesMark(stage, ts, 'memo');
  expect(notesIn(stage, thread).length).toBeGreaterThan(1);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a long held reply asks once and goes out whole', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  const ts = says(stage, thread, `@ben ${'a line of many words\n'.repeat(500)}`);
  await seesMark(stage, ts, 'raised_hand');
  await press(stage, thread, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(
    toCustomer(stage, thread)
      .join('\n')
      .match(/many words/g),
  ).toHaveLength(500);
  expect(saidIn(stage, thread).filter((text) => text.includes('sends this'))).toHaveLength(1);
});
