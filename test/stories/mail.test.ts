import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { form } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { notesIn, press, rootsIn, saidIn, says, saysRich, seesMark, toCustomer } from './talk.ts';

/** Cases whose customer writes e-mail. */

const quick = { pace: () => null, attemptMs: 800 } satisfies StageOptions;
const SENDING = { method: 'POST', path: '/mail/add-message' };
const CHATTING = { method: 'POST', path: '/crm/messenger/chat/add-message' };
const inbox = 'support@example.com';

const Address = z.object({ Email: z.string() }).transform(({ Email }) => Email);
const Mail = z.object({
  senderType: z.string(),
  from: Address,
  to: z.array(Address),
  cc: z.array(Address),
  subject: z.string(),
  textBody: z.string(),
  htmlBody: z.string(),
  mailboxMessageId: z.string(),
  mailboxInReplyTo: z.string().nullable(),
});

const mailsIn = (stage: Stage) => [...stage.acquire.account.mails.values()].map((mail) => Mail.parse(mail));

/** Mails that left our side, in order. */
const sent = (stage: Stage) => mailsIn(stage).filter((mail) => mail.senderType === 'user');

const mailThread = (stage: Stage): Promise<OpenThread> =>
  stage.thread('Where is my parcel?', { opening: { channel: 'mail', title: 'Order 7' } });

test('a reply is a mail: to who wrote, from the same inbox, with the same copies, as text and as HTML', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);
  const copies = { to: [inbox, 'boss@example.org'], cc: ['friend@example.org'] };
  const asked = stage.acquire.customerMails(thread.caseId, { text: 'Anybody there?', ...copies });

  const ts = saysRich(stage, thread, [
    { type: 'text', text: 'Dear Jo, it is on its ' },
    { type: 'text', text: 'way', style: { bold: true } },
    { type: 'text', text: ' & you can ' },
    { type: 'link', url: 'https://example.com/t?a=1&b=2', text: 'follow it' },
  ]);
  await seesMark(stage, ts, 'white_check_mark');

  const addresses = { from: inbox, to: ['jo@example.com'], cc: ['boss@example.org', 'friend@example.org'] };
  expect(sent(stage)).toEqual([
    expect.objectContaining({
      ...addresses,
      subject: 'Re: Order 7',
      mailboxInReplyTo: `<${asked.id}@mail.example.com>`,
      textBody: 'Dear Jo, it is on its way & you can follow it (https://example.com/t?a=1&b=2)',
    }),
  ]);
  const { htmlBody } = sent(stage)[0] ?? { htmlBody: '' };
  expect(htmlBody).toContain('<b>way</b> &amp; you can <a href="https://example.com/t?a=1&amp;b=2">follow it</a>');
});

test('a second reply in a row goes the same way, below the first', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);

  says(stage, thread, 'One moment');
  await seesMark(stage, says(stage, thread, 'Found it'), 'white_check_mark');

  const [first, second] = sent(stage);
  expect(second).toMatchObject({ from: inbox, to: first?.to, subject: 'Re: Order 7' });
  expect(second?.mailboxInReplyTo).toBe(first?.mailboxMessageId);
  expect(toCustomer(stage, thread)).toEqual(['One moment', 'Found it']);
});

test('a note in a mail case is no mail', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);

  await seesMark(stage, says(stage, thread, 'note: a regular'), 'memo');

  expect(notesIn(stage, thread)).toEqual(['a regular']);
  expect(sent(stage)).toEqual([]);
});

