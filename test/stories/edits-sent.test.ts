import { expect, test } from 'vitest';
import { calls, clock, edits, reads, sent, stageWith, toldOf, UPDATING } from './edited.ts';
import { ANNA } from './stage.ts';
import { answersTo, press as pressAlone } from './asking.ts';
import { buttonIn, marksOn, notesIn, press, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

/** Edits of what the other side has already. */

test('an edit changes what the customer reads, and nothing else', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'We send it tody');
  await sent(stage, thread, 'Anything else?');

  edits(stage, ts, 'We send it today');

  await reads(stage, thread, ['We send it today', 'Anything else?']);
  expect(calls(stage, UPDATING).map(({ body }) => body)).toEqual([
    { message: { type: 'message', message: 'We send it today' } },
  ]);
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
  expect(toldAlone(stage)).toEqual([]);
});

test('an edit of a note changes the note, and it stays one', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'note: he is a frend');

  edits(stage, ts, 'note: he is a friend');
  await stage.sees(() => notesIn(stage, thread).join() === 'he is a friend', 'the note');
  edits(stage, ts, 'he is a good friend');

  await stage.sees(() => notesIn(stage, thread).join() === 'he is a good friend', 'the note without its prefix');
  await toldOf(stage, 'This stays an internal note');
  expect(calls(stage, UPDATING).every(({ body }) => JSON.stringify(body).includes('"type":"note"'))).toBe(true);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('an edit goes behind what was written before it', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'tody');
  const heal = stage.acquire.faults.add({ path: '/crm/messenger/*', answer: { status: 429, retryAfter: 1 } });
  const next = says(stage, thread, 'Second');
  await stage.slack.eventsSettled();
  edits(stage, ts, 'today');
  await stage.slack.eventsSettled();
  heal();

  await reads(stage, thread, ['today', 'Second']);
  await seesMark(stage, next, 'white_check_mark');
  const writes = stage.acquire.requests.filter(({ method, status }) => method === 'POST' && status === 200);
  expect(writes.slice(-2).map(({ path }) => path.split('/').at(4))).toEqual(['add-message', 'message']);
});

test('of several edits while Acquire is away only the last is carried over', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  await stage.acquire.down();

  for (const text of ['two', 'three', 'four']) {
    edits(stage, ts, text);
    // oxlint-disable-next-line no-await-in-loop -- one after another, as a person types
    await stage.slack.eventsSettled();
  }
  await stage.acquire.up();

  await reads(stage, thread, ['four']);
  expect(calls(stage, UPDATING)).toHaveLength(1);
});

test('an edit back to the first wording is carried over too', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  edits(stage, ts, 'two');
  await reads(stage, thread, ['two']);

  edits(stage, ts, 'one');

  await reads(stage, thread, ['one']);
  expect(calls(stage, UPDATING)).toHaveLength(2);
});

test('an older version that is told late changes nothing', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  stage.slack.eventFault({
    action: { delayMs: 600 },
    times: 1,
    matches: (event) => JSON.stringify(event['message'] ?? '').includes('"two"'),
  });
  edits(stage, ts, 'two');
  edits(stage, ts, 'three');

  await reads(stage, thread, ['three']);
  await stage.slack.eventsSettled();
  await sent(stage, thread, 'next');
  await reads(stage, thread, ['three', 'next']);
  expect(calls(stage, UPDATING)).toHaveLength(1);
});

test('what only looks different in Slack changes nothing', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'today');

  edits(stage, ts, '*today*');
  await stage.slack.eventsSettled();
  await sent(stage, thread, 'next');

  expect(calls(stage, UPDATING)).toEqual([]);
  expect(toldAlone(stage)).toEqual([]);
});

test('an edit by which a message loses its last words changes nothing, and its author is told', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'today');

  edits(stage, ts, '\u200b');

  await toldOf(stage, 'There is no text left');
  expect(toCustomer(stage, thread)).toEqual(['today']);
});

