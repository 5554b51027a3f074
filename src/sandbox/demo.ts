import { setTimeout as pause } from 'node:timers/promises';
import type { CaseRecord, MessageRecord } from './acquire/state.ts';
import {
  buttonsOf,
  casesOf,
  delivered,
  fail,
  heard,
  isForCustomer,
  onceEach,
  openDeliveries,
  plain,
  rowsOfThread,
  said,
  Unseen,
  until,
} from './sights.ts';
import { C, U } from './slack/seed.ts';
import type { Message } from './slack/workspace.ts';
import type { JsonObject } from './slack/wire.ts';
import { textOf } from './slack/wire.ts';
import { withProgress } from './progress.ts';
import type { Stage } from './stage.ts';

/** The main job, played once by itself: every step acts as a person would and then looks at what that person sees. */

/** After the restart, time for a second copy to turn up before the last count. */
const CALM_MS = 1_500;

const QUESTION = 'Hello, where is my order 1042?';
const ANSWER = 'It left our warehouse this morning. You will have it tomorrow.';
const NOTE = 'note: carrier says Thursday at the latest';
const THANKS = 'Great, thank you! Will it come before noon?';
const LAST_ANSWER = 'Yes: between 9 and 11.';
const ADA = 'Ada Customer';

export interface DemoResult {
  readonly ok: boolean;
  readonly steps: number;
  readonly ms: number;
}

/** Prints a line per step; stops at the first that fails. */
export async function playDemo(stage: Stage, print: (line: string) => void): Promise<DemoResult> {
  const began = Date.now();
  const steps = demoSteps(stage);
  for (const [index, { title, waits, act }] of steps.entries()) {
    const from = Date.now();
    try {
      const seen = await withProgress(waits ?? title, act(), print);
      print(`✓ ${title}: ${seen} (${Date.now() - from} ms)`);
    } catch (error) {
      print(`✗ ${title} (${Date.now() - from} ms)`);
      for (const line of complaint(error)) print(`    ${line}`);
      return { ok: false, steps: index, ms: Date.now() - began };
    }
  }
  return { ok: true, steps: steps.length, ms: Date.now() - began };
}

const complaint = (error: unknown): string[] =>
  error instanceof Unseen
    ? [`expected: ${error.expected}`, `seen:     ${error.seen}`]
    : [error instanceof Error ? error.message : String(error)];

interface Step {
  readonly title: string;
  /** What somebody who waits for it is told. */
  readonly waits?: string;
  /** Answers what was seen. */
  readonly act: () => Promise<string>;
}

