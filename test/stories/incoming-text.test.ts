import { expect, test } from 'vitest';
import { U } from '../../src/sandbox/slack/seed.ts';
import { readable } from '../acquire/readable.ts';
import { form, modalOf } from './asking.ts';
import { repliesIn, unpaced } from './incoming.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage, stageFor } from './stage.ts';
import { press } from './talk.ts';

/** What customers write, as agents read it: styles, earlier mails, very long texts. */

const ANSWER = `<div dir="ltr">The lid is <b>broken</b>, see <a href="https://example.com/photo">the photo</a>:<ul><li>one</li><li>two</li></ul></div>
<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 10:00 AM Support &lt;support@example.com&gt; wrote:<br></div>
<blockquote class="gmail_quote">Dear Jo,<br>what is wrong with it?</blockquote></div>`;

const mailThread = (stage: Stage): Promise<OpenThread> =>
  stage.thread('Where is my parcel?', { opening: { channel: 'mail', title: 'Order 7' } });

const blocksOf = (blocks: readonly unknown[]): string =>
  readable(JSON.parse(JSON.stringify(blocks, (key, value) => (key === 'block_id' ? undefined : value))));

/** The post that has these words. */
const postWith = (stage: Stage, { root }: OpenThread, words: string): Promise<string> =>
  stage.sees(() => {
    const shown = repliesIn(stage, root).map(({ blocks = [] }) => blocksOf(blocks));
    return shown.find((one) => one.includes(words));
  }, `a post with “${words}”`);

const answered = async () => {
  const stage = await stageFor(unpaced);
  const thread = await mailThread(stage);
  const mail = stage.acquire.customerMails(thread.caseId, { text: 'The lid is broken', html: ANSWER });
  const post = await postWith(stage, thread, 'The lid is');
  return { stage, thread, mail, post };
};

test('a mail in HTML is shown with its styles, and without the mail that it answers', async () => {
  const { post } = await answered();

  expect(post).toBe(
    [
      'The lid is «b:broken», see the photo («link:https://example.com/photo»):',
      '• one',
      '• two',
      '( Earlier mails or a signature are left out here. )',
      '[ Show original ]',
    ].join('\n'),
  );
});

test('“Show original” shows the whole to the agent who asks, also after a restart and a reopening', async () => {
  const { stage, thread } = await answered();
  const carl = stage.acquire.agent({ name: 'Carl' });
  stage.acquire.agentCloses(carl.id, thread.caseId);
  stage.acquire.customerWrites(thread.caseId, 'One more thing');
  await postWith(stage, thread, 'One more thing');
  await stage.stop();
  await stage.start();

  await press(stage, thread, 'Show original');

  const { words, id } = await form(stage, 'message');
  expect(words).toContain('Support <support@example.com> wrote:\n> Dear Jo,\n> what is wrong with it?');
  expect(words).toContain('the photo (https://example.com/photo)');
  expect(
    repliesIn(stage, thread.root)
      .map(({ text }) => text)
      .join(),
  ).not.toContain('what is wrong');
  await stage.slack.closeView(ANNA, id);
});

test('who is no agent is not shown the whole', async () => {
  const { stage, thread } = await answered();

  await press(stage, thread, 'Show original', U.guest);

  expect((await form(stage, 'message', U.guest)).words).toContain('Only agents can do this');
  expect(modalOf(stage, U.guest)?.words).not.toContain('Dear Jo');
});

test('of a message that Acquire no longer has, the agent is told so', async () => {
  const { stage, thread, mail } = await answered();
  stage.acquire.deleteMessage(mail.id);

  await press(stage, thread, 'Show original');

  expect((await form(stage, 'message')).words).toContain('no longer in Acquire');
});

test('in a chat nothing is folded, and what was typed calls nobody', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread('Hello');
  const typed = 'On 3.3.2026 10:00, Support <support@example.com> wrote:\n> <!channel> <@U0BEN>\n*no*\n-- \nJo';

  stage.acquire.customerWrites(thread.caseId, typed);

  expect(await postWith(stage, thread, 'Support')).toBe(typed);
  expect(repliesIn(stage, thread.root).at(-1)?.text).not.toMatch(/<[!@]/);
});

test('a very long text is its beginning, with the whole as a file behind it', async () => {
  const stage = await stageFor(unpaced);
  const thread = await stage.thread('Hello');
  const text = Array.from({ length: 6000 }, (_, index) => `word${index}`).join(' ');

  const { id } = stage.acquire.customerWrites(thread.caseId, text);

  expect(await postWith(stage, thread, 'word0 word1')).toContain('All of it is in the file below.');
  const file = await stage.sees(() => repliesIn(stage, thread.root).flatMap(({ files = [] }) => files)[0], 'the file');
  expect(file['name']).toBe(`message-${id}.txt`);
  expect(stage.slack.files.all.get(String(file['id']))?.content.toString()).toBe(text);
  expect(stage.slack.thread(CHANNEL, thread.root).at(-1)?.files).toBeDefined();
});
