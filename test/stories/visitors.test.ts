import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { data } from '../../src/cli/data.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { answersTo, command, form, modalOf } from './asking.ts';
import { ANNA, BEN, CHANNEL, type Stage, stageFor } from './stage.ts';
import { cardsIn, callsOn, lastAnswer, VISITOR, visiting } from './visiting.ts';

/** Looking up a customer's cases in giosg: privately, for agents only, whatever giosg answers. */

/** Presses a button that changes the answer it stands on, and waits for what it shows then. */
const turn = async (stage: Stage, label: string, expected: string) => {
  const answer = lastAnswer(stage);
  const found = answer?.buttons.find((button) => button.label === label);
  if (answer === undefined || found === undefined) throw new Error(`there is no button “${label}”`);
  await stage.slack.click(ANNA, { channel: CHANNEL, ts: answer.ts, actionId: found.actionId, value: found.value });
  return stage.sees(() => {
    const now = lastAnswer(stage);
    return now?.words !== answer.words && now?.words.includes(expected) ? now : undefined;
  }, expected);
};

const numbersIn = (words = ''): readonly string[] => words.match(/CASE-\d+/gu) ?? [];

test('/case visitor lists the customer’s cases privately, with everything that giosg says of them', async () => {
  const { stage, giosg } = await visiting();
  const agent = giosg.agent({ name: 'Olivia Owner' });
  giosg.openCase(VISITOR, {
    subject: 'Lamp arrived broken',
    status: 'In Progress',
    priority: 4,
    owner: agent.id,
    channel: 'whatsapp',
    unread: 3,
    waiting: true,
  });

  const { words } = await command(stage, `visitor ${VISITOR}`);

  for (const shown of [
    'CASE-1002 · Lamp arrived broken',
    'Status: In Progress',
    'Priority: High',
    'Owner: Olivia Owner',
    'Channel: whatsapp',
    'Unread: 3',
    'Waiting: yes',
    'Updated: ',
  ])
    expect(words).toContain(shown);
  expect(cardsIn(stage)).toEqual([]);
});

test('/case status says how giosg is and how many cases are watched, and nothing of it where it is not set up', async () => {
  const { stage, giosg } = await visiting();
  const made = giosg.openCase(VISITOR, { subject: 'Lamp' });
  await command(stage, `link giosg:${made.id} ${VISITOR}`);
  expect((await command(stage, 'status')).words).toMatch(/giosg: ok, 1 case is watched/);

  giosg.faults.add({ path: /cases/, answer: { status: 401 } });
  await command(stage, `visitor ${VISITOR}`);
  expect((await command(stage, 'status')).words).toContain('giosg: degraded');

  const without = await stageFor({ pace: () => null });
  expect((await command(without, 'status')).words).not.toContain('giosg');
});

test('the list is turned page by page and put into every order, in place', async () => {
  const { stage, giosg } = await visiting({ giosg: { variants: { pageSizes: [2, 1, 2] } } });
  const made = ['a', 'b', 'c', 'd', 'e'].map((subject) => giosg.openCase(VISITOR, { subject }));
  const [first, second, , fourth, fifth] = made.map(({ number }) => number);
  giosg.changeCase(made[0]?.id ?? '', { unread: 1 });

  expect(numbersIn((await command(stage, `visitor ${VISITOR}`)).words)).toEqual([first, fifth]);
  expect(numbersIn((await turn(stage, 'Next', fourth ?? '')).words)).toEqual([fourth]);
  expect(numbersIn((await turn(stage, 'Previous', first ?? '')).words)).toContain(first);
  expect(numbersIn((await turn(stage, 'Oldest first', 'In the order oldest first')).words)[0]).toBe(first);
  expect(numbersIn((await turn(stage, 'Newest first', 'In the order newest first')).words)[0]).toBe(fifth);
  expect(numbersIn((await turn(stage, 'Longest unchanged first', 'In the order longest unchanged')).words)[0]).toBe(
    second,
  );
  expect(numbersIn((await turn(stage, 'Latest change first', 'In the order latest change')).words)[0]).toBe(first);

  expect(answersTo(stage, ANNA)).toHaveLength(1);
});

