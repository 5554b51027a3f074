import { expect, test } from 'vitest';
import { z } from 'zod';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { notesIn, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

/** Files of agents in cases that are no chats. */

const PUBLIC = { PUBLIC_URL: 'https://files.example.com/' };
const FILE = { name: 'räkning.pdf', content: 'these are bytes', mimetype: 'application/pdf' };

const Mail = z.object({
  senderType: z.string(),
  textBody: z.string(),
  htmlBody: z.string(),
  attachments: z.array(z.unknown()),
});

/** Mails that left our side, in order. */
const sent = (stage: Stage) =>
  [...stage.acquire.account.mails.values()]
    .map((mail) => Mail.parse(mail))
    .filter((mail) => mail.senderType === 'user');

const mailThread = (stage: Stage): Promise<OpenThread> =>
  stage.thread('Where is my bill?', { opening: { channel: 'mail', title: 'Order 7' } });

const sends = (stage: Stage, thread: OpenThread, text: string): string =>
  stage.slack.say(ANNA, CHANNEL, text, { threadTs: thread.root, files: [FILE] }).ts;

test('in an e-mail case the file goes along with a mail behind the words, without any PUBLIC_URL', async () => {
  const stage = await stageFor();
  const thread = await mailThread(stage);

  const ts = sends(stage, thread, 'Here it is');

  await stage.sees(() => sent(stage).length === 2, 'two mails');
  const content = Buffer.from(FILE.content).toString('base64');
  expect(sent(stage)).toEqual([
    expect.objectContaining({ textBody: 'Here it is', attachments: [] }),
    expect.objectContaining({
      textBody: 'räkning.pdf (15 bytes)',
      htmlBody: '<p>räkning.pdf (15 bytes)</p>',
      attachments: [{ Name: 'räkning.pdf', ContentType: 'application/pdf', Content: content }],
    }),
  ]);
  await seesMark(stage, ts, 'white_check_mark');
});

test('a mail with nothing but a file cannot be taken back: its author is told, and a note names the file', async () => {
  const stage = await stageFor();
  const thread = await mailThread(stage);
  const ts = sends(stage, thread, '');
  await seesMark(stage, ts, 'white_check_mark');
  const rows = stage.acquire.account.messages.size;

  stage.slack.remove(ANNA, CHANNEL, ts);

  await stage.sees(() => notesIn(stage, thread).length > 0, 'the note');
  expect(notesIn(stage, thread)[0]).toContain('räkning.pdf');
  expect(toldAlone(stage).join()).toContain('cannot be taken back');
  expect(stage.acquire.account.messages.size).toBe(rows + 1);
});

test('where Acquire shows no attachment, its author is told and a link is sent as well', async () => {
  const stage = await stageFor({ env: PUBLIC, acquire: { variants: { mailAttachments: 'dropped' } } });
  const thread = await mailThread(stage);

  sends(stage, thread, 'Here it is');

  await stage.sees(() => sent(stage).length === 3, 'three mails');
  const link = /https:\/\/files\.example\.com(\S+)/.exec(sent(stage)[2]?.textBody ?? '')?.[1];
  expect(await (await fetch(`${stage.url()}${link}`)).text()).toBe('these are bytes');
  await stage.sees(
    () => saidIn(stage, thread).some((text) => text.includes('does not show that räkning.pdf went along')),
    'word of it',
  );
});

test('without PUBLIC_URL its author is told to look in Acquire', async () => {
  const stage = await stageFor({ acquire: { variants: { mailAttachments: 'dropped' } } });
  const thread = await mailThread(stage);

  sends(stage, thread, '');

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('Look in Acquire')), 'word of it');
  expect(sent(stage)).toHaveLength(1);
});

test('what is too large for a mail goes as a link', async () => {
  const stage = await stageFor({ env: PUBLIC });
  const thread = await mailThread(stage);
  const film = { name: 'film.mp4', content: Buffer.alloc(7_000_001, 'x') };

  stage.slack.say(ANNA, CHANNEL, 'the film', { threadTs: thread.root, files: [film] });

  await stage.sees(() => sent(stage).length === 2, 'two mails');
  expect(sent(stage)[1]).toMatchObject({
    textBody: expect.stringContaining('film.mp4 (7.0 MB)\nhttps:'),
    attachments: [],
  });
});

test('a mail with a file whose answer is lost is looked up, and not sent twice', async () => {
  const stage = await stageFor({ attemptMs: 1500 });
  const thread = await mailThread(stage);
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  stage.acquire.faults.add({ path: '/mail/add-message', effect: 'done', answer: 'drop', times: 1 });

  const ts = sends(stage, thread, '');

  await seesMark(stage, ts, 'white_check_mark');
  expect(sent(stage).map(({ textBody }) => textBody)).toEqual(['Hello', 'räkning.pdf (15 bytes)']);
});

test('in an SMS case the file goes as a link', async () => {
  const stage = await stageFor({ env: PUBLIC });
  const fields = { phone: '+358401234567' };
  const thread = await stage.thread('Any news?', { fields, opening: { channel: 'sms' } });

  sends(stage, thread, '');

  const rows = (): readonly string[] =>
    [...stage.acquire.account.messages.values()]
      .filter((row) => row.caseId === thread.caseId && row.type === 'sms' && row.sender.type === 'user')
      .map((row) => row.text);
  await stage.sees(() => rows().length === 1, 'a text message');
  const path = /https:\/\/files\.example\.com(\S+)/.exec(rows()[0] ?? '')?.[1];
  expect(await (await fetch(`${stage.url()}${path}`)).text()).toBe('these are bytes');
  expect(toCustomer(stage, thread)).toEqual([]);
});
