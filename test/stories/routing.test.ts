import { renameSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pingsOf } from '../../src/sandbox/slack/text.ts';
import { C, U } from '../../src/sandbox/slack/seed.ts';
import { ANNA, BEN, CHANNEL, type Stage, type StageOptions, stageFor } from './stage.ts';

/** Which channel a case goes to, when its thread starts, and who is called. */

const SALES = C.general;

const staged = (routes: string, more: StageOptions = {}): Promise<Stage> =>
  stageFor({ pace: () => null, routes, ...more });

type Fields = Parameters<Stage['acquire']['contact']>[0];
type Opening = Parameters<Stage['acquire']['openCase']>[1];

const opens = (stage: Stage, opening: Opening, fields: Fields = {}) =>
  stage.acquire.openCase(stage.acquire.contact({ name: 'Jo Customer', ...fields }).id, opening);

/** First messages of threads of casebridge in a channel, in words. */
const cardsIn = (stage: Stage, channel: string): readonly string[] =>
  stage.slack
    .messages(channel)
    .filter((message) => message.user === U.app && (message.thread_ts ?? message.ts) === message.ts)
    .map((message) => JSON.stringify(message.blocks ?? []));

const repliesIn = (stage: Stage, channel: string) =>
  stage.slack
    .messages(channel)
    .filter((message) => message.user === U.app && message.reply_count !== undefined)
    .flatMap((root) => stage.slack.thread(channel, root.ts).filter(({ ts }) => ts !== root.ts));

/** A case that starts a thread at once in the channel of all others: what came before it has been decided by then. */
const afterOthers = async (stage: Stage): Promise<void> => {
  opens(stage, { text: 'the last one' });
  await stage.sees(
    () => repliesIn(stage, CHANNEL).some(({ text }) => text.includes('the last one')),
    'the last thread',
  );
};

test('a case goes to the channel of the first rule that fits, all others to the channel of cases', async () => {
  const stage = await staged(`
routes:
  - { name: gold, when: { tag: gold }, channel: ${SALES} }
  - { name: acme, when: { contact: { email: '*@acme.com' } }, channel: ${C.secret} }
`);

  opens(stage, { text: 'a gold one', tags: ['Gold'] }, { email: 'ann@acme.com' });
  opens(stage, { text: 'from acme' }, { email: 'Bob@ACME.com' });
  await afterOthers(stage);

  await stage.sees(() => repliesIn(stage, SALES).some(({ text }) => text.includes('a gold one')), 'the gold one');
  await stage.sees(
    () => repliesIn(stage, C.secret).some(({ text }) => text.includes('from acme')),
    'the one from acme',
  );
  expect([CHANNEL, SALES, C.secret].map((channel) => cardsIn(stage, channel).length)).toEqual([1, 1, 1]);
});

test('rules know a case by its channel, title, own attributes and the departments of those who were asked', async () => {
  const stage = await staged(
    `
routes:
  - { name: mails, when: { channel: mail, title: invoice }, channel: ${SALES} }
  - { name: plan, when: { fields: { plan: [pro, enterprise] } }, channel: ${SALES} }
  - { name: lisbon, when: { contact: { city: Lisbon, tier: 2 } }, channel: ${SALES} }
  - { name: support, when: { department: Support }, channel: ${SALES} }
`,
    { acquire: { departments: ['Support'] } },
  );
  const agent = [...stage.acquire.account.users.values()].find(({ role }) => role === 'agent');

  opens(stage, { text: 'one', channel: 'mail', title: 'Your INVOICE 7' });
  opens(stage, { text: 'two', fields: { plan: 'Enterprise' } });
  opens(stage, { text: 'three' }, { city: 'Lisbon', tier: 2 });
  opens(stage, { text: 'four', asked: [agent?.id ?? 0] });

  for (const text of ['one', 'two', 'three', 'four'])
    await stage.sees(
      () => repliesIn(stage, SALES).some((reply) => reply.text.includes(text)),
      `“${text}” in its channel`,
    );
  expect([CHANNEL, SALES].map((channel) => cardsIn(stage, channel).length)).toEqual([0, 4]);
});