test('a page that is longer than an answer is shown in parts', async () => {
  const { stage, giosg } = await visiting({ giosg: { variants: { pageSizes: [30] } } });
  for (let at = 1; at <= 30; at += 1) giosg.openCase(VISITOR, { subject: `Matter ${at}` });

  const seen = numbersIn((await command(stage, `visitor ${VISITOR}`)).words);
  const more = numbersIn((await turn(stage, 'Next', 'Matter 18')).words);
  const rest = numbersIn((await turn(stage, 'Next', 'Matter 1')).words);

  expect(new Set([...seen, ...more, ...rest]).size).toBe(30);
  expect(lastAnswer(stage)?.buttons.map(({ label }) => label)).not.toContain('Next');
});

test('a cursor that has gone leads back to the beginning', async () => {
  const { stage, giosg } = await visiting({ giosg: { variants: { pageSizes: [1] } } });
  giosg.openCase(VISITOR, { subject: 'a' });
  giosg.openCase(VISITOR, { subject: 'b' });
  await command(stage, `visitor ${VISITOR}`);
  giosg.forgetCursors();

  await turn(stage, 'Next', 'no longer there. Begin again');

  expect(numbersIn((await turn(stage, 'Newest first', 'In the order newest')).words)).toHaveLength(1);
});

test('one case is shown in a window, as it is at that moment', async () => {
  const { stage, giosg } = await visiting();
  const made = giosg.openCase(VISITOR, { subject: 'Lamp', description: 'It came\nin pieces', status: 'Open' });
  const answer = await command(stage, `visitor ${VISITOR}`);
  giosg.changeCase(made.id, { status: 'Closed' });

  const details = answer.buttons.find(({ label }) => label === 'Details…');
  await stage.slack.click(ANNA, {
    channel: CHANNEL,
    ts: answer.ts,
    actionId: details?.actionId ?? '',
    value: details?.value ?? '',
  });

  const { words, buttons } = await form(stage, 'visitor_case');
  expect(words).toMatch(/It came\s+in pieces/);
  expect(words).toContain('Closed');
  expect(words).toContain('casebridge can only read in giosg');
  expect(buttons.map(({ label }) => label)).toEqual(['Watch it in this channel']);
});

test.each([
  ['an identity token that is refused', 400, 'check the signing key'],
  ['an API token that is refused', 401, 'rejected the API token'],
  ['no access or subscription', 403, 'no access to this organization, or there is no active subscription'],
  ['too many requests', 429, 'asks us to slow down. Try again in 30 seconds'],
  ['a server that fails', 500, 'unavailable right now'],
  ['a gateway that fails', 502, 'unavailable right now'],
])('%s is said as such, and nothing else breaks', async (_name, status, expected) => {
  const { stage, giosg } = await visiting();
  giosg.openCase(VISITOR, { subject: 'a' });
  giosg.faults.add({ path: /cases/, answer: { status, retryAfter: 30, body: { detail: 'secret words of giosg' } } });

  const { words } = await command(stage, `visitor ${VISITOR}`);

  expect(words).toContain(`Nothing can be shown: `);
  expect(words).toContain(expected);
  expect(words).not.toContain('secret words');
  giosg.faults.clear();
  expect((await command(stage, `visitor ${VISITOR}`)).words).toContain('CASE-1002');
});

test('a blip is not worth a word', async () => {
  const { stage, giosg } = await visiting();
  giosg.openCase(VISITOR, { subject: 'a' });
  giosg.faults.add({ path: /cases/, times: 1, answer: { status: 503 } });

  expect((await command(stage, `visitor ${VISITOR}`)).words).toContain('CASE-1002');
});

