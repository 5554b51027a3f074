import { expect, test } from 'vitest';
import { calls, clock, edits, reads, SENDING, sent, stageWith, toldOf, UPDATING } from './edited.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions } from './stage.ts';
import { notesIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

/** Files of replies that their authors take back, or make private, in the middle of everything. */

const LINK = /https:\/\/files\.example\.com(\/files\/[A-Za-z0-9_-]{43}\/\S+)/;
const PHOTO = { name: 'photo.png', content: 'these are bytes' };
const OTHER = { name: 'other.pdf', content: 'other bytes' };

const stageWithLinks = (options: StageOptions = {}): Promise<Stage> =>
  stageWith({ ...options, env: { PUBLIC_URL: 'https://files.example.com/' } });

const sends = (stage: Stage, thread: OpenThread, text: string, files = [PHOTO]): string =>
  stage.slack.say(ANNA, CHANNEL, text, { threadTs: thread.root, files }).ts;

/** Where each link leads, on this machine, in the order of the case. */
const linksIn = (stage: Stage, thread: OpenThread): readonly string[] =>
  toCustomer(stage, thread).flatMap((text) => {
    const path = LINK.exec(text)?.[1];
    return path === undefined ? [] : [`${stage.url()}${path}`];
  });

const statusOf = async (link: string | undefined): Promise<number> => (await fetch(link ?? 'about:blank')).status;

const isOfFile = ({ body }: { readonly body: unknown }): boolean => JSON.stringify(body).includes('files.example.com');
const SHARING = { ...SENDING, when: isOfFile } as const;
const shared = (stage: Stage): number =>
  stage.acquire.requests.filter((one) => one.path.startsWith(SENDING.path) && isOfFile(one)).length;

test.each([
  ['// Here it is', 'the rest stays inside'],
  ['note: Here it is', 'the rest stays inside'],
])('a file that Acquire did not take yet never goes once its message says “%s”', async (private_, told) => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.acquire.faults.add({ ...SHARING, effect: 'none', answer: { status: 429, retryAfter: 1 } });
  const ts = sends(stage, thread, 'Here it is');
  await stage.sees(() => shared(stage) > 0, 'the first try');

  edits(stage, ts, private_);
  await toldOf(stage, told);
  mend();
  says(stage, thread, 'and words');

  await reads(stage, thread, ['Here it is', 'and words']);
  await seesMark(stage, ts, 'white_check_mark');
  expect(notesIn(stage, thread)).toEqual([]);
});

test('a file that was not fetched yet never goes once its message was made private', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });
  const ts = sends(stage, thread, 'Here it is');
  await reads(stage, thread, ['Here it is']);

  edits(stage, ts, '// Here it is');
  await toldOf(stage, 'the rest stays inside');
  mend();
  clock.ms += 10_000;
  says(stage, thread, 'and words');

  await reads(stage, thread, ['Here it is', 'and words']);
  expect(shared(stage)).toBe(0);
});

test('a prefix that comes while the words are on their way keeps their file inside', async () => {
  const stage = await stageWithLinks({ attemptMs: 4000 });
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SENDING, answer: 'genuine', slowMs: 700, times: 1 });
  const ts = sends(stage, thread, 'Here it is');
  await stage.sees(() => stage.acquire.requests.some(({ path }) => path.startsWith(SENDING.path)), 'the words going');

  edits(stage, ts, '// Here it is');

  await toldOf(stage, 'the rest stays inside');
  says(stage, thread, 'and words');
  await reads(stage, thread, ['Here it is', 'and words']);
  expect(shared(stage)).toBe(0);
});

test.each([
  ['is answered late', { answer: 'genuine', slowMs: 800 }],
  ['is never answered', { answer: 'drop' }],
] as const)('a message deleted while its file’s message %s leaves nothing', async (_how, answer) => {
  const stage = await stageWithLinks({ attemptMs: 2000 });
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SHARING, effect: 'done', times: 1, ...answer });
  const ts = sends(stage, thread, 'Here it is');
  const link = await stage.sees(() => linksIn(stage, thread)[0], 'the file at the customer’s');

  stage.slack.remove(ANNA, CHANNEL, ts);

  await reads(stage, thread, []);
  expect(await statusOf(link)).toBe(404);
});

