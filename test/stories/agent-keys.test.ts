import { describe, expect, test } from 'vitest';
import { form } from './asking.ts';
import { alarmsOf, calm } from './incoming.ts';
import { ANNA, BEN, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { press, saidIn, says, seesMark, toCustomer } from './talk.ts';

/** Agents with Acquire keys of their own: customers see who answers. */

const SENDING = { method: 'POST', path: '/crm/messenger/chat/add-message' };
const ANNAS = 'annas-own-acquire-key-0123456789';
const anna = { 'Anna@Casebridge-sandbox.example': ANNAS };

const withKeys = (options: StageOptions = {}): Promise<Stage> =>
  stageFor({
    pace: () => null,
    attemptMs: 800,
    agentKeys: anna,
    before: ({ acquire }) => void acquire.addKey({ key: ANNAS, name: 'Anna of Acme' }),
    ...options,
  });

/** What our side wrote in the case, each under the name that its reader sees. */
const signed = ({ acquire }: Stage, { caseId }: OpenThread): readonly (readonly [string | undefined, string])[] =>
  [...acquire.account.messages.values()]
    .filter((row) => row.caseId === caseId && row.sender.type === 'user' && row.type !== 'event')
    .map((row) => [acquire.account.users.get(row.sender.id)?.name, row.text]);

const alarms = (stage: Stage) => alarmsOf(stage).filter((key) => key.startsWith('acquire:'));

test('who has a key writes with it, others with the common one, and no word of ours comes back', async () => {
  const stage = await withKeys({ acquire: { variants: { messageMeta: 'dropped' } } });
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  await seesMark(stage, says(stage, thread, 'note: a regular'), 'memo');
  await seesMark(stage, says(stage, thread, 'Me too', BEN), 'white_check_mark');
  await stage.stop();
  await stage.start();
  stage.acquire.customerWrites(thread.caseId, 'Thanks!');
  await stage.sees(() => stage.slack.thread(CHANNEL, thread.root).some(({ text }) => text === 'Thanks!'), 'it');

  expect(signed(stage, thread)).toEqual([
    ['Anna of Acme', 'Hello'],
    ['Anna of Acme', 'a regular'],
    ['casebridge', 'Me too'],
  ]);
  expect(saidIn(stage, thread).join()).not.toMatch(/in Acquire\)|Hello|a regular|Me too/);
});

test.each([
  ['mail', {}],
  ['sms', { phone: '+358401234567' }],
])('an own key writes in a case of channel %s too', async (channel, fields) => {
  const stage = await withKeys();
  const thread = await stage.thread('Hello?', { fields, opening: { channel } });

  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

  expect(signed(stage, thread)).toEqual([['Anna of Acme', 'Hello']]);
});

test('the first message of a case that an agent opens is theirs too', async () => {
  const stage = await withKeys();
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  await stage.slack.suggest(ANNA, id, 'contact', 'jo@ex');

  await stage.slack.submitView(ANNA, id, { contact: String(jo.id), title: 'Lost parcel', first: 'We look into it.' });

  const opened = await stage.sees(() => [...stage.acquire.account.cases.values()].at(-1), 'the case');
  expect(signed(stage, { root: '', caseId: opened.id, contactId: jo.id })).toEqual([
    ['Anna of Acme', 'We look into it.'],
  ]);
});

test('where only who joined may write, the own key joins', async () => {
  const stage = await withKeys({ acquire: { variants: { sendNeedsJoin: true } } });
  const thread = await stage.thread();

  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

  expect(signed(stage, thread)).toEqual([['Anna of Acme', 'Hello']]);
});