test('a customer whom giosg does not know is an answer, and so is one without cases', async () => {
  const { stage, giosg } = await visiting();
  giosg.visitor('customer-without-cases');

  expect((await command(stage, 'visitor customer-7')).words).toContain(
    'giosg knows no customer with the id “customer-7”',
  );
  expect((await command(stage, 'visitor customer-without-cases')).words).toBe(
    'giosg has no cases of “customer-without-cases”.',
  );
  expect((await command(stage, 'visitor')).words).toContain('Say whose cases');
});

test('words that giosg has not used before, and what it leaves out, cost no row', async () => {
  const { stage, giosg } = await visiting();
  giosg.openCase(VISITOR, {
    status: 'Escalated',
    owner: null,
    contact: null,
    channel: null,
    rest: { priority: 9, priority_label: null, latest_messaging_channel: 'carrier pigeon', is_waiting: null },
  });
  giosg.openCase(VISITOR, { subject: 'odd', rest: { id: null } });

  const { words } = await command(stage, `visitor ${VISITOR}`);

  expect(words).toContain('Status: Escalated · Priority: 9 · Owner: nobody · Channel: carrier pigeon');
  expect(words).toContain('One case could not be read and is left out.');
});

test('who is no agent is told so, and giosg is not asked', async () => {
  const { stage, giosg } = await visiting();
  giosg.openCase(VISITOR, { subject: 'a' });
  const before = callsOn(giosg);

  const { words } = await command(stage, `visitor ${VISITOR}`, { member: U.guest });

  expect(words).toContain('Only agents can do this');
  expect(callsOn(giosg)).toBe(before);
});

test('the card of a contact with an id of one’s own leads to their giosg cases', async () => {
  const routes = `channels: { ${CHANNEL}: {} }\ngiosg: { external_id_field: customer_number }\n`;
  const { stage, giosg } = await visiting({ routes });
  giosg.openCase(VISITOR, { subject: 'Lamp' });
  const thread = await stage.thread('Hello', { fields: { customer_number: VISITOR } });
  const card = cardsIn(stage).find(({ ts }) => ts === thread.root);
  expect(card?.words).toContain('giosg cases');

  await stage.slack.click(ANNA, { channel: CHANNEL, ts: thread.root, actionId: 'case_visitor' });

  await stage.sees(() => lastAnswer(stage)?.words.includes('CASE-1002'), 'their cases');
  expect(cardsIn(stage).find(({ ts }) => ts === thread.root)?.words).toBe(card?.words);
});

test('identity tokens are made as the routes file says', async () => {
  const routes = `channels: { ${CHANNEL}: {} }\ngiosg: { identity: { claim: user_ref, algorithm: HS512, lifetime_seconds: 60 } }\n`;
  const { stage, giosg } = await visiting({
    routes,
    giosg: { identity: { claim: 'user_ref', algorithms: ['HS512'], longestLifetimeSeconds: 60 } },
  });
  giosg.openCase(VISITOR, { subject: 'a' });

  expect((await command(stage, `visitor ${VISITOR}`)).words).toContain('CASE-1002');
});

test('a changed routes file counts from the next look-up on; rules that the key does not fit are refused', async () => {
  const file = (identity: string): string => `channels: { ${CHANNEL}: {} }\ngiosg: { identity: ${identity} }\n`;
  const { stage, giosg } = await visiting({ routes: file('{}'), env: { ALERT_CHANNEL: C.general } });
  giosg.openCase(VISITOR, { subject: 'a' });
  const isAlarmed = (): boolean =>
    stage.slack.messages(C.general).some(({ text }) => text.includes('not an RSA private key'));
  const lookedUp = async (): Promise<string> => (await command(stage, `visitor ${VISITOR}`)).words;

  writeFileSync(stage.routesFile, file('{ algorithm: RS256 }'));
  await stage.sees(
    async () => (await lookedUp()).includes('CASE-1002') && isAlarmed(),
    'an alarm, and cases all the same',
  );
  Object.assign(giosg.identity, { claim: 'ref' });
  writeFileSync(stage.routesFile, file('{ claim: ref }'));

  await stage.sees(async () => (await lookedUp()).includes('CASE-1002'), 'cases by the new claim');
  expect(await lookedUp()).toContain('CASE-1002');
});

