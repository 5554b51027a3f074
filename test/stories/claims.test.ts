import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { answersTo, answerTo, command, form } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { saidIn } from './talk.ts';

test('a case that was taken is given up, and again anybody’s', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();

  expect((await command(stage, `release ${thread.caseId}`)).words).toContain('Nobody has this case');
  expect((await command(stage, `claim ${thread.caseId}`)).words).toContain(`You have case ${thread.caseId} now`);
  expect((await command(stage, 'list mine')).words).toContain('Jo Customer');
  expect((await command(stage, `release ${thread.caseId}`, { member: BEN })).words).toContain('Nobody has case');

  expect((await command(stage, 'list mine')).words).toContain('You have taken no open case');
  expect(blocksWith(stage, thread, 'released this case')).toContain(ANNA);
  await stage.sees(() => !cardOf(stage, thread).includes('Taken by'), 'nobody on the card');
});

test('who loses a case to a colleague is called to the thread', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();
  await command(stage, `claim ${thread.caseId}`);

  await command(stage, `claim ${thread.caseId}`, { member: BEN });

  await stage.sees(() => cardOf(stage, thread).includes(BEN), 'Ben on the card');
  expect(blocksWith(stage, thread, 'took this case from')).toContain(ANNA);
});

test('a case is handed over: the colleague is called, has it, and finds it offered in Acquire', async () => {
  const stage = await stageFor({ pace: () => null });
  const ben = stage.acquire.agent({ name: 'Ben Berg', email: emailOf(stage, BEN) });
  const thread = await stage.thread();

  const told = await command(stage, `assign ${thread.caseId} <@${BEN}>`);

  expect(told.words).toContain(`has case ${thread.caseId} now`);
  expect(blocksWith(stage, thread, 'handed this case over')).toContain(BEN);
  await stage.sees(() => cardOf(stage, thread).includes(BEN), 'Ben on the card');
  expect((await command(stage, 'list mine', { member: BEN })).words).toContain('Jo Customer');
  await stage.sees(() => isInvited(stage, thread, ben.id), 'the case offered to Ben');
  expect(saidIn(stage, thread).join()).not.toContain('Invited');
});

test('a claim is our own record: an Acquire that refuses to offer the case changes nothing', async () => {
  const stage = await stageFor({ pace: () => null });
  stage.acquire.agent({ name: 'Anna Agent', email: emailOf(stage, ANNA) });
  const thread = await stage.thread();
  stage.acquire.faults.add({ path: '*invite-agent*', answer: { status: 400 }, effect: 'none' });

  await command(stage, `claim ${thread.caseId}`);
  stage.slack.say(ANNA, CHANNEL, 'I am on it.', { threadTs: thread.root });

  await stage.sees(() => stage.acquire.snapshot().messages.some(({ text }) => text === 'I am on it.'), 'the reply');
  expect((await command(stage, 'list mine')).words).toContain('Jo Customer');
  expect(answersTo(stage, ANNA)).toHaveLength(2);
});

test.each([
  ['', 'Say which one member'],
  ['Ben', 'Say which one member'],
  [`<@${BEN}> and <@${U.admin}>`, 'Say which one member'],
  [`<@${U.guest}>`, 'is not an agent, so the case was not handed over'],
  ['<@U0NOBODY>', 'is not an agent, so the case was not handed over'],
])('/case assign 72 %s hands nothing over, and says why', async (words, expected) => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();

  expect((await command(stage, `assign ${thread.caseId} ${words}`)).words).toContain(expected);

  expect(cardOf(stage, thread)).not.toContain('Taken by');
});

test('the form of the hub hands over as the command does, also after a restart', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_details');
  const hub = await form(stage, 'details');
  await stage.slack.click(ANNA, { viewId: hub.id, actionId: 'case_assign' });
  const { id } = await form(stage, 'assign');
  await stage.stop();
  await stage.start();

  await stage.slack.submitView(ANNA, id, { to: [BEN] });

  await stage.sees(() => cardOf(stage, thread).includes(BEN), 'Ben on the card');
  expect(blocksWith(stage, thread, 'handed this case over')).toContain(BEN);
});

test('a closed case is neither taken nor handed over', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await command(stage, `close ${caseId}`);

  for (const words of [`claim ${caseId}`, `release ${caseId}`, `assign ${caseId} <@${BEN}>`])
    expect((await command(stage, words)).words).toContain('This case is closed, so nothing was done. Reopen it first.');
  const told = await answerTo(
    stage,
    ANNA,
    () => stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: 'case_reopen' }),
    'Reopen',
  );
  expect(told.words).toContain('open again');
});

const emailOf = (stage: Stage, member: string): string => stage.slack.workspace.users.get(member)?.profile.email ?? '';

const isInvited = (stage: Stage, { caseId }: OpenThread, user: number): boolean =>
  stage.acquire.requests.some(
    ({ path, body }) =>
      path.includes('invite-agent') && JSON.stringify(body) === JSON.stringify({ caseId, agentIds: [user] }),
  );

const cardOf = (stage: Stage, { root }: OpenThread): string =>
  JSON.stringify(stage.slack.thread(CHANNEL, root).find(({ ts }) => ts === root)?.blocks ?? []);

const blocksWith = (stage: Stage, { root }: OpenThread, words: string): string =>
  JSON.stringify(stage.slack.thread(CHANNEL, root).find(({ text }) => text.includes(words))?.blocks ?? []);
