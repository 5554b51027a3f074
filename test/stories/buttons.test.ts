import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { C } from '../../src/sandbox/slack/seed.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { answersTo, answerTo, command, form, press } from './asking.ts';

test('a claim shows on the first message and in the thread, and can be taken over', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root } = await stage.thread();

  await click(stage, ANNA, root, 'case_claim');
  await stage.sees(() => linesOf(stage, root, 'took this case') === 1, 'the first claim');
  expect((await answerTo(stage, ANNA, () => click(stage, ANNA, root, 'case_claim'), 'Claim')).words).toContain(
    'You have this case already',
  );
  await click(stage, BEN, root, 'case_claim');

  await stage.sees(() => cardOf(stage, root).includes(BEN), 'Ben on the first message');
  await stage.sees(() => linesOf(stage, root, 'took this case') === 2, 'the second claim');
});

test('the close button asks first, and pressed twice it closes once', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  expect(cardOf(stage, root)).toContain('Close this case?');

  await Promise.all([click(stage, ANNA, root, 'case_close'), click(stage, ANNA, root, 'case_close')]);

  await stage.sees(() => answersTo(stage, ANNA).length === 2, 'both answers');
  await stage.sees(() => linesOf(stage, root, 'closed the case') === 1, 'the word in the thread');
  await stage.sees(() => cardOf(stage, root).includes('case_reopen'), 'Reopen on the first message');
  expect(cardOf(stage, root)).toContain('closed by');
  expect(requestsTo(stage, `/case/${caseId}/close`)).toBeLessThanOrEqual(1);
});

test('the reopen button, pressed twice, reopens once', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await command(stage, `close ${caseId}`);
  await stage.sees(() => cardOf(stage, root).includes('case_reopen'), 'Reopen on the first message');

  await Promise.all([click(stage, ANNA, root, 'case_reopen'), click(stage, ANNA, root, 'case_reopen')]);

  await stage.sees(() => answersTo(stage, ANNA).length === 3, 'both answers');
  expect(stage.acquire.snapshot().cases).toHaveLength(2);
  await stage.sees(() => linesOf(stage, root, 'reopened the case') === 1, 'the word in the thread');
});

test('a case that other agents are still in is not called closed', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  stage.acquire.faults.add({
    path: '*close*',
    answer: { status: 200, body: { success: true, data: { foreverClosed: false } } },
    effect: 'none',
  });

  expect((await command(stage, `close ${caseId}`)).words).toContain('Acquire did not close the case');

  expect(linesOf(stage, root, 'closed the case')).toBe(0);
  expect(cardOf(stage, root)).toContain('case_close');
});

test('a snoozed case comes back after a restart, with its owner named', async () => {
  let later = 0;
  const stage = await stageFor({ pace: () => null, now: () => Date.now() + later });
  const { root } = await stage.thread();
  await click(stage, ANNA, root, 'case_claim');
  await click(stage, ANNA, root, 'case_snooze');
  const { id } = await form(stage, 'snooze');
  await stage.slack.submitView(ANNA, id, { for: '30m' });
  await stage.sees(() => linesOf(stage, root, 'snoozed this case until') === 1, 'the word in the thread');
  await stage.sees(() => cardOf(stage, root).includes('Snoozed until'), 'the snooze on the first message');
  await stage.sees(() => stage.acquire.snapshot().followUps.length === 1, 'the follow-up in Acquire');

  await stage.stop();
  later = 31 * 60_000;
  await stage.start();

  await stage.sees(() => linesOf(stage, root, 'the snooze is over') === 1, 'the end of the snooze');
  expect(cardOf(stage, root)).not.toContain('Snoozed until');
});

test('a customer’s message ends the snooze', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await click(stage, ANNA, root, 'case_snooze');
  const { id } = await form(stage, 'snooze');
  await stage.slack.submitView(ANNA, id, { until: '1d' });
  await stage.sees(() => cardOf(stage, root).includes('Snoozed until'), 'the snooze on the first message');

  stage.acquire.customerWrites(caseId, 'Are you there?');

  await stage.sees(() => !cardOf(stage, root).includes('Snoozed until'), 'the end of the snooze');
  expect(linesOf(stage, root, 'Are you there?')).toBe(1);
});

