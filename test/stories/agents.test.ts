import { expect, test } from 'vitest';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { ANNA, BEN, CHANNEL, stageFor } from './stage.ts';
import { marksOn, press, rootsIn, saidIn, says, seesMark, toCustomer, toldAlone } from './talk.ts';

const quick = { pace: () => null };

test('guests, strangers and people of other channels never write to a case, and are told so alone', async () => {
  const stage = await stageFor({
    ...quick,
    before: ({ slack }) => {
      slack.addUser({ id: 'U0SLY', name: 'anna2', real_name: 'Anna Agent', team_id: 'T0PARTNER', is_stranger: true });
      for (const one of [U.singleChannelGuest, 'U0SLY']) slack.join(one, CHANNEL);
    },
  });
  const thread = await stage.thread();
  const others = [U.guest, U.singleChannelGuest, 'U0SLY'];

  for (const member of others) says(stage, thread, `from ${member}`, member);
  for (const member of others)
    await stage.sees(() => toldAlone(stage, member).some((text) => text.includes('Only agents')), `word for ${member}`);
  const last = says(stage, thread, 'from an agent');

  await seesMark(stage, last, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['from an agent']);
});

test('bots, joins, topics and other threads are never forwarded', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const human = stage.slack.say(ANNA, CHANNEL, 'Lunch?');

  stage.slack.say(U.otherBot, CHANNEL, 'I am a bot', { threadTs: thread.root });
  stage.slack.say(BEN, CHANNEL, 'Yes', { threadTs: human.ts });
  stage.slack.say(ANNA, C.general, 'not here');
  stage.slack.join(U.singleChannelGuest, CHANNEL);
  stage.slack.leave(U.singleChannelGuest, CHANNEL);
  const last = says(stage, thread, 'from an agent');

  await seesMark(stage, last, 'white_check_mark');
  await stage.slack.eventsSettled();
  expect(toCustomer(stage, thread)).toEqual(['from an agent']);
});

test('with an agents’ group only its members are agents', async () => {
  const stage = await stageFor({ ...quick, env: { AGENT_GROUP: 'S0AGENTS' } });
  const thread = await stage.thread();

  says(stage, thread, 'from the boss', U.admin);
  await stage.sees(() => toldAlone(stage, U.admin).some((text) => text.includes('Only agents')), 'word for her');
  const last = says(stage, thread, 'from an agent');

  await seesMark(stage, last, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['from an agent']);
});

test('when a member cannot be checked the reply is held, and checked when it is released', async () => {
  const clock = { ms: 0 };
  const stage = await stageFor({ ...quick, now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  const heal = stage.slack.faults.add({ method: 'users.info', action: { kind: 'error', error: 'fatal_error' } });
  const guests = says(stage, thread, 'from a guest', U.guest);
  const bens = says(stage, thread, 'from Ben', BEN);
  await stage.sees(() => stage.logged().includes('users.info'), 'a first try');
  clock.ms = 20_000;
  await seesMark(stage, bens, 'raised_hand');
  await stage.sees(() => saidIn(stage, thread).filter((text) => text.includes('could not check')).length === 2, 'both');
  heal();

  await press(stage, thread, 'Send to customer', ANNA);
  await stage.sees(() => toCustomer(stage, thread).length === 1, 'Ben’s');
  await press(stage, thread, 'Send to customer', ANNA);
  await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('not an agent')), 'the refusal');

  expect(toCustomer(stage, thread)).toEqual(['from Ben']);
  expect(marksOn(stage, guests)).toEqual([]);
}, 20_000);

test('a mention whose name cannot be looked up is held like any other', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  stage.slack.faults.add({ method: 'usergroups.list', action: { kind: 'error', error: 'missing_scope' } });

  const { ts } = stage.slack.say(ANNA, CHANNEL, 'ask <!subteam^S0AGENTS>', { threadTs: thread.root, raw: true });

  await seesMark(stage, ts, 'raised_hand');
  expect(toCustomer(stage, thread)).toEqual([]);
});

test('a reply that comes while its thread is still being started reaches the customer', async () => {
  const stage = await stageFor({ ...quick, attemptMs: 1500 });
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'hang', when: 'after' }, times: 1 });
  const contact = stage.acquire.contact({ name: 'Jo Customer' });
  const { id } = stage.acquire.openCase(contact.id, { text: 'Hello?' });
  const root = await stage.sees(() => rootsIn(stage)[0], 'the first message');
  const thread = { root, caseId: id, contactId: contact.id };

  const ts = says(stage, thread, 'Here I am');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Here I am']);
  expect(rootsIn(stage)).toEqual([root]);
}, 20_000);

test('what was sent is not sent again after the thread was unlinked and linked anew', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread();
  const ts = says(stage, thread, 'Only once');
  await seesMark(stage, ts, 'white_check_mark');

  await stage.slack.command(ANNA, CHANNEL, '/case', `unlink ${thread.caseId}`);
  await stage.sees(() => toldAlone(stage).some((text) => text.includes('no longer linked')), 'the unlinking');
  says(stage, thread, 'into the void');
  await stage.slack.command(ANNA, CHANNEL, '/case', `link ${thread.caseId}`);
  const again = await stage.sees(() => rootsIn(stage)[1], 'the new thread');
  stage.slack.edit(ANNA, CHANNEL, ts, 'Only once!');
  const next = says(stage, { ...thread, root: again }, 'Hello again');

  await seesMark(stage, next, 'white_check_mark');
  await stage.sees(() => toCustomer(stage, thread)[0] === 'Only once!', 'the edit of what was sent');
  expect(toCustomer(stage, thread)).toEqual(['Only once!', 'Hello again']);
});
