import { z } from 'zod';
import { U } from '../../src/sandbox/slack/seed.ts';
import type { JsonObject } from '../../src/sandbox/slack/wire.ts';
import { ANNA, CHANNEL, type OpenThread, type Stage } from './stage.ts';

/** Both ends of a conversation, as the people at them see it. */

/** What agents wrote that the customer sees, in the order of the case; over all cases of the thread. */
export const toCustomer = (stage: Stage, { caseId }: OpenThread): readonly string[] =>
  ownRows(stage, caseId, 'message');

export const notesIn = (stage: Stage, { caseId }: OpenThread): readonly string[] => ownRows(stage, caseId, 'note');

const ownRows = (stage: Stage, caseId: number, type: string): readonly string[] => {
  const { cases, messages } = stage.acquire.account;
  const chain = cases.get(caseId)?.threadId;
  return [...messages.values()]
    .filter((row) => cases.get(row.caseId)?.threadId === chain && row.type === type && row.sender.type === 'user')
    .map((row) => row.text);
};

/** Names of casebridge's marks on a message. */
export const marksOn = (stage: Stage, ts: string): readonly string[] =>
  stage.slack
    .reactions(CHANNEL, ts)
    .filter((mark) => mark.users.includes(U.app))
    .map((mark) => mark.name);

export const seesMark = (stage: Stage, ts: string, mark: string): Promise<unknown> =>
  stage.sees(() => marksOn(stage, ts).join() === mark, `only the mark ${mark} on the message`);

export const says = (stage: Stage, thread: OpenThread, text: string, member: string = ANNA): string =>
  stage.slack.say(member, CHANNEL, text, { threadTs: thread.root }).ts;

/** One paragraph, as Slack's own editor sends it. */
export const saysRich = (stage: Stage, thread: OpenThread, elements: readonly JsonObject[], member = ANNA): string => {
  const blocks = [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...elements] }] }];
  return stage.slack.say(member, CHANNEL, 'rich text', { threadTs: thread.root, blocks }).ts;
};

/** What casebridge says in the thread: its words, in order. */
export const saidIn = (stage: Stage, thread: OpenThread): readonly string[] =>
  stage.slack
    .thread(CHANNEL, thread.root)
    .filter((message) => message.user === U.app && message.ts !== thread.root)
    .map((message) => wordsOf(message.blocks ?? []) || message.text);

/** First messages of threads in the channel. */
export const rootsIn = (stage: Stage): readonly string[] =>
  stage.slack
    .messages(CHANNEL)
    .filter((message) => message.user === U.app && (message.thread_ts ?? message.ts) === message.ts)
    .map((message) => message.ts);

/** What it says to one person alone. */
export const toldAlone = (stage: Stage, member: string = ANNA): readonly string[] =>
  stage.slack.ephemerals(member, CHANNEL).map((one) => wordsOf(one.blocks ?? []) || (one.text ?? ''));

/** Presses the newest button with this label in the thread. */
export const press = async (stage: Stage, thread: OpenThread, label: string, member: string = ANNA): Promise<void> => {
  const { ts, button } = await stage.sees(() => buttonIn(stage, thread, label), `a button “${label}”`);
  const outcome = await stage.slack.click(member, {
    channel: CHANNEL,
    ts,
    actionId: button.action_id,
    ...(button.value === undefined ? {} : { value: button.value }),
  });
  if (!outcome.ok) throw new Error(`the button “${label}” failed: ${outcome.error}`);
};

export const buttonIn = (stage: Stage, thread: OpenThread, label: string) => {
  const found = stage.slack
    .thread(CHANNEL, thread.root)
    .filter((message) => message.ts !== thread.root)
    .flatMap((message) => buttonsOf(message.blocks ?? []).map((button) => ({ ts: message.ts, button })));
  return found.findLast(({ button }) => button.text.text === label);
};

const Button = z.object({
  type: z.literal('button'),
  action_id: z.string(),
  value: z.string().optional(),
  text: z.object({ text: z.string() }),
});
type Button = z.infer<typeof Button>;

const buttonsOf = (value: unknown): readonly Button[] => {
  if (Array.isArray(value)) return value.flatMap(buttonsOf);
  const button = Button.safeParse(value);
  if (button.success) return [button.data];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(buttonsOf) : [];
};

const Text = z.object({ text: z.string() });

const wordsOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(wordsOf).filter(Boolean).join(' ');
  if (Button.safeParse(value).success) return `[${Button.parse(value).text.text}]`;
  const text = Text.safeParse(value);
  if (text.success) return text.data.text;
  return typeof value === 'object' && value !== null ? wordsOf(Object.values(value)) : '';
};
