import { expect, test } from 'vitest';
import { pingsOf } from '../../src/sandbox/slack/text.ts';
import { DEFAULT_SCOPES } from '../../src/sandbox/slack/seed.ts';
import { ANNA, CHANNEL, stageFor } from './stage.ts';
import {
  buttonsOf,
  calm,
  cardOf,
  carlOf,
  readsExactly,
  repliesIn,
  rootsOf,
  staff,
  talkIn,
  textsIn,
  threadWith,
  unpaced,
  wordsOf,
} from './incoming.ts';

test('the first message of a thread says who asks, how the case stands, what can be done and how the thread works', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread();

  const card = cardOf(stage, root);

  const words = wordsOf(card);
  expect(words).toContain('Contact: Jo Customer');
  expect(words).toContain('Channel: chat');
  expect(words).toContain('Status: open');
  expect(words).toMatch(/Waiting since: \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
  expect(words).toContain(`Case ${caseId} in Acquire`);
  expect(words).toContain('What you write in this thread goes to the customer.');
  expect(buttonsOf(card)).toEqual(['case_claim', 'case_close', 'case_snooze', 'case_invite', 'case_details']);
});

test('a customer’s words stand in Slack as they were written and call nobody', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread();
  const words =
    '<!channel> <!here|x> <@U0ANNA> @here <https://evil.example|bank.example> `a` *b* _c_ ~d~ > e :tada: &lt;';

  stage.acquire.customerWrites(caseId, words);

  const reply = await stage.sees(() => repliesIn(stage, root).find((one) => wordsOf(one) === words), 'the same words');
  expect(pingsOf(reply)).toEqual([]);
  expect(JSON.stringify(reply.blocks)).not.toContain('"type":"link"');
});

test('a customer’s name cannot pretend to be anybody else', async () => {
  const stage = await stageFor(unpaced);
  const name = `<!channel>*Anna*\u202e\n@here ${'x'.repeat(200)} (agent)`;
  const { id } = stage.acquire.contact({ name });

  stage.acquire.openCase(id, { text: 'who am I' });

  const root = await threadWith(stage, 'who am I');
  const username = repliesIn(stage, root).at(-1)?.username ?? '';
  expect(username).toMatch(/ \(customer\)$/);
  expect(username).not.toMatch(/[<>@*\u202e\n]/u);
  expect(username.length).toBeLessThanOrEqual(60);
});

test('a contact without a name is called by its number', async () => {
  const stage = await stageFor(unpaced);
  const { id } = stage.acquire.contact({ name: '', email: '' });

  stage.acquire.openCase(id, { text: 'nameless' });

  const root = await threadWith(stage, 'nameless');
  expect(talkIn(stage, root)).toContain(`Contact ${id} (customer): nameless`);
});

test('where names may not be changed the customer’s name stands above the words', async () => {
  const scopes = DEFAULT_SCOPES.filter((scope) => scope !== 'chat:write.customize');
  const stage = await stageFor({ ...unpaced, slack: { app: { scopes } } });

  const { root } = await stage.thread('hello');

  const reply = repliesIn(stage, root).at(-1);
  expect(reply?.username).toBeUndefined();
  expect(wordsOf(reply)).toBe('Jo Customer (customer)hello');
});

test('many messages at once come in the order in which they were written', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('0');
  const texts = Array.from({ length: 60 }, (_, index) => `message ${index + 1}`);

  for (const text of texts) stage.acquire.customerWrites(caseId, text);

  await readsExactly(stage, root, texts);
  expect(textsIn(stage, root).filter((text) => text.startsWith('message'))).toEqual(texts);
});

test('a very long message comes whole, in parts and in order', async () => {
  const stage = await stageFor(unpaced);
  const { root, caseId } = await stage.thread('0');
  const words = Array.from({ length: 1200 }, (_, index) => `word${index}`).join(' ');

  stage.acquire.customerWrites(caseId, words);
  stage.acquire.customerWrites(caseId, 'the end');

  await stage.sees(() => textsIn(stage, root).includes('the end'), 'the end');
  const [, ...parts] = repliesIn(stage, root).filter(({ username }) => username !== undefined);
  expect(parts.map(wordsOf).slice(0, -1).join(' ')).toBe(words);
});

