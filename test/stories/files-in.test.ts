import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { press, saidIn } from './talk.ts';

/** Files of customers on their way into threads. */

const PHOTO = { name: 'crack.jpg', content: 'a photo', type: 'image/jpeg' };

/** Files in the thread: name and bytes, in order. */
const filesIn = (stage: Stage, { root }: OpenThread): readonly (readonly [string, string])[] =>
  stage.slack
    .thread(CHANNEL, root)
    .flatMap((message) => message.files ?? [])
    .map(({ id, name }) => [String(name), stage.slack.files.all.get(String(id))?.content.toString() ?? ''] as const);

const textsIn = (stage: Stage, { root }: OpenThread): readonly string[] =>
  stage.slack.thread(CHANNEL, root).map((message) => (message.files ? 'file' : message.text));

const asked = (stage: Stage, method: string): number =>
  stage.slack.requests.filter((request) => request.method === method).length;

const quick: StageOptions = { pace: () => null, attemptMs: 1500 };

test('a customer’s file is shown in the thread behind its words, with who sent it', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look at this' });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(filesIn(stage, thread)).toEqual([['crack.jpg', 'a photo']]);
  expect(textsIn(stage, thread).slice(-2)).toEqual(['Look at this', 'file']);
  const shown = stage.slack.thread(CHANNEL, thread.root).at(-1);
  expect(JSON.stringify(shown?.blocks)).toContain('File from Jo Customer (customer):');
});

test.each(['attachment', 'meta', 'address'] as const)('a file that the row names as %s is found', async (as) => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'See', as });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(filesIn(stage, thread)).toEqual([['crack.jpg', 'a photo']]);
});

test('a message that is nothing but a file says its name, and shows it', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, PHOTO);

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(textsIn(stage, thread).slice(-2)).toEqual(['crack.jpg (7 bytes)', 'file']);
});

test('words are not held back by a file that cannot be fetched, and follow in order', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const mend = stage.acquire.faults.add({ path: /^\/uploads\//, answer: { status: 500 } });

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'first' });
  stage.acquire.customerWrites(thread.caseId, 'second');

  await stage.sees(() => textsIn(stage, thread).includes('second'), 'both texts');
  expect(filesIn(stage, thread)).toEqual([]);
  mend();
  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
});

test('what is gone is told with a way to the case, and tried again by a press', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const mend = stage.acquire.faults.add({ path: /^\/uploads\//, answer: { status: 404 } });

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });

  await stage.sees(
    () => saidIn(stage, thread).some((text) => text.includes('crack.jpg could not be shown here')),
    'word of it',
  );
  mend();
  await press(stage, thread, 'Try again');
  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(filesIn(stage, thread)).toEqual([['crack.jpg', 'a photo']]);
});

test('a page that comes instead of a file is not shown as one', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, { ...PHOTO, type: 'text/html' }, { text: 'Look', as: 'address' });

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('a web page came instead')), 'word of it');
  expect(asked(stage, 'upload')).toBe(0);
});

test('what is larger than the limit is told, and not brought over', async () => {
  const stage = await stageFor({ ...quick, env: { FILE_LIMIT_MB: '1' } });
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, { name: 'film.mp4', content: Buffer.alloc(1_000_001) }, { text: 'Look' });

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('too large')), 'word of it');
  expect(asked(stage, 'files.getUploadURLExternal')).toBe(0);
});

test('a file without an address is told with a way to the case', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look', as: 'nameless' });

  const told = await stage.sees(() => saidIn(stage, thread).find((text) => text.includes('crack.jpg')), 'word of it');
  expect(told).toContain('See it in Acquire');
});

test.each([
  ['loopback', (port: number) => `https://127.0.0.1:${port}/a.png`],
  ['a name that leads there', (port: number) => `https://localhost:${port}/a.png`],
  ['the secrets of a cloud', () => 'https://169.254.169.254/latest/meta-data/a.png'],
  ['another program on this machine', (port: number) => `http://127.0.0.1:${port + 1}/a.png`],
])('an attachment that names %s is never called', async (_what, address) => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const port = Number(new URL(stage.slack.url).port);
  const before = stage.slack.requests.length;

  const row = stage.acquire.customerWrites(thread.caseId, 'Look');
  row.attachments = [{ name: 'a.png', url: address(port) }];

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('private network')), 'word of it');
  expect(stage.slack.requests.slice(before).filter(({ method }) => method === 'download')).toEqual([]);
});

test('links that a customer types are no files, whatever they end in', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();

  stage.acquire.customerWrites(thread.caseId, 'see https://example.com/a.png and http://127.0.0.1/b.pdf');
  stage.acquire.customerWrites(thread.caseId, 'and this');

  await stage.sees(() => textsIn(stage, thread).includes('and this'), 'both');
  expect(asked(stage, 'files.getUploadURLExternal')).toBe(0);
  expect(saidIn(stage, thread).some((text) => text.includes('could not be shown'))).toBe(false);
});

