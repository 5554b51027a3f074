import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { both, type Ended, run, sees, started } from '../support/running.ts';

type Env = Readonly<Record<string, string>>;

const data = (env: Env, ...words: readonly string[]): Promise<Ended> =>
  run(['src/cli.ts', 'data', ...words], env).ended;

const Exported = z.object({
  links: z.array(z.object({ key: z.string() })),
  deliveries: z.array(z.unknown()),
  events: z.array(z.unknown()),
  records: z.array(z.object({ namespace: z.string() })),
});

/** Everything that stands in the file of a store, its write-ahead log too. */
const bytesOf = (folder: string): string =>
  ['casebridge.db', 'casebridge.db-wal'].map((name) => readFileSync(`${folder}/${name}`, 'latin1')).join('');

/** Two customers in two threads, each with a word of both sides. */
const conversation = async () => {
  const given = await both();
  const { slack, acquire, env } = given;
  const app = run(['src/main.ts'], env);
  await started(app, slack);
  const talk = async (name: string, email: string, words: { asked: string; said: string }) => {
    const contact = acquire.contact({ name, email });
    acquire.openCase(contact.id, { text: words.asked });
    const isTheirs = (ts: string) => slack.thread(C.support, ts).some(({ text }) => text.includes(words.asked));
    const root = (await sees(() => slack.messages(C.support).find(({ ts }) => isTheirs(ts)), 'the thread')).ts;
    slack.say(U.anna, C.support, words.said, { threadTs: root });
    await sees(() => acquire.snapshot().messages.some(({ text }) => text === words.said), 'the reply');
    return { contact: String(contact.id), root };
  };
  const jo = await talk('Jo Customer', 'jo@example.com', { asked: 'Where is my parcel?', said: 'On its way.' });
  const kim = await talk('Kim Other', 'kim@example.com', { asked: 'Is my shoe red?', said: 'It is blue.' });
  return { ...given, app, jo, kim };
};

test('what is kept about a contact is exported, and nothing of another', { timeout: 60_000 }, async () => {
  const { env, jo } = await conversation();

  const { code, out } = await data(env, 'export', '--contact', jo.contact);

  expect(code).toBe(0);
  for (const word of ['Jo Customer', 'jo@example.com', 'Where is my parcel?', 'On its way.'])
    expect(out).toContain(word);
  for (const word of ['Kim', 'shoe', 'blue']) expect(out).not.toContain(word);
  const exported = Exported.parse(JSON.parse(out));
  expect(exported.links).toHaveLength(1);
  expect(exported.deliveries.length).toBeGreaterThan(2);
  expect(exported.events.length).toBeGreaterThan(2);
  expect(new Set(exported.records.map(({ namespace }) => namespace))).toEqual(
    new Set(['root', 'thread', 'case', 'open_case', 'member_message', 'receipt', 'thread_cursor', 'newest_post']),
  );
});

test('erased is what was said, what is held, and who they were; others keep theirs, and nothing starts again', {
  timeout: 90_000,
}, async () => {
  const { env, slack, acquire, jo, kim, folder } = await conversation();
  slack.say(U.anna, C.support, '@ben a held secret about the parcel', { threadTs: jo.root });
  await sees(
    async () => (await run(['src/cli.ts', 'deliveries', 'list', 'held'], env).ended).out.includes('1 held'),
    'it is held',
  );
  const threads = slack.messages(C.support).length;

  const erased = await data(env, 'erase', '--contact', jo.contact);

  expect(erased).toMatchObject({ code: 0, err: '' });
  expect(erased.out).toMatch(/^contact \d+: [1-9]\d* texts, 1 links and 0 files were taken out$/m);
  const left = (await data(env, 'export', '--contact', jo.contact)).out;
  for (const word of ['Jo Customer', 'jo@example', 'parcel', 'On its way', 'secret']) expect(left).not.toContain(word);
  expect(Exported.parse(JSON.parse(left))).toMatchObject({ deliveries: [], events: [] });
  const kims = (await data(env, 'export', '--contact', kim.contact)).out;
  for (const word of ['Kim Other', 'Is my shoe red?', 'It is blue.']) expect(kims).toContain(word);
  expect((await run(['src/cli.ts', 'deliveries', 'list', 'held'], env).ended).out).toContain('0 held');

  // The case is still open in Acquire; it is listed and read again, and stays erased.
  const listed = acquire.requests.length;
  await sees(() => acquire.requests.length > listed + 8, 'further rounds of polling');
  expect(slack.messages(C.support)).toHaveLength(threads);
  expect((await data(env, 'export', '--contact', jo.contact)).out).not.toContain('parcel');
  slack.say(U.anna, C.support, 'Do you hear me?', { threadTs: jo.root });
  slack.say(U.anna, C.support, 'And you?', { threadTs: kim.root });
  await sees(() => acquire.snapshot().messages.some(({ text }) => text === 'And you?'), 'the other thread goes on');
  expect(acquire.snapshot().messages.some(({ text }) => text === 'Do you hear me?')).toBe(false);
  expect(bytesOf(folder)).toContain('Is my shoe red?');
});

