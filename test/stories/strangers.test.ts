import { expect, test } from 'vitest';
import { ACTIONS, actionNames } from '../../src/core/doors.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { answersTo, answerTo, command, form } from './asking.ts';
import { says, seesMark, toCustomer } from './talk.ts';

const ONLY_AGENTS = 'Only agents can do this';

const typedOn = (caseId: number): readonly string[] =>
  actionNames.filter((name) => ACTIONS[name].usage !== null).map((name) => `${name} ${caseId} <@${BEN}> 2h`);

/** On the first message of a case that is open. */
const onCard = actionNames
  .filter((name) => ACTIONS[name].fits !== 'closed')
  .flatMap((name) => ACTIONS[name].buttons)
  .filter(({ at }) => at.includes('card'));

test.each([
  ['a guest', U.guest, {}],
  ['a member who left the agents’ group', BEN, { AGENT_GROUP: 'S0AGENTS' }],
  ['a member who is in none of casebridge’s channels', U.admin, {}],
])('%s gets one clear private answer through every door, and reads and changes nothing', async (_who, member, env) => {
  const stage = await stageFor({ env });
  const { root, caseId } = await stage.thread('Where is my parcel?');
  const group = stage.slack.workspace.usergroups.get('S0AGENTS');
  if (group !== undefined) group.users = [ANNA];
  if (member === U.admin) stage.slack.leave(member, CHANNEL);
  const written = stage.acquire.requests.filter((request) => request.method !== 'GET').length;

  const doors: readonly [string, () => Promise<{ ok: boolean; error?: string }>][] = [
    ...['list', 'search jo', 'status', 'help', 'frobnicate', ...typedOn(caseId)].map(
      (text): [string, () => ReturnType<Stage['slack']['command']>] => [
        text,
        () => stage.slack.command(member, CHANNEL, '/case', text),
      ],
    ),
    ...(member === U.admin
      ? []
      : onCard
          .filter(({ opens }) => opens === undefined)
          .map(({ id: actionId }): [string, () => ReturnType<Stage['slack']['click']>] => [
            actionId,
            () => stage.slack.click(member, { channel: CHANNEL, ts: root, actionId }),
          ])),
  ];
  for (const [what, act] of doors) {
    const { words } = await answerTo(stage, member, act, what);
    expect(words).toContain(ONLY_AGENTS);
    expect(words).not.toContain('parcel');
  }

  expect(answersTo(stage, member)).toHaveLength(doors.length);
  expect(stage.acquire.requests.filter((request) => request.method !== 'GET')).toHaveLength(written);
  expect(stage.acquire.snapshot().cases[0]?.status).not.toBe('closed');
});

test('forms open for a guest only to say no, and the list of contacts stays empty', async () => {
  const stage = await stageFor();
  const { root } = await stage.thread();

  await stage.slack.command(U.guest, CHANNEL, '/case', 'open');
  const refused = await form(stage, 'message', U.guest);
  expect(refused.words).toContain(ONLY_AGENTS);
  await stage.slack.closeView(U.guest, refused.id);

  const shortcuts = actionNames.flatMap((name) => ACTIONS[name].shortcut?.id ?? []);
  const buttons = onCard.filter(({ opens }) => opens !== undefined);
  for (const open of [
    ...shortcuts.map((id) => () => stage.slack.messageShortcut(U.guest, CHANNEL, root, id)),
    ...buttons.map(
      ({ id: actionId }) =>
        () =>
          stage.slack.click(U.guest, { channel: CHANNEL, ts: root, actionId }),
    ),
  ]) {
    await open();
    const { id, words } = await form(stage, 'message', U.guest);
    expect(words).toContain(ONLY_AGENTS);
    await stage.slack.closeView(U.guest, id);
  }
});

test('who stops being an agent while a form is open gets an empty list and a private no', async () => {
  const stage = await stageFor();
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  await stage.slack.command(BEN, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open', BEN);
  expect(await stage.slack.suggest(BEN, id, 'contact', 'Jo')).toHaveLength(1);

  stage.slack.leave(BEN, CHANNEL);
  await stage.slack.eventsSettled();

  expect(await stage.slack.suggest(BEN, id, 'contact', 'Jo')).toEqual([]);
  const sent = { new_name: 'Nia New', new_email: 'nia@example.com', title: 'Hello' };
  const told = await answerTo(stage, BEN, () => stage.slack.submitView(BEN, id, sent), 'the form');
  expect(told.words).toContain(ONLY_AGENTS);
  expect(stage.acquire.snapshot().contacts).toHaveLength(1);
  expect(jo.id).toBe(stage.acquire.snapshot().contacts[0]?.id);
});

test('who has just left the agents’ group writes to nobody, though he wrote a moment before', async () => {
  let ahead = 0;
  const stage = await stageFor({ env: { AGENT_GROUP: 'S0AGENTS' }, now: () => Date.now() + ahead });
  const thread = await stage.thread();
  const group = stage.slack.workspace.usergroups.get('S0AGENTS');
  if (group === undefined) throw new Error('there is no such group');
  group.users = [ANNA, BEN];
  await seesMark(stage, says(stage, thread, 'Still in it', BEN), 'white_check_mark');

  group.users = [ANNA];
  ahead = 5_000;
  const { words } = await answerTo(
    stage,
    BEN,
    async () => {
      says(stage, thread, 'No longer in it', BEN);
      return { ok: true };
    },
    'a reply',
  );

  expect(words).toContain('stays in Slack');
  await seesMark(stage, says(stage, thread, 'An agent'), 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Still in it', 'An agent']);
});

test('a channel that is gone keeps nobody out who is in another', async () => {
  const routes =
    'channels: { C0GONE12345: {} }\nroutes: [{ name: gone, channel: C0GONE12345, when: { channel: sms } }]\n';
  const stage = await stageFor({ routes });
  await stage.thread();

  const told = await command(stage, 'list', { channel: C.general });

  expect(told.words).toContain('Jo Customer');
});

test('what cannot be checked is refused with a word, never allowed', async () => {
  const stage = await stageFor();
  const { caseId } = await stage.thread();
  stage.slack.faults.add({ method: 'users.info', action: { kind: 'error', error: 'missing_scope' } });

  const told = await command(stage, `close ${caseId}`);

  expect(told.words).toContain('could not check that you are an agent, so nothing was done');
  expect(stage.acquire.snapshot().cases[0]?.status).not.toBe('closed');
});

test('the agents of the group work as before when one is set', async () => {
  const stage = await stageFor({ env: { AGENT_GROUP: 'S0AGENTS' } });

  expect((await command(stage, 'status', { member: ANNA })).words).toContain('Slack: ok');
});
