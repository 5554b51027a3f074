import { ACQUIRE_SECRET, APP, CONTACTS, SLACK_SECRET } from '../load/signed.ts';

/** What both simulated vendors know, kept as small as a fast answer allows. */

export type Row = Readonly<Record<string, unknown>>;

export type World = {
  /** Rows of messages, by case. */
  readonly cases: Map<number, Row[]>;
  /** The thread of a case, once something of it was posted there. */
  readonly threads: Map<number, string>;
  /** The case that the words with this mark belong to. */
  readonly marks: Map<number, number>;
  /** Cases from 1 to this are there from the start, without rows (see seed.ts). */
  seeded: number;
  /** Of these, so many are listed as open. */
  open: number;
  /** When those were changed that were not left alone. */
  readonly changed: Map<number, string>;
  /** Every answer comes so much later. */
  delayMs: number;
  lastMessage: number;
  lastPost: number;
  readonly calls: Map<string, number>;
  lastCallAt: number;
  /** Told of each mark that reached one side. */
  arrived: (side: 'slack' | 'acquire', mark: number) => void;
};

export const createWorld = (): World => ({
  cases: new Map(),
  threads: new Map(),
  marks: new Map(),
  seeded: 0,
  open: 0,
  changed: new Map(),
  delayMs: 0,
  lastMessage: 1_000,
  lastPost: 0,
  calls: new Map(),
  lastCallAt: 0,
  arrived: () => undefined,
});

/** Words that were owed before a run have a mark above this: it, a thousand times their case, and which of it they are. */
export const FIRST_OWED = 1_000_000_000_000;
export const PER_LINK = 1000;

export const FIRST_THREAD = 1_600_000_000;
export const seededThread = (of: number): string => `${FIRST_THREAD + of}.000100`;
export const isCase = ({ cases, seeded }: World, of: number): boolean => cases.has(of) || (of > 0 && of <= seeded);

/** Stands in every text, so that it is known again wherever it comes out. */
export const marked = (mark: number): string => `zq${mark}qz`;
const MARK = /zq(\d+)qz/g;

/** Each once: a post shows its words several times. */
export const marksIn = (text: string): readonly number[] => [
  ...new Set([...text.matchAll(MARK)].map(([, mark]) => Number(mark))),
];

export const write = (world: World, of: number, row: Row): Row => {
  world.lastMessage += 1;
  const full = {
    id: world.lastMessage,
    caseId: of,
    channel: 'chat',
    type: 'message',
    dateCreated: new Date().toISOString(),
    dateUpdated: null,
    seen: 'no',
    meta: {},
    ...row,
  };
  world.cases.get(of)?.push(full);
  return full;
};

const OLD = '2026-11-01T08:00:00.000Z';

/** `updated`: when somebody of the helpdesk last changed it. */
export const caseRow = (id: number, updated = OLD): Row => ({
  id,
  threadId: id,
  parentId: null,
  contactId: id + CONTACTS,
  channel: 'chat',
  status: 'active',
  title: `A question, as of ${updated}`,
  dateCreated: '2026-11-01T08:00:00.000Z',
  dateUpdated: updated,
  closedBy: null,
  userId: null,
  meta: {},
  users: [],
  tags: [],
  fields: {},
  contact: { id: id + CONTACTS, fields: { name: `Customer ${id}`, email: `c${id}@example.com` } },
});

/** Somebody of the helpdesk changes a case in which its customer wrote long ago. */
export const change = ({ cases, changed }: World, id: number): void => {
  changed.set(id, new Date().toISOString());
  const old = { senderType: 'contact', senderId: id + CONTACTS, message: 'Hello?', channel: 'chat', type: 'message' };
  if (!cases.has(id)) cases.set(id, [{ ...old, id: 1 + (id % 800), caseId: id, dateCreated: OLD, meta: {} }]);
};

/** What casebridge needs to be told of this world. */
export const environmentFor = (origin: string): Record<string, string> => ({
  SLACK_API_URL: `${origin}/slack/api/`,
  SLACK_BOT_TOKEN: 'xoxb-bench',
  SLACK_SIGNING_SECRET: SLACK_SECRET,
  ACQUIRE_ACCOUNT_ID: 'bench',
  ACQUIRE_BASE_URL: origin,
  ACQUIRE_API_KEY: 'bench-key',
  ACQUIRE_WEBHOOK_SECRET: ACQUIRE_SECRET,
  ACQUIRE_POLL_SECONDS: '0',
  CASE_CHANNEL: APP.channel,
  HOST: '127.0.0.1',
});
