import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { rootsIn, says, seesMark } from './talk.ts';

/** The first message of a thread, which shows how its case stands. */

const quick = { pace: () => null, attemptMs: 800 };

const wordsOn = (stage: Stage, thread: OpenThread, ts = thread.root): string => {
  const found = stage.slack.thread(CHANNEL, thread.root).find((message) => message.ts === ts);
  return JSON.stringify(found?.blocks ?? []);
};

const REPLACES = 'In the place of the first message';

/** Cards in the place of the first message, the newest last. */
const replacements = (stage: Stage, thread: OpenThread) =>
  stage.slack
    .thread(CHANNEL, thread.root)
    .filter((message) => message.user === U.app && JSON.stringify(message.blocks ?? []).includes(REPLACES));

const cardShows = (stage: Stage, thread: OpenThread, words: string): Promise<boolean> =>
  stage.sees(() => wordsOn(stage, thread).includes(words), `the card shows “${words}”`);

test('the card follows the case: who has it, who answered, that it is closed', async () => {
  const stage = await stageFor({ ...quick, settings: { claim_on_reply: true } });
  const thread = await stage.thread('Hello', {
    fields: { name: 'Jo Customer', email: 'jo@example.com', city: 'Turku' },
  });
  for (const words of ['Waiting since', 'Turku', 'jo@example.com', 'https://www.example.com/support'])
    await cardShows(stage, thread, words);

  await seesMark(stage, says(stage, thread, 'On it'), 'white_check_mark');
  await cardShows(stage, thread, 'Last answer');
  await cardShows(stage, thread, U.anna);

  stage.acquire.agentCloses(stage.acquire.agent({ name: 'Carla' }).id, thread.caseId);
  await cardShows(stage, thread, 'case_reopen');
  expect(wordsOn(stage, thread)).not.toContain('case_claim');
});

test.each(['cant_update_message', 'edit_window_closed'])(
  'a first message that Slack does not let us change (%s) is followed by a card that goes on',
  async (error) => {
    const stage = await stageFor(quick);
    const thread = await stage.thread();
    const isFirst = (params: object): boolean => 'ts' in params && params.ts === thread.root;
    stage.slack.faults.add({ method: 'chat.update', action: { kind: 'error', error }, matches: isFirst });

    await seesMark(stage, says(stage, thread, 'On it'), 'white_check_mark');
    const card = await stage.sees(() => replacements(stage, thread)[0], 'a card in its place');
    await stage.stop();
    await stage.start();
    stage.acquire.agentCloses(stage.acquire.agent({ name: 'Carla' }).id, thread.caseId);

    await stage.sees(() => wordsOn(stage, thread, card.ts).includes('case_reopen'), 'that card shows the closing');
    expect(replacements(stage, thread)).toHaveLength(1);
    expect(rootsIn(stage)).toEqual([thread.root]);
  },
);

test('a card in the place of another that is deleted gets another one', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const isFirst = (params: object): boolean => 'ts' in params && params.ts === thread.root;
  stage.slack.faults.add({
    method: 'chat.update',
    action: { kind: 'error', error: 'cant_update_message' },
    matches: isFirst,
  });
  await seesMark(stage, says(stage, thread, 'On it'), 'white_check_mark');
  const first = await stage.sees(() => replacements(stage, thread)[0], 'a card in its place');

  stage.slack.remove(U.app, CHANNEL, first.ts);
  await seesMark(stage, says(stage, thread, 'Done'), 'white_check_mark');

  const next = await stage.sees(() => replacements(stage, thread).find(({ ts }) => ts !== first.ts), 'a third card');
  expect(wordsOn(stage, thread, next.ts)).toContain('Last answer');
});
