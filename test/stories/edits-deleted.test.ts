import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { calls, clock, DELETING, reads, sent, stageWith, toldOf } from './edited.ts';
import { ANNA, CHANNEL } from './stage.ts';
import { notesIn, press, rootsIn, saidIn, toCustomer, toldAlone } from './talk.ts';

/** Deletions of what the other side has already, and changes that come too late for it. */

const WINDOW_MS = 10 * 60_000;

test('a deletion takes a reply from the customer, and a note from the case, without a word', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const reply = await sent(stage, thread, 'oops');
  const note = await sent(stage, thread, 'note: oops');
  await sent(stage, thread, 'Hello');

  stage.slack.remove(ANNA, CHANNEL, reply);
  stage.slack.remove(ANNA, CHANNEL, note);

  await reads(stage, thread, ['Hello']);
  await stage.sees(() => notesIn(stage, thread).length === 0, 'no note');
  expect(toldAlone(stage)).toEqual([]);
  expect(saidIn(stage, thread).join()).not.toContain('delet');
});

test('a deletion takes all parts of a long reply, those too that an edit had added', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const long = Array.from({ length: 300 }, (_, index) => `line ${index}, of many`).join('\n');
  const ts = await sent(stage, thread, long);
  clock.ms += 1500;
  stage.slack.edit(ANNA, CHANNEL, ts, `${long}\n${long}`);
  await stage.sees(() => toCustomer(stage, thread).length > 2, 'more parts');

  stage.slack.remove(ANNA, CHANNEL, ts);

  await reads(stage, thread, []);
  expect(toldAlone(stage)).toEqual([]);
});

test('a deletion takes the place of an edit that still waits', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'one');
  await stage.acquire.down();
  clock.ms += 1500;
  stage.slack.edit(ANNA, CHANNEL, ts, 'two');
  await stage.slack.eventsSettled();

  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.slack.eventsSettled();
  await stage.acquire.up();

  await reads(stage, thread, []);
  expect(stage.acquire.requests.some(({ path }) => path.startsWith('/crm/messenger/chat/message/'))).toBe(false);
});

test('what is gone from Acquire already is no failure of a deletion', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'oops');
  const row = [...stage.acquire.account.messages.values()].find((message) => message.text === 'oops');
  stage.acquire.account.messages.delete(row?.id ?? 0);

  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.sees(() => calls(stage, DELETING).length === 1, 'the deletion');
  await sent(stage, thread, 'Hello');

  expect(saidIn(stage, thread).join()).not.toContain('not carried over');
});

test('a deletion of which Slack says neither author nor thread is carried over all the same', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const gone = await sent(stage, thread, 'gone');
  await sent(stage, thread, 'Hello');
  stage.slack.eventFault({
    action: { without: 'previous_message' },
    matches: ({ subtype }) => subtype === 'message_deleted',
  });

  stage.slack.remove(ANNA, CHANNEL, gone);

  await reads(stage, thread, ['Hello']);
  expect(toldAlone(stage)).toEqual([]);
});

test('a deletion by an administrator is one too; what only vanishes is not', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const removed = await sent(stage, thread, 'removed');
  const vanished = await sent(stage, thread, 'vanished');

  stage.slack.remove(U.admin, CHANNEL, removed);
  stage.slack.workspace.channels.get(CHANNEL)?.messages.delete(vanished);
  await reads(stage, thread, ['vanished']);
  await stage.stop();
  await stage.start();
  await sent(stage, thread, 'Hello');

  expect(toCustomer(stage, thread)).toEqual(['vanished', 'Hello']);
});

test('while its author cannot be checked a deletion waits for a decision', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'oops');
  const heal = stage.slack.faults.add({ method: 'users.info', action: { kind: 'error', error: 'fatal_error' } });
  // Who Anna is, is known for a minute.
  clock.ms += 2 * 60_000;
  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.sees(() => stage.logged().includes('users.info'), 'a first try');
  clock.ms += 20_000;
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('could not check')), 'the question');
  expect(toCustomer(stage, thread)).toEqual(['oops']);
  heal();

  await press(stage, thread, 'Delete it there too');

  await reads(stage, thread, []);
});

