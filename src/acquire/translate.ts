import type { Agent, Case, CaseState, Contact } from '../core/case.ts';
import { AgentId, ChainId } from '../core/ids.ts';
import type { CaseMessage, Sender } from '../core/message.ts';
import type { Attributes } from './attributes.ts';
import type { CaseRow, ContactRow, Person, Visit } from './schema.ts';
import { readMessage, withoutTranslateMark } from './text.ts';
import type { ToldRow } from './told-rows.ts';

/** Rows of Acquire in the words of the core. Pure. */

export const contactFrom = (row: ContactRow): Contact => {
  const { id, fields } = row;
  const { name, email, phone, ...others } = fields ?? {};
  // Acquire, too, shows a contact without a name as `#id`.
  const known = { ...detailsFrom(row), ...others };
  return { id, name: name ?? `#${id}`, email: email ?? null, phone: phone ?? null, fields: known };
};

/** What Acquire knows beside the attributes, under names that its own attributes do not have. */
export const detailsFrom = ({ company, clientName, clientVersion, clientOsName, ...row }: ContactRow): Attributes => {
  const visits = [...(row.visits?.good ?? []), ...(row.lastVisit ? [row.lastVisit] : [])];
  const newest = visits.reduce<Visit | null>(
    (last, one) => (last === null || (one.dateCreated ?? 0) >= (last.dateCreated ?? 0) ? one : last),
    null,
  );
  const program = [clientName, clientVersion].filter(Boolean).join(' ');
  return {
    ...(company ? { company: company.fields.name } : {}),
    ...(program === '' ? {} : { browser: [program, clientOsName].filter(Boolean).join(', ') }),
    ...(newest === null ? {} : { page: newest.url }),
  };
};

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
  departments: [...new Set([...row.departments, ...row.departmentList])],
  queues: [...new Set([...(row.queueId === null ? [] : [row.queueId]), ...row.meta.queues])],
  tags: row.tags,
  fields: { ...row.fields },
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

const ASKED = new Set([...PRESENT, 'assigned']);

/** Ids of agents whom the case was given to, whether or not they came. */
export const askedIn = (row: CaseRow, own: ReadonlySet<string>): readonly string[] =>
  row.users.good.flatMap(({ type, status, userId }) =>
    type === 'user' && ASKED.has(status ?? '') && userId !== null && !own.has(userId) ? [userId] : [],
  );

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
  /** Of the case; a row need not name its own. */
  readonly channel?: string;
};

export const messageFrom = (row: ToldRow, known: Known): CaseMessage => {
  const type = typeOf(row.type);
  // Nothing marks the words of customers for the translator, but lines about them.
  const isTheirs = row.senderType === 'contact' && type === 'message';
  const raw = isTheirs ? row.message : withoutTranslateMark(row.message);
  return {
    id: row.id,
    type,
    sender: senderOf(row, known),
    ...readMessage(raw, { isMail: type === 'message' && isMail(row, known) }),
    createdAt: row.dateCreated,
    marker: row.marker,
  };
};

// The channel is `mail` in every sample; the settings of Acquire call it e-mail.
const MAIL = new Set(['mail', 'email', 'e-mail']);

/** A row of a mail case that names another channel was written in that. */
const isMail = ({ type, channel }: ToldRow, known: Known): boolean =>
  [type, channel ?? known.channel ?? null].some((name) => name !== null && MAIL.has(name.toLowerCase()));

const SEEN_BY_CONTACT = new Set(['message', 'sms', 'mail', 'email']);

const typeOf = (type: string | null): CaseMessage['type'] => {
  if (type === 'note' || type === 'event') return type;
  return type !== null && SEEN_BY_CONTACT.has(type) ? 'message' : 'other';
};

const senderOf = (row: ToldRow, { own, people, contact }: Known): Sender => {
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
