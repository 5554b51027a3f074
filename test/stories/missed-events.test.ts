import { copyFileSync, rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { textAt } from '../torture/text-at.ts';
import { balance } from './balancer.ts';
import { calm, unpaced } from './incoming.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { rootsIn, says, seesMark, toCustomer } from './talk.ts';

/** What Slack told and nobody heard is found by reading, and goes before what was written later. */

const loses = (stage: Stage, text: string): void =>
  void stage.slack.eventFault({ times: 1, action: 'lose', matches: (event) => event['text'] === text });

test('after the socket was away the threads are read, without another word from anybody', async () => {
  const stage = await stageFor({
    ...unpaced,
    slack: { socketMode: true },
    env: { SLACK_APP_TOKEN: 'xapp-sandbox-app', SLACK_SIGNING_SECRET: '' },
  });
  const thread = await stage.thread();
  loses(stage, 'Said while nobody listened');
  const ts = says(stage, thread, 'Said while nobody listened');

  stage.slack.socket.cut();

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Said while nobody listened']);
}, 30_000);

test('a thread that stands there though nobody heard so is read once its look-up finds it', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 800 });
  stage.slack.faults.add({ method: 'chat.postMessage', times: 1, action: { kind: 'drop', when: 'after' } });
  stage.slack.eventFault({ times: 2, action: 'lose', matches: (event) => event['type'] === 'message' });
  stage.acquire.openCase(stage.acquire.contact({ name: 'Jo Customer' }).id, { text: 'Hello' });
  const root = await stage.sees(() => rootsIn(stage)[0], 'the first message');

  const { ts } = stage.slack.say(ANNA, CHANNEL, 'Said while nobody listened', { threadTs: root });

  await seesMark(stage, ts, 'white_check_mark');
  expect(rootsIn(stage)).toEqual([root]);
}, 30_000);

test('what was written while the app was out of its channel is read when it is invited again', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread();
  const { botUserId } = stage.slack.workspace.app;

  stage.slack.leave(botUserId, CHANNEL);
  const ts = says(stage, thread, 'Said while nobody listened');
  await calm();
  expect(toCustomer(stage, thread)).toEqual([]);
  stage.slack.join(botUserId, CHANNEL);

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Said while nobody listened']);
}, 30_000);

test('an event that Slack tells again makes its thread be read before the reply goes out', async () => {
  const stage = await stageFor({ ...unpaced, slack: { retries: [300, 300] } });
  const thread = await stage.thread();
  let isAway = false;
  const front = await balance(() => (isAway ? [] : [stage.url()]));
  onTestFinished(() => front.close());
  await stage.slack.connect(`${front.url}/slack/events`);
  await seesMark(stage, says(stage, thread, 'first'), 'white_check_mark');
  loses(stage, 'second');
  says(stage, thread, 'second');

  isAway = true;
  const third = says(stage, thread, 'third');
  await stage.sees(() => triesOf(stage, third) > 0, 'a try in vain');
  isAway = false;

  await seesMark(stage, third, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['first', 'second', 'third']);
}, 30_000);

const triesOf = ({ slack }: Stage, ts: string): number =>
  slack.deliveries.filter(({ event }) => event['ts'] === ts).reduce((sum, { attempts }) => sum + attempts.length, 0);

test('only threads in which somebody wrote are read, whatever else stands in the channel', async () => {
  const stage = await stageFor({ ...unpaced, slack: { retries: [20] } });
  const quiet = await stage.thread('A quiet case');
  for (let n = 0; n < 450; n += 1) stage.slack.say(BEN, CHANNEL, `chatter ${n}`);
  const lively = await stage.thread('A lively case', { fields: { name: 'Liv', email: 'liv@example.com' } });
  const readSince = (count: number): readonly string[] =>
    stage.slack.requests
      .slice(count)
      .filter(({ method }) => method === 'conversations.replies')
      .map(({ params }) => textAt(params, 'ts'));
  // What stands there by now, our own posts with it, has been read.
  const first = stage.slack.requests.length;
  await stage.stop();
  await stage.start();
  await stage.sees(() => [quiet, lively].every(({ root }) => readSince(first).includes(root)), 'both read');
  await stage.stop();
  says(stage, lively, 'Said meanwhile');
  await stage.slack.eventsSettled();
  const second = stage.slack.requests.length;

  await stage.start();

  await stage.sees(() => toCustomer(stage, lively).length === 1, 'the reply');
  expect(readSince(second)).toContain(lively.root);
  expect(readSince(second)).not.toContain(quiet.root);
  const pages = stage.slack.requests.slice(second).filter(({ method }) => method === 'conversations.history');
  expect(pages.length).toBeGreaterThan(1);
}, 30_000);

test('a restored backup answers no customer again', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 800 });
  const thread = await stage.thread();
  await stage.stop();
  const copy = `${stage.database}.copy`;
  copyFileSync(stage.database, copy);
  await stage.start();
  const texts = ['Yes', 'Yes', 'On its way'];
  for (const text of texts) await seesMark(stage, says(stage, thread, text), 'white_check_mark');

  await stage.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(`${stage.database}${end}`, { force: true });
  copyFileSync(copy, stage.database);
  await stage.start();
  const last = says(stage, thread, 'Anything else?');

  await seesMark(stage, last, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual([...texts, 'Anything else?']);
}, 30_000);
