import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { answersTo, command, form } from './asking.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { saidIn } from './talk.ts';

test('members are invited as the agents with their e-mail, and what Acquire says of each is told', async () => {
  const stage = await stageFor({ pace: () => null });
  const [ben, ada] = [BEN, U.admin].map((member) =>
    stage.acquire.agent({ name: `Agent of ${member}`, email: emailOf(stage, member).toUpperCase() }),
  );
  stage.acquire.agentIs(ada?.id ?? 0, false);
  const thread = await stage.thread();

  const told = await command(stage, `invite ${thread.caseId} <@${BEN}> <@${U.admin}>`);

  expect(told.words).toBe(`Invited: ${ben?.name}. Not reached, because they are offline in Acquire: ${ada?.name}.`);
  expect(saidIn(stage, thread).join()).toContain(told.words);
});

test('who has no agent in Acquire is named, and the others are invited all the same', async () => {
  const stage = await stageFor({ pace: () => null });
  stage.acquire.agent({ name: 'Ben Berg', email: emailOf(stage, BEN) });
  const { caseId } = await stage.thread();

  await command(stage, `invite ${caseId} <@${BEN}> <@${U.guest}> Nobody`);

  const words = await stage.sees(() => {
    const all = answersTo(stage, ANNA).map((answer) => answer.words);
    return all.length === 2 && all.join('\n');
  }, 'both answers');
  expect(words).toContain('was not invited: no agent in Acquire has the same e-mail address');
  expect(words).toContain('“Nobody” names no one agent or department');
  expect(words).toContain('Invited: Ben Berg.');
});

test('departments and agents are invited by their names, however they are written', async () => {
  const stage = await stageFor({ pace: () => null, acquire: { departments: ['Field Support', 'Support'] } });
  stage.acquire.agent({ name: 'Vera Vendor', email: 'vera@example.com' });
  const { caseId } = await stage.thread();

  const told = await command(stage, `invite ${caseId} field support, @vera vendor`);

  expect(told.words).toMatch(/Asked into the case: Field Support\. Invited: Vera Vendor/);
  expect(stage.acquire.requests.filter(({ path }) => path.includes('invite-agent'))).toHaveLength(1);
});

test('somebody of whom Acquire says nothing is named as that', async () => {
  const stage = await stageFor({ pace: () => null });
  stage.acquire.agent({ name: 'Vera Vendor', email: 'vera@example.com' });
  const { caseId } = await stage.thread();
  stage.acquire.faults.add({
    path: '*invite-agent*',
    answer: { status: 200, body: { success: true, data: {} } },
    effect: 'none',
  });

  expect((await command(stage, `invite ${caseId} Vera Vendor`)).words).toContain(
    'Acquire says nothing of: Vera Vendor',
  );
});

test.each([
  ['', 'Say whom, so nobody was invited'],
  ['Nobody', 'Nobody was invited. “Nobody” names no one agent or department in Acquire'],
  [`<@${U.guest}>`, 'Nobody was invited.'],
  ['Same Name', 'Nobody was invited. “Same Name” names no one agent'],
])('/case invite 72 %s invites nobody, and says why', async (words, expected) => {
  const stage = await stageFor({ pace: () => null });
  for (const email of ['one@example.com', 'two@example.com']) stage.acquire.agent({ name: 'Same Name', email });
  const { caseId } = await stage.thread();

  expect((await command(stage, `invite ${caseId} ${words}`)).words).toContain(expected);

  expect(stage.acquire.requests.some(({ path }) => path.includes('invite-agent'))).toBe(false);
});

test('the form invites members and a department at once, and an empty one says what is missing', async () => {
  const stage = await stageFor({ pace: () => null });
  stage.acquire.agent({ name: 'Ben Berg', email: emailOf(stage, BEN) });
  const thread = await stage.thread();
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: thread.root, actionId: 'case_invite' });
  const { id } = await form(stage, 'invite');

  expect((await stage.slack.submitView(ANNA, id, {})).errors).toEqual({
    members: 'Choose somebody: a member, an agent or a department.',
  });
  const sales = stage.acquire.snapshot().departments.find(({ name }) => name === 'Sales');
  await stage.slack.submitView(ANNA, id, { members: [BEN], department: String(sales?.id) });

  await stage.sees(() => saidIn(stage, thread).some((words) => words.includes('Asked into the case: Sales.')), 'Sales');
  expect(saidIn(stage, thread).join()).toContain('Ben Berg');
});

const emailOf = (stage: Stage, member: string): string => stage.slack.workspace.users.get(member)?.profile.email ?? '';