describe('a key that Acquire refuses', () => {
  test('costs no message and keeps nobody waiting: the common key writes, and an operator is told once', async () => {
    const stage = await withKeys();
    const thread = await stage.thread();
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.revokeKey(ANNAS);

    for (const text of ['One', 'Two']) await seesMark(stage, says(stage, thread, text), 'white_check_mark');
    await seesMark(stage, says(stage, thread, 'Three', BEN), 'white_check_mark');

    const ours = ['One', 'Two', 'Three'].map((text) => ['casebridge', text]);
    expect(signed(stage, thread)).toEqual([['Anna of Acme', 'Hello'], ...ours]);
    expect(toCustomer(stage, thread)).toEqual(['Hello', 'One', 'Two', 'Three']);
    expect(stage.logged().match(/"alarm":"acquire:/g)).toHaveLength(1);
    expect(alarms(stage)).toEqual([expect.stringMatching(/^acquire:own-key:/)]);
  });

  test('is named by the number of its agent, never by address or value', async () => {
    const stage = await withKeys({ acquire: { agents: [{ name: 'Anna', email: 'anna@casebridge-sandbox.example' }] } });
    const thread = await stage.thread();
    stage.acquire.revokeKey(ANNAS);

    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

    await stage.sees(() => alarms(stage).length > 0, 'the alarm');
    const line =
      stage
        .logged()
        .split('\n')
        .find((one) => one.includes('acquire:own-key')) ?? '';
    const { id } = [...stage.acquire.account.users.values()].find(({ name }) => name === 'Anna') ?? {};
    expect(line).toContain(`agent ${id} `);
    expect(stage.logged()).not.toMatch(new RegExp(`anna@casebridge-sandbox|${ANNAS}`, 'i'));
  });

  test('for one case only (403) costs no message either', async () => {
    const stage = await withKeys();
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, answer: { status: 403 }, times: 1 });

    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

    expect(signed(stage, thread)).toEqual([['casebridge', 'Hello']]);
  });
});

describe('a message whose sending had no answer', () => {
  const unmarked = { acquire: { variants: { messageMeta: 'dropped' as const } } };

  test('is found as the own key’s', async () => {
    const stage = await withKeys(unmarked);
    const thread = await stage.thread();
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: { status: 500 }, times: 1 });

    await seesMark(stage, says(stage, thread, 'Once'), 'white_check_mark');

    expect(toCustomer(stage, thread)).toEqual(['Hello', 'Once']);
  });

  test('is sent again when it is surely not there', async () => {
    const stage = await withKeys(unmarked);
    const thread = await stage.thread();
    stage.acquire.faults.add({ ...SENDING, effect: 'none', answer: { status: 500 }, times: 1 });

    await seesMark(stage, says(stage, thread, 'Once'), 'white_check_mark');

    expect(toCustomer(stage, thread)).toEqual(['Once']);
  });

  /** The common key is known by now, the own one has never been seen to write. */
  const firstWords = async (stage: Stage, thread: OpenThread): Promise<string> => {
    await seesMark(stage, says(stage, thread, 'Hello', BEN), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: 'drop', times: 1 });
    return says(stage, thread, 'Once');
  };

  test('is found though the key has never been seen to write, where Acquire shows a key as a machine', async () => {
    const stage = await withKeys(unmarked);
    const thread = await stage.thread();

    await seesMark(stage, await firstWords(stage, thread), 'white_check_mark');

    await calm();
    expect(toCustomer(stage, thread)).toEqual(['Hello', 'Once']);
    expect(saidIn(stage, thread).join()).not.toContain('Once');
  });

  test('is not sent again where nobody can tell whether the key or somebody else wrote it', async () => {
    const stage = await withKeys({ acquire: { variants: { messageMeta: 'dropped', senderInSingle: false } } });
    stage.acquire.faults.add({ path: '/account/user*', answer: { status: 404 } });
    const thread = await stage.thread();

    const ts = await firstWords(stage, thread);
    await seesMark(stage, ts, 'warning');
    await press(stage, thread, 'It arrived');

    await seesMark(stage, ts, 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['Hello', 'Once']);
  });
});

test('while Slack cannot say whose e-mail it is, the one last known is used', async () => {
  const clock = { ms: 0 };
  const stage = await withKeys({ now: () => Date.now() + clock.ms });
  const thread = await stage.thread();
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  await stage.acquire.down();
  const ts = says(stage, thread, 'Later');
  await seesMark(stage, ts, 'hourglass_flowing_sand');

  // What is kept about members is older than a minute now.
  clock.ms = 90_000;
  stage.slack.faults.add({ method: 'users.info', action: { kind: 'status', status: 500 } });
  await stage.acquire.up();

  await seesMark(stage, ts, 'white_check_mark');
  expect(signed(stage, thread).at(-1)).toEqual(['Anna of Acme', 'Later']);
});