test('files of a mail are found in the list of mails', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread('Where is my bill?', { opening: { channel: 'mail', title: 'Order 7' } });
  const url = `${stage.acquire.url}/uploads/99/bill.pdf`;
  stage.acquire.account.uploads.set('/uploads/99/bill.pdf', {
    name: 'bill.pdf',
    type: 'application/pdf',
    content: Buffer.from('a bill'),
  });

  stage.acquire.customerMails(thread.caseId, {
    text: 'see attached',
    attachments: [{ Name: 'bill.pdf', ContentType: 'application/pdf', ContentLength: 6, url }],
  });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(filesIn(stage, thread)).toEqual([['bill.pdf', 'a bill']]);
});

test('an agent’s file from Acquire’s own screens is shown too', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const row = stage.acquire.agentWrites(1, thread.caseId, 'the form');
  row.attachments = [{ name: 'form.pdf', url: `${stage.acquire.url}/uploads/98/form.pdf` }];
  stage.acquire.account.uploads.set('/uploads/98/form.pdf', {
    name: 'form.pdf',
    type: 'application/pdf',
    content: Buffer.from('a form'),
  });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(filesIn(stage, thread)).toEqual([['form.pdf', 'a form']]);
});

test.each([
  ['before it was done', { kind: 'hang', when: 'before' }],
  ['after it was done', { kind: 'hang', when: 'after' }],
  ['late', { kind: 'hang', when: 'after', effectAfterMs: 400 }],
  ['with the connection cut', { kind: 'drop', when: 'after' }],
  ['with “internal_error”', { kind: 'error', error: 'internal_error', when: 'after' }],
] as const)('a call to show it that has no answer, %s, is looked up: it stands there once', async (_what, action) => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'files.completeUploadExternal', times: 1, action });

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });

  await stage.sees(() => filesIn(stage, thread).length > 0, 'the file');
  stage.acquire.customerSends(thread.caseId, { ...PHOTO, name: 'next.jpg' }, { text: 'and' });
  await stage.sees(() => filesIn(stage, thread).some(([name]) => name === 'next.jpg'), 'the next one');
  expect(filesIn(stage, thread).map(([name]) => name)).toEqual(['crack.jpg', 'next.jpg']);
});

test('“try again later” of Slack is waited for', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'files.*', times: 2, action: { kind: 'rateLimit', retryAfter: 1 } });

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(asked(stage, 'upload')).toBe(1);
});

test('an upload that breaks off begins anew under another id', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'upload', times: 1, action: { kind: 'drop', when: 'before' } });

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  expect(asked(stage, 'files.getUploadURLExternal')).toBe(2);
});

test('without the scope the line says so, and casebridge goes on', async () => {
  const stage = await stageFor({ ...quick, env: { ALERT_CHANNEL: C.general } });
  const thread = await stage.thread();
  const { app } = stage.slack.workspace;
  app.scopes = app.scopes.filter((scope) => scope !== 'files:write');
  stage.slack.join(U.app, C.general);

  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });
  stage.acquire.customerWrites(thread.caseId, 'and words');

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('not granted the scope')), 'word of it');
  await stage.sees(() => textsIn(stage, thread).includes('and words'), 'the words');
  await stage.sees(
    () => stage.slack.messages(C.general).some(({ text }) => text.includes('files:write')),
    'an alarm for operators',
  );
  expect(filesIn(stage, thread)).toEqual([]);
});

test('a deleted first message keeps the file from the channel: it comes in the new thread', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.faults.add({
    method: 'files.completeUploadExternal',
    times: 1,
    action: { kind: 'slow', ms: 300 },
  });
  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });
  await stage.sees(() => asked(stage, 'files.completeUploadExternal') === 1, 'the call');

  stage.slack.workspace.channels.get(CHANNEL)?.messages.delete(thread.root);

  const shown = () =>
    [...(stage.slack.workspace.channels.get(CHANNEL)?.messages.values() ?? [])].filter(
      ({ files }) => files !== undefined,
    );
  await stage.sees(() => shown().some((message) => message.thread_ts !== undefined), 'the file in another thread');
  expect(shown()).toHaveLength(1);
});

test('a file is attached once, however often its row is read', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.acquire.customerSends(thread.caseId, PHOTO, { text: 'Look' });
  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');

  for (const text of ['one', 'two', 'three']) stage.acquire.customerWrites(thread.caseId, text);
  await stage.sees(() => textsIn(stage, thread).includes('three'), 'later words');
  await stage.stop();
  await stage.start();
  stage.acquire.customerWrites(thread.caseId, 'after a restart');
  await stage.sees(() => textsIn(stage, thread).includes('after a restart'), 'words after it');

  expect(filesIn(stage, thread)).toHaveLength(1);
});

test('a very long message begins in the thread, with all of it as a file behind', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const long = Array.from({ length: 300 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`).join('\n');

  stage.acquire.customerWrites(thread.caseId, long);

  await stage.sees(() => filesIn(stage, thread).length === 1, 'the file');
  const [[name, content] = []] = filesIn(stage, thread);
  expect(name).toMatch(/^message-\d+\.txt$/);
  expect(content).toBe(long);
  expect(JSON.stringify(stage.slack.thread(CHANNEL, thread.root))).toContain('This is the beginning of a message');
});