test('an unlinked thread says so and reaches nobody, and the case can be linked again', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();

  expect((await command(stage, `unlink ${caseId}`)).words).toContain('no longer linked');
  await stage.sees(() => linesOf(stage, root, 'unlinked this thread') === 1, 'the word in the thread');
  stage.slack.say(ANNA, CHANNEL, 'Does this still arrive?', { threadTs: root });
  expect((await command(stage, `link ${caseId}`)).words).toContain('The case has its thread');

  const anew = await stage.sees(() => rootBeside(stage, CHANNEL, root), 'the new thread');
  stage.slack.say(ANNA, CHANNEL, 'Here again.', { threadTs: anew });
  await stage.sees(() => sentTexts(stage).includes('Here again.'), 'the reply');
  expect(sentTexts(stage)).toEqual(['Here again.']);
  expect(linesOf(stage, anew, 'unlinked')).toBe(0);
});

test('a case moves to another channel on the button, and its old thread reaches nobody', async () => {
  const stage = await stageFor({ pace: () => null, moreChannels: [C.general] });
  const { root, caseId } = await stage.thread();
  const linked = await command(stage, `link ${caseId}`, { channel: C.general });
  expect(linked.words).toContain('linked already');

  expect((await press(stage, linked, 'Move it here', { channel: C.general })).words).toContain('has its thread');

  const anew = await stage.sees(() => rootBeside(stage, C.general, ''), 'the new thread');
  await stage.sees(() => cardOf(stage, root).includes('Moved to another channel'), 'the old first message');
  stage.slack.say(ANNA, CHANNEL, 'Into the void?', { threadTs: root });
  stage.slack.say(ANNA, C.general, 'From the new thread.', { threadTs: anew });
  await stage.sees(() => sentTexts(stage).length > 0, 'the reply');
  await stage.slack.eventsSettled();
  expect(sentTexts(stage)).toEqual(['From the new thread.']);
});

test('/case link in a channel that is not casebridge’s does nothing and says so', async () => {
  const stage = await stageFor({ pace: () => null });
  const { caseId } = await stage.thread();

  expect((await command(stage, `link ${caseId}`, { channel: C.general })).words).toContain(
    'does not work in this channel',
  );
});

test.each([
  ['case_of_old', 'anything', 'This button is not known'],
  ['case_open_anyway', 'not json', 'This button is not known'],
  ['case_open_anyway', '["597001","as it once was"]', 'This button is not known'],
  ['case_link', 'not a number', 'This button is not known'],
  ['case_claim', 'T0:acquire:acme:999', 'no longer linked'],
  ['case_retry', 'message:long:gone', 'decided already'],
])('a button %s of another version (%s) is answered, and does nothing', async (action, value, expected) => {
  const stage = await stageFor({ pace: () => null });

  const told = await answerTo(stage, ANNA, () => pressRaw(stage, action, value), action);

  expect(told.words).toContain(expected);
  expect(stage.acquire.snapshot().cases).toEqual([]);
});

const click = (stage: Stage, member: string, ts: string, actionId: string) =>
  stage.slack.click(member, { channel: CHANNEL, ts, actionId });

/** A press that no message here carries, signed as Slack signs. */
const pressRaw = async (stage: Stage, action_id: string, value: string): Promise<{ ok: boolean; error?: string }> => {
  const payload = {
    type: 'block_actions',
    user: { id: ANNA, team_id: stage.slack.workspace.team.id },
    team: { id: stage.slack.workspace.team.id },
    api_app_id: stage.slack.workspace.app.id,
    trigger_id: `1.${action_id}`,
    container: { type: 'message', message_ts: '1700000000.000100', channel_id: CHANNEL, is_ephemeral: true },
    channel: { id: CHANNEL },
    actions: [{ type: 'button', action_id, block_id: 'b', value, action_ts: '1700000000.000200' }],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const at = String(Math.floor(Date.now() / 1000));
  const secret = stage.slack.workspace.app.signingSecret;
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')}`;
  const response = await fetch(`${stage.url()}/slack/events`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': at,
      'x-slack-signature': signature,
    },
  });
  return { ok: response.ok, error: String(response.status) };
};

const linesOf = (stage: Stage, root: string, words: string): number =>
  stage.slack.thread(CHANNEL, root).filter((one) => one.ts !== root && one.text.includes(words)).length;

const cardOf = (stage: Stage, root: string): string =>
  JSON.stringify(stage.slack.thread(CHANNEL, root).find((one) => one.ts === root)?.blocks ?? []);

const rootBeside = (stage: Stage, channel: string, known: string): string | undefined =>
  stage.slack
    .messages(channel)
    .find((one) => one.ts !== known && JSON.stringify(one.blocks ?? []).includes('case_claim'))?.ts;

const sentTexts = (stage: Stage): readonly string[] =>
  stage.acquire
    .snapshot()
    .messages.filter((row) => row.type === 'message' && row.sender.type === 'user')
    .map((row) => row.text);

const requestsTo = (stage: Stage, path: string): number =>
  stage.acquire.requests.filter((request) => request.path.includes(path)).length;
