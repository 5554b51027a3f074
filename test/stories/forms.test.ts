import { expect, test } from 'vitest';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { answersTo, answerTo, command, form, modalOf, press } from './asking.ts';

test('/case open alone opens a form that finds a contact by typing, and opens a case with a first message', async () => {
  const stage = await stageFor({ pace: () => null });
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');

  const offered = await stage.slack.suggest(ANNA, id, 'contact', 'jo@ex');
  expect(offered).toMatchObject([{ value: String(jo.id), text: { text: 'Jo Customer · jo@example.com' } }]);
  const values = { contact: String(jo.id), title: 'Lost parcel', note: 'He called', first: 'We look into it.' };
  const told = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, values), 'the form');

  expect(told.words).toContain('The case has its thread');
  expect(modalOf(stage)).toBeUndefined();
  await stage.sees(() => saidIn(stage, 'note').length > 0, 'the note');
  expect(saidIn(stage, 'message')).toEqual(['We look into it.']);
  expect(saidIn(stage, 'note')).toEqual(['He called']);
  expect(stage.acquire.snapshot().cases).toMatchObject([{ title: 'Lost parcel', contactId: jo.id }]);
});

test('a new contact is created with the case that is opened for it', async () => {
  const stage = await stageFor({ pace: () => null });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  const values = { new_name: 'Nia New', new_email: 'nia@example.com', title: 'Hello' };
  const before = stage.acquire.snapshot().contacts.length;

  const told = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, values), 'the form');

  expect(told.words).toContain('The case has its thread');
  expect(stage.acquire.snapshot().contacts).toHaveLength(before + 1);
  expect(stage.acquire.snapshot().cases).toHaveLength(1);
});

test.each([
  [{ title: 'x' }, { contact: 'Choose a contact, or fill in a new one below.' }],
  [{ new_name: 'Nia', title: 'x' }, { new_email: 'A new contact needs an e-mail address or a phone number.' }],
  [{ new_email: 'nia@example.com', title: 'x' }, { new_name: 'A new contact needs a name.' }],
  [
    { new_name: 'Nia', new_email: 'nia', title: 'x' },
    { new_email: 'This is not an e-mail address, e.g. jo@example.com.' },
  ],
  [
    { new_name: 'Nia', new_phone: 'call me', title: 'x' },
    { new_phone: 'This is not a phone number, e.g. +358 40 123 4567.' },
  ],
  [{ new_name: 'Nia', new_phone: '+358 40 123 4567', title: '  ' }, { title: 'A subject is needed.' }],
])('what is wrong with %o is said at its field, and the form stays', async (values, errors) => {
  const stage = await stageFor({ pace: () => null });
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');

  expect((await stage.slack.submitView(ANNA, id, values)).errors).toEqual(errors);

  expect(modalOf(stage)?.form).toBe('open');
  expect(stage.acquire.snapshot().cases).toEqual([]);
});

test('a message becomes title and note of a new case, never the customer’s message', async () => {
  const stage = await stageFor({ pace: () => null });
  const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com' });
  const told = stage.slack.say(BEN, CHANNEL, 'Jo rang about the zip\nShe is *angry*');
  await stage.slack.messageShortcut(ANNA, CHANNEL, told.ts, 'case_open');
  const { id, words } = await form(stage, 'open');
  expect(words).toContain('Jo rang about the zip');

  await stage.slack.suggest(ANNA, id, 'contact', 'Jo Customer');
  await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, { contact: String(jo.id) }), 'the form');

  await stage.sees(() => saidIn(stage, 'note').length > 0, 'the note');
  expect(stage.acquire.snapshot().cases).toMatchObject([{ title: 'Jo rang about the zip' }]);
  expect(saidIn(stage, 'note')[0]).toContain('angry');
  expect(saidIn(stage, 'message')).toEqual([]);
});