test('colleagues, bots, notes and system lines of Acquire appear under their names', async () => {
  const stage = await stageFor({ ...unpaced, acquire: { ...staff } });
  const { root, caseId } = await stage.thread('hello');
  const carl = carlOf(stage);

  stage.acquire.agentJoins(carl, caseId);
  stage.acquire.agentWrites(carl, caseId, 'let me look');
  stage.acquire.agentWrites(carl, caseId, 'a regular', { type: 'note' });
  stage.acquire.botWrites(caseId, 'beep');

  await stage.sees(() => textsIn(stage, root).includes('beep'), 'the bot');
  expect(talkIn(stage, root)).toEqual([
    'Jo Customer (customer): hello',
    'Carl just joined this thread.',
    'Carl (in Acquire): let me look',
    'Carl (note in Acquire): a regular',
    'Helper (in Acquire): beep',
  ]);
});

test('our own answers never come back, whichever way they are told', async () => {
  const stage = await stageFor({ ...unpaced, webhookEvents: ['case:new', 'case:status', 'case:message:new'] });
  const { root, caseId } = await stage.thread('hello');

  for (const text of ['one', 'two', 'three']) stage.slack.say(ANNA, CHANNEL, text, { threadTs: root });
  await stage.sees(() => marks(stage, root) === 3, 'three receipts');
  stage.acquire.customerWrites(caseId, 'thanks');

  await stage.sees(() => textsIn(stage, root).includes('thanks'), 'thanks');
  await calm(1500);
  expect(textsIn(stage, root)).toEqual(['hello', 'one', 'two', 'three', 'thanks']);
});

test('the first answer ever is not shown as a colleague’s while its attempt is open', async () => {
  const stage = await stageFor({
    ...unpaced,
    attemptMs: 3000,
    acquire: { variants: { messageMeta: 'dropped' } },
    webhookEvents: ['case:new', 'case:status', 'case:message:new'],
  });
  const { root, caseId } = await stage.thread('hello');
  stage.acquire.faults.add({ method: 'POST', path: '*add-message', times: 1, answer: 'drop', effect: 'done' });

  const sent = () => stage.acquire.snapshot().messages.filter(({ text }) => text === 'once only');

  stage.slack.say(ANNA, CHANNEL, 'once only', { threadTs: root });
  await stage.sees(() => sent().length === 1, 'the answer in the case');
  stage.acquire.customerWrites(caseId, 'are you there?');

  await stage.sees(() => marks(stage, root) === 1, 'the receipt');
  await stage.sees(() => textsIn(stage, root).includes('are you there?'), 'the customer');
  await calm();
  expect(sent()).toHaveLength(1);
  expect(talkIn(stage, root).filter((line) => line.includes('in Acquire'))).toEqual([]);
}, 20_000);

test('what a customer writes is shown while an answer of ours is still on its way', async () => {
  const stage = await stageFor({ ...unpaced, webhookEvents: ['case:new', 'case:status', 'case:message:new'] });
  const { root, caseId } = await stage.thread('hello');
  stage.acquire.faults.add({ method: 'POST', path: '*add-message', times: 1, answer: 'drop', effect: 'none' });

  stage.slack.say(ANNA, CHANNEL, 'one moment', { threadTs: root });
  await stage.sees(() => stage.logged().includes('"ambiguous"'), 'an open attempt');
  stage.acquire.customerWrites(caseId, 'are you there?');

  await stage.sees(() => textsIn(stage, root).includes('are you there?'), 'the customer');
  expect(marks(stage, root)).toBe(0);
});

test('two events at once make one thread', async () => {
  const stage = await stageFor({ ...unpaced, webhookEvents: ['case:new', 'case:status', 'case:message:new'] });
  const { id } = stage.acquire.contact();

  const opened = stage.acquire.openCase(id, { text: 'first', status: 'pending' });
  stage.acquire.setStatus(opened.id, 'active');
  stage.acquire.customerWrites(opened.id, 'second');

  await threadWith(stage, 'second');
  await calm();
  expect(rootsOf(stage)).toHaveLength(1);
});

const marks = (stage: Awaited<ReturnType<typeof stageFor>>, root: string): number =>
  repliesIn(stage, root).filter(({ ts }) =>
    stage.slack.reactions(CHANNEL, ts).some(({ name }) => name === 'white_check_mark'),
  ).length;
