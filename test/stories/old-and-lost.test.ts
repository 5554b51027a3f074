import { copyFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';
import { ANNA, CHANNEL, stageFor, type Stage } from './stage.ts';
import {
  alarmsOf,
  calm,
  carlOf,
  deliveriesIn,
  redrive,
  repliesIn,
  rootsOf,
  staff,
  talkIn,
  textsIn,
  threadWith,
  unpaced,
  wordsOf,
} from './incoming.ts';

const polling = { webhook: false, env: { ACQUIRE_POLL_SECONDS: '1' } } as const;

/** An account that was in use before casebridge came. */
const inUse =
  (cases: number, texts: readonly string[] = ['long ago']) =>
  ({ acquire }: { acquire: AcquireSimulator }): void => {
    const { id } = acquire.contact({ name: 'Olga Old' });
    for (let count = 0; count < cases; count += 1) {
      const opened = acquire.openCase(id, { text: `case ${count + 1}: ${texts[0]}` });
      for (const text of texts.slice(1)) acquire.customerWrites(opened.id, text);
    }
  };

const caseIds = (stage: Stage): number[] => [...stage.acquire.account.cases.keys()];

test('a first start with 2,000 open cases starts no thread and keeps to its reading budget', async () => {
  const readBudget = { perSecond: 20, burst: 10 };
  const stage = await stageFor({ ...unpaced, ...polling, readBudget, before: inUse(2000) });
  const began = Date.now();
  const before = stage.acquire.requests.length;

  await calm(4000);

  const seconds = (Date.now() - began) / 1000;
  expect(rootsOf(stage)).toEqual([]);
  expect(stage.acquire.requests.length - before).toBeLessThanOrEqual(20 * seconds + 10 + 10);
}, 40_000);

test('a case that a webhook told of before Acquire could first be read starts its thread afterwards', async () => {
  const outage = { method: 'GET', answer: { status: 503 } } as const;
  const stage = await stageFor({
    ...unpaced,
    env: { ACQUIRE_POLL_SECONDS: '0' },
    before: (sides) => {
      inUse(1)(sides);
      sides.acquire.faults.add(outage);
    },
  });

  stage.acquire.openCase(stage.acquire.contact({ name: 'Nora New' }).id, { text: 'anybody there?' });
  await calm(500);
  stage.acquire.faults.clear();

  await threadWith(stage, 'anybody there?');
  expect(rootsOf(stage)).toHaveLength(1);
});

test('an older case whose customer writes again starts with its last messages in one post', async () => {
  const texts = Array.from({ length: 30 }, (_, index) => `old message ${index + 1}`);
  const stage = await stageFor({ ...unpaced, before: inUse(1, texts) });
  const [caseId = 0] = caseIds(stage);

  stage.acquire.customerWrites(caseId, 'and now?');

  const root = await threadWith(stage, 'and now?');
  const [history, now, ...more] = repliesIn(stage, root);
  const words = wordsOf(history);
  expect(words).toContain('Earlier in this case (10 more in Acquire)');
  expect(words).toContain('Olga Old (customer): old message 11');
  expect(words).toContain('old message 30');
  expect(words).not.toContain('old message 10');
  expect(now?.text).toBe('and now?');
  expect(more).toEqual([]);
});

test('a history of very long messages is shortened to what Slack takes', async () => {
  const texts = Array.from({ length: 25 }, (_, index) => `${index} ${'long words '.repeat(1000)}`);
  const stage = await stageFor({ ...unpaced, before: inUse(1, texts) });
  const [caseId = 0] = caseIds(stage);

  stage.acquire.customerWrites(caseId, 'and now?');

  const root = await threadWith(stage, 'and now?');
  const words = wordsOf(repliesIn(stage, root)[0]);
  expect(words).toMatch(/Earlier in this case \(\d+ more and full texts in Acquire\)/);
  expect(words).toContain('24 long words');
  expect(await deliveriesIn(stage, 'dead')).toEqual([]);
});

test('where message ids cannot be read the dates tell what is old', async () => {
  const variants = { readers: { caseMessage: false } };
  const stage = await stageFor({ ...unpaced, ...polling, acquire: { variants }, before: inUse(3) });
  const [caseId = 0] = caseIds(stage);
  await calm(1500);
  expect(rootsOf(stage)).toEqual([]);

  stage.acquire.customerWrites(caseId, 'and now?');

  const root = await threadWith(stage, 'and now?');
  expect(textsIn(stage, root)).toHaveLength(2);
  expect(rootsOf(stage)).toHaveLength(1);
}, 20_000);

test('more than twenty threads at once are held for a person, who starts them', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const { id } = stage.acquire.contact();
  for (let count = 0; count < 25; count += 1) stage.acquire.openCase(id, { text: `case ${count}` });

  await stage.sees(async () => (await deliveriesIn(stage, 'held')).length === 5, 'five held');
  await calm(1000);
  expect(rootsOf(stage)).toHaveLength(20);
  expect(alarmsOf(stage)).toHaveLength(1);
  for (const held of await deliveriesIn(stage, 'held')) await redrive(stage, held.id);

  await stage.sees(() => rootsOf(stage).length === 25, 'all threads');
  await stage.sees(() => rootsOf(stage).every(({ ts }) => textsIn(stage, ts).length === 1), 'all messages');
}, 30_000);

