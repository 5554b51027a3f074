import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { answersTo, command, press } from './asking.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { saidIn } from './talk.ts';

/** Finding cases: private answers, in pages. */

const quick = { pace: () => null };

const claims = async (stage: Stage, thread: OpenThread, member: string): Promise<void> => {
  await stage.slack.click(member, { channel: CHANNEL, ts: thread.root, actionId: 'case_claim' });
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('took this case')), 'the claim');
};

test('lists are filtered by what a case is, by channel and by who has it', async () => {
  const stage = await stageFor({ ...quick, moreChannels: [C.secret] });
  const taken = await stage.thread('First', { fields: { name: 'Ann One' } });
  await stage.thread('Second', { fields: { name: 'Bob Two' } });
  await claims(stage, taken, BEN);

  const namesIn = async (words: string, member: string = ANNA): Promise<readonly string[]> => {
    const { words: told } = await command(stage, `list ${words}`, { member });
    return ['Ann One', 'Bob Two'].filter((name) => told.includes(name));
  };
  expect(await namesIn('unclaimed')).toEqual(['Bob Two']);
  expect(await namesIn('mine', BEN)).toEqual(['Ann One']);
  expect(await namesIn(`<@${BEN}>`)).toEqual(['Ann One']);
  expect(await namesIn(`waiting <#${CHANNEL}>`)).toEqual(['Ann One', 'Bob Two']);
  expect(await namesIn(`open <#${C.secret}>`)).toEqual([]);
  expect(await namesIn('snoozed')).toEqual([]);

  stage.acquire.agentCloses(stage.acquire.agent({ name: 'Carla' }).id, taken.caseId);
  await stage.sees(async () => !(await namesIn('open')).includes('Ann One'), 'the closed case is not open');
  expect(await namesIn('all')).toEqual(['Ann One', 'Bob Two']);
});

test('a long list is read page by page, each answered to who asked alone', async () => {
  const stage = await stageFor(quick);
  for (let at = 1; at <= 32; at += 1) await stage.thread(`Question ${at}`, { fields: { name: `Jo No${at}.` } });

  const first = await command(stage, 'list');
  const second = await press(stage, first, 'Next');
  const third = await press(stage, second, 'Next');
  const back = await press(stage, third, 'Previous');

  expect(first.words).toContain('page 1 of 3');
  expect(third.buttons.map(({ label }) => label)).toEqual(['Previous']);
  expect(back.words).toContain('page 2 of 3');
  const seen = [first, second, third].flatMap(({ words }) => words.match(/Jo No\d+\./gu) ?? []);
  expect(new Set(seen).size).toBe(32);
  expect(seen).toHaveLength(32);
  expect(answersTo(stage, BEN)).toEqual([]);
}, 60_000);

test('the search finds contacts, and cases by their title', async () => {
  const stage = await stageFor(quick);
  await stage.thread('Hello', {
    fields: { name: 'Ann One', email: 'ann@example.com' },
    opening: { title: 'Broken Lamp' },
  });

  expect((await command(stage, 'search broken lamp')).words).toContain('Broken Lamp');
  expect((await command(stage, 'search ann@example.com')).words).toContain('Contacts that match');
  expect((await command(stage, 'search unheard of')).words).toContain('No contact in Acquire matches');
});

test('who is not an agent finds nothing', async () => {
  const stage = await stageFor(quick);
  await stage.thread('Hello', { fields: { name: 'Ann One' }, opening: { title: 'Broken Lamp' } });
  for (const words of ['list', 'list all', 'search ann', 'search lamp', 'show 1']) {
    const { words: told } = await command(stage, words, { member: U.guest });
    expect(told).toContain('Only agents can do this');
    expect(told).not.toContain('Ann One');
  }
});
