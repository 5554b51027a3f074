import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { C } from '../../src/sandbox/slack/seed.ts';
import { pingsOf } from '../../src/sandbox/slack/text.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { saidIn, says, seesMark } from './talk.ts';

/** Customers who wait: their thread is reminded, then another channel is told. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Monday in winter, 10:00 in Helsinki. */
const MONDAY = Date.parse('2026-11-23T08:00:00Z');

const HOURS = `
hours:
  office: { zone: Europe/Helsinki, days: { mon-fri: 8:00-16:00 }, holidays: [2026-11-24] }
`;

const rule = (more: string): string => `routes: [{ name: all, channel: ${CHANNEL}, ${more} }]\n`;

const waitingCustomer = async (routes: string, startAt = MONDAY) => {
  const clock = { ms: startAt - Date.now() };
  const stage = await stageFor({ pace: () => null, routes, now: () => Date.now() + clock.ms });
  const thread = await stage.thread('Where is my parcel?');
  return { stage, thread, clock };
};

const isAboutWaiting = ({ text }: { readonly text: string }): boolean => text.includes('has been waiting');

const remindersIn = (stage: Stage, thread: OpenThread) =>
  stage.slack.thread(CHANNEL, thread.root).filter(isAboutWaiting);

const escalationsIn = (stage: Stage, channel: string) => stage.slack.messages(channel).filter(isAboutWaiting);

/** Another case is in its thread: what was due before has been decided. */
const afterTimers = async (stage: Stage): Promise<void> => {
  const text = `another case ${stage.acquire.account.cases.size}`;
  await stage.thread(text);
};

const clickOnCard = (stage: Stage, thread: OpenThread, actionId: string, member: string = ANNA) =>
  stage.slack.click(member, { channel: CHANNEL, ts: thread.root, actionId });

test('a thread in which a customer waits is reminded once, with a mention of who took the case', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m, mentions: S0AGENTS'));
  await clickOnCard(stage, thread, 'case_claim');
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('took this case')), 'the claim');
  clock.ms += 9 * MINUTE;
  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);

  clock.ms += 2 * MINUTE;

  const told = await stage.sees(() => remindersIn(stage, thread)[0], 'the reminder');
  clock.ms += 2 * HOUR;
  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toHaveLength(1);
  expect(told.text).toContain('Jo Customer has been waiting for an answer for 10 minutes.');
  expect(pingsOf(told)).toEqual([`@${ANNA}`]);
}, 30_000);

test('nobody took it: those whom the rule names are reminded, or the one whose turn it was', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule(`remind: 10m, mentions: { turns: [${BEN}, ${ANNA}] }`));

  clock.ms += 11 * MINUTE;

  const told = await stage.sees(() => remindersIn(stage, thread)[0], 'the reminder');
  expect(pingsOf(told)).toEqual([`@${BEN}`]);
}, 30_000);

test('only business hours count, and holidays are none', async () => {
  const friday = MONDAY - 3 * DAY + 5 * HOUR + 50 * MINUTE;
  const { stage, thread, clock } = await waitingCustomer(HOURS + rule('remind: 30m'), friday);
  clock.ms += 2 * DAY;
  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);

  clock.ms = MONDAY - 2 * HOUR + 21 * MINUTE - Date.now();

  const told = await stage.sees(() => remindersIn(stage, thread)[0], 'the reminder on Monday');
  expect(told.text).toContain('for 30 minutes of business hours');
}, 30_000);

test('another channel is told once, with a link to the thread and without the customer’s name', async () => {
  const { stage, thread, clock } = await waitingCustomer(
    rule(`escalate: { after: 30m, channel: ${C.general}, mentions: S0AGENTS }`),
  );

  clock.ms += 31 * MINUTE;

  const told = await stage.sees(() => escalationsIn(stage, C.general)[0], 'the escalation');
  expect(JSON.stringify(told.blocks)).toContain(`p${thread.root.replace('.', '')}`);
  expect(told.text).toContain(`Case ${thread.caseId} has been waiting for an answer for 30 minutes`);
  expect(JSON.stringify(told)).not.toContain('Jo Customer');
  expect(pingsOf(told)).toEqual(['!subteam^S0AGENTS']);
  expect(remindersIn(stage, thread)).toEqual([]);
}, 30_000);

