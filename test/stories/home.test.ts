import { z } from 'zod';
import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { blockFaults } from '../../src/sandbox/slack/blocks.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { modalOf } from './asking.ts';
import { buttonIn, marksOn, says, saysRich, seesMark, toCustomer } from './talk.ts';

/** The home tab, as an agent's desk. */

const quick = { pace: () => null, attemptMs: 800 };

const homeOf = (stage: Stage, member: string): string | null => {
  const home = stage.slack.home(member);
  return home === undefined ? null : JSON.stringify(home);
};

/** Opens the tab and waits until it shows these words. */
const opens = (stage: Stage, words: string, member: string = ANNA): Promise<string> => {
  stage.slack.openHome(member);
  return shows(stage, words, member);
};

const shows = (stage: Stage, words: string, member: string = ANNA): Promise<string> =>
  stage.sees(() => {
    const drawn = homeOf(stage, member);
    return drawn?.includes(words) === true ? drawn : null;
  }, `“${words}” on the home tab`);

const Pressed = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  value: z.string(),
  text: z.object({ text: z.string() }),
});

const buttonsIn = (value: unknown): readonly z.infer<typeof Pressed>[] => {
  if (Array.isArray(value)) return value.flatMap(buttonsIn);
  const button = Pressed.safeParse(value);
  if (button.success) return [button.data];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buttonsIn) : [];
};

const presses = async (stage: Stage, label: string, member: string = ANNA): Promise<void> => {
  const home = stage.slack.home(member);
  const button = buttonsIn(home?.blocks).find(({ text }) => text.text === label);
  if (home === undefined || button === undefined) throw new Error(`no button “${label}” on the home tab`);
  const outcome = await stage.slack.click(member, { viewId: home.id, actionId: button.action_id, value: button.value });
  if (!outcome.ok) throw new Error(`the button “${label}” failed: ${outcome.error}`);
};

test('the home tab shows an agent who waits, and the way to each thread', async () => {
  const stage = await stageFor();
  await stage.thread('Where is my parcel?');

  const drawn = await opens(stage, 'Waiting longest (1)');

  expect(drawn).toContain('Jo Customer');
  expect(drawn).toContain('Nobody has taken (1)');
  expect(drawn).toContain('Slack: ok. Acquire: ok.');
});

test('the home tab shows nothing of any case to who is not an agent', async () => {
  const stage = await stageFor();
  await stage.thread('Where is my parcel?');

  stage.slack.openHome(U.guest);

  const drawn = await stage.sees(() => homeOf(stage, U.guest), 'the home tab');
  expect(drawn).not.toContain('Jo Customer');
});

test('a case is claimed and released on the home tab, which says so and nobody else sees it', async () => {
  const stage = await stageFor(quick);
  await stage.thread('Where is my parcel?');
  await opens(stage, 'Nobody has taken (1)');

  await presses(stage, 'Claim');
  await shows(stage, 'You have case');
  await shows(stage, 'Your cases (1)');
  expect(stage.slack.ephemerals(ANNA, CHANNEL)).toEqual([]);

  await presses(stage, 'Release');
  await shows(stage, 'Your cases (0)');
});

test('a button opens its form from the home tab, and what is done in it is told there', async () => {
  const stage = await stageFor(quick);
  await stage.thread('Where is my parcel?');
  await opens(stage, 'Nobody has taken (1)');
  await presses(stage, 'Claim');
  await shows(stage, 'Your cases (1)');

  await presses(stage, 'Details…');

  await stage.sees(() => JSON.stringify(modalOf(stage) ?? '').includes('Jo Customer'), 'the details');
  expect(JSON.stringify(modalOf(stage))).toContain('case_close');
});

test('what was held is listed for its author alone, and sent from there', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = saysRich(stage, thread, [
    { type: 'text', text: 'ask ' },
    { type: 'user', user_id: BEN },
  ]);
  await seesMark(stage, ts, 'raised_hand');
  await opens(stage, 'Not sent (1)');
  expect(await opens(stage, 'Nobody has taken (1)', BEN)).not.toContain('Not sent');

  await presses(stage, 'Send to customer');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toHaveLength(1);
  await shows(stage, 'This is on its way');
  await opens(stage, 'Your cases (0)');
  await stage.sees(() => homeOf(stage, ANNA)?.includes('Not sent') === false, 'nothing is left to decide');
  await stage.sees(() => buttonIn(stage, thread, 'Send to customer') === undefined, 'no question in the thread');
});

test('a reply that failed is listed with its reason, and kept inside from there', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.acquire.faults.add({ method: 'POST', path: '/crm/messenger/chat/add-message', answer: { status: 422 } });
  const ts = says(stage, thread, 'On it');
  await seesMark(stage, ts, 'warning');
  await opens(stage, 'Not delivered');

  await presses(stage, 'Keep inside');

  await stage.sees(() => marksOn(stage, ts).length === 0, 'no mark is left');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('with many open cases the tab keeps within Slack’s hundred blocks, and pages lead to all of them', async () => {
  const stage = await stageFor(quick);
  for (let at = 1; at <= 45; at += 1)
    await stage.thread(`Question ${at}`, { fields: { name: `Jo ${'x'.repeat(400)} ${at}` } });
  await opens(stage, 'Nobody has taken (45)');
  const named = new Set<string>();
  const look = (): void => {
    const blocks: unknown = JSON.parse(JSON.stringify(stage.slack.home(ANNA)?.blocks));
    if (!Array.isArray(blocks)) throw new TypeError('no blocks');
    expect(blocks.length).toBeLessThanOrEqual(100);
    expect(blockFaults(blocks, 'home')).toEqual([]);
    for (const button of buttonsIn(blocks)) if (button.action_id === 'case_details') named.add(button.value);
  };
  look();

  await presses(stage, 'All 45');
  await shows(stage, 'page 1 of 3');
  look();
  for (const page of [2, 3]) {
    await presses(stage, 'Next');
    await shows(stage, `page ${page} of 3`);
    look();
  }
  expect(named.size).toBe(45);

  await presses(stage, 'Back');
  await shows(stage, 'Waiting longest (45)');
}, 120_000);
