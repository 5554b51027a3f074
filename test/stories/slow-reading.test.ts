import { expect, test } from 'vitest';
import { command } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { rootsIn, says, seesMark, toCustomer } from './talk.ts';

/** Acquire takes long to show some cases: what waits for them takes nobody else's place. */

const SLOW_MS = 5000;
/** More than events are worked on at once. */
const MANY = 10;
const options = {
  pace: () => null,
  env: { ACQUIRE_POLL_SECONDS: '0' },
  webhookEvents: ['case:new', 'case:status', 'case:message:new'],
} as const;

const slow = (stage: Stage, ids: readonly number[]): (() => void) =>
  stage.acquire.faults.add({
    method: 'GET',
    when: ({ path }) => ids.some((id) => path.endsWith(`/case/${id}`)),
    slowMs: SLOW_MS,
    answer: 'genuine',
  });

const said = (stage: Stage, { root }: OpenThread, text: string): boolean =>
  stage.slack.thread(CHANNEL, root).some((message) => message.text.includes(text));

/** A conversation beside all that goes on as if nothing was. */
const goesOn = async (stage: Stage, thread: OpenThread): Promise<void> => {
  const at = Date.now();
  await seesMark(stage, says(stage, thread, 'We are looking'), 'white_check_mark');
  stage.acquire.customerWrites(thread.caseId, 'Thank you');
  await stage.sees(() => said(stage, thread, 'Thank you'), 'the customer');
  expect(Date.now() - at).toBeLessThan(SLOW_MS);
};

test('cases that were reopened, and are slow to read, hold up nobody else', async () => {
  const stage = await stageFor(options);
  const beside = await stage.thread('Hello there');
  const threads: OpenThread[] = [];
  for (let number = 0; number < MANY; number += 1) threads.push(await stage.thread(`case ${number}`));
  const carl = stage.acquire.agent({ name: 'Carl' }).id;
  for (const { caseId } of threads) stage.acquire.agentCloses(carl, caseId);
  await stage.sees(() => threads.every((thread) => said(stage, thread, 'closed')), 'that they are closed');
  slow(
    stage,
    threads.map(({ caseId }) => caseId),
  );

  for (const [index, { caseId }] of threads.entries()) stage.acquire.customerWrites(caseId, `again ${index}`);

  await goesOn(stage, beside);
  for (const [index, thread] of threads.entries())
    await stage.sees(() => said(stage, thread, `again ${index}`), `the news of case ${index}`);
  expect(toCustomer(stage, beside)).toEqual(['We are looking']);
}, 90_000);

test('cases that were opened from Slack, and are slow to read, hold up nobody else', async () => {
  const stage = await stageFor(options);
  const beside = await stage.thread('Hello there');
  const before = new Set(stage.acquire.account.cases.keys());
  const rule = { method: 'GET', slowMs: SLOW_MS, answer: 'genuine' } as const;
  stage.acquire.faults.add({ ...rule, when: ({ path }) => /\/case\/\d+$/.test(path) && !before.has(idIn(path)) });

  for (let number = 0; number < MANY; number += 1) {
    const { id } = stage.acquire.contact({ name: `Contact ${number}` });
    await stage.slack.command(ANNA, CHANNEL, '/case', `open ${id} case ${number}`);
  }
  await stage.sees(() => stage.acquire.account.cases.size === before.size + MANY, 'the cases');

  await goesOn(stage, beside);
  await stage.sees(() => rootsIn(stage).length > MANY, 'all threads');
  expect(rootsIn(stage)).toHaveLength(MANY + 1);
}, 90_000);

const idIn = (path: string): number => Number(/\d+$/.exec(path)?.[0]);

test('who asks for the thread of a case that is slow to read gets it, and does not hear of an outage', async () => {
  const stage = await stageFor(options);
  const quiet = stage.acquire.openCase(stage.acquire.contact({ name: 'Jo' }).id, {});
  slow(stage, [quiet.id]);

  await command(stage, `link ${quiet.id}`, { member: BEN });

  await stage.sees(() => rootsIn(stage).length === 1, 'its thread');
  expect(stage.slack.ephemerals(BEN, CHANNEL).filter(({ text }) => text?.includes('cannot be reached'))).toEqual([]);
}, 60_000);
