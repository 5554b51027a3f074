import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/acquire/faults.ts';
import { form } from './asking.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { buttonIn, press, rootsIn, says, seesMark, toCustomer } from './talk.ts';

/** Acquire says no, or something in its place does, after it has done what it was asked. */

const quick = { pace: () => null, attemptMs: 1500 };
/** What is written into a case is told by nothing. */
const quiet = { webhookEvents: ['case:new'], env: { ACQUIRE_POLL_SECONDS: '0' } };
const sending = { method: 'POST', path: '/crm/messenger/chat/add-message' };
const done = (answer: Fault['answer']): Fault => ({ ...sending, effect: 'done', answer, times: 1 });

const known = async (options: StageOptions = {}): Promise<{ stage: Stage; thread: OpenThread }> => {
  const stage = await stageFor({ ...quick, ...options });
  const thread = await stage.thread();
  // Acquire's answer to a first reply tells as whom it knows us.
  await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
  return { stage, thread };
};

const asked = (stage: Stage, what: string): number =>
  stage.acquire.requests.filter(({ path }) => path.endsWith(`/chat/${what}`)).length;
const sends = (stage: Stage): number => stage.acquire.requests.filter(({ path }) => path === sending.path).length;

const answers: readonly (readonly [what: string, answer: Fault['answer']])[] = [
  ['400', { status: 400 }],
  ['403', { status: 403 }],
  ['404', { status: 404 }],
  ['409', { status: 409 }],
  ['429', { status: 429, retryAfter: 1 }],
  ['307', { status: 307 }],
  ['200 and success: false', { status: 200, body: { success: false } }],
];

describe.each(answers)('when a reply was stored and is answered with %s', (_what, answer) => {
  test('the customer has it once, and it counts as delivered', async () => {
    const { stage, thread } = await known();
    stage.acquire.faults.add(done(answer));

    const ts = says(stage, thread, 'It comes tomorrow');

    await seesMark(stage, ts, 'white_check_mark');
    await seesMark(stage, says(stage, thread, 'Bye'), 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['Hello', 'It comes tomorrow', 'Bye']);
  }, 40_000);

  test('so it is where nothing but reading the case can show it', async () => {
    const { stage, thread } = await known({
      ...quiet,
      acquire: { variants: { messageMeta: 'dropped' } },
    });
    stage.acquire.faults.add(done(answer));

    const ts = says(stage, thread, 'It comes tomorrow');

    await seesMark(stage, ts, 'white_check_mark');
    expect(toCustomer(stage, thread)).toEqual(['Hello', 'It comes tomorrow']);
  }, 40_000);
});

test('a reply that is told to wait is delivered as soon as the case shows it', async () => {
  const { stage, thread } = await known();
  stage.acquire.faults.add(done({ status: 429, retryAfter: 20 }));
  const at = Date.now();

  const ts = says(stage, thread, 'It comes tomorrow');

  await seesMark(stage, ts, 'white_check_mark');
  expect(Date.now() - at).toBeLessThan(15_000);
  expect(sends(stage)).toBe(2);
}, 40_000);

test('so it is where a row is known by nothing but its sender and its words', async () => {
  const { stage, thread } = await known({ acquire: { variants: { messageMeta: 'dropped' } } });
  stage.acquire.faults.add(done({ status: 429, retryAfter: 3 }));

  const ts = says(stage, thread, 'It comes tomorrow');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'It comes tomorrow']);
  expect(sends(stage)).toBe(2);
}, 40_000);

test('a dead letter that was stored after all is not sent twice by its Retry button', async () => {
  const { stage, thread } = await known();
  const rule = stage.acquire.faults.add({ ...sending, answer: { status: 400 } });
  const ts = says(stage, thread, 'It comes tomorrow');
  await seesMark(stage, ts, 'warning');
  rule();
  stage.acquire.faults.add(done({ status: 429, retryAfter: 1 }));

  await press(stage, thread, 'Retry');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'It comes tomorrow']);
}, 40_000);

