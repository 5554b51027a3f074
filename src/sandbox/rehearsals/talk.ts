import type { CaseRecord } from '../acquire/state.ts';
import { buttonsOf, isForCustomer, plain, rowsOfThread } from '../sights.ts';
import { C } from '../slack/seed.ts';
import type { Message } from '../slack/workspace.ts';
import type { Stage } from '../stage.ts';

/** On which way a customer writes. */
export type Channel = 'chat' | 'mail' | 'sms';

/** One conversation of a rehearsal: what was written on each side, and what the other side shows of it. */
export interface Talk {
  readonly customer: string;
  readonly kase: CaseRecord;
  readonly customerWrites: (text: string) => void;
  readonly agentWrites: (member: string, text: string) => Message;
  readonly agentEdits: (reply: Message, text: string) => void;
  readonly agentDeletes: (reply: Message) => void;
  /** An agent of Acquire ends it: an open case is read again and again. */
  readonly close: () => void;
  /** What each side should end up with, in order. */
  readonly expected: () => { readonly inThread: readonly string[]; readonly atCustomer: readonly string[] };
  /** What each side has. */
  readonly shown: () => { readonly inThread: readonly string[]; readonly atCustomer: readonly string[] };
  readonly roots: () => readonly Message[];
  /** Replies that should carry the mark of delivery. */
  readonly replies: () => readonly Message[];
  readonly marksOn: (reply: Message) => readonly string[];
  /** Whether a delivery, by its id and lane, belongs to this conversation. */
  readonly owns: (delivery: { readonly id: string; readonly lane: string }) => boolean;
}

const FIRST_NUMBER = 1_000;
const FIRST_PHONE = 1_000_000;

/** A new customer writes to the helpdesk. */
export function beginTalk(stage: Stage, text: string, channel: Channel = 'chat'): Talk {
  const { slack, acquire } = stage;
  const number = FIRST_NUMBER + acquire.account.contacts.size;
  const customer = `Rhea ${number}`;
  const contact = acquire.contact({
    name: customer,
    email: `rhea.${number}@example.com`,
    ...(channel === 'sms' && { phone: `+35840${FIRST_PHONE + number}` }),
  });
  const kase = acquire.openCase(contact.id, { text, channel, title: `Rehearsal ${number}` });
  const written = [text];
  let replies: { readonly message: Message; readonly text: string }[] = [];

  const roots = (): Message[] =>
    slack
      .messages(C.support)
      .filter(
        (message) => buttonsOf(message).length > 0 && `${message.text} ${plain(stage, message)}`.includes(customer),
      );
  const rootTs = (): string => {
    const [root] = roots();
    if (root === undefined) throw new Error(`there is no thread of ${customer} yet`);
    return root.ts;
  };

  return {
    customer,
    kase,
    customerWrites: (said) => {
      acquire.customerWrites(kase.id, said);
      written.push(said);
    },
    agentWrites: (member, said) => {
      const message = slack.say(member, C.support, said, { threadTs: rootTs() });
      replies.push({ message, text: said });
      return message;
    },
    agentEdits: ({ ts, user = '' }, said) => {
      slack.edit(user, C.support, ts, said);
      replies = replies.map((reply) => (reply.message.ts === ts ? { ...reply, text: said } : reply));
    },
    agentDeletes: ({ ts, user = '' }) => {
      slack.remove(user, C.support, ts);
      replies = replies.filter(({ message }) => message.ts !== ts);
    },
    close: () => {
      const agent = [...acquire.account.users.values()].find(({ role }) => role === 'agent');
      if (agent !== undefined) acquire.agentCloses(agent.id, kase.id);
    },
    expected: () => ({ inThread: written, atCustomer: replies.map((reply) => reply.text) }),
    shown: () => ({
      inThread: roots().flatMap(({ ts }) =>
        slack.thread(C.support, ts).flatMap((one) => customersLines(one, customer)),
      ),
      atCustomer: rowsOfThread(stage, kase)
        .filter(isForCustomer)
        .map((row) => row.text),
    }),
    roots,
    replies: () => replies.map(({ message }) => message),
    marksOn: ({ ts }) => slack.reactions(C.support, ts).map(({ name }) => name),
    owns: ({ id, lane }) => {
      const names = `${id} ${lane}`;
      return (
        new RegExp(`:${kase.threadId}(?::|\\s|$)`, 'u').test(names) ||
        replies.some(({ message }) => names.includes(message.ts)) ||
        roots().some(({ ts }) => names.includes(ts))
      );
    },
  };
}

/** Several messages of a customer may share a post, each a paragraph of its own. */
function customersLines({ username, text }: Message, customer: string): string[] {
  if (username === undefined || !username.startsWith(customer)) return [];
  return text.split('\n').filter((line) => line.trim() !== '');
}
