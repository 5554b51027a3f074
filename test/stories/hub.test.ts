import { expect, test } from 'vitest';
import { form, modalOf } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';

/** The hub stays open while its case is worked on, and shows how it is. */

const opened = async (stage: Stage, { root }: OpenThread) => {
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_details');
  return form(stage, 'details');
};

const offers = (stage: Stage): readonly string[] => modalOf(stage)?.buttons.map(({ actionId }) => actionId) ?? [];

const presses = (stage: Stage, viewId: string, actionId: string) => stage.slack.click(ANNA, { viewId, actionId });

test('what was done at once stands in it at once', async () => {
  const stage = await stageFor({ pace: () => null });
  const hub = await opened(stage, await stage.thread());
  expect(offers(stage)).not.toContain('case_unclaim');

  await presses(stage, hub.id, 'case_claim');

  await stage.sees(() => offers(stage).includes('case_unclaim'), 'that it can be released');
  expect(modalOf(stage)?.id).toBe(hub.id);

  await presses(stage, hub.id, 'case_unclaim');
  await stage.sees(() => !offers(stage).includes('case_unclaim'), 'that nobody has it');
});

test('what Acquire does stands in it when it is done: closed, and opened again', async () => {
  const stage = await stageFor({ pace: () => null });
  const hub = await opened(stage, await stage.thread());

  await presses(stage, hub.id, 'case_close');
  await stage.sees(() => offers(stage).includes('case_reopen'), 'that it can be reopened');
  expect(offers(stage)).not.toContain('case_close');

  await presses(stage, hub.id, 'case_reopen');
  await stage.sees(() => offers(stage).includes('case_close'), 'that it can be closed');
});

test('a form that was opened from it gives way to it, and what it did stands there', async () => {
  const stage = await stageFor({ pace: () => null });
  const hub = await opened(stage, await stage.thread());
  await presses(stage, hub.id, 'case_snooze');
  const asked = await form(stage, 'snooze');

  await stage.slack.submitView(ANNA, asked.id, { until: '2h' });

  await stage.sees(() => offers(stage).includes('case_wake'), 'that the snooze can be ended');
  expect(modalOf(stage)?.id).toBe(hub.id);
});

test('a hub that was closed is not opened again by what was done from it', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();
  const hub = await opened(stage, thread);

  await presses(stage, hub.id, 'case_close');
  await stage.slack.closeView(ANNA, hub.id);

  await stage.sees(() => stage.acquire.account.cases.get(thread.caseId)?.status === 'closed', 'that it is closed');
  await stage.sees(() => stage.slack.requests.some(({ method }) => method === 'views.update'), 'the hub');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(modalOf(stage)).toBeUndefined();
});

test('a case that was unlinked from it is said to be, without buttons', async () => {
  const stage = await stageFor({ pace: () => null });
  const hub = await opened(stage, await stage.thread());

  await presses(stage, hub.id, 'case_unlink');

  await stage.sees(() => modalOf(stage)?.words.includes('no longer linked'), 'that it is unlinked');
  expect(offers(stage)).toEqual([]);
});