test.each([
  [
    'edits',
    'It comes tomorrow',
    (stage: Stage, ts: string) => stage.slack.edit(ANNA, CHANNEL, ts, 'It comes tomorrow'),
  ],
  ['deletes', null, (stage: Stage, ts: string) => stage.slack.remove(ANNA, CHANNEL, ts)],
])(
  'a reply that is told to wait, and that its author %s meanwhile, is there once',
  async (_what, left, act) => {
    const { stage, thread } = await known(quiet);
    stage.acquire.faults.add(done({ status: 429, retryAfter: 4 }));
    const ts = says(stage, thread, 'It comes today');
    await stage.sees(() => stage.logged().includes('"outcome":"snooze"'), 'that it waits');

    act(stage, ts);

    const rows = left === null ? ['Hello'] : ['Hello', left];
    await stage.sees(() => toCustomer(stage, thread).join() === rows.join(), 'what became of it');
    await new Promise((resolve) => setTimeout(resolve, 4500));
    expect(toCustomer(stage, thread)).toEqual(rows);
  },
  40_000,
);

test('what is sent again as it was edited changes what had arrived unseen', async () => {
  const { stage, thread } = await known(quiet);
  const { readers } = stage.acquire.variants;
  Object.assign(readers, { caseMessage: false, caseRelation: false, chatMessages: false });
  stage.acquire.faults.add(done({ status: 500 }));
  const ts = says(stage, thread, 'We are shut');
  await seesMark(stage, ts, 'warning');

  stage.slack.edit(ANNA, CHANNEL, ts, 'We are open');
  await stage.sees(() => buttonIn(stage, thread, 'Send again')?.button.value?.includes(ts), 'the question');
  Object.assign(readers, { caseMessage: true, caseRelation: true, chatMessages: true });
  await press(stage, thread, 'Send again');

  await seesMark(stage, ts, 'white_check_mark');
  expect(toCustomer(stage, thread)).toEqual(['Hello', 'We are open']);
}, 40_000);

describe('a server that refuses our mark', () => {
  const refusing: StageOptions['before'] = ({ acquire }) =>
    void acquire.faults.add({
      method: 'POST',
      when: ({ body }) => typeof body === 'object' && body !== null && 'meta' in body,
      answer: { status: 400, body: { errors: [{ title: 'ERROR_INVALID_INPUT' }] } },
    });

  test('gets replies without it, and no case is joined for that', async () => {
    const { stage, thread } = await known({ before: refusing });

    await seesMark(stage, says(stage, thread, 'Bye'), 'white_check_mark');

    expect(toCustomer(stage, thread)).toEqual(['Hello', 'Bye']);
    expect([sends(stage), asked(stage, 'join')]).toEqual([3, 0]);
  }, 40_000);

  test('gets a case with its first message', async () => {
    const stage = await stageFor({ ...quick, before: refusing });
    const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });

    await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
    const { id } = await form(stage, 'open');
    await stage.slack.suggest(ANNA, id, 'contact', 'jo@ex');
    const values = { contact: String(jo.id), title: 'Lost parcel', first: 'We found your parcel' };
    await stage.slack.submitView(ANNA, id, values);

    await stage.sees(() => rootsIn(stage).length > 0, 'its thread');
    expect([stage.acquire.account.cases.size, asked(stage, 'create')]).toEqual([1, 2]);
  }, 40_000);
});

test('what is refused for good under a status of success becomes a dead letter', async () => {
  const { stage, thread } = await known();
  stage.acquire.faults.add({ ...sending, answer: { status: 200, body: { success: false } } });

  const ts = says(stage, thread, 'It comes tomorrow');

  await seesMark(stage, ts, 'warning');
  expect(toCustomer(stage, thread)).toEqual(['Hello']);
}, 40_000);

test.each([
  ['zero', 0],
  ['in the past', -5],
])(
  'a Retry-After of %s does not make casebridge call without a pause',
  async (_what, retryAfter) => {
    const { stage, thread } = await known(quiet);
    stage.acquire.faults.add({ ...sending, answer: { status: 429, retryAfter } });
    const before = sends(stage);

    says(stage, thread, 'It comes tomorrow');
    await new Promise((resolve) => setTimeout(resolve, 3000));

    expect(sends(stage) - before).toBeGreaterThan(1);
    expect(sends(stage) - before).toBeLessThan(6);
  },
  40_000,
);

test('what writes nothing twice reads nothing more', async () => {
  const { stage, thread } = await known(quiet);
  await stage.sees(() => sends(stage) === 1, 'the first');
  const from = stage.acquire.requests.length;

  const ts = says(stage, thread, 'It comes tomorrow');
  await seesMark(stage, ts, 'white_check_mark');

  const calls = stage.acquire.requests.slice(from).map(({ path }) => path);
  const upTo = calls.indexOf(sending.path);
  expect(calls.slice(0, upTo).filter((path) => path.includes('case-message'))).toEqual([]);
}, 40_000);