test('a thread starts as soon as there is a case, where its rule says so', async () => {
  const stage = await staged(`routes: [{ name: all, channel: ${SALES}, start: new }]`);

  const { id } = opens(stage, { title: 'Silent so far' });

  await stage.sees(() => cardsIn(stage, SALES).some((card) => card.includes('Silent so far')), 'its card');
  stage.acquire.customerWrites(id, 'now I speak');
  await stage.sees(() => repliesIn(stage, SALES).some(({ text }) => text.includes('now I speak')), 'the message');
  expect(cardsIn(stage, SALES)).toHaveLength(1);
});

test('a conversation with a bot comes to Slack when it waits for a person, with what was said as history', async () => {
  const stage = await staged(`
routes:
  - { name: bots, when: { tag: bot }, channel: ${SALES}, start: waiting }
`);
  const { id } = opens(stage, { text: 'my parcel?', tags: ['bot'] });
  stage.acquire.botWrites(id, 'Which number?');
  stage.acquire.customerWrites(id, 'a person please');
  await afterOthers(stage);
  expect(cardsIn(stage, SALES)).toEqual([]);

  stage.acquire.setStatus(id, 'queue');

  await stage.sees(() => repliesIn(stage, SALES).some(({ text }) => text.includes('a person please')), 'the thread');
  const [history, ...posts] = repliesIn(stage, SALES);
  expect(JSON.stringify(history?.blocks)).toMatch(/my parcel\?.*Which number\?/s);
  expect(posts.map(({ text }) => text).join()).toMatch(/^[^,]*a person please/);
});

test('a rule may say that no thread starts, and a case can be linked by hand all the same', async () => {
  const stage = await staged(`routes: [{ name: mute, when: { tag: spam }, start: never }]`);
  const { id } = opens(stage, { text: 'buy now', tags: ['spam'] });
  await afterOthers(stage);
  expect(cardsIn(stage, CHANNEL)).toHaveLength(1);

  await stage.slack.command(ANNA, CHANNEL, '/case', `link ${id}`);

  await stage.sees(() => cardsIn(stage, CHANNEL).length === 2, 'a second thread');
});

test('a rule settles how its threads are worked, and where the channel says otherwise the rule counts', async () => {
  const stage = await staged(`
channels: { ${CHANNEL}: { mode: reply } }
routes: [{ name: careful, when: { tag: vip }, channel: ${CHANNEL}, mode: note }]
`);
  const { id } = opens(stage, { text: 'I am important', tags: ['vip'] });
  const root = await stage.sees(
    () => stage.slack.messages(CHANNEL).find((message) => (message.reply_count ?? 0) > 0),
    'its thread',
  );

  stage.slack.say(ANNA, CHANNEL, 'a plain message', { threadTs: root.ts });

  const own = () =>
    [...stage.acquire.account.messages.values()].filter((row) => row.caseId === id && row.text === 'a plain message');
  await stage.sees(() => own().length === 1, 'what was written');
  expect(own().map(({ type }) => type)).toEqual(['note']);
});

test('members take turns, also across a restart, and who has left is passed over', async () => {
  const stage = await staged(`
routes: [{ name: all, channel: ${CHANNEL}, mentions: { turns: [${ANNA}, ${U.deleted}, ${BEN}] } }]
`);
  const calls = () => repliesIn(stage, CHANNEL).flatMap((message) => pingsOf(message));
  for (const [at, text] of ['one', 'two', 'three'].entries()) {
    if (at === 2) {
      await stage.stop();
      await stage.start();
    }
    opens(stage, { text });
    await stage.sees(() => calls().length === at + 1, `call ${at + 1}`);
  }

  expect(calls()).toEqual([`@${ANNA}`, `@${BEN}`, `@${ANNA}`]);
});

