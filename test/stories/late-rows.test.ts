import { expect, test } from 'vitest';
import { CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';

/** A webhook tells of what Acquire does not show yet, and nothing else will tell of it. */

const unpolled = {
  pace: () => null,
  env: { ACQUIRE_POLL_SECONDS: '0' },
  webhookEvents: ['case:message:new', 'case:new', 'case:status'],
};

const shows = (stage: Stage, { root }: OpenThread, text: string): boolean =>
  stage.slack.thread(CHANNEL, root).some((message) => message.text.includes(text));

test('a lone message that becomes readable late is shown', async () => {
  const stage = await stageFor(unpolled);
  const thread = await stage.thread();
  stage.acquire.staleReads({ ms: 2500 });

  stage.acquire.customerWrites(thread.caseId, 'Is anybody there?');

  await expect.poll(() => shows(stage, thread, 'Is anybody there?'), { timeout: 10_000 }).toBe(true);
}, 30_000);

test('so is one in a case that is not there at first', async () => {
  const stage = await stageFor(unpolled);
  const thread = await stage.thread();
  const rule = stage.acquire.faults.add({ method: 'GET', path: '/crm/objects/case/*', answer: { status: 404 } });

  stage.acquire.customerWrites(thread.caseId, 'Is anybody there?');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  rule();

  await expect.poll(() => shows(stage, thread, 'Is anybody there?'), { timeout: 10_000 }).toBe(true);
}, 30_000);

test('one that was deleted at once keeps back nothing that is written after it', async () => {
  const stage = await stageFor(unpolled);
  const thread = await stage.thread();
  stage.acquire.staleReads({ ms: 60_000 });
  stage.acquire.customerWrites(thread.caseId, 'Never mind');
  stage.acquire.staleReads(null);
  await stage.sees(() => stage.logged().includes('an event is put off'), 'that its news wait');

  stage.acquire.customerWrites(thread.caseId, 'Is anybody there?');

  await stage.sees(() => shows(stage, thread, 'Is anybody there?'), 'the message', 10_000);
  expect(shows(stage, thread, 'Never mind')).toBe(false);
}, 30_000);