test('who looked up whom stands in the audit', async () => {
  const { stage, giosg } = await visiting();
  const made = giosg.openCase(VISITOR, { subject: 'Lamp arrived broken' });
  await command(stage, `visitor ${VISITOR}`);
  await command(stage, 'visitor jo@example.com', { member: BEN });
  await command(stage, `link giosg:${made.id} ${VISITOR}`);

  const lines: string[] = [];
  const env = { DATABASE_URL: `sqlite:${stage.database}` };
  await data(['audit', '--csv'], { env, print: (line) => void lines.push(line) });

  const has = (...words: readonly string[]): boolean =>
    lines.some((line) => words.every((word) => line.includes(word)));
  expect(has(ANNA, 'command', 'visitor', VISITOR)).toBe(true);
  expect(has(ANNA, 'command', 'link', `giosg:${made.id}`)).toBe(true);
  expect(has(BEN, 'command', 'visitor')).toBe(true);
  expect(lines.join('\n')).not.toMatch(/jo@example|Lamp/u);
});

test('where giosg is not set up, nothing leads there', async () => {
  const routes = `channels: { ${CHANNEL}: {} }\ngiosg: { external_id_field: customer_number }\n`;
  const stage = await stageFor({ pace: () => null, routes });
  const thread = await stage.thread('Hello', { fields: { customer_number: VISITOR } });

  expect(cardsIn(stage).find(({ ts }) => ts === thread.root)?.words).not.toContain('giosg');
  expect((await command(stage, 'help')).words).not.toContain('visitor');
  expect((await command(stage, `visitor ${VISITOR}`)).words).toContain('not set up for giosg');
  expect(modalOf(stage)).toBeUndefined();
});

test('what can only be done elsewhere is said, and not tried', async () => {
  const { stage, giosg } = await visiting();
  const made = giosg.openCase(VISITOR, { subject: 'a' });
  const before = callsOn(giosg);

  for (const words of ['close', 'reopen', 'note', 'assign', 'snooze', 'invite', 'claim', 'release'])
    expect((await command(stage, `${words} giosg:${made.id} ${VISITOR}`)).words, words).toContain(
      'From here a giosg case can only be listed, shown and watched, so nothing was done. Do it in giosg.',
    );

  expect(callsOn(giosg)).toBe(before);
  expect((await command(stage, `show giosg:${made.id} ${VISITOR}`)).words).toContain('CASE-1002 · a');
  expect((await command(stage, `show giosg:CASE-1002 ${VISITOR}`)).words).toContain('CASE-1002 · a');
  expect((await command(stage, `show giosg:${made.id} customer-2`)).words).toContain('shows no such case');
  expect((await command(stage, `show giosg:${made.id}`)).words).toContain('Say whose case it is');
  expect((await command(stage, `show giosg:../x ${VISITOR}`)).words).toContain('names no case');
});

test('an API token that giosg refuses ends the start; what else is wrong there does not', async () => {
  const { stage, giosg } = await visiting({ env: { ALERT_CHANNEL: C.general } });
  await stage.stop();
  giosg.setSubscribed(false);
  await stage.start();
  await stage.sees(
    () => stage.slack.messages(C.general).some(({ text }) => text.includes('no active subscription')),
    'an alarm',
  );

  await stage.stop();
  giosg.revokeToken();
  await expect(stage.start()).rejects.toMatchObject({
    failures: [{ facts: { side: 'giosg', word: 'API_TOKEN_REFUSED' } }],
  });
  giosg.restoreToken();
  await stage.start();
});
