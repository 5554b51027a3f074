import { describe, expect, test } from 'vitest';
import { form } from './asking.ts';
import { alarmsOf } from './incoming.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, type StageOptions, stageFor } from './stage.ts';
import { buttonIn, notesIn, press, saidIn, says, saysRich, seesMark } from './talk.ts';

/** Cases whose customer writes text messages. */

const quick = { pace: () => null, attemptMs: 800 } satisfies StageOptions;
const SENDING = { method: 'POST', path: '/voip/send-sms' };
const OURS = '+15550100001';
const OTHER = '+15550100009';

const smsThread = (stage: Stage, phone: string | null = '+358401234567', to = OURS): Promise<OpenThread> =>
  stage.thread('Where is my parcel?', { fields: { phone }, opening: { channel: 'sms', to } });

/** Text messages that left our side, in order: to whom, from which number, what. */
const sent = ({ acquire }: Stage): readonly (readonly unknown[])[] =>
  acquire.requests
    .filter(({ path, effect }) => path === SENDING.path && effect === 'done')
    .map(({ body }) => (typeof body === 'object' && body !== null ? new Map(Object.entries(body)) : new Map()))
    .map((body) => [body.get('To'), body.get('From'), body.get('Body')]);

const texts = (stage: Stage): readonly unknown[] => sent(stage).map(([, , text]) => text);

/** So many short messages' worth of words. */
const longText = (parts: number): string => `${'Seven!! '.repeat(parts * 19).trim()}.`;

test('a reply is a text message without marks, from the account’s number to the customer’s', async () => {
  const stage = await stageFor(quick);
  const thread = await smsThread(stage);

  const ts = saysRich(stage, thread, [
    { type: 'text', text: 'It is on its ' },
    { type: 'text', text: 'way', style: { bold: true } },
    { type: 'emoji', name: 'truck', unicode: '1f69a' },
    { type: 'link', url: 'https://example.com', text: ' here' },
  ]);
  await seesMark(stage, ts, 'white_check_mark');

  expect(sent(stage)).toEqual([['+358401234567', OURS, 'It is on its way🚚 here (https://example.com)']]);
  expect(saidIn(stage, thread).join()).not.toContain('in Acquire)');
});

test('a note in such a case is no text message', async () => {
  const stage = await stageFor(quick);
  const thread = await smsThread(stage);

  await seesMark(stage, says(stage, thread, `note: ${longText(8)}`), 'memo');

  expect(notesIn(stage, thread)).toEqual([longText(8)]);
  expect(sent(stage)).toEqual([]);
});

describe('a reply of more text messages than the channel allows', () => {
  test('waits until its author has seen how many they are, and then goes out whole', async () => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage);
    const text = longText(12);

    const ts = says(stage, thread, text);
    await seesMark(stage, ts, 'raised_hand');
    await stage.sees(() => saidIn(stage, thread).some((words) => words.includes('takes 12 text messages')), 'how many');
    expect(sent(stage)).toEqual([]);
    await press(stage, thread, 'Send to customer');

    await seesMark(stage, ts, 'white_check_mark');
    expect(texts(stage).length).toBeGreaterThan(1);
    expect(texts(stage).join(' ')).toBe(text);
  });

  test('can be kept inside', async () => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage);

    await seesMark(stage, says(stage, thread, longText(5)), 'raised_hand');
    await press(stage, thread, 'Keep inside');

    await seesMark(stage, says(stage, thread, 'In short: yes'), 'white_check_mark');
    expect(texts(stage)).toEqual(['In short: yes']);
  });

  test('waits as well when it comes from the form, where its words stand nowhere else', async () => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage);
    await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
    const { id } = await form(stage, 'reply');

    await stage.slack.submitView(ANNA, id, { text: longText(14) });
    await stage.sees(() => buttonIn(stage, thread, 'Send to customer'), 'the question');
    expect(saidIn(stage, thread).at(-1)).toContain(longText(14));
    expect(sent(stage)).toEqual([]);
    await press(stage, thread, 'Send to customer');

    await stage.sees(() => texts(stage).join(' ') === longText(14), 'all of it, in order');
  });

  test('goes out in order from the form too, where the second part waits for the first', async () => {
    const stage = await stageFor({ ...quick, settings: { sms_parts: 50 } });
    const thread = await smsThread(stage);
    stage.acquire.faults.add({ ...SENDING, answer: { status: 400 }, times: 2 });
    await stage.slack.messageShortcut(ANNA, CHANNEL, thread.root, 'case_reply');
    const { id } = await form(stage, 'reply');

    await stage.slack.submitView(ANNA, id, { text: longText(14) });
    await stage.sees(() => buttonIn(stage, thread, 'Retry'), 'the question');
    expect(sent(stage)).toEqual([]);
    await press(stage, thread, 'Retry');

    await stage.sees(() => texts(stage).length === 2, 'both parts');
    expect(texts(stage).join(' ')).toBe(longText(14));
  });

  test('is counted by the alphabet it needs', async () => {
    const stage = await stageFor({ ...quick, settings: { sms_parts: 2 } });
    const thread = await smsThread(stage);

    await seesMark(stage, says(stage, thread, 'x'.repeat(150)), 'white_check_mark');
    await seesMark(stage, says(stage, thread, `${'x'.repeat(149)} ✓`), 'raised_hand');

    expect(saidIn(stage, thread).at(-1)).toContain('takes 3 text messages');
  });
});