test.each<readonly [string, (stage: Stage, thread: OpenThread) => Promise<unknown>]>([
  ['in Slack', async (stage, thread) => seesMark(stage, says(stage, thread, 'On its way'), 'white_check_mark')],
  ['in Acquire', async (stage, thread) => agentAnswers(stage, thread)],
  [
    'by closing the case',
    async (stage, thread) => {
      stage.acquire.agentCloses(agentOf(stage), thread.caseId);
      await stage.sees(() => saidIn(stage, thread).some((text) => /closed/i.test(text)), 'the closing');
    },
  ],
  [
    'by a snooze',
    async (stage, thread) => {
      await stage.slack.command(ANNA, CHANNEL, '/case', `snooze ${thread.caseId} 24h`);
      await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('snoozed')), 'the snooze');
    },
  ],
])(
  'the wait ends %s, also while casebridge is away when its time is over',
  async (_how, end) => {
    const { stage, thread, clock } = await waitingCustomer(
      rule(`remind: 10m, escalate: { after: 30m, channel: ${C.general} }`),
    );
    clock.ms += 5 * MINUTE;
    await end(stage, thread);
    await stage.stop();

    clock.ms += 2 * HOUR;
    await stage.start();

    await afterTimers(stage);
    expect([...remindersIn(stage, thread), ...escalationsIn(stage, C.general)]).toEqual([]);
  },
  30_000,
);

const agentOf = (stage: Stage): number =>
  [...stage.acquire.account.users.values()].find(({ role }) => role === 'agent')?.id ?? 0;

const agentAnswers = async (stage: Stage, thread: OpenThread): Promise<void> => {
  stage.acquire.agentWrites(agentOf(stage), thread.caseId, 'I am looking for it');
  await stage.sees(
    () => stage.slack.thread(CHANNEL, thread.root).some(({ text }) => text.includes('I am looking for it')),
    'the answer in the thread',
  );
};

test('an answer that nobody told us of is found before anybody is reminded', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  await stage.stop();
  stage.acquire.agentWrites(agentOf(stage), thread.caseId, 'I am looking for it');
  clock.ms += HOUR;
  await stage.start();

  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);
}, 30_000);

test('an answer that still waits for Acquire is not asked for again', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  stage.acquire.faults.add({ method: 'POST', path: '/crm/messenger/chat/add-message', answer: { status: 500 } });
  await seesMark(stage, says(stage, thread, 'On its way'), 'hourglass_flowing_sand');

  clock.ms += 12 * MINUTE;

  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);
}, 30_000);

test('a reminder survives a restart, and the next wait has its own', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  await stage.stop();
  clock.ms += 11 * MINUTE;
  await stage.start();
  await stage.sees(() => remindersIn(stage, thread).length === 1, 'the first reminder');
  await agentAnswers(stage, thread);
  stage.acquire.customerWrites(thread.caseId, 'And now?');
  await stage.sees(
    () => stage.slack.thread(CHANNEL, thread.root).some(({ text }) => text.includes('And now?')),
    'the question',
  );

  clock.ms += 11 * MINUTE;

  await stage.sees(() => remindersIn(stage, thread).length > 1, 'the second reminder');
  expect(remindersIn(stage, thread)).toHaveLength(2);
}, 30_000);

test('the time of an earlier wait says nothing in the next one', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  clock.ms += 5 * MINUTE;
  await agentAnswers(stage, thread);
  clock.ms += MINUTE;
  stage.acquire.customerWrites(thread.caseId, 'And now?');
  await stage.sees(
    () => stage.slack.thread(CHANNEL, thread.root).some(({ text }) => text.includes('And now?')),
    'the question',
  );

  clock.ms += 5 * MINUTE;
  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);
  clock.ms += 6 * MINUTE;

  await stage.sees(() => remindersIn(stage, thread).length === 1, 'the reminder of the next wait');
}, 30_000);

test('a rule that allows more time meanwhile is asked again then', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  writeFileSync(stage.routesFile, rule('remind: 1h'));
  await stage.sees(() => stage.logged().split('the routes file is in use').length > 2, 'the new file in use');
  clock.ms += 15 * MINUTE;
  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);

  clock.ms += HOUR;

  await stage.sees(() => remindersIn(stage, thread).length === 1, 'the reminder after an hour');
}, 30_000);

test('a rule that is gone reminds of nothing', async () => {
  const { stage, thread, clock } = await waitingCustomer(rule('remind: 10m'));
  writeFileSync(stage.routesFile, 'routes: []\n');
  await stage.sees(() => stage.logged().includes('"rules":0'), 'the new file in use');

  clock.ms += HOUR;

  await afterTimers(stage);
  expect(remindersIn(stage, thread)).toEqual([]);
}, 30_000);
