import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { confidentialIn, leaksIn } from '../support/leaks.ts';
import { command } from '../stories/asking.ts';
import { CHANNEL, stageFor } from '../stories/stage.ts';
import { says, seesMark } from '../stories/talk.ts';

/** Every story ends with this search (test/stories/stage.ts); here it is shown to see what it looks for. */

const MARKS = {
  asked: 'MARK-ASKED where is my parcel',
  said: 'MARK-SAID on its way',
  email: 'mark.contact@example.com',
  phone: '+358401234567',
  name: 'Mark Contact',
};

test('what people say, who they are and every secret is looked for, and is nowhere', async () => {
  const stage = await stageFor({ env: { LOG_LEVEL: 'trace' } });
  const contact = stage.acquire.contact({ name: MARKS.name, email: MARKS.email, phone: MARKS.phone });
  const opened = stage.acquire.openCase(contact.id, { text: MARKS.asked });
  const root = await stage.sees(() => stage.slack.messages(CHANNEL)[0]?.ts, 'the thread');
  const thread = { root, caseId: opened.id, contactId: contact.id };
  await seesMark(stage, says(stage, thread, MARKS.said), 'white_check_mark');
  await command(stage, `search ${MARKS.email}`);
  await command(stage, `open ${MARKS.phone} MARK-TITLE something`);
  await stage.slack.command(U.guest, CHANNEL, '/case', `open ${MARKS.email}`);
  await stage.acquire.down();
  says(stage, thread, MARKS.said);
  await stage.sees(() => stage.logged().includes('"outcome":"snooze"'), 'a failure in the log');
  const metrics = await (await fetch(`${stage.url()}/metrics`)).text();

  const confidential = confidentialIn(stage);

  expect(confidential).toEqual(expect.arrayContaining(Object.values(MARKS)));
  for (const secret of [stage.slack.workspace.app.botToken, stage.slack.workspace.app.signingSecret, stage.acquire.key])
    expect(confidential).toContain(secret);
  expect(leaksIn(stage.logged() + metrics, [...confidential, 'MARK-'])).toEqual([]);
  expect(stage.logged().length).toBeGreaterThan(1000);
});

test.each([
  ['{"msg":"sent","note":"MARK-SAID on its way"}', [MARKS.said]],
  ['stack: Error: mark.contact@example.com is unknown', [MARKS.email]],
  ['casebridge_x{contact="Mark Contact"} 1', [MARKS.name]],
  ['{"msg":"delivered","case":"72"}', []],
])('a leak such as %s would be seen', (text, expected) => {
  expect(leaksIn(text, Object.values(MARKS))).toEqual(expected);
});

test('of a long text either end is enough, also in the form that JSON gives it', () => {
  const long = `${'beginning "quoted" '.repeat(4)}${'middle '.repeat(50)}${'the very end of it '.repeat(4)}`;

  expect(leaksIn(JSON.stringify({ text: long.slice(0, 90) }), [long])).toEqual([long]);
  expect(leaksIn(`… ${long.slice(-60)}`, [long])).toEqual([long]);
  expect(leaksIn('middle middle', [long])).toEqual([]);
});