describe('what is missing is told to the author, and Retry sends it once it is there', () => {
  test.each([
    ['no number', null, 'has no phone number'],
    ['no country code', '040 1234567', 'has no country code'],
  ])('of the contact: %s', async (_what, phone, words) => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage, phone);

    const ts = says(stage, thread, 'Hello');
    await seesMark(stage, ts, 'warning');
    await stage.sees(() => saidIn(stage, thread).some((text) => text.includes(words)), 'the reason');
    const contact = stage.acquire.account.contacts.get(thread.contactId);
    if (contact !== undefined) contact.fields['phone'] = '+358401234567';
    await press(stage, thread, 'Retry');

    await seesMark(stage, ts, 'white_check_mark');
    expect(sent(stage)).toEqual([['+358401234567', OURS, 'Hello']]);
  });

  test('in Acquire: the conversation', async () => {
    const stage = await stageFor({ ...quick, acquire: { variants: { timeline: 'nowhere' } } });
    const thread = await smsThread(stage);

    const ts = says(stage, thread, 'Hello');
    await seesMark(stage, ts, 'warning');
    await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('does not show the conversation')), 'it');
    stage.acquire.variants.timeline = 'relation';
    await press(stage, thread, 'Retry');

    await seesMark(stage, ts, 'white_check_mark');
    expect(texts(stage)).toEqual(['Hello']);
  });

  test('in the account: a number', async () => {
    const stage = await stageFor({ ...quick, acquire: { numbers: [] } });
    const thread = await smsThread(stage);

    await seesMark(stage, says(stage, thread, 'Hello'), 'warning');

    await stage.sees(
      () => saidIn(stage, thread).some((text) => text.includes('no number that can send')),
      'the reason',
    );
    expect(sent(stage)).toEqual([]);
  });
});

describe('of an account with several numbers', () => {
  const several = { ...quick, acquire: { numbers: [OURS, OTHER] } } satisfies StageOptions;

  test('the one that the customer wrote to answers', async () => {
    const shown = { ...several.acquire, variants: { smsNumbers: 'shown' as const } };
    const stage = await stageFor({ ...several, acquire: shown, settings: { sms_number: OURS } });
    const thread = await smsThread(stage, undefined, OTHER);

    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

    expect(sent(stage)).toEqual([['+358401234567', OTHER, 'Hello']]);
  });

  test('the one that is set for the channel answers where nothing shows it', async () => {
    const stage = await stageFor({ ...several, settings: { sms_number: OTHER } });
    const thread = await smsThread(stage);

    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');

    expect(sent(stage)).toEqual([['+358401234567', OTHER, 'Hello']]);
  });

  test('none answers where none is known, and author and operator are told', async () => {
    const stage = await stageFor(several);
    const thread = await smsThread(stage);

    await seesMark(stage, says(stage, thread, 'Hello'), 'warning');

    await stage.sees(() => saidIn(stage, thread).some((text) => text.includes('sms_number')), 'the reason');
    expect(alarmsOf(stage)).toContain('sms:number');
    expect(sent(stage)).toEqual([]);
  });
});

describe('a text message whose sending had no answer', () => {
  test('is not sent again when it is seen in the case', async () => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage);
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'done', answer: 'drop', times: 1 });

    const ts = says(stage, thread, 'Once');

    await seesMark(stage, ts, 'white_check_mark');
    expect(texts(stage)).toEqual(['Hello', 'Once']);
  });

  test.each([
    ['Send again', ['Hello', 'Did it?']],
    ['It arrived', ['Hello']],
  ])('and that is not seen waits for its author: “%s”', async (label, expected) => {
    const stage = await stageFor(quick);
    const thread = await smsThread(stage);
    await seesMark(stage, says(stage, thread, 'Hello'), 'white_check_mark');
    stage.acquire.faults.add({ ...SENDING, effect: 'none', answer: 'drop', times: 1 });

    const ts = says(stage, thread, 'Did it?');
    await seesMark(stage, ts, 'warning');
    expect(texts(stage)).toEqual(['Hello']);
    await press(stage, thread, label);

    await seesMark(stage, ts, 'white_check_mark');
    expect(texts(stage)).toEqual(expected);
  });
});

test('a case that waits for somebody is joined before it is answered', async () => {
  const stage = await stageFor(quick);
  const thread = await stage.thread('Hello?', {
    fields: { phone: '+358401234567' },
    opening: { channel: 'sms', status: 'pending' },
  });

  await seesMark(stage, says(stage, thread, 'Yes'), 'white_check_mark');

  expect(texts(stage)).toEqual(['Yes']);
});
