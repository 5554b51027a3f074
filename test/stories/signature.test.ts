import { expect, test } from 'vitest';
import { BEN, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { form } from './asking.ts';
import { ANNA, CHANNEL } from './stage.ts';
import { notesIn, says, seesMark, toCustomer } from './talk.ts';

/** What a channel adds to the words of its agents, and whether their styles go along. */

const quick = { pace: () => null, attemptMs: 800 } satisfies StageOptions;
const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };

test.each([
  ['none', 'Hello'],
  ['first name', 'Hello\n– Anna'],
  ['full name', 'Hello\n– Anna Agent'],
] as const)('with the signature “%s” a reply reads %j', async (signature, expected) => {
  const stage = await stageFor({ ...quick, settings: { signature } });
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

  expect(toCustomer(stage, thread)).toEqual([expected]);
});

test('everybody signs with their own name, a long reply once, and a note never', async () => {
  const stage = await stageFor({ ...quick, settings: { signature: 'first name' } });
  const thread = await stage.thread();
  const long = Array.from({ length: 300 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`).join('\n');

  await seesMark(stage, says(stage, thread, long), 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'Me too', BEN), 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'note: a regular'), 'memo');

  expect(toCustomer(stage, thread).join('\n')).toBe(`${long}\n– Anna\nMe too\n– Ben`);
  expect(notesIn(stage, thread)).toEqual(['a regular']);
});

test('an edited reply keeps its signature', async () => {
  const stage = await stageFor({ ...quick, settings: { signature: 'first name', html: true } });
  const thread = await stage.thread();
  const ts = says(stage, thread, 'Helo');
  await seesMark(stage, ts, 'white_check_mark');

  stage.slack.edit(ANNA, CHANNEL, ts, '*Hello*');

  await stage.sees(() => toCustomer(stage, thread).join() !== 'Helo<br>– Anna', 'the new words');
  expect(toCustomer(stage, thread)).toEqual(['<b>Hello</b><br>– Anna']);
});

test('a mail and a reply from the form are signed too', async () => {
  const stage = await stageFor({ ...quick, settings: { signature: 'full name' } });
  const thread = await stage.thread('Hello?', { opening: { channel: 'mail' } });
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
  const { id } = await form(stage, 'reply');

  await stage.slack.submitView(ANNA, id, { text: 'Dear Jo' });

  const last = () => [...stage.acquire.account.mails.values()].at(-1);
  await stage.sees(() => last()?.['senderType'] === 'user', 'the mail');
  expect(last()).toMatchObject({ textBody: 'Dear Jo\n\n– Anna Agent', htmlBody: '<p>Dear Jo</p><p>– Anna Agent</p>' });
});

test('a chat gets HTML where the channel says so, plain text elsewhere, and a note always plain text', async () => {
  const html = await stageFor({ ...quick, settings: { html: true, signature: 'first name' } });
  const plain = await stageFor(quick);

  for (const stage of [html, plain]) {
    const thread = await stage.thread();
    await seesMark(stage, says(stage, thread, '*Good* morning & 1 < 2'), 'white_check_mark');
    await seesMark(stage, says(stage, thread, 'note: *really*'), 'memo');
    expect(notesIn(stage, thread)).toEqual(['really']);
  }

  expect(sentTo(html)).toEqual(['<b>Good</b> morning &amp; 1 &lt; 2<br>– Anna']);
  expect(sentTo(plain)).toEqual(['Good morning & 1 < 2']);
});

const sentTo = ({ acquire }: Stage): readonly string[] =>
  [...acquire.account.messages.values()]
    .filter(({ sender, type }) => sender.type === 'user' && type === 'message')
    .map(({ text }) => text);

/** Only the words tell whose row it is. */
const unmarked = (settings: StageOptions['settings']): StageOptions => ({
  ...quick,
  settings: settings ?? {},
  acquire: { variants: { messageMeta: 'dropped' } },
});

const sendsUnheard = async (stage: Stage, thread: OpenThread, text: string, effect: 'done' | 'none') => {
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ ...SENDING, effect, answer: 'drop', times: 1 });
  await seesMark(stage, says(stage, thread, text), 'white_check_mark');
};

test.each(['done', 'none'] as const)(
  'HTML whose sending had no answer is sent exactly once (effect: %s)',
  async (effect) => {
    const stage = await stageFor(unmarked({ html: true, signature: 'full name' }));
    const thread = await stage.thread();

    await sendsUnheard(stage, thread, '*Good* morning & `1 < 2`\n• one\n• two', effect);

    expect(sentTo(stage)).toHaveLength(2);
  },
);

test.each(['done', 'none'] as const)(
  'plain text that looks like HTML and had no answer is sent exactly once (effect: %s)',
  async (effect) => {
    const stage = await stageFor(unmarked({}));
    const thread = await stage.thread();

    await sendsUnheard(stage, thread, 'write <b>bold</b> and <br> &amp; done', effect);

    expect(sentTo(stage)).toEqual(['Hello', 'write <b>bold</b> and <br> &amp; done']);
  },
);
