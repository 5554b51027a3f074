import { expect, test } from 'vitest';
import { z } from 'zod';
import { U } from '../../src/sandbox/slack/seed.ts';
import { type Ended, run } from '../support/running.ts';
import { carlOf, repliesIn, staff, textsIn, unpaced } from './incoming.ts';
import { CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { says, seesMark, toCustomer } from './talk.ts';

/** Nothing is read by itself: what no webhook tells stays untold. */
const told = {
  ...unpaced,
  env: { ACQUIRE_POLL_SECONDS: '0' },
  webhookEvents: ['case:new', 'case:status', 'case:message:new'],
} as const;

const ADMIN = 'U0ADA';

const reconcile = (stage: Stage, ...words: readonly string[]): Promise<Ended> =>
  run(['src/cli.ts', 'deliveries', 'reconcile', ...words], { DATABASE_URL: `sqlite:${stage.database}` }).ended;

const Reported = z.array(
  z.object({
    case: z.string(),
    differences: z.array(
      z.object({ what: z.string(), id: z.string(), by: z.string().nullable(), gap: z.boolean(), state: z.string() }),
    ),
    repaired: z.number(),
  }),
);

const report = async (stage: Stage, ...words: readonly string[]) => {
  const { code, out, err } = await reconcile(stage, ...words, '--json');
  return { code, err, cases: err === '' || out !== '' ? Reported.parse(JSON.parse(out)) : [] };
};

const differences = async (stage: Stage, ...words: readonly string[]) =>
  (await report(stage, ...words)).cases.flatMap((one) => one.differences);

/** The customer writes, and no webhook tells. */
const writesUnseen = (stage: Stage, { caseId }: OpenThread, text: string): number => {
  const subscribed = [...stage.acquire.account.subscriptions];
  stage.acquire.account.subscriptions.clear();
  const { id } = stage.acquire.customerWrites(caseId, text);
  for (const [key, one] of subscribed) stage.acquire.account.subscriptions.set(key, one);
  return id;
};

/** A member writes, and no event tells. */
const saysUnseen = (stage: Stage, thread: OpenThread, text: string, member?: string): string => {
  stage.slack.eventFault({ action: 'lose', times: 1 });
  return says(stage, thread, text, member);
};

test('a thread that shows its case is said to lack nothing', async () => {
  const stage = await stageFor({ ...told, acquire: { ...staff } });
  const thread = await stage.thread('Where is my parcel?');
  const reply = says(stage, thread, 'a secret answer');
  await seesMark(stage, reply, 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'note: a secret note'), 'memo');
  says(stage, thread, '// a secret between us');
  stage.acquire.agentWrites(carlOf(stage), thread.caseId, 'Carl was here');
  await stage.sees(() => textsIn(stage, thread.root).includes('Carl was here'), 'Carl');

  const one = await reconcile(stage, String(thread.caseId));
  const all = await reconcile(stage);

  expect(one).toMatchObject({ code: 0, err: '' });
  expect(one.out).toContain(`case ${thread.caseId}: nothing is missing (4 messages, 3 replies)`);
  expect(all).toMatchObject({ code: 0, out: expect.stringContaining('1 case compared, 0 gaps') });
  expect(one.out + all.out).not.toMatch(/secret|parcel|Jo|Carl/u);
});

test('a message and a reply that nobody told of are found, and repaired once', { timeout: 60_000 }, async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'we look into it'), 'white_check_mark');
  const message = writesUnseen(stage, thread, 'lost on the way to Slack');
  const reply = saysUnseen(stage, thread, 'lost on the way to Acquire');

  const found = await report(stage, String(thread.caseId));

  expect(found).toMatchObject({ code: 1 });
  expect(found.cases[0]?.differences).toMatchObject([
    { what: 'message', id: String(message), by: `contact ${thread.contactId}`, gap: true, state: 'missing' },
    { what: 'reply', id: reply, by: `member ${U.anna}`, gap: true, state: 'missing' },
  ]);
  expect(textsIn(stage, thread.root)).not.toContain('lost on the way to Slack');
  expect(toCustomer(stage, thread)).toEqual(['we look into it']);

  expect((await report(stage, '--repair')).cases).toMatchObject([{ repaired: 2 }]);
  await seesMark(stage, reply, 'white_check_mark');
  await stage.sees(() => textsIn(stage, thread.root).includes('lost on the way to Slack'), 'the message');
  const again = await reconcile(stage, '--repair');

  expect(again).toMatchObject({ code: 0, out: expect.stringContaining('0 gaps') });
  expect(toCustomer(stage, thread)).toEqual(['we look into it', 'lost on the way to Acquire']);
  expect(textsIn(stage, thread.root).filter((text) => text === 'lost on the way to Slack')).toHaveLength(1);
});

test('a message that became readable long after later ones is put into the thread', { timeout: 60_000 }, async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  stage.acquire.staleReads({ reads: 10_000, ms: 600_000 });
  const { id } = stage.acquire.customerWrites(thread.caseId, 'hidden for long');
  stage.acquire.staleReads(null);
  for (let count = 1; count <= 25; count += 1) stage.acquire.customerWrites(thread.caseId, `later ${count}`);
  await stage.sees(() => textsIn(stage, thread.root).includes('later 25'), 'all later ones');
  const row = stage.acquire.account.messages.get(id);
  if (row !== undefined) row.hidden = { reads: 0, until: 0 };

  expect(await differences(stage, '--repair')).toMatchObject([{ what: 'message', id: String(id), state: 'missing' }]);

  await stage.sees(() => textsIn(stage, thread.root).includes('hidden for long'), 'the hidden one');
  expect(await reconcile(stage)).toMatchObject({ code: 0 });
});

