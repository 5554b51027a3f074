import type { AcquireOptions, Variants } from './options.ts';
import { chooseVariants, SANDBOX_KEY } from './options.ts';

/** The records of one simulated account. Dates are milliseconds here; `rows.ts` knows how the wire shows them. */

export type SenderType = 'user' | 'contact';
export type MessageType = 'message' | 'note' | 'event' | 'sms';
export type Row = Record<string, unknown>;

export interface Sender {
  type: SenderType;
  id: number;
}

export type FieldValue = string | number | boolean | null | string[];

export interface ContactRecord {
  id: number;
  fields: Record<string, FieldValue>;
  client: Row;
  dateCreated: number;
  dateUpdated: number;
}

export interface UserRecord {
  id: number;
  role: 'agent' | 'bot' | 'key';
  name: string;
  email: string;
  online: boolean;
  departmentIds: number[];
  dateCreated: number;
}

export interface KeyRecord {
  key: string;
  userId: number;
  revoked: boolean;
}

export interface CaseUserRecord {
  id: number;
  type: SenderType;
  userId: number;
  status: 'active' | 'assigned' | 'rejected' | 'ignored' | 'joined';
  closed: 'yes' | 'no';
  dateCreated: number;
  dateLastAssigned: number | null;
}

export interface CaseRecord {
  id: number;
  threadId: number;
  parentId: number | null;
  contactId: number;
  channel: string;
  title: string;
  description: string;
  status: string;
  closingState: string | null;
  closedBy: number | null;
  /** The key that made it, as the vendor does; null for what customers start. */
  userId: number | null;
  queueId: number | null;
  /** Ids of the account's tags. */
  tags: number[];
  /** The account's own attributes of a case. */
  fields: Record<string, FieldValue>;
  waitTime: number;
  visitId: number;
  timelineId: number;
  meta: Row;
  users: CaseUserRecord[];
  /** Whether the rating form was shown at closing: not on the wire, for tests and the page. */
  feedbackAsked: boolean;
  dateCreated: number;
  dateUpdated: number | null;
  dateQueue: number | null;
  datePending: number | null;
  dateActive: number | null;
  dateClosed: number | null;
}

export interface MessageRecord {
  id: number;
  caseId: number;
  channel: string;
  sender: Sender;
  type: MessageType;
  text: string;
  meta: Row;
  /** On the wire only where there are some. */
  attachments?: Row[];
  seen: 'yes' | 'no';
  /** System lines of fixed text carry a mark for the translator over REST. */
  line: 'none' | 'fixed' | 'named';
  /** A stale read does not show it yet. */
  hidden: { reads: number; until: number };
  dateCreated: number;
  dateUpdated: number | null;
}

export interface FollowUpRecord {
  id: number;
  objectType: 'case' | 'contact';
  objectId: number;
  contactId: number | null;
  caseId: number | null;
  scheduleDate: number;
  message: string;
  userId: number;
}

export interface SubscriptionRecord {
  id: number;
  name: string;
  url: string;
  hmacKey: string;
  status: 'active' | 'inactive';
  events: { event: string; params: Row }[];
  statuses: readonly string[];
  userId: number | null;
  rest: Row;
}

export interface Change {
  what: 'contact' | 'case' | 'message' | 'user' | 'follow-up' | 'mail' | 'webhook' | 'request' | 'server';
  id: number;
}

export interface Announcement {
  event: string;
  body: Row;
  caseId?: number;
  status?: string;
}

/** How late a new message becomes readable: after so many reads that missed it, or so many milliseconds. */
export interface Staleness {
  reads?: number;
  ms?: number;
  /** No webhook tells of it either. */
  untold?: boolean;
}

/** What somebody put there, as it is served. */
export interface Upload {
  name: string;
  type: string;
  content: Buffer;
}