test('with the first message of its thread nothing is taken from the customer', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  await sent(stage, thread, 'still there');

  stage.slack.remove(U.admin, CHANNEL, thread.root);
  await stage.slack.eventsSettled();
  stage.acquire.customerWrites(thread.caseId, 'Thanks');
  await stage.sees(
    () => rootsIn(stage).some((root) => stage.slack.thread(CHANNEL, root).some(({ text }) => text.includes('Thanks'))),
    'the case goes on',
  );

  expect(toCustomer(stage, thread)).toEqual(['still there']);
  expect(calls(stage, DELETING)).toEqual([]);
});

test('after the window an edit and a deletion change nothing: their author is told, and notes record them', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const edited = await sent(stage, thread, 'one');
  const deleted = await sent(stage, thread, 'two');
  const note = await sent(stage, thread, 'note: three');
  clock.ms += WINDOW_MS + 5000;

  stage.slack.edit(ANNA, CHANNEL, edited, 'one!');
  stage.slack.remove(ANNA, CHANNEL, deleted);
  stage.slack.edit(ANNA, CHANNEL, note, 'note: three!');

  await toldOf(stage, 'This edit was not carried over, for it came more than 10 minutes after the message');
  await toldOf(stage, 'the customer still has it');
  await toldOf(stage, 'the note in Acquire still has the earlier wording');
  await stage.sees(() => notesIn(stage, thread).length === 4, 'three notes more');
  const [, ...records] = notesIn(stage, thread);
  expect(records[0]).toMatch(
    /^anna changed a reply of .* UTC in Slack; the customer still sees the earlier wording\. It now says:\s+one!$/,
  );
  expect(records[1]).toMatch(/^anna deleted a reply of .* UTC in Slack; the customer still has it\. It said:\s+two$/);
  expect(records[2]).toMatch(/^anna changed the note of .* UTC in Slack\. It now says:\s+three!$/);
  expect(toCustomer(stage, thread)).toEqual(['one', 'two']);
  expect(saidIn(stage, thread).join()).not.toContain('wrote an internal note');
});

test('an edit within the window counts, however late it is told', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'tody');
  await stage.stop();
  clock.ms += 60_000;
  stage.slack.edit(ANNA, CHANNEL, ts, 'today');
  clock.ms += WINDOW_MS;
  await stage.start();

  await reads(stage, thread, ['today']);
  expect(toldAlone(stage)).toEqual([]);
});

test('a late edit to a private version is recorded nowhere', async () => {
  const stage = await stageWith();
  const thread = await stage.thread();
  const ts = await sent(stage, thread, 'he is kind');
  clock.ms += WINDOW_MS + 5000;

  stage.slack.edit(ANNA, CHANNEL, ts, '// he is a fraud');

  await toldOf(stage, 'Delete it in Acquire if it must go');
  await sent(stage, thread, 'Hello');
  expect(notesIn(stage, thread)).toEqual([]);
});

test.each(['mail', 'sms'])(
  'what was sent by %s cannot be changed: its author is told, and a note records it',
  async (channel) => {
    const stage = await stageWith();
    const thread = await stage.thread('Where is it?', { fields: { phone: '+358401234567' }, opening: { channel } });
    const ts = await sent(stage, thread, 'on its wai');
    const note = await sent(stage, thread, 'note: a regulr');
    clock.ms += 1500;

    stage.slack.edit(ANNA, CHANNEL, ts, 'on its way');
    stage.slack.edit(ANNA, CHANNEL, note, 'note: a regular');

    await toldOf(stage, 'that was sent cannot be taken back: the customer still sees the earlier wording');
    await stage.sees(() => notesIn(stage, thread).length === 2, 'the note of it');
    await stage.sees(() => notesIn(stage, thread).includes('a regular'), 'the note itself changed');
    expect(notesIn(stage, thread).some((text) => text.includes('on its way'))).toBe(true);
    const left = [...stage.acquire.account.messages.values()].filter(
      ({ sender, type }) => sender.type === 'user' && type !== 'note' && type !== 'event',
    );
    expect(left.map(({ text }) => text)).toEqual(['on its wai']);
  },
);