test('a restart catches up with what happened meanwhile, and repeats nothing', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');
  await answered(stage, root, 'on it');

  await stage.stop();
  stage.acquire.customerWrites(caseId, 'one');
  stage.acquire.agentWrites(carlOf(stage), caseId, 'two');
  stage.acquire.agentCloses(carlOf(stage), caseId);
  stage.acquire.customerWrites(caseId, 'three');
  await stage.start();

  await stage.sees(() => textsIn(stage, root).includes('three'), 'all');
  await calm(1500);
  expect(talkIn(stage, root).map((line) => line.replace(/^Jo Customer \(customer\): /, ''))).toEqual([
    'hello',
    'on it',
    'one',
    'Carl (in Acquire): two',
    'The thread has been closed by Carl.',
    'This thread has been reactivated.',
    'three',
  ]);
  expect(rootsOf(stage)).toHaveLength(1);
}, 20_000);

test('without polling a restart reads the open cases once', async () => {
  const stage = await stageFor({ ...unpaced, env: { ACQUIRE_POLL_SECONDS: '0' } });
  const { root, caseId } = await stage.thread('hello');

  await stage.stop();
  stage.acquire.customerWrites(caseId, 'meanwhile');
  await stage.start();

  await stage.sees(() => textsIn(stage, root).includes('meanwhile'), 'meanwhile');
  expect(textsIn(stage, root)).toEqual(['hello', 'meanwhile']);
});

test('a restored old store posts nothing twice and starts no thread twice', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const { root, caseId, contactId } = await stage.thread('hello');
  await stage.stop();
  const copy = `${stage.database}.copy`;
  copyFileSync(stage.database, copy);
  await stage.start();
  stage.acquire.customerWrites(caseId, 'after the backup');
  await stage.sees(() => textsIn(stage, root).includes('after the backup'), 'after the backup');
  await answered(stage, root, 'an answer after the backup');
  stage.acquire.openCase(contactId, { text: 'a case after the backup' });
  const newer = await threadWith(stage, 'a case after the backup');

  await stage.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stage.database}${end}`, { force: true });
  copyFileSync(copy, stage.database);
  await stage.start();
  stage.acquire.customerWrites(caseId, 'after the restore');

  await stage.sees(() => textsIn(stage, root).includes('after the restore'), 'after the restore');
  await calm(1500);
  const mine = (texts: string[]) => texts.filter((text) => !text.startsWith('This'));
  expect(mine(textsIn(stage, root))).toEqual([
    'hello',
    'after the backup',
    'an answer after the backup',
    'after the restore',
  ]);
  expect(textsIn(stage, newer)).toEqual(['a case after the backup']);
  expect(rootsOf(stage)).toHaveLength(2);
}, 40_000);

test('a lost store finds its threads again, for customers and for agents', async () => {
  const stage = await stageFor({ ...unpaced, ...polling });
  const first = await stage.thread('hello');
  await answered(stage, first.root, 'hello yourself');
  const second = stage.acquire.openCase(first.contactId, { text: 'second case' });
  const secondRoot = await threadWith(stage, 'second case');

  await stage.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stage.database}${end}`, { force: true });
  await stage.start();
  stage.acquire.customerWrites(first.caseId, 'do you know me?');
  stage.slack.say(ANNA, CHANNEL, 'we do', { threadTs: secondRoot });

  await stage.sees(() => textsIn(stage, first.root).includes('do you know me?'), 'the customer in the old thread');
  await stage.sees(
    () => stage.acquire.snapshot().messages.some(({ text, caseId }) => text === 'we do' && caseId === second.id),
    'the answer in the case',
  );
  await calm(800);
  expect(textsIn(stage, first.root)).toEqual(['hello', 'hello yourself', 'do you know me?']);
  expect(rootsOf(stage)).toHaveLength(2);
}, 30_000);

const answered = async (stage: Stage, root: string, text: string): Promise<void> => {
  const { ts } = stage.slack.say(ANNA, CHANNEL, text, { threadTs: root });
  const isMarked = () => stage.slack.reactions(CHANNEL, ts).some(({ name }) => name === 'white_check_mark');
  await stage.sees(isMarked, 'the receipt');
};
