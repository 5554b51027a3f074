import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { SayOptions } from '../../src/sandbox/slack/people.ts';
import { run } from '../support/running.ts';
import { type Answer, answersTo, press as pressAlone } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { notesIn, press, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

/** Files of agents on their way to customers. */

const PUBLIC = { PUBLIC_URL: 'https://files.example.com/' };
const LINK = /https:\/\/files\.example\.com(\/files\/[A-Za-z0-9_-]{43}\/\S+)/;

const stageWithLinks = (options: StageOptions = {}): Promise<Stage> =>
  stageFor({ ...options, env: { ...PUBLIC, ...options.env } });

type Files = NonNullable<SayOptions['files']>;

const sends = (stage: Stage, thread: OpenThread, text: string, files: Files): string =>
  stage.slack.say(ANNA, CHANNEL, text, { threadTs: thread.root, files }).ts;

const PHOTO = { name: 'photo.png', content: 'these are bytes' };

/** Where the newest link leads, on this machine. */
const linkIn = (stage: Stage, thread: OpenThread): string | undefined => {
  const path = toCustomer(stage, thread)
    .map((text) => LINK.exec(text)?.[1])
    .findLast((found) => found !== undefined);
  return path === undefined ? undefined : `${stage.url()}${path}`;
};

const seesLink = (stage: Stage, thread: OpenThread): Promise<string> =>
  stage.sees(() => linkIn(stage, thread), 'a link to the file');

const asked = (stage: Stage, method: string): number =>
  stage.slack.requests.filter((request) => request.method === method).length;

test('a file of a reply goes behind its words, as a link that works', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  const ts = sends(stage, thread, 'Here is the map', [{ name: 'map of town.png', content: 'these are bytes' }]);

  const answer = await fetch(await seesLink(stage, thread));
  expect(toCustomer(stage, thread)).toEqual([
    'Here is the map',
    expect.stringMatching(
      /^map of town\.png \(15 bytes\)\nhttps:\/\/files\.example\.com\/files\/\S+\/map-of-town\.png$/,
    ),
  ]);
  expect(await answer.text()).toBe('these are bytes');
  expect(answer.headers.get('content-disposition')).toContain('attachment; filename="map of town.png"');
  await seesMark(stage, ts, 'white_check_mark');
});

test('a message of files alone is a reply, and its mark says when all of them have arrived', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  const ts = sends(stage, thread, '', [PHOTO, { name: 'second.pdf', content: 'more bytes' }]);

  await seesMark(stage, ts, 'white_check_mark');
  const heads = toCustomer(stage, thread).map((text) => text.split('\n')[0]);
  expect(new Set(heads)).toEqual(new Set(['photo.png (15 bytes)', 'second.pdf (10 bytes)']));
});

test('files of a note stay in Slack and are not even fetched; its author is told', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  sends(stage, thread, 'note: see the scan', [{ name: 'passport.pdf', content: 'secret' }]);

  await stage.sees(() => notesIn(stage, thread).includes('see the scan'), 'the note');
  await stage.sees(() => toldAlone(stage).some((text) => text.includes('passport.pdf')), 'word of the file');
  expect(toCustomer(stage, thread)).toEqual([]);
  expect(asked(stage, 'download')).toBe(0);
});

test('files of a message that is kept inside stay there', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  sends(stage, thread, '// look at this', [{ name: 'internal.pdf', content: 'secret' }]);
  says(stage, thread, 'and this goes out');

  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the reply');
  expect(toCustomer(stage, thread)).toEqual(['and this goes out']);
  expect(asked(stage, 'download')).toBe(0);
});

test('without PUBLIC_URL the words go, and the thread says at once what was left out and why', async () => {
  const stage = await stageFor();
  const thread = await stage.thread();

  const ts = sends(stage, thread, 'Here is the map', [PHOTO]);

  await stage.sees(
    () => saidIn(stage, thread).some((text) => text.includes('photo.png') && text.includes('PUBLIC_URL')),
    'word of the file',
  );
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Here is the map']);
  expect(asked(stage, 'download')).toBe(0);
});