test('a reply written in the form reaches the customer and is shown in the thread, in note mode as well', async () => {
  const stage = await stageFor({ settings: { mode: 'note' } });
  const { root } = await stage.thread();
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_reply');
  const { id, words } = await form(stage, 'reply');
  expect(words).toContain('This goes to the customer');

  await stage.slack.submitView(ANNA, id, { text: 'It left this morning.' });

  await stage.sees(() => saidIn(stage, 'message').includes('It left this morning.'), 'the reply');
  await stage.sees(() => inThread(stage, root, 'A reply was sent to the customer'), 'the reply in the thread');
});

test.each(['note: he is lying', '// he is lying', 'No\u200bte： he is lying'])(
  'what begins like %j is not sent to the customer from the form either',
  async (text) => {
    const stage = await stageFor({ pace: () => null });
    const { root } = await stage.thread();
    await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_reply');
    const { id } = await form(stage, 'reply');

    const { errors } = await stage.slack.submitView(ANNA, id, { text });

    expect(errors).toEqual({ text: expect.stringContaining('would go to the customer') });
    await stage.slack.submitView(ANNA, id, { text: 'We look into it.' });
    await stage.sees(() => saidIn(stage, 'message').length > 0, 'the reply');
    expect(saidIn(stage, 'message')).toEqual(['We look into it.']);
  },
);

test('the shortcut “note” takes over the customer’s message, “reply” never does', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root } = await stage.thread('Where is my parcel?');
  const message = stage.slack.thread(CHANNEL, root).at(-1)?.ts ?? '';

  await stage.slack.messageShortcut(ANNA, CHANNEL, message, 'case_reply');
  const reply = await form(stage, 'reply');
  await stage.slack.closeView(ANNA, reply.id);
  await stage.slack.messageShortcut(ANNA, CHANNEL, message, 'case_note');

  expect(reply.words).not.toContain('Where is my parcel?');
  expect((await form(stage, 'note')).words).toContain('Where is my parcel?');
});

test('a shortcut on a message of no case says so and does nothing', async () => {
  const stage = await stageFor({ pace: () => null });
  const said = stage.slack.say(BEN, CHANNEL, 'Lunch?');

  for (const shortcut of ['case_close', 'case_note', 'case_reply', 'case_details']) {
    await stage.slack.messageShortcut(ANNA, CHANNEL, said.ts, shortcut);
    const { id, words } = await form(stage, 'message');
    expect(words).toContain('not in the thread of a case');
    await stage.slack.closeView(ANNA, id);
  }
});

test('the shortcut “close” asks first, then closes', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root } = await stage.thread();
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_close');
  const { id } = await form(stage, 'close');
  expect(stage.acquire.snapshot().cases[0]?.status).not.toBe('closed');

  const told = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id), 'the form');

  expect(told.words).toContain('The case is closed');
  expect(stage.acquire.snapshot().cases[0]?.status).toBe('closed');
});

test('the hub offers every action of the case', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root } = await stage.thread();
  await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_details');
  const hub = await form(stage, 'details');

  expect(hub.buttons.map((button) => button.actionId)).toEqual(
    ['reply', 'note', 'claim', 'assign', 'snooze', 'invite', 'close', 'unlink'].map((name) => `case_${name}`),
  );
  await stage.slack.click(ANNA, { viewId: hub.id, actionId: 'case_claim' });

  await stage.sees(() => inThread(stage, root, 'took this case'), 'the claim in the thread');
});

test('the hub offers what fits: release and the end of a snooze where there is one, reopening when it is closed', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  const offered = async (): Promise<readonly string[]> => {
    await stage.slack.messageShortcut(ANNA, CHANNEL, root, 'case_details');
    const { id, buttons } = await form(stage, 'details');
    await stage.slack.closeView(ANNA, id);
    return buttons.map(({ actionId }) => actionId);
  };
  await command(stage, `claim ${caseId}`);
  await command(stage, `snooze ${caseId} 2h`);

  expect(await offered()).toEqual(expect.arrayContaining(['case_unclaim', 'case_wake']));
  await command(stage, `close ${caseId}`);
  expect(await offered()).toEqual(['case_note', 'case_reopen', 'case_unlink']);
});

