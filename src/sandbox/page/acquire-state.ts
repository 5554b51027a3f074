import type { Account, CaseRecord, MessageRecord } from '../acquire/state.ts';
import type { Stage } from '../stage.ts';
import { isObject } from '../slack/wire.ts';
import { kept } from './kept.ts';
import type { Part } from './parts.ts';

/** What the page shows of Acquire: the account, then a part for each conversation and each message. */

export const acquireParts = ({ acquire }: Pick<Stage, 'acquire'>): readonly Part[] => {
  const { account } = acquire;
  const chains = [...Map.groupBy(account.cases.values(), ({ threadId }) => threadId).values()];
  return [
    ['acquire', { origin: acquire.url, agents: agentsOf(account), threads: byActivity(account, chains) }],
    ...chains.flatMap((cases) => conversationParts(account, cases)),
  ];
};

const agentsOf = (account: Account) =>
  [...account.users.values()].filter(({ role }) => role === 'agent').map(({ id, name }) => ({ id, name }));

/** As Acquire lists them: what something happened in last comes first. */
const byActivity = (account: Account, chains: readonly (readonly CaseRecord[])[]): readonly number[] =>
  chains
    .flatMap((cases) => {
      const current = cases.at(-1);
      return current === undefined ? [] : [{ thread: current.threadId, at: lastAt(account, cases) }];
    })
    .toSorted((a, b) => b.at - a.at || b.thread - a.thread)
    .map(({ thread }) => thread);

const lastAt = (account: Account, cases: readonly CaseRecord[]): number =>
  Math.max(...cases.map(({ id, dateCreated }) => account.messagesByCase.get(id)?.at(-1)?.dateCreated ?? dateCreated));

function conversationParts(account: Account, cases: readonly CaseRecord[]): readonly Part[] {
  const current = cases.at(-1);
  if (current === undefined) return [];
  const messages = cases.flatMap(({ id }) => account.messagesByCase.get(id) ?? []);
  const field = (name: string): string | null => {
    const value = account.contacts.get(current.contactId)?.fields[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return [
    [
      `acquire/conversation/${current.threadId}`,
      {
        thread: current.threadId,
        case: current.id,
        cases: cases.map(({ id, status }) => ({ id, status })),
        status: current.status,
        channel: current.channel,
        title: current.title,
        contact: current.contactId,
        customer: field('name') ?? `#${current.contactId}`,
        email: field('email'),
        phone: field('phone'),
        joined: joinedIn(account, current),
        messages: messages.map(({ id }) => id),
        last: lastWords(messages),
      },
    ],
    ...messages.map((row) => [`acquire/message/${row.id}`, shownRow(row, account)] satisfies Part),
  ];
}

const joinedIn = (account: Account, { users }: CaseRecord) =>
  users
    .filter(({ type, status }) => type === 'user' && status === 'joined')
    .map(({ userId }) => ({ id: userId, name: account.users.get(userId)?.name ?? `#${userId}` }));

function lastWords(messages: readonly MessageRecord[]): { text: string; at: number } | null {
  const last = messages.findLast(({ type }) => type !== 'event') ?? messages.at(-1);
  return last === undefined ? null : { text: last.text, at: last.dateCreated };
}

const shownRow = kept(
  (row: MessageRecord, account: Account) => ({
    id: row.id,
    type: row.type,
    side: row.sender.type,
    sender: row.sender.id,
    name: senderName(account, row),
    text: row.text,
    files: filesOf(account, row),
    edited: row.dateUpdated !== null,
    at: row.dateCreated,
  }),
  (row, account) => `${row.dateUpdated} ${senderName(account, row)} ${attachedTo(account, row).length} ${row.text}`,
);

function senderName(account: Account, { sender }: MessageRecord): string {
  if (sender.type === 'user') return account.users.get(sender.id)?.name ?? `#${sender.id}`;
  const name = account.contacts.get(sender.id)?.fields['name'];
  return typeof name === 'string' ? name : `#${sender.id}`;
}

/** What goes along with a mail stands beside the mail, not in its row. */
const attachedTo = ({ mails }: Account, { id, attachments = [] }: MessageRecord): readonly unknown[] => {
  const inMail = mails.get(id)?.['attachments'];
  return [...attachments, ...(Array.isArray(inMail) ? inMail : [])];
};

const filesOf = (account: Account, row: MessageRecord) =>
  attachedTo(account, row).flatMap((given) => {
    if (!isObject(given)) return [];
    const { name = given['Name'], size = given['ContentLength'], Content: content } = given;
    const sent = typeof content === 'string' ? Buffer.from(content, 'base64').length : null;
    return [{ name: typeof name === 'string' ? name : 'file', size: size ?? sent }];
  });