test('what is too large, empty, kept elsewhere or hidden is left out with the reason, the rest goes', async () => {
  const stage = await stageWithLinks({ env: { FILE_LIMIT_MB: '1' } });
  const thread = await stage.thread();

  sends(stage, thread, 'several', [
    { name: 'film.mp4', content: Buffer.alloc(1_000_001) },
    { name: 'nothing.txt', content: '' },
    { name: 'drive.doc', content: 'x', mode: 'external' },
    { name: 'old.doc', content: 'x', mode: 'hidden_by_limit' },
    PHOTO,
  ]);

  await seesLink(stage, thread);
  const told = await stage.sees(
    () => saidIn(stage, thread).find((text) => text.includes('film.mp4')),
    'what was left out',
  );
  expect(told).toContain('film.mp4 (larger than 1.0 MB)');
  expect(told).toContain('nothing.txt (it is empty)');
  expect(told).toContain('drive.doc (it is not kept in Slack');
  expect(told).toContain('Slack does not show it any more');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('words are never held back by a file: what is written later goes while it waits', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });

  sends(stage, thread, 'with a photo', [PHOTO]);
  says(stage, thread, 'and later words');

  await stage.sees(() => toCustomer(stage, thread).length === 2, 'both texts');
  expect(toCustomer(stage, thread)).toEqual(['with a photo', 'and later words']);
  mend();
  await seesLink(stage, thread);
  expect(toCustomer(stage, thread)).toHaveLength(3);
});

test('each file is tried apart: one that fails does not hold up the other', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  let bad = '';
  stage.slack.faults.add({
    method: 'download',
    matches: ({ path }) => typeof path === 'string' && path.includes(bad),
    action: { kind: 'status', status: 404 },
  });
  const message = stage.slack.say(ANNA, CHANNEL, 'two', {
    threadTs: thread.root,
    files: [
      { name: 'bad.png', content: 'x' },
      { name: 'good.png', content: 'y' },
    ],
  });
  bad = String(message.files?.[0]?.['id']);

  await stage.sees(() => toCustomer(stage, thread).some((text) => text.startsWith('good.png')), 'the good one');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('bad.png')), 'word of the bad one');
  await seesMark(stage, message.ts, 'warning');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('the sign-in page is not a file; once the app has the scope, Retry sends it', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const { app } = stage.slack.workspace;
  app.scopes = app.scopes.filter((scope) => scope !== 'files:read');

  const ts = sends(stage, thread, 'a photo', [PHOTO]);

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('sign-in page')), 'the reason');
  await seesMark(stage, ts, 'warning');
  await stage.sees(() => toCustomer(stage, thread).length > 0, 'its words');
  expect(toCustomer(stage, thread)).toEqual(['a photo']);
  app.scopes = [...app.scopes, 'files:read'];
  await press(stage, thread, 'Retry');
  expect(await (await fetch(await seesLink(stage, thread))).text()).toBe('these are bytes');
  await seesMark(stage, ts, 'white_check_mark');
});

const png = { 'content-type': 'image/png' };
test.each([
  ['another type', { body: 'these are bytes', headers: { 'content-type': 'text/plain' } }, 'another type'],
  ['a page instead', { body: '<html>x</html>', headers: { 'content-type': 'text/html' } }, 'sign-in page'],
  ['another length', { body: 'short', headers: { ...png, 'content-length': '5' } }, 'not as long as announced'],
  [
    'another length, not announced',
    { body: 'short', headers: { ...png, 'transfer-encoding': 'chunked' } },
    'not as long',
  ],
])('what comes as %s is refused, and kept inside by a press', async (_what, { body, headers }, words) => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 200, body, headers } });

  const ts = sends(stage, thread, 'a photo', [PHOTO]);

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes(words)), 'the reason');
  await press(stage, thread, 'Keep inside');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('kept this inside')), 'the answer');
  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['a photo']);
});

test('of two files that failed the mark stands until both are decided', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'download', times: 2, action: { kind: 'status', status: 404 } });
  const told = (): readonly string[] => saidIn(stage, thread).filter((text) => text.includes('kept this inside'));
  const timesArrived = (): number =>
    stage.slack.requests.filter(
      ({ method, params }) => method === 'reactions.add' && params['name'] === 'white_check_mark',
    ).length;

  const files = [PHOTO, { name: 'second.png', content: 'other bytes' }];
  const ts = sends(stage, thread, 'two photos', files);
  await stage.sees(
    () => saidIn(stage, thread).filter((text) => text.includes('no longer')).length === 2,
    'both reasons',
  );
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the words');
  await seesMark(stage, ts, 'warning');
  const before = timesArrived();
  await press(stage, thread, 'Keep inside');
  await stage.sees(() => told().length === 1, 'the first answer');
  await press(stage, thread, 'Keep inside');
  await stage.sees(() => told().length === 2, 'the second answer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(timesArrived()).toBe(before + 1);
});

test('a redirect is not followed, so the token goes to nobody else', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  let strangers = 0;
  const stranger = createServer((_request, response) => {
    strangers += 1;
    response.end('these are bytes');
  });
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void stranger.close());
  const address = stranger.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const headers = { location: `http://127.0.0.1:${port}/photo.png` };
  stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 302, headers } });

  sends(stage, thread, 'a photo', [PHOTO]);

  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('sign-in page')), 'the reason');
  expect(strangers).toBe(0);
});