const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, index) => `${word} ${index}, of many`).join('\n');

const words = (texts: readonly string[]): string => texts.join(' ').replaceAll(/\s+/g, ' ');

test('a long reply is changed part by part, grows and shrinks', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const two = lines(300, 'line');
  const ts = await sent(stage, thread, two);
  expect(toCustomer(stage, thread)).toHaveLength(2);

  edits(stage, ts, two.replace('line 290, of many', 'line 290 of many'));
  await stage.sees(() => words(toCustomer(stage, thread)).includes('line 290 of many'), 'the changed end');
  expect(calls(stage, UPDATING)).toHaveLength(1);

  const three = `${two}\n${lines(200, 'more')}`;
  edits(stage, ts, three);
  await stage.sees(() => words(toCustomer(stage, thread)) === words([three]), 'the longer version');
  expect(toCustomer(stage, thread)).toHaveLength(3);

  edits(stage, ts, 'in short: no');
  await reads(stage, thread, ['in short: no']);

  edits(stage, ts, two);
  await stage.sees(() => words(toCustomer(stage, thread)) === words([two]), 'the long version again');
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
});

test('a prefix put before a sent reply changes nothing there, and its author may delete it', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'he is a fraud');

  edits(stage, ts, '// he is a fraud');
  const told = await stage.sees(() => answersTo(stage, ANNA)[0], 'word of it');
  expect(told.words).toContain('the new prefix changes nothing there');
  expect(toCustomer(stage, thread)).toEqual(['he is a fraud']);
  await pressAlone(stage, told, 'Delete at the customer’s');

  await reads(stage, thread, []);
  await stage.sees(() => marksOn(stage, ts).length === 0, 'no mark');
  edits(stage, ts, 'he is a fraud!');
  await toldOf(stage, 'This stays in Slack');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('an edit that mentions a colleague is carried over only after its author says so', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const first = await sent(stage, thread, 'one');
  const second = await sent(stage, thread, 'two');

  edits(stage, first, 'one @ben look at this');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('mentions colleagues')), 'the question');
  await press(stage, thread, 'Leave it');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('left it as it is')), 'the decision');
  edits(stage, second, 'two @ben');
  await press(stage, thread, 'Carry the edit over');

  await reads(stage, thread, ['one', 'two @ben']);
  expect(buttonIn(stage, thread, 'Carry the edit over')).toBeUndefined();
});

test('where replies are confirmed, edits are too, and a newer one takes the place of the question', async () => {
  const stage = await stageWith({ settings: { mode: 'confirm' } });
  const thread = await stage.thread();
  const ts = says(stage, thread, 'tody');
  await press(stage, thread, 'Send to customer');
  await seesMark(stage, ts, 'white_check_mark');

  edits(stage, ts, 'todax');
  await stage.sees(() => buttonIn(stage, thread, 'Carry the edit over'), 'the first question');
  edits(stage, ts, 'today');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('edited it: see below')), 'settled');
  expect(toCustomer(stage, thread)).toEqual(['tody']);
  await press(stage, thread, 'Carry the edit over');

  await reads(stage, thread, ['today']);
  expect(calls(stage, UPDATING)).toHaveLength(1);
  expect(marksOn(stage, ts)).toEqual(['white_check_mark']);
});

test('an edit by someone who is no agent any more is not carried over', async () => {
  const stage = await stageWith({ env: { AGENT_GROUP: 'S0AGENTS' } });
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  const agents = stage.slack.workspace.usergroups.get('S0AGENTS');
  if (agents !== undefined) agents.users = agents.users.filter((user) => user !== ANNA);
  // Who is in the group is known for a minute.
  clock.ms += 2 * 60_000;

  edits(stage, ts, 'two');

  await toldOf(stage, 'Only agents can do this');
  expect(toCustomer(stage, thread)).toEqual(['one']);
});
