import type { Agent, Case, CaseState, Contact } from '../core/case.ts';
import { AgentId, ChainId } from '../core/ids.ts';
import type { CaseMessage, Sender } from '../core/message.ts';
import type { CaseRow, ContactRow, MessageRow, Person } from './schema.ts';
import { plainText } from './text.ts';

/** Rows of Acquire in the words of the core. Pure. */

export const contactFrom = ({ id, fields }: ContactRow): Contact => ({
  id,
  // Acquire, too, shows a contact without a name as `#id`.
  name: fields?.name ?? `#${id}`,
  email: fields?.email ?? null,
  phone: fields?.phone ?? null,
});

export const caseFrom = (row: CaseRow, contact: Contact, own: ReadonlySet<string>): Case => ({
  id: row.id,
  // In every published sample `threadId` equals `parentId ?? id`.
  chain: row.threadId ?? row.parentId ?? ChainId.parse(row.id),
  contact,
  channel: row.channel ?? 'unknown',
  state: stateOf(row.status),
  status: row.status ?? 'unknown',
  title: row.title,
  createdAt: row.dateCreated,
  updatedAt: row.dateUpdated,
  closedBy: row.closedBy === null ? null : AgentId.parse(row.closedBy),
  agents: agentsIn(row, own),
});

/** The strings of a queue were never published, and an unknown one must not count as closed. */
export const stateOf = (status: string | null): CaseState => {
  switch (status?.toLowerCase()) {
    case 'active':
      return 'open';
    case 'closed':
      return 'closed';
    default:
      return 'waiting';
  }
};

// Others in the list were only asked (assigned) or went away (rejected, ignored).
const PRESENT = new Set(['active', 'joined']);

const agentsIn = (row: CaseRow, own: ReadonlySet<string>): string[] =>
  row.users.good
    .filter(({ type, status, userId }) => type === 'user' && PRESENT.has(status ?? '') && !own.has(userId ?? ''))
    .map(({ user }) => user?.name ?? '')
    .filter((name) => name !== '');

/** What is known about those who write, besides the row itself. */
export type Known = {
  /** Ids of users that our own keys are. */
  readonly own: ReadonlySet<string>;
  readonly people: ReadonlyMap<string, Person>;
  readonly contact: Contact | null;
};

export const messageFrom = (row: MessageRow, known: Known): CaseMessage => ({
  id: row.id,
  type: typeOf(row.type),
  sender: senderOf(row, known),
  text: plainText(row.message),
  createdAt: row.dateCreated,
  marker: row.marker,
});

const SEEN_BY_CONTACT = new Set(['message', 'sms', 'mail', 'email']);

const typeOf = (type: string | null): CaseMessage['type'] => {
  if (type === 'note' || type === 'event') return type;
  return type !== null && SEEN_BY_CONTACT.has(type) ? 'message' : 'other';
};

const senderOf = (row: MessageRow, { own, people, contact }: Known): Sender => {
  const id = row.senderId ?? 'system';
  if (row.senderType === 'contact') {
    return { side: 'contact', id, name: row.sender?.name ?? (contact?.id === id ? contact.name : null) };
  }
  const person = people.get(id) ?? row.sender;
  const name = person?.name || null;
  if (own.has(id)) return { side: 'self', id, name };
  // Acquire knows the sides user and contact; another word would be a machine's.
  const bot = row.senderType !== 'user' || (person !== null && isBot(person));
  return { side: bot ? 'bot' : 'agent', id, name };
};

/** Bots are users as well: an API key or a bot has the type client, in messages a bot is told by `metaDetails`. */
const isBot = ({ metaDetails, clientId, type }: Person): boolean =>
  metaDetails?.isBotClient === true || isBotClient(clientId) || type === 'client';

const isBotClient = (clientId: string | null): boolean => clientId?.startsWith('bot:') === true;

/** Null for what is nobody to invite: API keys are listed among the users too. */
export const agentFrom = (person: Person): Agent | null => {
  const bot = person.metaDetails?.isBotClient === true || isBotClient(person.clientId);
  if (person.id === null || (person.type === 'client' && !bot)) return null;
  return { id: AgentId.parse(person.id), name: person.name || `#${person.id}`, email: person.email || null, bot };
};