test('a case that was closed and reopened without a word from Acquire is carried on', { timeout: 60_000 }, async () => {
  const stage = await stageFor({ ...told, acquire: { ...staff } });
  const thread = await stage.thread();
  stage.acquire.account.subscriptions.clear();
  stage.acquire.agentCloses(carlOf(stage), thread.caseId);
  stage.acquire.customerWrites(thread.caseId, 'not solved at all');

  expect(await differences(stage, String(thread.caseId), '--repair')).toMatchObject([{ what: 'message', gap: true }]);

  await stage.sees(() => textsIn(stage, thread.root).includes('not solved at all'), 'the new message');
  await seesMark(stage, says(stage, thread, 'on it again'), 'white_check_mark');
  expect(await reconcile(stage)).toMatchObject({ code: 0 });
});

test('a post that somebody deleted in Slack is told, and stays deleted', async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread('please delete this');
  const [post] = repliesIn(stage, thread.root);
  stage.slack.remove(ADMIN, CHANNEL, post?.ts ?? '');

  const { code, cases } = await report(stage, String(thread.caseId), '--repair');

  expect(code).toBe(0);
  expect(cases).toMatchObject([
    { repaired: 0, differences: [{ what: 'message', gap: false, state: 'deleted in Slack' }] },
  ]);
  expect(textsIn(stage, thread.root)).toEqual([]);
});

test('what waits for a person is a gap, and is left to that person', async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, '@ben shall I?'), 'raised_hand');

  const { code, cases } = await report(stage, String(thread.caseId), '--repair');

  expect(code).toBe(1);
  expect(cases).toMatchObject([
    { repaired: 0, differences: [{ what: 'delivery', by: `member ${U.anna}`, state: 'held (mention)' }] },
  ]);
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('what strangers wrote, and what was meant to stay in Slack, is no gap', async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  stage.slack.join(U.guest, CHANNEL);
  saysUnseen(stage, thread, 'from a guest', U.guest);
  saysUnseen(stage, thread, '// between us');

  expect(await report(stage, String(thread.caseId))).toMatchObject({ code: 0, cases: [{ differences: [] }] });
});

test('a word in the case under our key that we never sent is told', async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'ours'), 'white_check_mark');
  stage.acquire.agentWrites(stage.acquire.keyUser.id, thread.caseId, 'by other software');

  expect(await differences(stage)).toMatchObject([{ what: 'message', gap: false, state: 'ours, but of no delivery' }]);
});

test('a side that cannot be read is said to be that, and nothing is concluded from it', async () => {
  const stage = await stageFor(told);
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'conversations.replies', times: 1, action: { kind: 'status', status: 500 } });

  const { code, out } = await reconcile(stage);

  expect(code).toBe(1);
  expect(out).toContain(`case ${thread.caseId}: could not be compared`);
});

test('a side that asks to wait is asked again', async () => {
  const stage = await stageFor(told);
  await stage.thread();
  stage.slack.faults.add({ method: 'conversations.replies', times: 1, action: { kind: 'rateLimit', retryAfter: 1 } });

  expect(await reconcile(stage)).toMatchObject({ code: 0, out: expect.stringContaining('0 gaps') });
});

test('a thread whose first message somebody deleted is told, and nothing is put into it', async () => {
  const stage = await stageFor(told);
  const { root } = await stage.thread();
  for (const { ts } of [...repliesIn(stage, root), { ts: root }]) stage.slack.remove(ADMIN, CHANNEL, ts);

  const { code, cases } = await report(stage, '--repair');

  expect(code).toBe(0);
  expect(cases).toMatchObject([
    { repaired: 0, differences: [{ what: 'thread', gap: false, state: 'its first message was deleted' }] },
  ]);
});

test('without a running casebridge nothing can be compared, and that is said', { timeout: 40_000 }, async () => {
  const stage = await stageFor(told);
  await stage.stop();

  expect(await reconcile(stage)).toMatchObject({ code: 1, err: expect.stringContaining('does not run on this store') });
});

test('cases that are not there, or have no thread, are refused in one line', async () => {
  const before = ({ acquire }: Pick<Stage, 'acquire'>) => {
    acquire.openCase(acquire.contact().id, { text: 'from before' });
  };
  const stage = await stageFor({ ...told, before });
  const [old] = stage.acquire.account.cases.keys();

  expect(await reconcile(stage, '999999')).toMatchObject({
    code: 1,
    err: 'not done: there is no case 999999 in Acquire\n',
  });
  expect(await reconcile(stage, String(old))).toMatchObject({ code: 1, err: expect.stringContaining('has no thread') });
  expect(await reconcile(stage, 'parcel')).toMatchObject({ code: 2, err: expect.stringContaining('not the number') });
  expect(await reconcile(stage)).toMatchObject({ code: 0, out: '0 cases compared, 0 gaps\n' });
});
