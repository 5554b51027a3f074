import { expect, test } from 'vitest';
import { data } from '../../src/cli/data.ts';
import { command, press } from './asking.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { saidIn, says, seesMark } from './talk.ts';

/** Who looked up and did what is written down, without anybody's words. */

const trailOf = async (stage: Stage): Promise<string> => {
  const lines: string[] = [];
  const env = { DATABASE_URL: `sqlite:${stage.database}` };
  await data(['audit', '--csv'], { env, print: (line: string) => void lines.push(line) });
  return lines.join('\n');
};

test('each look-up and each action stands in the audit trail, by who and on which case, and no words of customers', async () => {
  const stage = await stageFor({ pace: () => null });
  const thread = await stage.thread('My secret question');
  await command(stage, 'list unclaimed');
  await command(stage, 'search Jo Customer', { member: BEN });
  const picker = await command(stage, 'show');
  await press(stage, picker, 'This one');
  stage.slack.openHome(ANNA);
  await stage.sees(() => stage.slack.home(ANNA), 'the home tab');
  await stage.slack.click(BEN, { channel: CHANNEL, ts: thread.root, actionId: 'case_claim' });
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('took this case')), 'the claim');
  await seesMark(stage, says(stage, thread, 'My secret answer'), 'white_check_mark');

  const trail = await trailOf(stage);

  const lines = trail.split('\n');
  const has = (member: string, what: string): boolean =>
    lines.some((line) => line.includes(member) && line.includes(what));
  expect([
    has(ANNA, 'list'),
    has(BEN, 'search'),
    has(ANNA, 'case_show'),
    has(ANNA, 'home'),
    has(BEN, 'case_claim'),
    has(ANNA, 'wrote'),
  ]).toEqual([true, true, true, true, true, true]);
  expect(trail).not.toMatch(/secret|Jo Customer/u);
});