function demoSteps(stage: Stage): readonly Step[] {
  const { slack, acquire, app } = stage;
  const contact = acquire.contact({ name: ADA, email: 'ada.customer@example.com' });
  let first: CaseRecord | undefined;
  let root: Message | undefined;
  const theCase = (): CaseRecord => first ?? fail('the case was not opened');
  const theRoot = (): Message => root ?? fail('the thread was not started');

  const thread = (): Message[] => slack.thread(C.support, theRoot().ts);
  const reply = (text: string): Message | undefined => thread().find((message) => message.text.includes(text));
  const rows = (): MessageRecord[] => rowsOfThread(stage, theCase());
  const forCustomer = (text: string): MessageRecord[] =>
    rows().filter((row) => row.text === text && isForCustomer(row));
  const current = (): CaseRecord => casesOf(stage, theCase()).at(-1) ?? theCase();
  const says = (text: string): Message => slack.say(U.anna, C.support, text, { threadTs: theRoot().ts });
  const marked = (message: Message, name: string): boolean =>
    slack.reactions(C.support, message.ts).some((reaction) => reaction.name === name);
  const marks = (message: Message): string =>
    slack
      .reactions(C.support, message.ts)
      .map(({ name }) => `:${name}:`)
      .join(' ') || 'no reaction';
  const press = async (action: string): Promise<JsonObject> => {
    const button = await until(
      () => buttonsOf(slack.thread(C.support, theRoot().ts)[0]).find((one) => one['action_id'] === action),
      () => `a button ${action} on the first message`,
      () =>
        buttonsOf(thread()[0])
          .map((one) => textOf(one['action_id']))
          .join(', ') || 'no buttons',
    );
    const { ok, error } = await slack.click(U.anna, { channel: C.support, ts: theRoot().ts, actionId: action });
    if (!ok) throw new Unseen(`the app to answer the press on ${action}`, error ?? 'no answer');
    return button;
  };

  return [
    {
      title: 'A customer writes',
      act: async () => {
        first = acquire.openCase(contact.id, { text: QUESTION, title: 'Order 1042' });
        return `“${QUESTION}” in case ${first.id}`;
      },
    },
    {
      title: 'A thread starts in Slack',
      act: async () => {
        root = await until(
          () => slack.messages(C.support).find((message) => buttonsOf(message).length > 0),
          () => 'a first message with buttons in #support',
          () => `${slack.messages(C.support).length} messages there`,
        );
        const question = await until(
          () => reply(QUESTION),
          () => 'the customer’s text as a reply',
          () => said(thread()),
        );
        return `the case’s card, and below it ${question.username ?? 'casebridge'}: “${QUESTION}”`;
      },
    },
    {
      title: 'An agent answers in the thread',
      act: async () => {
        const message = says(ANSWER);
        await until(
          () => forCustomer(ANSWER).length > 0,
          () => 'the answer at the customer’s',
          () => heard(rows()),
        );
        await until(
          () => marked(message, 'white_check_mark'),
          () => ':white_check_mark: on the agent’s message',
          () => marks(message),
        );
        return 'the customer has it, and it carries :white_check_mark:';
      },
    },
    {
      title: 'An internal note stays internal',
      act: async () => {
        const message = says(NOTE);
        await until(
          () => marked(message, 'memo'),
          () => ':memo: on the note',
          () => marks(message),
        );
        const kept = rows().filter((row) => NOTE.endsWith(row.text));
        if (kept.length !== 1 || kept.some(isForCustomer)) throw new Unseen('one note, for agents only', heard(kept));
        return 'Acquire has it as a note, the customer does not, and it carries :memo:';
      },
    },
    {
      title: 'The customer writes again',
      waits: 'no webhook tells of this, so it is found by polling',
      act: async () => {
        acquire.customerWrites(theCase().id, THANKS);
        await until(
          () => reply(THANKS),
          () => 'it in the same thread',
          () => said(thread()),
        );
        return 'it is in the same thread';
      },
    },
    {
      title: 'The agent presses Close',
      act: async () => {
        const button = await press('case_close');
        if (button['confirm'] === undefined) throw new Unseen('a dialog that asks first', 'a button without one');
        await until(
          () => current().status === 'closed',
          () => 'the case closed in Acquire',
          () => `it is ${current().status}`,
        );
        const line = await until(
          () => reply('closed the case'),
          () => 'a line in the thread that says so',
          () => said(thread()),
        );
        return `Acquire says closed, the thread says “${plain(stage, line)}”`;
      },
    },
    {
      title: 'The agent presses Reopen',
      act: async () => {
        await press('case_reopen');
        await until(
          () => current().status === 'active' && current().id !== theCase().id,
          () => 'a new open case of the same conversation',
          () => `case ${current().id}, ${current().status}`,
        );
        const line = await until(
          () => reply('reopened the case'),
          () => 'a line in the thread that says so',
          () => said(thread()),
        );
        return `case ${current().id} goes on in the same thread: “${plain(stage, line)}”`;
      },
    },
    {
      title: 'kill -9 in the middle of an answer',
      waits: 'the app died and runs again; an answer of unknown outcome is looked up when its time is over',
      act: async () => {
        const heal = acquire.faults.add({
          method: 'POST',
          when: ({ body }) => JSON.stringify(body ?? '').includes(LAST_ANSWER),
          effect: 'done',
          answer: 'hang',
        });
        const { pid } = app;
        const message = says(LAST_ANSWER);
        await until(
          () => forCustomer(LAST_ANSWER).length > 0,
          () => 'the answer on its way',
          () => heard(rows()),
        );
        await app.kill();
        heal();
        await app.start();
        await until(
          () => marked(message, 'white_check_mark'),
          () => ':white_check_mark: after the restart',
          () => marks(message),
        );
        return `process ${pid} died before it had Acquire’s answer; its successor found out that the customer has it`;
      },
    },
    {
      title: 'Nothing lost, nothing twice',
      act: async () => {
        acquire.customerWrites(theCase().id, 'Perfect!');
        await until(
          () => reply('Perfect!'),
          () => 'one more message through the new process',
          () => said(thread()),
        );
        await pause(CALM_MS);
        await until(
          () => openDeliveries(stage) === '',
          () => 'every delivery done',
          () => openDeliveries(stage),
        );
        for (const text of [ANSWER, LAST_ANSWER]) onceEach(text, forCustomer(text).length, 'at the customer’s');
        for (const text of [QUESTION, THANKS, 'Perfect!']) {
          onceEach(text, thread().filter((message) => message.text.includes(text)).length, 'in the thread');
        }
        if (slack.messages(C.support).filter((message) => buttonsOf(message).length > 0).length !== 1) {
          throw new Unseen('one thread', said(slack.messages(C.support)));
        }
        return `each of 3 customer’s messages and 2 answers exactly once, ${delivered(stage)} deliveries done, none open`;
      },
    },
  ];
}