export interface Account {
  readonly variants: Variants;
  readonly now: () => number;
  readonly random: () => number;
  readonly contacts: Map<number, ContactRecord>;
  readonly users: Map<number, UserRecord>;
  readonly keys: KeyRecord[];
  readonly departments: Map<number, { id: number; name: string }>;
  readonly tags: Map<number, { id: number; name: string; color: string; userId: number; dateCreated: number }>;
  readonly cases: Map<number, CaseRecord>;
  readonly messages: Map<number, MessageRecord>;
  readonly messagesByCase: Map<number, MessageRecord[]>;
  readonly followUps: Map<number, FollowUpRecord>;
  readonly mails: Map<number, Row & { id: number; caseId: number }>;
  /** By the path they are served at. */
  readonly uploads: Map<string, Upload>;
  readonly subscriptions: Map<number, SubscriptionRecord>;
  readonly inboxes: readonly string[];
  readonly numbers: readonly string[];
  readonly listeners: Set<(change: Change) => void>;
  stale: Staleness | null;
  announce: (announcement: Announcement) => void;
  nextId: (of: Numbered) => number;
}

type Numbered =
  | 'contact'
  | 'user'
  | 'case'
  | 'message'
  | 'caseUser'
  | 'timeline'
  | 'followUp'
  | 'subscription'
  | 'other';

// Kinds start far apart, so that a case id given for a contact id never works by chance.
const firstIds: Record<Numbered, number> = {
  contact: 597_001,
  user: 1,
  case: 2_001,
  message: 8_001,
  caseUser: 4_001,
  timeline: 1_501,
  followUp: 1,
  subscription: 1,
  other: 1,
};

const defaultAgents = [
  { name: 'Avery Agent', email: 'agent.one@example.com' },
  { name: 'Blake Agent', email: 'agent.two@example.com' },
];

export function createAccount(options: AcquireOptions): Account {
  const next = { ...firstIds };
  const account: Account = {
    variants: chooseVariants(options.variants),
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    contacts: new Map(),
    users: new Map(),
    keys: [],
    departments: new Map(),
    tags: new Map(),
    cases: new Map(),
    messages: new Map(),
    messagesByCase: new Map(),
    followUps: new Map(),
    mails: new Map(),
    uploads: new Map(),
    subscriptions: new Map(),
    inboxes: options.inboxes ?? ['support@example.com'],
    numbers: options.numbers ?? ['+15550100001'],
    listeners: new Set(),
    stale: null,
    announce: () => undefined,
    nextId: (of) => next[of]++,
  };
  populate(account, options);
  return account;
}

function populate(account: Account, options: AcquireOptions): void {
  for (const name of options.departments ?? ['Support', 'Sales']) {
    const id = account.nextId('other');
    account.departments.set(id, { id, name });
  }
  const [firstDepartment] = account.departments.keys();
  for (const agent of options.agents ?? defaultAgents) {
    const { departmentIds } = addUser(account, { role: 'agent', name: agent.name, email: agent.email ?? '' });
    if (firstDepartment !== undefined) departmentIds.push(firstDepartment);
  }
  for (const name of options.bots ?? ['Helper Bot']) addUser(account, { role: 'bot', name, email: '' });
  for (const choice of options.keys ?? [{ key: SANDBOX_KEY, name: 'casebridge' }]) addKey(account, choice);
  const id = account.nextId('other');
  account.tags.set(id, { id, name: 'vip', color: '#3F95FD', userId: 1, dateCreated: account.now() });
}

export function addKey(account: Account, choice: { key: string; name: string }): UserRecord {
  const user = addUser(account, { role: 'key', name: choice.name, email: '' });
  account.keys.push({ key: choice.key, userId: user.id, revoked: false });
  return user;
}

export function addUser(account: Account, person: Pick<UserRecord, 'role' | 'name' | 'email'>): UserRecord {
  const id = account.nextId('user');
  const user: UserRecord = { id, ...person, online: true, departmentIds: [], dateCreated: account.now() };
  account.users.set(id, user);
  changed(account, 'user', id);
  return user;
}

export const messagesOf = (account: Account, caseId: number): MessageRecord[] =>
  account.messagesByCase.get(caseId) ?? [];

export function changed(account: Account, what: Change['what'], id: number): void {
  for (const listener of account.listeners) listener({ what, id });
}
