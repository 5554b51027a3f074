import { expect, test } from 'vitest';
import { ANNA, BEN, CHANNEL, stageFor, type Stage } from './stage.ts';
import { calm, cardOf, carlOf, buttonsOf, repliesIn, rootsOf, staff, textsIn, unpaced, wordsOf } from './incoming.ts';

const HOUR = 3_600_000;

const reply = (stage: Stage, root: string, text: string) =>
  stage.sees(() => repliesIn(stage, root).find((one) => one.text.startsWith(text)), text);

const isInChannel = (stage: Stage, ts: string): boolean => stage.slack.messages(CHANNEL).some((one) => one.ts === ts);

const answered = async (stage: Stage, root: string, text: string): Promise<void> => {
  const { ts } = stage.slack.say(ANNA, CHANNEL, text, { threadTs: root });
  await stage.sees(() => stage.slack.reactions(CHANNEL, ts).length > 0, 'the receipt');
  await calm(100);
};

test('until a member has answered a customer’s messages are shown in the channel too', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('first');
  stage.acquire.customerWrites(caseId, 'second');
  await reply(stage, root, 'second');
  await answered(stage, root, 'on it');

  stage.acquire.customerWrites(caseId, 'third');

  expect(isInChannel(stage, (await reply(stage, root, 'third')).ts)).toBe(false);
  expect(isInChannel(stage, (await reply(stage, root, 'first')).ts)).toBe(true);
  expect(isInChannel(stage, (await reply(stage, root, 'second')).ts)).toBe(true);
});

test('where the channel’s setting says so a customer’s messages stay in the thread', async () => {
  const stage = await stageFor({ ...unpaced, settings: { broadcast: false } });

  const { root } = await stage.thread('first');

  expect(isInChannel(stage, (await reply(stage, root, 'first')).ts)).toBe(false);
});

test('who took the case is called when the customer waits again after a reopen', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('first');
  await answered(stage, root, 'done');
  await stage.slack.click(BEN, { channel: CHANNEL, ts: root, actionId: 'case_claim' });
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('Taken by: @U0BEN'), 'the claim');

  stage.acquire.agentCloses(carlOf(stage), caseId);
  stage.acquire.customerWrites(caseId, 'still broken');

  const again = await reply(stage, root, 'still broken');
  expect(isInChannel(stage, again.ts)).toBe(true);
  expect(wordsOf(again)).toContain('@U0BEN');
});

test('after eight hours of silence a customer’s message is shown in the channel again', async () => {
  let ahead = 0;
  const stage = await stageFor({ ...unpaced, now: () => Date.now() + ahead });
  const { root, caseId } = await stage.thread('first');
  await answered(stage, root, 'on it');
  stage.acquire.customerWrites(caseId, 'soon after');
  const soon = await reply(stage, root, 'soon after');

  ahead = 8 * HOUR + 1000;
  stage.acquire.customerWrites(caseId, 'next day');

  const later = await reply(stage, root, 'next day');
  expect(isInChannel(stage, soon.ts)).toBe(false);
  expect(isInChannel(stage, later.ts)).toBe(true);
});

test('a closing in Acquire is said once in the thread and stands on the card with who did it', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');

  stage.acquire.agentCloses(carlOf(stage), caseId);

  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('Status: closed by Carl (in Acquire)'), 'the card');
  await calm(1200);
  expect(textsIn(stage, root).filter((text) => text.includes('closed'))).toEqual([
    'The thread has been closed by Carl.',
  ]);
  expect(buttonsOf(cardOf(stage, root))).toEqual(['case_reopen', 'case_details']);
});

test('a customer who comes back goes on in the same thread', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');
  stage.acquire.agentCloses(carlOf(stage), caseId);
  await reply(stage, root, 'The thread has been closed');

  stage.acquire.customerWrites(caseId, 'me again');

  await reply(stage, root, 'me again');
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('open, reopened by the customer'), 'the card');
  expect(rootsOf(stage)).toHaveLength(1);
  await answered(stage, root, 'welcome back');
  const newest = stage.acquire.snapshot().cases.at(-1)?.id;
  expect(stage.acquire.snapshot().messages.find(({ text }) => text === 'welcome back')?.caseId).toBe(newest);
});

test('an agent’s reopening in Acquire keeps the thread, and old news of the closed case changes nothing', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff }, env: { ACQUIRE_POLL_SECONDS: '0' } });
  const { root, caseId } = await stage.thread('hello');
  const carl = carlOf(stage);
  stage.acquire.agentCloses(carl, caseId);
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('closed by'), 'closed');
  stage.acquire.agentReopens(carl, caseId);
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('reopened in Acquire'), 'reopened');

  // The closed case is told of again, under its old number.
  stage.acquire.account.announce({
    event: 'case:status',
    body: { event: 'case:status', data: { caseId: String(caseId), status: 'closed' } },
    caseId,
    status: 'closed',
  });

  await calm(800);
  expect(wordsOf(cardOf(stage, root))).toContain('open, reopened in Acquire');
  expect(rootsOf(stage)).toHaveLength(1);
});

test('an agent who joins in Acquire is named in the thread and on the card', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');

  stage.acquire.agentJoins(carlOf(stage), caseId);

  await stage.sees(() => textsIn(stage, root).includes('Carl just joined this thread.'), 'the line');
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('In Acquire: Carl'), 'the card');
  expect(textsIn(stage, root)).toEqual(['hello', 'Carl just joined this thread.']);
});

test('the card ends at the last state however fast it changed', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');
  const carl = carlOf(stage);

  for (let turn = 0; turn < 5; turn += 1) {
    stage.acquire.agentCloses(carl, caseId);
    stage.acquire.agentReopens(carl, caseId);
    await calm(60);
  }
  stage.acquire.agentCloses(carl, caseId);

  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('Status: closed by Carl'), 'closed');
  await calm(1500);
  expect(wordsOf(cardOf(stage, root))).toContain('Status: closed by Carl');
  expect(rootsOf(stage)).toHaveLength(1);
});

test('what happens to a case while its thread is about to start is on the card in the end', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'slow', ms: 600 }, times: 1 });
  const { id } = stage.acquire.contact();
  const opened = stage.acquire.openCase(id, { text: 'hello' });
  await stage.sees(() => stage.slack.requests.some(({ method }) => method === 'chat.postMessage'), 'the first post');

  stage.acquire.agentCloses(carlOf(stage), opened.id);

  const root = await stage.sees(() => rootsOf(stage)[0]?.ts, 'the thread');
  await stage.sees(() => wordsOf(cardOf(stage, root)).includes('Status: closed by Carl'), 'closed');
  expect(buttonsOf(cardOf(stage, root))).toEqual(['case_reopen', 'case_details']);
});