test('a long reply is one mail', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);
  const text = Array.from({ length: 300 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`).join('\n');

  await seesMark(stage, says(stage, thread, text), 'white_check_mark');

  expect(sent(stage).map((mail) => mail.textBody)).toEqual([text]);
});

test('a reply from the form is a mail too', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
  const { id } = await form(stage, 'reply');

  await stage.slack.submitView(ANNA, id, { text: 'Dear Jo <3' });

  await stage.sees(() => sent(stage).length === 1, 'the mail');
  expect(sent(stage)[0]).toMatchObject({ textBody: 'Dear Jo <3', htmlBody: '<p>Dear Jo &lt;3</p>' });
});

test('where no mail can be read its author is told what is missing, and Retry sends it once there is one', async () => {
  const stage = await stageFor({ ...quick, acquire: { variants: { readers: { mails: false } } } });
  const thread = await mailThread(stage);

  const ts = says(stage, thread, 'Dear Jo');
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('shows whom to answer')), 'the reason');
  stage.acquire.variants.readers.mails = true;
  await press(stage, thread, 'Retry');

  await seesMark(stage, ts, 'white_check_mark');
  expect(sent(stage).map((mail) => mail.textBody)).toEqual(['Dear Jo']);
});

test('“Reopen and send” answers a closed mail case by mail', async () => {
  const stage = await stageFor(quick);
  const thread = await mailThread(stage);
  stage.acquire.agentCloses(1, thread.caseId);
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('closed')), 'that it is closed');

  const ts = says(stage, thread, 'One more thing');
  await press(stage, thread, 'Reopen and send');

  await seesMark(stage, ts, 'white_check_mark');
  expect(sent(stage).map(({ to, textBody }) => [to, textBody])).toEqual([[['jo@example.com'], 'One more thing']]);
  expect(rootsIn(stage)).toEqual([thread.root]);
});

describe('a mail whose sending had no answer', () => {
  test.each([
    ['in the case, as text', 'text' as const],
    ['in the case, as HTML', 'html' as const],
    ['only in the list of mails', 'subject' as const],
  ])('is not sent again when it is seen %s', async (_where, mailMessage) => {
    const stage = await stageFor({ ...quick, acquire: { variants: { mailMessage } } });
    const thread = await mailThread(stage);
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: 'drop', times: 1 });

    const ts = says(stage, thread, '*Both* are `here`');

    await seesMark(stage, ts, 'white_check_mark');
    expect(sent(stage).map((mail) => mail.textBody)).toEqual(['Hello', 'Both are here']);
    expect(saidIn(stage, thread).join()).not.toContain('in Acquire)');
  });

  test('is not taken for an equal one before it', async () => {
    const stage = await stageFor(quick);
    const thread = await mailThread(stage);
    await seesMark(stage, says(stage, thread, 'Yes'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'none', answer: 'drop', times: 1 });

    const ts = says(stage, thread, 'Yes');

    await seesMark(stage, ts, 'warning');
    await press(stage, thread, 'Send again');
    await seesMark(stage, ts, 'white_check_mark');
    expect(sent(stage).map((mail) => mail.textBody)).toEqual(['Yes', 'Yes']);
  });

  test.each([
    ['Send again', ['Hello', 'Did it?']],
    ['It arrived', ['Hello']],
  ])('and that is seen nowhere waits for its author: “%s”', async (label, expected) => {
    const stage = await stageFor(quick);
    const thread = await mailThread(stage);
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'none', answer: { status: 502 }, times: 1 });

    const ts = says(stage, thread, 'Did it?');
    await seesMark(stage, ts, 'warning');
    expect(sent(stage)).toHaveLength(1);
    await press(stage, thread, label);

    await seesMark(stage, ts, 'white_check_mark');
    expect(sent(stage).map((mail) => mail.textBody)).toEqual(expected);
  });
});

test.each(['voip', 'video-call', 'audio-call', 'private-form', 'carrier-pigeon'])(
  'in a case of channel %s nothing is sent, its author is told, and notes are taken',
  async (channel) => {
    const stage = await stageFor(quick);
    const thread = await stage.thread('ring ring', { opening: { channel } });

    await seesMark(stage, says(stage, thread, 'Dear Jo'), 'warning');
    await seesMark(stage, says(stage, thread, 'note: rang'), 'memo');

    expect(saidIn(stage, thread).join()).toContain(`“${channel}” does not take replies`);
    expect(notesIn(stage, thread)).toEqual(['rang']);
    const calls = stage.acquire.requests.filter(
      ({ method, path }) => method === 'POST' && /add-message|sms/.test(path),
    );
    expect(calls.map(({ path }) => path)).toEqual([CHATTING.path]);
  },
);
