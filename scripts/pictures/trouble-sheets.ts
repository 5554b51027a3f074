import { z } from 'zod';
import { U } from '../../src/sandbox/slack/seed.ts';
import type { Message } from '../../src/sandbox/slack/workspace.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';
import { ANNA, BEN, CHANNEL, type Item, MINUTE, NOW, type Sheet, type ShownMessage } from './shown.ts';

/** What is said only where something is in the way: held files, a thread that was lost, who could not be invited. Played. */

/** Long, for machines that do much else at the same time. */
const WAIT_MS = 20_000;

export const troubleSheets = async (): Promise<readonly Sheet[]> => {
  const stage = await rehearse(NOW - 30 * MINUTE);
  try {
    return [await heldFiles(stage), await lostThread(stage), await invited(stage)];
  } finally {
    await stage.end();
  }
};

type Case = { readonly id: number; readonly thread: string };

const caseOf = async ({ slack, acquire }: Rehearsal, name: string, text: string): Promise<Case> => {
  const { id } = acquire.openCase(acquire.contact({ name, email: '' }).id, { text });
  const thread = await slack.sees(() => threadWith(slack, text), `the thread of “${text}”`, WAIT_MS);
  return { id, thread };
};

const threadWith = (slack: Rehearsal['slack'], text: string): string | undefined =>
  slack.messages(CHANNEL).find(({ ts }) => slack.thread(CHANNEL, ts).some((reply) => reply.text === text))?.ts;

const last = (slack: Rehearsal['slack'], { thread }: Pick<Case, 'thread'>, words: string): Message | undefined =>
  slack.thread(CHANNEL, thread).findLast((message) => JSON.stringify(message).includes(words));

const heldFiles = async (stage: Rehearsal): Promise<Sheet> => {
  const { slack, acquire } = stage;
  const one = await caseOf(stage, 'Mika Salo', 'The lamp came broken.');
  acquire.agentCloses(acquire.agent({ name: 'Vera Vendor' }).id, one.id);
  await slack.sees(() => last(slack, one, 'closed'), 'that the case is closed', WAIT_MS);
  const files = [{ name: 'return-label.pdf', content: 'x'.repeat(48_000) }];
  const { ts } = slack.say(ANNA, CHANNEL, '', { threadTs: one.thread, files });
  const question = await slack.sees(() => last(slack, one, 'case_keep'), 'the question', WAIT_MS);
  const mine = slack.thread(CHANNEL, one.thread).find((message) => message.ts === ts);
  return {
    file: 'held-files.png',
    alt: 'A file for a case that is closed: it is held, and its author decides',
    items: [
      ...(mine === undefined ? [] : [message(stage, 'A file without words', mine)]),
      message(stage, 'Its author is asked', question),
    ],
  };
};

const lostThread = async (stage: Rehearsal): Promise<Sheet> => {
  const { slack, acquire } = stage;
  const one = await caseOf(stage, 'Aino Niemi', 'We moved in March.');
  slack.remove(U.admin, CHANNEL, one.thread);
  acquire.customerWrites(one.id, 'Did you get the new address?');
  const again = await slack.sees(() => newThread(slack), 'the new thread', WAIT_MS);
  const before = slack.ephemerals(ANNA).length;
  slack.say(ANNA, CHANNEL, 'Yes, thank you!', { threadTs: one.thread });
  const told = await slack.sees(() => slack.ephemerals(ANNA)[before], 'the word to who writes there', WAIT_MS);
  return {
    file: 'lost-thread.png',
    alt: 'A case whose first message was deleted goes on in a new thread, and who writes in the earlier one is told',
    items: [
      ...slack.thread(CHANNEL, again).map((each, at) => message(stage, at === 0 ? 'The new thread' : null, each)),
      whisper('Who writes in the earlier one', told),
    ],
  };
};

const newThread = (slack: Rehearsal['slack']): string | undefined => {
  const root = threadWith(slack, 'Did you get the new address?');
  return root !== undefined && last(slack, { thread: root }, 'goes on here') !== undefined ? root : undefined;
};

const invited = async (stage: Rehearsal): Promise<Sheet> => {
  const { slack, acquire } = stage;
  const one = await caseOf(stage, 'Lee Park', 'Is it dimmable?');
  acquire.agent({ name: 'Nina Nord', email: 'nina@example.com' });
  acquire.agentIs(acquire.agent({ name: 'Olli Oja', email: 'olli@example.com' }).id, false);
  const before = slack.ephemerals(ANNA).length;
  await slack.command(ANNA, CHANNEL, '/case', `invite ${one.id} <@${BEN}> Nina Nord, Olli Oja, Warehouse`);
  await slack.sees(() => slack.ephemerals(ANNA).length === before + 2, 'both answers', WAIT_MS);
  const answers = slack.ephemerals(ANNA).slice(before);
  const there = await slack.sees(() => last(slack, one, 'Invited:'), 'the word in the thread', WAIT_MS);
  return {
    file: 'invited.png',
    alt: 'What became of an invitation: who was asked, who is offline, and who is not known in Acquire',
    items: [
      ...answers.map((answer, at) => whisper(at === 0 ? '/case invite, to who asked' : null, answer)),
      message(stage, 'In the thread', there),
    ],
  };
};

const Files = z.array(z.object({ name: z.string(), size: z.number() }));

const message = ({ slack }: Rehearsal, caption: string | null, shown: Message): Item => {
  const { user = '', username, icons = {}, ts, text, blocks = [], reactions = [], files = [] } = shown;
  const icon = icons['emoji'];
  const drawn: ShownMessage = {
    ts,
    name: username ?? slack.workspace.users.get(user)?.real_name ?? user,
    isApp: shown.bot_id !== undefined,
    icon: typeof icon === 'string' ? icon : null,
    text,
    blocks,
    reactions: reactions.map(({ name, count }) => ({ name, count })),
    files: Files.parse(files),
  };
  return { caption, as: 'message', message: drawn };
};

type Told = { readonly ts: string; readonly text?: string; readonly blocks?: readonly object[] };

const whisper = (caption: string | null, { ts, text = '', blocks = [] }: Told): Item => ({
  caption,
  as: 'message',
  message: { ts, name: 'casebridge', icon: null, isApp: true, isPrivate: true, text, blocks, reactions: [] },
});