test('in a shared channel a file comes as a stub, and is asked for', async () => {
  const stage = await stageWithLinks({
    settings: { shared: true },
    before: ({ slack }) => {
      const channel = slack.workspace.channels.get(CHANNEL);
      if (channel !== undefined) channel.extShared = true;
    },
  });
  const thread = await stage.thread();

  sends(stage, thread, 'a photo', [PHOTO]);

  expect(await (await fetch(await seesLink(stage, thread))).text()).toBe('these are bytes');
  expect(toCustomer(stage, thread).at(-1)).toContain('photo.png (15 bytes)');
});

test('a file that was deleted in Slack before it was fetched is told, with its name', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });
  const message = stage.slack.say(ANNA, CHANNEL, 'a photo', { threadTs: thread.root, files: [PHOTO] });
  await stage.sees(() => asked(stage, 'download') > 0, 'the first try');

  stage.slack.files.remove(String(message.files?.[0]?.['id']));
  mend();

  const told = await stage.sees(
    () => saidIn(stage, thread).find((text) => text.includes('no longer there')),
    'the reason',
  );
  expect(told).toContain('photo.png');
});

test('deleting the message in time takes the link back, and the message that held it', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const ts = sends(stage, thread, 'wrong file', [PHOTO]);
  const link = await seesLink(stage, thread);
  await seesMark(stage, ts, 'white_check_mark');
  expect((await fetch(link)).status).toBe(200);

  stage.slack.remove(ANNA, CHANNEL, ts);

  await stage.sees(() => toCustomer(stage, thread).length === 0, 'the case without them');
  expect((await fetch(link)).status).toBe(404);
});

test('a deletion before the file was fetched keeps it inside', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });
  const ts = sends(stage, thread, '', [PHOTO]);
  await stage.sees(() => asked(stage, 'download') > 0, 'the first try');

  stage.slack.remove(ANNA, CHANNEL, ts);
  await stage.slack.eventsSettled();
  mend();
  says(stage, thread, 'something else');

  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the reply');
  expect(toCustomer(stage, thread)).toEqual(['something else']);
});

test('a link is over after its days', async () => {
  let ahead = 0;
  const stage = await stageWithLinks({ env: { FILE_LINK_DAYS: '1' }, now: () => Date.now() + ahead });
  const thread = await stage.thread();
  sends(stage, thread, 'a photo', [PHOTO]);
  const link = await seesLink(stage, thread);
  expect((await fetch(link)).status).toBe(200);

  ahead = 24 * 60 * 60_000 + 1000;

  expect((await fetch(link)).status).toBe(404);
});

test('in mode confirm a file alone waits for its author; sent, it goes', async () => {
  const stage = await stageWithLinks({ settings: { mode: 'confirm' } });
  const thread = await stage.thread();

  const ts = sends(stage, thread, '', [PHOTO]);
  await seesMark(stage, ts, 'raised_hand');
  expect(asked(stage, 'download')).toBe(0);
  await press(stage, thread, 'Send to customer');

  expect(await (await fetch(await seesLink(stage, thread))).text()).toBe('these are bytes');
  await seesMark(stage, ts, 'white_check_mark');
});

test('words that wait for their author hold their files; kept inside, both stay', async () => {
  const stage = await stageWithLinks({ settings: { mode: 'confirm' } });
  const thread = await stage.thread();

  const ts = sends(stage, thread, 'a photo', [PHOTO]);
  await seesMark(stage, ts, 'raised_hand');
  await stage.sees(() => asked(stage, 'download') > 0, 'the file fetched meanwhile');
  await press(stage, thread, 'Keep inside');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('kept this inside')), 'the answer');

  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a file whose case was closed meanwhile waits for its author, who may reopen and send', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });
  sends(stage, thread, 'a photo', [PHOTO]);
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'the words');

  stage.acquire.agentCloses(1, thread.caseId);
  mend();
  await press(stage, thread, 'Reopen and send');

  expect(await (await fetch(await seesLink(stage, thread))).text()).toBe('these are bytes');
});

