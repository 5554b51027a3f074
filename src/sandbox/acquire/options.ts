/** What an account of Acquire may look like: where its documentation is silent or contradicts itself, a variant chooses. */

export interface Variants {
  /** Which ways of reading a case's messages work. A missing one answers as a real server might: 404, no key, empty. */
  readers: { caseMessage: boolean; caseRelation: boolean; chatMessages: boolean; mails: boolean };
  readerShapes: {
    caseMessage: 'paged' | 'data' | 'array';
    /** `cases` is the published sample: cases with their last message only. */
    chatMessages: 'cases' | 'cases-with-messages' | 'messages';
  };
  notFound: 400 | 404;
  errorBody: ErrorBodyStyle;
  /** What becomes of a `meta` sent with a message: kept, shown in the answer to that call only, or dropped. */
  messageMeta: 'kept' | 'answer' | 'dropped';
  /** A server that stores what is written or changed as a note for a message and the other way round, or as the contact's. */
  storesAs: 'asked' | 'other-type' | 'other-side';
  /** A server that does not know a filter and answers with everything. */
  whereIgnored: boolean;
  pageParam: 'from-zero' | 'from-one' | 'ignored';
  listOrder: 'ascending' | 'descending';
  /** Whether a new message moves `dateUpdated` and `description` of its case. */
  messagesTouchCase: boolean;
  userTypeParam: '-x-user-type' | 'x-user-type' | 'both' | 'ignored';
  contactIdRequired: boolean;
  /** An active case refuses messages of a key that has not joined it. */
  sendNeedsJoin: boolean;
  /** Internal lines, too, are refused by a case that is not active. */
  notesNeedActive: boolean;
  /** False: closing only takes the caller out of the case. */
  foreverClosed: boolean;
  reopenOfOpenCase: 'refused' | 'new-case';
  /** A create call without `threadId` continues the contact's last thread, as the published sample suggests. */
  createContinuesThread: boolean;
  /** Where the timeline of a conversation, which a text message must name, can be read. */
  timeline: 'relation' | 'meta' | 'contact' | 'nowhere';
  /** The name of the parameter that takes a cursor of mails was never published. */
  mailCursor: 'next' | 'ignored';
  /** What the message of a case says of a mail that was sent over REST. */
  mailMessage: 'text' | 'html' | 'subject';
  /** Whether the answer to a mail, and the list of mails, show what went along. */
  mailAttachments: 'shown' | 'dropped';
  /** Whether text messages show the numbers they went between, as the answer to sending does. */
  smsNumbers: 'shown' | 'hidden';
  senderInLists: boolean;
  senderInSingle: boolean;
  queueStatus: string;
  messageIds: 'int' | 'string';
  translateSuffix: 'all' | 'fixed-texts' | 'none';
  /** Whether bots and API keys are listed among the users. */
  clientsListed: boolean;
  /** The withdrawn subscription API under /webhook. */
  subscriptions: boolean;
  caseNewOnReopen: boolean;
  /** Published only for `closed`; elsewhere a guess, so left out unless asked for. */
  messagesInEveryStatusEvent: boolean;
  /** `indented`: the bytes sent differ from the text that was signed. */
  webhookBytes: 'as-signed' | 'indented';
}

export type ErrorBodyStyle =
  | 'errors-array'
  | 'error-object'
  | 'error-text'
  | 'message'
  | 'legacy'
  | 'plain-text'
  | 'empty';

export type VariantChoices = Partial<Omit<Variants, 'readers' | 'readerShapes'>> & {
  readers?: Partial<Variants['readers']>;
  readerShapes?: Partial<Variants['readerShapes']>;
};

const usual: Variants = {
  readers: { caseMessage: true, caseRelation: true, chatMessages: true, mails: true },
  readerShapes: { caseMessage: 'paged', chatMessages: 'cases' },
  notFound: 400,
  errorBody: 'errors-array',
  messageMeta: 'kept',
  storesAs: 'asked',
  whereIgnored: false,
  pageParam: 'from-zero',
  listOrder: 'ascending',
  messagesTouchCase: true,
  userTypeParam: '-x-user-type',
  contactIdRequired: true,
  sendNeedsJoin: false,
  notesNeedActive: true,
  foreverClosed: true,
  reopenOfOpenCase: 'refused',
  createContinuesThread: false,
  timeline: 'relation',
  mailCursor: 'next',
  mailMessage: 'text',
  mailAttachments: 'shown',
  smsNumbers: 'hidden',
  senderInLists: false,
  senderInSingle: true,
  queueStatus: 'queue',
  messageIds: 'int',
  translateSuffix: 'all',
  clientsListed: false,
  subscriptions: false,
  caseNewOnReopen: true,
  messagesInEveryStatusEvent: false,
  webhookBytes: 'as-signed',
};

export function chooseVariants(choices: VariantChoices = {}): Variants {
  return {
    ...usual,
    ...choices,
    readers: { ...usual.readers, ...choices.readers },
    readerShapes: { ...usual.readerShapes, ...choices.readerShapes },
  };
}

/** A key is a user of its own; `name` is what customers see as the sender of what it writes. */
export interface KeyChoice {
  key: string;
  name: string;
}

export interface PersonChoice {
  name: string;
  email?: string;
}

export interface WebhookChoice {
  url: string;
  secret: string;
  /** A real account offers only `ACCOUNT_EVENTS`; anything else is a guess that must be asked for. */
  events?: readonly string[];
  /** Which changes of status are told; the queue's never was on offer. */
  statuses?: readonly string[];
}

export interface WebhookTiming {
  /** Waiting time before each further try; its length is the number of further tries. */
  retrySpacingMs?: readonly number[];
  timeoutMs?: number;
}

export interface AcquireOptions extends WebhookTiming {
  port?: number;
  keys?: readonly KeyChoice[];
  agents?: readonly PersonChoice[];
  bots?: readonly string[];
  departments?: readonly string[];
  inboxes?: readonly string[];
  numbers?: readonly string[];
  webhook?: WebhookChoice;
  variants?: VariantChoices;
  now?: () => number;
  random?: () => number;
}

export const ACCOUNT_EVENTS = ['case:new', 'case:status', 'user:status'] as const;
export const ACCOUNT_STATUSES = ['active', 'closed', 'pending'] as const;
export const SANDBOX_KEY = 'sandbox0acquire0key0of0forty0eight0letters0digits';
