import { expect, test } from 'vitest';
import { calm, deliveriesIn, repliesIn, textsIn, unpaced } from './incoming.ts';
import { CHANNEL, stageFor } from './stage.ts';
import { says, toCustomer } from './talk.ts';

const THREADS = 4;
const EACH = 10;

test('a burst over several threads comes in few posts, each message once and in order', async () => {
  const stage = await stageFor({ slack: { rateLimits: true } });
  const threads = await Promise.all(Array.from({ length: THREADS }, (_, index) => stage.thread(`case ${index}`)));
  const texts = Array.from({ length: EACH }, (_, index) => `message ${index + 1}`);

  for (const text of texts) for (const { caseId } of threads) stage.acquire.customerWrites(caseId, text);

  for (const [index, { root }] of threads.entries()) {
    await stage.sees(() => textsIn(stage, root).includes(`message ${EACH}`), `all messages of case ${index}`);
  }
  await calm();
  for (const [index, { root }] of threads.entries()) {
    expect(textsIn(stage, root)).toEqual([`case ${index}`, ...texts]);
  }
  const posts = threads.flatMap(({ root }) => repliesIn(stage, root)).length;
  expect(posts).toBeLessThan((THREADS * EACH) / 2);
}, 60_000);

test('joined messages stand as paragraphs under the name of the customer', async () => {
  const stage = await stageFor({ slack: { rateLimits: true } });
  const { root, caseId } = await stage.thread('hello');
  const words = ['one *two*', '<!channel> three', 'four\nfive'];

  for (let index = 0; index < 5; index += 1) stage.acquire.customerWrites(caseId, `before ${index}`);
  for (const text of words) stage.acquire.customerWrites(caseId, text);

  const joined = await stage.sees(
    () => repliesIn(stage, root).find(({ text }) => text.includes('one') && text.includes('five')),
    'one post with the last words',
  );
  expect(joined.username).toBe('Jo Customer (customer)');
  const shown = JSON.stringify(joined.blocks);
  for (const text of words) expect(shown).toContain(JSON.stringify(text).slice(1, -1));
  expect(joined.blocks?.length).toBeGreaterThanOrEqual(words.length);
}, 60_000);

test('a joined post of which nobody knows whether it arrived is found, and nothing in it comes twice', async () => {
  const stage = await stageFor({ ...unpaced, attemptMs: 2000 });
  const { root, caseId } = await stage.thread('hello');
  const texts = ['one', 'yes', 'yes', 'two'];
  const joinedPosts = () => repliesIn(stage, root).filter(({ text }) => text.includes('yes')).length;

  await stage.slack.down();
  for (const text of texts) stage.acquire.customerWrites(caseId, text);
  await calm(4000);
  stage.slack.faults.add({ method: 'chat.postMessage', action: { kind: 'drop', when: 'after' }, times: 1 });
  await stage.slack.up();

  await stage.sees(() => joinedPosts() > 0, 'the joined post');
  await stage.sees(async () => (await deliveriesIn(stage, 'owed')).length === 0, 'all of it is settled');
  await calm();
  expect(textsIn(stage, root)).toEqual(['hello', ...texts]);
  expect(joinedPosts()).toBe(1);
}, 60_000);

test('while many customers wait to be read, a member’s reply goes out at once', async () => {
  const stage = await stageFor({ ...unpaced, readBudget: { perSecond: 2, burst: 4 } });
  const thread = await stage.thread('hello');
  const others = Array.from({ length: 30 }, (_, index) => {
    const { id } = stage.acquire.contact({ name: `Customer ${index}`, email: `c${index}@example.com` });
    return stage.acquire.openCase(id, { text: `question ${index}` });
  });
  const withThread = () => stage.slack.messages(CHANNEL).filter(({ text }) => text.includes('Customer ')).length;

  says(stage, thread, 'I look into it.');

  await stage.sees(() => toCustomer(stage, thread).length > 0, 'the reply');
  expect(withThread()).toBeLessThan(others.length / 2);
}, 60_000);