const LONG = Array.from({ length: 300 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`).join('\n');

test('an edit of a very long reply takes back the link to what it said before', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const ts = says(stage, thread, LONG);
  const first = await stage.sees(() => linksIn(stage, thread)[0], 'the first link');

  edits(stage, ts, `0. another\n${LONG}`);
  const second = await stage.sees(() => linksIn(stage, thread).find((link) => link !== first), 'the second link');
  await stage.sees(async () => (await statusOf(first)) === 404, 'the first link over');
  expect(await statusOf(second)).toBe(200);

  edits(stage, ts, 'short now');
  await reads(stage, thread, ['short now']);
  await stage.sees(async () => (await statusOf(second)) === 404, 'the second link over');
});

test('a link to a file, copied into a reply and edited out of it, goes on working', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  sends(stage, thread, '');
  const link = await stage.sees(() => linksIn(stage, thread)[0], 'the link');
  const [shown = ''] = toCustomer(stage, thread);
  const ts = says(stage, thread, `look: ${LINK.exec(shown)?.[0]}`);
  await seesMark(stage, ts, 'white_check_mark');

  edits(stage, ts, 'look above');

  await stage.sees(() => toCustomer(stage, thread).includes('look above'), 'the edit');
  await sent(stage, thread, 'what became of it is known');
  expect(await statusOf(link)).toBe(200);
});

/** The ids that Slack gave to the files of a message. */
const filesOf = (stage: Stage, thread: OpenThread, ts: string): readonly string[] =>
  (stage.slack.thread(CHANNEL, thread.root).find((message) => message.ts === ts)?.files ?? []).map((file) =>
    String(file['id']),
  );

const removesFirst = (stage: Stage, thread: OpenThread, ts: string): void =>
  stage.slack.removeFile(ANNA, CHANNEL, ts, filesOf(stage, thread, ts)[0] ?? '');

/** Both files at the customer's, each with its link. */
const sendsTwo = async (stage: Stage, thread: OpenThread, text = 'two files') => {
  const ts = sends(stage, thread, text, [PHOTO, OTHER]);
  await seesMark(stage, ts, 'white_check_mark');
  await stage.sees(() => linksIn(stage, thread).length === 2, 'both links');
  const links = linksIn(stage, thread);
  const linkTo = (name: string): string | undefined => links.find((link) => link.endsWith(name));
  return { ts, photo: linkTo('photo.png'), other: linkTo('other.pdf') };
};

test('a file that is deleted from its message in Slack goes from the customer too, and nothing else', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const { ts, photo, other } = await sendsTwo(stage, thread);

  removesFirst(stage, thread, ts);

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'one file less');
  expect(toCustomer(stage, thread)).toEqual(['two files', expect.stringContaining('other.pdf')]);
  expect(await statusOf(photo)).toBe(404);
  expect(await statusOf(other)).toBe(200);
  expect(calls(stage, UPDATING)).toEqual([]);
});

test('a file that goes together with an edit of its words is taken back, and the edit carried over', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const { ts, photo } = await sendsTwo(stage, thread);
  const [file = ''] = filesOf(stage, thread, ts);

  clock.ms += 1500;
  stage.slack.edit(ANNA, CHANNEL, ts, 'one file', { without: file });

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'one file less');
  await stage.sees(() => toCustomer(stage, thread).includes('one file'), 'the edit');
  expect(await statusOf(photo)).toBe(404);
});

test('a file that is deleted before Acquire took it never goes', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.acquire.faults.add({ ...SHARING, effect: 'none', answer: { status: 429, retryAfter: 1 } });
  const ts = sends(stage, thread, 'Here it is');
  await stage.sees(() => shared(stage) > 0, 'the first try');

  removesFirst(stage, thread, ts);
  await stage.slack.eventsSettled();
  mend();
  says(stage, thread, 'and words');

  await reads(stage, thread, ['Here it is', 'and words']);
  await seesMark(stage, ts, 'white_check_mark');
  expect(linksIn(stage, thread)).toEqual([]);
});

test('of a message of files alone, the one that goes with the first edit never goes, and the other does', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.acquire.faults.add({ ...SHARING, effect: 'none', answer: { status: 429, retryAfter: 1 } });
  const ts = sends(stage, thread, '', [PHOTO, OTHER]);
  await stage.sees(() => shared(stage) > 0, 'the first try');
  const [file = ''] = filesOf(stage, thread, ts);

  clock.ms += 1500;
  stage.slack.edit(ANNA, CHANNEL, ts, 'just this', { without: file });
  await stage.slack.eventsSettled();
  mend();

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'the words and a file');
  says(stage, thread, 'and words');
  await stage.sees(() => toCustomer(stage, thread).includes('and words'), 'the next reply');
  expect(toCustomer(stage, thread).join()).toContain('other.pdf');
  expect(toCustomer(stage, thread).join()).not.toContain('photo.png');
});

test('a file that is deleted while it is on its way is taken back when it has arrived', async () => {
  const stage = await stageWithLinks({ attemptMs: 2000 });
  const thread = await stage.thread();
  stage.acquire.faults.add({ ...SHARING, effect: 'done', times: 1, answer: 'genuine', slowMs: 800 });
  const ts = sends(stage, thread, 'Here it is');
  const link = await stage.sees(() => linksIn(stage, thread)[0], 'the file at the customer’s');

  removesFirst(stage, thread, ts);

  await reads(stage, thread, ['Here it is']);
  expect(await statusOf(link)).toBe(404);
});

test('the only file of a message without words takes its mark along', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const ts = sends(stage, thread, '');
  await seesMark(stage, ts, 'white_check_mark');

  removesFirst(stage, thread, ts);

  await reads(stage, thread, []);
  await seesMark(stage, ts, '');
  expect(toldAlone(stage)).toEqual([]);
});

test('a file that is deleted too late stays at the customer’s, and its author is told', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const { ts, photo } = await sendsTwo(stage, thread);
  clock.ms += 11 * 60_000;

  removesFirst(stage, thread, ts);

  await toldOf(stage, 'The customer still has photo.png');
  expect(await statusOf(photo)).toBe(200);
  expect(toCustomer(stage, thread)).toHaveLength(3);
});

test('a file that went with a mail cannot be taken back, and its author is told', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread('About my order', { opening: { channel: 'mail', title: 'Order 7' } });
  const ts = sends(stage, thread, 'Here it is');
  await seesMark(stage, ts, 'white_check_mark');

  removesFirst(stage, thread, ts);

  expect(await toldOf(stage, 'The customer still has photo.png')).toContain('an e-mail that was sent cannot');
});
