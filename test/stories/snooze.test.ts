import { expect, test } from 'vitest';
import { answerTo, command, form } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { saidIn } from './talk.ts';

const atHome = async (): Promise<Stage> => {
  const stage = await stageFor({ pace: () => null });
  for (const [member, zone] of [
    [ANNA, 'Europe/Helsinki'],
    [BEN, 'America/New_York'],
  ] as const) {
    const user = stage.slack.workspace.users.get(member);
    if (user !== undefined) user.tz = zone;
  }
  return stage;
};

const wallClock = (at: number, zone: string): string =>
  new Date(at).toLocaleString('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit' });

const DAY = 24 * 3_600_000;
const tomorrow = (zone: string): string => wallClock(Date.now() + DAY, zone).slice(0, 3);

test.each([
  [ANNA, 'Europe/Helsinki', 'tomorrow 9:00', (zone: string) => `${tomorrow(zone)} 09:00`],
  [BEN, 'America/New_York', 'tomorrow 9:00', (zone: string) => `${tomorrow(zone)} 09:00`],
  [ANNA, 'Europe/Helsinki', 'mon 8:30', () => 'Mon 08:30'],
])('%s in %s says “%s”, and means it by the clock at home', async (member, zone, words, expected) => {
  const stage = await atHome();
  const thread = await stage.thread();

  await command(stage, `snooze ${thread.caseId} ${words}`, { member });

  const { scheduleDate } = await stage.sees(() => stage.acquire.snapshot().followUps[0], 'the follow-up in Acquire');
  expect(wallClock(scheduleDate, zone).replace(',', '')).toBe(expected(zone));
  expect(snoozesIn(stage, thread)).toEqual([
    `${new Date(scheduleDate).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ]);
});

test.each([
  ['', 'Say until when, so nothing was done'],
  ['soonish', 'Not snoozed: “soonish” is not a time that is understood'],
  ['2026-01-01 8:00', 'Not snoozed: “2026-01-01 8:00” is over already'],
  ['2090-01-01', 'more than a year away'],
  ['off', 'This case is not snoozed. Nothing was done'],
])('/case snooze 72 %s says what was wrong and does nothing', async (words, expected) => {
  const stage = await atHome();
  const thread = await stage.thread();

  expect((await command(stage, `snooze ${thread.caseId} ${words}`)).words).toContain(expected);

  expect(snoozesIn(stage, thread)).toEqual([]);
  expect(stage.acquire.snapshot().followUps).toEqual([]);
});

test('what is typed into the form is checked there, and means the member’s own clock', async () => {
  const stage = await atHome();
  const thread = await stage.thread();
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: thread.root, actionId: 'case_snooze' });
  const { id, words } = await form(stage, 'snooze');
  expect(words).toContain('By your own clock (Europe/Helsinki)');
  expect(words).toMatch(/Until Monday morning \(Mon \d{4}-\d\d-\d\d 09:00\)/);

  expect((await stage.slack.submitView(ANNA, id, { until: 'soonish' })).errors?.['until']).toContain('not a time');
  await stage.slack.submitView(ANNA, id, { until: '14:30' });

  const { scheduleDate } = await stage.sees(() => stage.acquire.snapshot().followUps[0], 'the follow-up in Acquire');
  expect(wallClock(scheduleDate, 'Europe/Helsinki')).toContain('14:30');
});

test('a picker offers the open cases here, and its button opens the form', async () => {
  const stage = await atHome();
  const thread = await stage.thread();

  const picker = await command(stage, 'snooze');
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: picker.ts, actionId: 'case_snooze' });
  const { id } = await form(stage, 'snooze');
  const told = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, { for: '3h' }), 'the form');

  expect(told.words).toContain(`Case ${thread.caseId} is snoozed until`);
});

test('a snooze is ended from the hub, and nothing comes of its time any more', async () => {
  let later = 0;
  const stage = await stageFor({ pace: () => null, now: () => Date.now() + later });
  const thread = await stage.thread();
  await command(stage, `snooze ${thread.caseId} 30m`);
  await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_details');
  const hub = await form(stage, 'details');

  await stage.slack.click(ANNA, { viewId: hub.id, actionId: 'case_wake' });
  await stage.sees(() => saidIn(stage, thread).some((words) => words.includes('ended the snooze')), 'its end');
  await stage.stop();
  later = 31 * 60_000;
  await stage.start();
  await command(stage, `note ${thread.caseId} still here`);

  expect(saidIn(stage, thread).join()).not.toContain('snooze is over');
});

test('with no owner, whoever snoozed it is called', async () => {
  let later = 0;
  const stage = await stageFor({ pace: () => null, now: () => Date.now() + later });
  const thread = await stage.thread();
  await command(stage, `snooze ${thread.caseId} 30m`, { member: BEN });

  later = 31 * 60_000;

  const awake = await stage.sees(
    () => stage.slack.thread(CHANNEL, thread.root).find(({ text }) => text.includes('the snooze is over')),
    'the end of the snooze',
  );
  expect(JSON.stringify(awake.blocks)).toContain(BEN);
});

test('a refused follow-up holds nothing up', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread();
  stage.acquire.faults.add({ path: '*follow-up*', answer: { status: 500 }, effect: 'none' });

  await command(stage, `snooze ${thread.caseId} 2h`);
  stage.slack.say(ANNA, CHANNEL, 'We look into it.', { threadTs: thread.root });

  await stage.sees(() => stage.acquire.snapshot().messages.some((row) => row.text === 'We look into it.'), 'the reply');
  expect(stage.acquire.snapshot().followUps).toEqual([]);
});

const snoozesIn = (stage: Stage, thread: OpenThread): readonly string[] =>
  stage.slack
    .thread(CHANNEL, thread.root)
    .flatMap(({ text }) => /snoozed this case until (.*)\.$/.exec(text)?.[1] ?? []);
