import { expect, test } from 'vitest';
import { ACTIONS, actionNames, LOOKUPS } from '../../src/core/doors.ts';
import { ANNA, BEN, CHANNEL, stageFor } from './stage.ts';
import { answersTo, command, form, press } from './asking.ts';

test('/case alone and /case help list every subcommand, privately', async () => {
  const stage = await stageFor({ pace: () => null });

  const { words } = await command(stage, '');

  // Without giosg nothing leads there.
  const typed = actionNames.filter((name) => ACTIONS[name].usage !== null && name !== 'visitor');
  for (const name of [...typed, ...Object.keys(LOOKUPS)]) expect(words).toContain(`/case ${name}`);
  expect((await command(stage, 'help')).words).toBe(words);
  expect(stage.slack.messages(CHANNEL)).toEqual([]);
});

test.each([
  ['hlep', 'Did you mean “/case help”'],
  ['frobnicate', 'is not something /case knows'],
  ['constructor', 'is not something /case knows'],
  ['show 99999', 'There is no case 99999 in Acquire'],
  ['show abc', '“abc” is not a case number'],
  ['close abc', '“abc” is not a case number'],
  ['close 99999', 'There is no case 99999'],
  ['note 99999 hello', 'There is no case 99999'],
  ['link', 'Say which case: “/case link 72”'],
  ['link abc', '“abc” is not a case number'],
  ['link 99999', 'There is no case 99999'],
  ['reopen', 'Say which case: “/case reopen 72”'],
  ...['claim', 'release', 'assign', 'snooze', 'invite'].flatMap((name): [string, string][] => [
    [`${name} 99999 1h`, 'There is no case 99999 in Acquire'],
    [`${name} abc`, '“abc” is not a case number'],
    [name, 'There are no open cases in this channel'],
  ]),
  ['unlink 99999', 'There is no case 99999'],
  ['close', 'There are no open cases in this channel'],
  ['list everything', 'There are: open, mine, waiting'],
  ['list', 'There are no such cases'],
  ['list mine', 'You have taken no open case'],
  ['search', 'Say what to look for'],
  ['search nobody', 'No contact in Acquire matches “nobody”'],
  ['open nobody@example.com hello', 'No contact in Acquire matches “nobody@example.com”. No case was opened.'],
])('/case %s is answered with one clear sentence', async (typed, expected) => {
  const stage = await stageFor({ webhook: false, env: { ACQUIRE_POLL_SECONDS: '3600' } });

  expect((await command(stage, typed)).words).toContain(expected);

  expect(answersTo(stage, ANNA)).toHaveLength(1);
  expect(stage.acquire.snapshot().cases).toEqual([]);
});

test('/case status says how both sides are and what is owed', async () => {
  const stage = await stageFor({ pace: () => null });

  expect((await command(stage, 'status')).words).toMatch(/Slack: ok[\s\S]*Acquire: ok[\s\S]*0 deliveries are owed/);
});

test.each(['id', 'jo@example.com', '+358 40 123 4567', '+358401234567', '040 555 6677'])(
  '/case open %s finds the one contact, opens the case and starts its thread',
  async (who) => {
    const stage = await stageFor({ pace: () => null });
    const phone = who.startsWith('040') ? '0405556677' : '+358 40 123 4567';
    const jo = stage.acquire.contact({ name: 'Jo Customer', email: 'jo@example.com', phone });
    stage.acquire.contact({ name: 'Bo Bare', email: 'bo@example.com', phone: '+358 50 765 4321' });

    const { words } = await command(stage, `open ${who === 'id' ? jo.id : who} Broken zip & <sole>`);

    expect(words).toContain('The case has its thread');
    const { cases, messages } = stage.acquire.snapshot();
    expect(cases).toMatchObject([{ contactId: jo.id, title: 'Broken zip & <sole>' }]);
    const note = await stage.sees(
      () => stage.acquire.snapshot().messages.find((row) => row.type === 'note'),
      'the internal note',
    );
    expect(note.text).toBe('Broken zip & <sole>');
    expect(messages.filter((row) => row.type === 'message')).toEqual([]);
  },
);

test('/case open for an address of several contacts opens nothing and lists them', async () => {
  const stage = await stageFor({ pace: () => null });
  const contacts = ['Jo One', 'Jo Two'].map((name) => stage.acquire.contact({ name, email: 'jo@example.com' }));

  const { words } = await command(stage, 'open jo@example.com');

  for (const { id } of contacts) expect(words).toContain(String(id));
  expect(words).toContain('no case was opened');
  expect(stage.acquire.snapshot().cases).toEqual([]);
});