test('without the app it is erased all the same, down to the bytes of the file', { timeout: 60_000 }, async () => {
  const { env, app, jo, folder } = await conversation();
  app.kill('SIGTERM');
  await app.ended;
  expect(readFileSync(`${folder}/casebridge.db`, 'latin1')).toContain('Where is my parcel?');

  expect(await data(env, 'erase', '--contact', jo.contact)).toMatchObject({ code: 0, err: '' });

  const bytes = readFileSync(`${folder}/casebridge.db`, 'latin1');
  for (const word of ['parcel', 'jo@example.com', 'Jo Customer', 'On its way']) expect(bytes).not.toContain(word);
  expect(bytes).toContain('Is my shoe red?');
});

test('who did and looked up what is told, by member and case, without a word of anybody', {
  timeout: 60_000,
}, async () => {
  const { env, slack, jo } = await conversation();
  const caseId = /"caseIds":\["(\d+)"\]/.exec(
    (await data(env, 'export', '--contact', jo.contact)).out.replaceAll(/\s/g, ''),
  )?.[1];
  await slack.command(U.ben, C.support, '/case', 'search Jo Customer');
  await slack.command(U.ben, C.support, '/case', `show ${caseId}`);
  await slack.command(U.guest, C.support, '/case', 'jo@example.com please');
  await slack.click(U.ben, { channel: C.support, ts: jo.root, actionId: 'case_claim' });
  const lines = async (...words: readonly string[]) => (await data(env, 'audit', ...words)).out.trim().split('\n');

  const all = await sees(async () => ((list) => list.length >= 6 && list)(await lines()), 'the trail');

  const text = all.join('\n');
  expect(text).toMatch(new RegExp(`${U.anna} · wrote · reply · ${caseId} · `));
  expect(text).toMatch(new RegExp(`${U.ben} · command · search · `));
  expect(text).toMatch(new RegExp(`${U.ben} · command · show · ${caseId}`));
  expect(text).toMatch(new RegExp(`${U.guest} · command · other · .*the member is not an agent`));
  expect(text).toMatch(new RegExp(`${U.ben} · button · case_claim · ${caseId} · `));
  expect(text).not.toMatch(/jo@|Customer|parcel|On its way/);
  expect((await lines('--member', U.guest)).length).toBe(1);
  expect((await lines('--case', caseId ?? '')).every((line) => line.includes(caseId ?? '-'))).toBe(true);
  expect(await lines('--since', '2999-01-01')).toEqual(['0 entries']);
  const [header, ...rows] = await lines('--csv');
  expect(header).toBe('at,member,did,what,case,about,link,channel,thread,outcome');
  expect(rows).toHaveLength(all.length);
  for (const row of rows) expect(row.split(',')).toHaveLength(10);
});

test('the size of what is kept is told, with how long', async () => {
  const { env } = await conversation();

  const { code, out } = await data(env, 'size');

  expect(code).toBe(0);
  expect(out).toMatch(/^0\.\d MB: \d+ deliveries, \d+ events, 2 open links$/m);
  expect(out).toContain('a day after');
});

test.each([
  [[], 'usage: npm run data'],
  [['frobnicate'], 'usage: npm run data'],
  [['export'], 'say which contact'],
  [['erase', '--contact', 'Jo'], 'say which contact'],
  [['audit', '--since', 'soon'], 'is not a date'],
])('data %j is told how it is used', async (words, expected) => {
  const { env } = await both();
  await started(run(['src/main.ts'], env));

  expect(await data(env, ...words)).toMatchObject({ code: 2, err: expect.stringContaining(expected) });
});
