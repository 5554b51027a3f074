import type { Message } from '../../src/sandbox/slack/workspace.ts';
import { readStore } from '../../src/store/read.ts';
import { CHANNEL, type Stage } from './stage.ts';

/** What people see of cases in Slack, for stories about the way from Acquire. */

/** No pace of its own: as fast as the machine allows. */
export const unpaced = { pace: () => null } as const;

/** Acquire's own people. */
export const staff = { agents: [{ name: 'Carl', email: 'carl@example.com' }], bots: ['Helper'] } as const;

export const carlOf = ({ acquire }: Stage): number => {
  const carl = [...acquire.account.users.values()].find((user) => user.name === 'Carl');
  if (carl === undefined) throw new Error('Carl does not work here');
  return carl.id;
};

/** First messages of threads, and whatever else stands at channel level without belonging to a thread. */
export const rootsOf = (stage: Stage): Message[] =>
  stage.slack
    .messages(CHANNEL)
    .filter(
      ({ ts, thread_ts, subtype }) => (thread_ts === undefined || thread_ts === ts) && subtype !== 'channel_join',
    );

export const repliesIn = (stage: Stage, root: string): Message[] =>
  stage.slack.thread(CHANNEL, root).filter((message) => message.ts !== root);

/** What replies say, one message after another, also where several were joined into one post. */
export const textsIn = (stage: Stage, root: string): string[] =>
  repliesIn(stage, root).flatMap(({ text }) => text.split('\n\n'));

/** Replies of a thread as `name: text`, the name where one was given. */
export const talkIn = (stage: Stage, root: string): string[] =>
  repliesIn(stage, root).map(({ username, text }) => (username === undefined ? text : `${username}: ${text}`));

export const cardOf = (stage: Stage, root: string): Message | undefined =>
  stage.slack.thread(CHANNEL, root).find((message) => message.ts === root);

/** All words of a message's blocks, as a reader meets them. */
export const wordsOf = (message: Message | undefined): string => {
  const words: string[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    if ('type' in value && value.type === 'user' && 'user_id' in value) words.push(`@${String(value.user_id)}`);
    if ('text' in value && typeof value.text === 'string') words.push(value.text);
    if ('fallback' in value && typeof value.fallback === 'string') words.push(value.fallback);
    Object.values(value).forEach(walk);
  };
  walk(message?.blocks);
  return words.join('');
};

export const buttonsOf = (message: Message | undefined): string[] =>
  [...JSON.stringify(message?.blocks ?? []).matchAll(/"action_id":"([a-z_]+)"/g)].map((match) => match[1] ?? '');

/** The root of the only thread whose replies say this. */
export const threadWith = (stage: Stage, text: string): Promise<string> =>
  stage.sees(() => rootsOf(stage).find(({ ts }) => textsIn(stage, ts).some((reply) => reply.includes(text)))?.ts, text);

/** Waits until the thread says all of it, in this order and nothing between, and then for anything that should not come. */
export const readsExactly = async (stage: Stage, root: string, texts: readonly string[]): Promise<void> => {
  const said = (): string[] => textsIn(stage, root).filter((text) => texts.includes(text));
  await stage.sees(() => said().length >= texts.length, `all of ${texts.length} messages; seen: ${said().join(' | ')}`);
  await calm();
};

/** Long enough for what must not come to come. */
export const calm = (ms = 400): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const redrive = async (stage: Stage, id: string): Promise<void> => {
  const reader = await readStore({ kind: 'sqlite', path: stage.database });
  await reader.order({ order: 'redrive', id });
  await reader.close();
};

export const deliveriesIn = async (stage: Stage, state: 'owed' | 'held' | 'dead' | 'unknown') => {
  const reader = await readStore({ kind: 'sqlite', path: stage.database });
  const found = await reader.list({ states: [state], limit: 1000 });
  await reader.close();
  return found;
};

/** Keys of what operators were alarmed about; each goes to the alarm channel once a day. */
export const alarmsOf = (stage: Stage): string[] => [
  ...new Set([...stage.logged().matchAll(/"alarm":"([^"]+)"/g)].map((match) => match[1] ?? '')),
];