test('the customer hears of it once when the answer to it is lost', async () => {
  const stage = await stageWithLinks({ attemptMs: 1500 });
  const thread = await stage.thread();
  sends(stage, thread, '', [PHOTO]);
  stage.acquire.faults.add({ path: '/crm/messenger/chat/add-message', effect: 'done', answer: 'drop', times: 1 });

  await seesLink(stage, thread);
  says(stage, thread, 'and words');

  await stage.sees(() => toCustomer(stage, thread).includes('and words'), 'the next reply');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('a file that waits for an outage of Slack’s files arrives after a restart, once', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'hang', when: 'before' } });
  sends(stage, thread, 'a photo', [PHOTO]);
  await stage.sees(() => asked(stage, 'download') > 0, 'the first try');

  await stage.stop();
  mend();
  await stage.start();

  expect(await (await fetch(await seesLink(stage, thread))).text()).toBe('these are bytes');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('logs hold neither the name of a file nor its link', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  sends(stage, thread, 'a photo', [{ name: 'passport-of-jo.png', content: 'x' }]);

  const token = new URL(await seesLink(stage, thread)).pathname.split('/')[2] ?? '';
  await fetch(await seesLink(stage, thread));
  expect(token).toHaveLength(43);
  expect(stage.logged()).not.toContain('passport-of-jo');
  expect(stage.logged()).not.toContain(token);
});

const LONG = Array.from({ length: 300 }, (_, index) => `${index + 1}. ${'word '.repeat(20).trim()}`).join('\n');

test('a very long reply goes as its beginning, with a link to all of it', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();

  const ts = says(stage, thread, LONG);

  await seesMark(stage, ts, 'white_check_mark');
  const [preview = '', ...others] = toCustomer(stage, thread);
  expect(others).toEqual([]);
  expect(preview.startsWith('1. word')).toBe(true);
  expect(preview).toContain('The whole message (31,000 characters): https://');
  const answer = await fetch(await seesLink(stage, thread));
  expect(await answer.text()).toBe(LONG);
  expect(answer.headers.get('content-type')).toBe('text/plain');
});

test('without PUBLIC_URL a very long reply goes whole, in parts', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();

  const ts = says(stage, thread, LONG);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread).join('\n')).toBe(LONG);
});

test('deleting a very long reply in time takes its link back', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const ts = says(stage, thread, LONG);
  const link = await seesLink(stage, thread);
  await seesMark(stage, ts, 'white_check_mark');

  stage.slack.remove(ANNA, CHANNEL, ts);

  await stage.sees(() => toCustomer(stage, thread).length === 0, 'the case without it');
  expect((await fetch(link)).status).toBe(404);
});

test('the list of deliveries shows files by what is done with them, and not by name', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  sends(stage, thread, 'a photo', [{ name: 'passport-of-jo.png', content: 'x' }]);
  await seesLink(stage, thread);

  const env = { DATABASE_URL: `sqlite:${stage.database}` };
  const { out } = await run(['src/cli.ts', 'deliveries', 'list', 'delivered', '--json'], env).ended;

  expect(out).toContain('"does":"fetch_file"');
  expect(out).toContain('"does":"share_file"');
  expect(out).not.toContain('passport');
});

test('with a pause for second thoughts a file alone can be taken back, and goes when nobody does', async () => {
  const stage = await stageWithLinks({ settings: { undo: 3 } });
  const thread = await stage.thread();

  sends(stage, thread, '', [{ name: 'wrong.png', content: 'x' }]);
  const isOffer = ({ buttons }: Answer): boolean => buttons.some(({ label }) => label === 'Undo');
  const offer = await stage.sees(() => answersTo(stage, ANNA).find(isOffer), 'the Undo button');
  expect((await pressAlone(stage, offer, 'Undo')).words).toContain('Not sent');
  sends(stage, thread, '', [PHOTO]);

  await seesLink(stage, thread);
  expect(toCustomer(stage, thread)).toHaveLength(1);
  expect(toCustomer(stage, thread)[0]).toContain('photo.png');
});

test('words that are put to a file by an edit go out too', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const ts = sends(stage, thread, '', [PHOTO]);
  await seesMark(stage, ts, 'white_check_mark');

  stage.slack.edit(ANNA, CHANNEL, ts, 'This is the one');

  await stage.sees(() => toCustomer(stage, thread).includes('This is the one'), 'the words');
  expect(toCustomer(stage, thread)).toHaveLength(2);
});

test('a prefix that is put to a file before it went keeps it inside', async () => {
  const stage = await stageWithLinks();
  const thread = await stage.thread();
  const mend = stage.slack.faults.add({ method: 'download', action: { kind: 'status', status: 500 } });
  const ts = sends(stage, thread, '', [PHOTO]);
  await stage.sees(() => asked(stage, 'download') > 0, 'the first try');

  stage.slack.edit(ANNA, CHANNEL, ts, 'note: only for us');
  await stage.sees(() => notesIn(stage, thread).includes('only for us'), 'the note');
  mend();
  says(stage, thread, 'a reply');

  await stage.sees(() => toCustomer(stage, thread).length > 0, 'the reply');
  await stage.sees(() => stage.slack.requests.filter(({ method }) => method === 'download').length > 0, 'the file');
  expect(toCustomer(stage, thread)).toEqual(['a reply']);
});