test('a contact with an open case is gone on with, or gets one new case however often the button is pressed', async () => {
  const stage = await stageFor({ pace: () => null });
  const { caseId, contactId } = await stage.thread();
  const asked = await command(stage, `open ${contactId} A second parcel`);
  expect(asked.words).toContain(`${caseId}`);

  expect((await press(stage, asked, 'Continue there')).words).toContain('is linked already: go to the thread');
  await Promise.all([press(stage, asked, 'Open a new one'), press(stage, asked, 'Open a new one')]);

  const note = await stage.sees(
    () => stage.acquire.snapshot().messages.find((row) => row.type === 'note'),
    'the internal note of the new case',
  );
  expect(note.text).toBe('A second parcel');
  expect(stage.acquire.snapshot().cases).toHaveLength(2);
});

test('/case list shows what is open, mine and waiting, with the cases that have no thread', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  const silent = stage.acquire.contact({ name: 'Si Lent', email: 'si@example.com' });
  const unlinked = stage.acquire.openCase(silent.id, {});
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: root, actionId: 'case_claim' });

  const open = await command(stage, 'list');
  const mine = await command(stage, 'list mine');
  const waiting = await command(stage, 'list waiting');
  const bens = await command(stage, 'list mine', { member: BEN });

  expect(open.words).toMatch(
    new RegExp(`${caseId} Jo Customer[\\s\\S]*Without a thread:[\\s\\S]*${unlinked.id} Si Lent`),
  );
  expect(mine.words).toContain(`${caseId} Jo Customer`);
  expect(waiting.words).toContain(`${caseId} Jo Customer`);
  expect(bens.words).toContain('You have taken no open case');
});

test('/case show without a number asks which case, and shows a case that has no thread as well', async () => {
  const stage = await stageFor({ pace: () => null });
  const { caseId } = await stage.thread();
  const silent = stage.acquire.contact({ name: 'Si Lent', email: 'si@example.com' });
  const unlinked = stage.acquire.openCase(silent.id, {});

  const picker = await command(stage, 'show');
  expect((await press(stage, picker, 'This one')).words).toContain(`Case ${caseId} in Acquire`);
  const shown = await command(stage, `show #${unlinked.id}`);
  expect(shown.words).toContain('Si Lent');

  await press(stage, shown, 'Start its thread here');
  expect((await command(stage, `link ${unlinked.id}`)).words).toContain('is linked already');
});

test('/case note writes an internal note, and asks for case and text when they are missing', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();

  expect((await command(stage, `note ${caseId}`)).words).toContain('Say what to note');
  expect((await command(stage, `note ${caseId} called *back*`)).words).toContain('The note goes to case');
  const note = await stage.sees(
    () => stage.acquire.snapshot().messages.find((row) => row.type === 'note'),
    'the note in Acquire',
  );
  expect(note.text).toBe('called *back*');
  await stage.sees(
    () => stage.slack.thread(CHANNEL, root).some((one) => one.text.includes('internal note')),
    'the note in the thread',
  );

  const picker = await command(stage, 'note');
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: picker.ts, actionId: 'case_note' });
  expect((await form(stage, 'note')).words).toContain('The customer never does');
});

test('/case close closes at once without a rating form, and says so in the thread once', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();

  const [first, second] = [command(stage, `close ${caseId}`), command(stage, `close ${caseId}`)];
  await Promise.all([first, second]);

  const closed = stage.acquire.snapshot().cases.find((one) => one.id === caseId);
  expect(closed).toMatchObject({ status: 'closed', feedbackAsked: false });
  await stage.sees(() => closings(stage, root) === 1, 'the closing in the thread');
  expect((await command(stage, `close ${caseId}`)).words).toContain('closed already');
  expect(closings(stage, root)).toBe(1);
});

test('the customer gets the rating form where the channel’s setting says so', async () => {
  const stage = await stageFor({ settings: { feedback: true } });
  const { caseId } = await stage.thread();

  expect((await command(stage, `close ${caseId}`)).words).toContain('The case is closed');

  expect(stage.acquire.snapshot().cases.find((one) => one.id === caseId)?.feedbackAsked).toBe(true);
});

test('/case reopen opens the case again in the same thread, under its new number', async () => {
  const stage = await stageFor({ pace: () => null });
  const { root, caseId } = await stage.thread();
  await command(stage, `close ${caseId}`);

  expect((await command(stage, `reopen ${caseId}`)).words).toContain('The case is open again');
  expect((await command(stage, `reopen ${caseId}`)).words).toContain('not closed');

  const newest = stage.acquire.snapshot().cases.at(-1);
  expect(newest?.threadId).toBe(caseId);
  stage.slack.say(ANNA, CHANNEL, 'One more thing.', { threadTs: root });
  const sent = await stage.sees(
    () => stage.acquire.snapshot().messages.find((row) => row.text === 'One more thing.'),
    'the reply',
  );
  expect(sent.caseId).toBe(newest?.id);
});

const closings = (stage: Awaited<ReturnType<typeof stageFor>>, root: string): number =>
  stage.slack.thread(CHANNEL, root).filter((one) => one.text.includes('closed the case')).length;