test('a user group is called once to each new thread', async () => {
  const stage = await staged(`routes: [{ name: all, channel: ${CHANNEL}, mentions: S0AGENTS }]`);

  const { id } = opens(stage, { text: 'hello' });
  await stage.sees(() => repliesIn(stage, CHANNEL).some((message) => pingsOf(message).length > 0), 'the call');
  stage.acquire.customerWrites(id, 'hello again');
  await stage.sees(
    () => repliesIn(stage, CHANNEL).some(({ text }) => text.includes('hello again')),
    'the next message',
  );

  expect(repliesIn(stage, CHANNEL).flatMap((message) => pingsOf(message))).toEqual(['!subteam^S0AGENTS']);
});

test('a changed routes file counts from then on, and a wrong one is refused with its line', async () => {
  const stage = await staged(`routes: []`, { env: { ALERT_CHANNEL: C.general } });
  opens(stage, { text: 'before' });
  await stage.sees(() => repliesIn(stage, CHANNEL).some(({ text }) => text.includes('before')), 'the first thread');

  writeFileSync(stage.routesFile, `routes:\n  - { name: all, channel: ${C.secret} }\n`);
  await stage.sees(() => stage.logged().includes('"rules":1'), 'the new file in use');
  writeFileSync(`${stage.routesFile}.tmp`, `routes:\n  - name: all\n    chanel: ${SALES}\n`);
  renameSync(`${stage.routesFile}.tmp`, stage.routesFile);
  const alarm = await stage.sees(
    () => stage.slack.messages(C.general).find(({ text }) => text.includes('routes file')),
    'the alarm',
  );
  opens(stage, { text: 'after' });

  await stage.sees(() => repliesIn(stage, C.secret).some(({ text }) => text.includes('after')), 'the rule before');
  expect(JSON.stringify(alarm.blocks)).toContain(':3 rule “all”: chanel is not known; expected ');
});

test('no thread starts in a channel that another company reads, until its rule says so', async () => {
  const rule = (more = '') => `routes: [{ name: partners, when: { tag: partner }, channel: ${C.partners}${more} }]\n`;
  const stage = await staged(rule(), { env: { ALERT_CHANNEL: C.general } });
  opens(stage, { text: 'from a partner', tags: ['partner'] });
  await stage.sees(
    () => stage.slack.messages(C.general).some(({ text }) => text.includes('shared with another company')),
    'the alarm',
  );
  await afterOthers(stage);
  expect(cardsIn(stage, C.partners)).toEqual([]);

  writeFileSync(stage.routesFile, rule(', shared: true'));
  await stage.sees(() => stage.logged().split('the routes file is in use').length > 2, 'the new file in use');
  opens(stage, { text: 'another partner', tags: ['partner'] });

  await stage.sees(
    () => repliesIn(stage, C.partners).some(({ text }) => text.includes('another partner')),
    'its thread',
  );
});

test('what is due in a thread whose channel is shared with another company later on waits as well', async () => {
  const rule = (more = '') => `routes: [{ name: partners, when: { tag: partner }, channel: ${SALES}${more} }]\n`;
  const clock = { ms: 0 };
  const stage = await staged(rule(), { env: { ALERT_CHANNEL: CHANNEL }, now: () => Date.now() + clock.ms });
  const { id } = opens(stage, { text: 'before', tags: ['partner'] });
  await stage.sees(() => repliesIn(stage, SALES).some(({ text }) => text.includes('before')), 'its thread');
  const channel = stage.slack.workspace.channels.get(SALES);
  if (channel === undefined) throw new Error('no such channel');

  channel.extShared = true;
  clock.ms += 61_000;
  stage.acquire.customerWrites(id, 'for us alone');
  await stage.sees(
    () => stage.slack.messages(CHANNEL).some(({ text }) => text.includes('shared with another company')),
    'the alarm',
  );
  await afterOthers(stage);
  expect(repliesIn(stage, SALES).map(({ text }) => text)).not.toContain('for us alone');

  writeFileSync(stage.routesFile, rule(', shared: true'));
  await stage.sees(() => stage.logged().split('the routes file is in use').length > 2, 'the new file in use');
  clock.ms += 61_000;
  await stage.sees(() => repliesIn(stage, SALES).some(({ text }) => text.includes('for us alone')), 'what waited');
}, 30_000);