test('a form that was open while its case was closed changes nothing, and says why', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: 'case_snooze' });
  const { id } = await form(stage, 'snooze');
  await command(stage, `close ${caseId}`);

  const told = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, { until: '2h' }), 'the form');

  expect(told.words).toContain('This case is closed, so nothing was done');
  expect(stage.acquire.snapshot().followUps).toEqual([]);
});

test('a contact’s open case is shown before the form opens another; both ways go on from there', async () => {
  const stage = await stageFor({ pace: () => null });
  const { caseId, contactId } = await stage.thread();
  await stage.slack.command(ANNA, CHANNEL, '/case', 'open');
  const { id } = await form(stage, 'open');
  await stage.slack.suggest(ANNA, id, 'contact', 'Jo Customer');
  const first = 'We are so sorry. '.repeat(150);
  const values = { contact: String(contactId), title: 'Second', note: 'n'.repeat(3000), first };

  const asked = await answerTo(stage, ANNA, () => stage.slack.submitView(ANNA, id, values), 'the form');
  expect(asked.words).toContain(`has an open case: ${caseId}`);
  expect(stage.acquire.snapshot().cases).toHaveLength(1);
  await press(stage, asked, 'Continue there');
  await stage.sees(() => answersTo(stage, ANNA).some(({ words }) => words.includes('go to the thread')), 'the way');
  await stage.sees(() => answersTo(stage, ANNA).some(({ words }) => words.includes(first.trim())), 'its words again');
  expect(saidIn(stage, 'message')).toEqual([]);

  await stage.stop();
  await stage.start();
  await press(stage, asked, 'Open a new one');
  await stage.sees(() => saidIn(stage, 'message').includes(first.trim()), 'the first message');
  expect(stage.acquire.snapshot().cases).toHaveLength(2);
});

test('what nobody decided for a day is forgotten', async () => {
  let later = 0;
  const stage = await stageFor({ pace: () => null, now: () => Date.now() + later });
  const { contactId } = await stage.thread();
  const asked = await command(stage, `open ${contactId} Another`);
  await stage.stop();
  later = 25 * 3_600_000;
  await stage.start();

  await stage.sees(async () => {
    const told = await press(stage, asked, 'Open a new one');
    return told.words.includes('was decided already');
  }, 'that it is over');
  expect(stage.acquire.snapshot().cases).toHaveLength(1);
});

test('colleagues are invited by name, and it is said who is offline in Acquire', async () => {
  const stage = await stageFor({ pace: () => null });
  const vera = stage.acquire.agent({ name: 'Vera Vendor', email: 'vera@example.com' });
  stage.acquire.agentIs(vera.id, false);
  const { root } = await stage.thread();
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: 'case_invite' });
  const { id } = await form(stage, 'invite');

  const told = await answerTo(
    stage,
    ANNA,
    () => stage.slack.submitView(ANNA, id, { agent: String(vera.id) }),
    'the form',
  );

  expect(told.words).toContain('Vera Vendor');
  expect(answersTo(stage, ANNA)).toHaveLength(1);
});

test('an expired response address does not lose the answer', async () => {
  const stage = await stageFor({ pace: () => null });
  stage.slack.faults.add({ method: 'response_url', action: { kind: 'status', status: 404, body: 'expired_url' } });

  expect((await command(stage, 'status')).words).toContain('Slack: ok');

  expect(stage.slack.requests.some((request) => request.method === 'chat.postEphemeral')).toBe(true);
});

const saidIn = (stage: Stage, type: 'message' | 'note'): readonly string[] =>
  stage.acquire
    .snapshot()
    .messages.filter((row) => row.type === type && row.sender.type === 'user')
    .map((row) => row.text);

const inThread = (stage: Stage, root: string, words: string): boolean =>
  stage.slack.thread(CHANNEL, root).some((one) => one.text.includes(words));
