import type { AccountId, CaseId } from '../core/ids.ts';
import { compareIds } from '../core/ids.ts';
import type { CaseReading } from '../core/event.ts';
import type { CaseMessage } from '../core/message.ts';
import type { Helpdesk } from '../core/ports.ts';
import type { Failure } from '../delivery/errors.ts';
import { keysBy } from './agent-keys.ts';
import { closeCase, createCase, followUp, inviteAgents, joinCase } from './case-changes.ts';
import { filesIn, mailFiles } from './case-files.ts';
import { caseOf, caseRow, casesBefore, getCase, openCasesBy, openCasesOf } from './cases.ts';
import { contactsBy } from './contacts.ts';
import { type Call, connect } from './http.ts';
import { lastMail, mailsSince } from './mail.ts';
import { sendMail } from './mail-sending.ts';
import { takesMarks } from './marks.ts';
import { addMessage, deleteMessage, updateMessage } from './message-changes.ts';
import { messagesBy, newestMessage } from './messages.ts';
import { departments, peopleBy } from './people.ts';
import type { CaseRef, Rows } from './readers.ts';
import { checkKey, judgingRefusals } from './refusals.ts';
import { type KnownSenders, ownSendersFrom } from './own-senders.ts';
import { readBack } from './read-back.ts';
import { nothingKnown, type Room } from './room.ts';
import { sendSms, smsNumberOf, smsNumbers } from './sms.ts';
import { statusWords } from './statuses.ts';
import type { MessageRow } from './schema.ts';
import { messageFrom } from './translate.ts';

export type AcquireOptions = {
  readonly account: AccountId;
  /** `https://acme.acquire.io`; the path of the API is appended. */
  readonly origin: string;
  readonly apiKey: string;
  /** The query parameter that says on whose side we write; empty leaves it out. Its spelling differs from page to page. */
  readonly userTypeParam?: string;
  readonly caseUrl?: (id: CaseId) => string;
  /** Agents' own keys, by e-mail in lower case. */
  readonly agentKeys?: ReadonlyMap<string, string>;
  /** Told whose own key is refused: what they write goes out with the common one. */
  readonly onRefusedKey?: (author: string) => void;
  /** Whom our keys were seen to write as, from an earlier life. */
  readonly ownSenders?: KnownSenders;
  /** Told each new one once, so that it can be kept. `key`: the name of the key that writes as it. */
  readonly onOwnSender?: (id: string, key: string | null) => void;
  /** Rows of a list that could not be read and were left out. */
  readonly onBadRows?: (count: number, where: string) => void;
  /** Told of each request, at the moment it is sent. */
  readonly onRequest?: () => void;
  readonly onAnswer?: (ms: number, failure: Failure | null) => void;
  readonly timeoutMs?: number;
  readonly now?: () => number;
};

const TIMEOUT_MS = 8_000;
// The form that real traffic used; the pages have it with and without the leading hyphen.
const USER_TYPE_PARAM = '-x-user-type';

export const createAcquire = (options: AcquireOptions): Helpdesk => {
  const { account, origin, apiKey, now = Date.now, timeoutMs = TIMEOUT_MS } = options;
  const { userTypeParam = USER_TYPE_PARAM, onOwnSender = nothing, onBadRows = nothing } = options;
  const { onRequest = nothing, onAnswer = nothing } = options;
  const callWith = (key: string): Call =>
    judgingRefusals(connect({ origin, apiKey: key, timeoutMs, now, onRequest, onAnswer }));
  const call = callWith(apiKey);
  const own = ownSendersFrom(options.ownSenders ?? { ids: [] }, onOwnSender);
  const keys = keysBy({
    common: { key: apiKey, call },
    own: options.agentKeys ?? new Map(),
    callWith,
    senders: own,
    onRefused: options.onRefusedKey ?? nothing,
    now,
  });
  const room: Room = {
    origin: new URL(origin).origin,
    call,
    keys,
    contacts: contactsBy(call, now),
    people: peopleBy(call, now),
    own,
    // Without it a key writes as an agent too, in every sample; one page requires it.
    asAgent: userTypeParam === '' ? [] : [[userTypeParam, 'user']],
    statuses: statusWords(now),
    onBadRows,
    shows: nothingKnown(),
    now,
  };
  const messagesOf = messagesBy(call, now);
  const listOpenCases = openCasesBy(room);

  return {
    account,
    // The address of a case in the agents' app is not documented; this one opens the app in any event.
    caseUrl: options.caseUrl ?? ((id) => `${origin}/?caseId=${id}`),
    getCase: (id) => getCase(room, id),
    listOpenCases,
    // A walk of its own: it must not disturb the one that polls.
    openCasesOf: (contact) => openCasesOf(room, contact, openCasesBy(room)),
    casesBefore: (of) => casesBefore(room, of),
    readCase: (id) => readCase(room, id, messagesOf),
    newestMessage: () => newestMessage(call),
    addMessage: (draft) => addMessage(room, draft),
    updateMessage: (change) => updateMessage(room, change),
    deleteMessage: (id, author) => deleteMessage(room, id, author),
    lastMail: (one) => lastMail(room, one),
    sendMail: (draft) => sendMail(room, draft),
    mailFiles: (one) => mailFiles(room, one),
    mailsSince: (one, newest) => mailsSince(room, one, newest),
    smsNumbers: () => smsNumbers(room),
    smsNumberOf: (one) => smsNumberOf(room, one, messagesOf),
    sendSms: (draft) => sendSms(room, draft),
    createCase: (draft) => createCase(room, draft),
    closeCase: (id, { askFeedback }) => closeCase(room, id, askFeedback),
    joinCase: (id, author) => joinCase(room, id, author),
    inviteAgents: (id, agents, teams = []) => inviteAgents(room, id, { agents, departments: teams }),
    followUp: (wanted) => followUp(room, wanted),
    getContact: (id) => room.contacts.get(id),
    findContacts: (text) => room.contacts.find(text),
    createContact: (draft) => room.contacts.create(draft),
    agents: () => room.people.agents(),
    departments: () => departments(call),
    probe: () => checkKey(call),
    takesMarks: () => takesMarks(room),
    ownSenders: () => room.own.ids,
    isNamed: (author) => keys.isNamed(author),
    knowsAuthors: keys.hasOwn,
    refusedAuthors: () => keys.refused(),
    readBack,
  };
};

const nothing = (): void => undefined;

const readCase = async (
  room: Room,
  id: CaseId,
  messagesOf: (ref: CaseRef) => Promise<Rows>,
): Promise<CaseReading | null> => {
  const row = await caseRow(room, id);
  if (row === null) return null;
  const read = await caseOf(room, row);
  const { rows, complete, bad } = await messagesOf({ id, chain: read.chain, contact: read.contact.id });
  if (bad > 0) room.onBadRows(bad, 'messages');
  room.people.meet({ messages: rows });
  await room.people.identify(rows.filter((one) => !room.own.ids.has(one.senderId ?? '')));
  const { contact, channel } = read;
  const known = { own: room.own.ids, people: room.people.known, contact, channel };
  const messages = rows
    .map((one) => withFiles(room, messageFrom(one, known), one))
    .toSorted((a, b) => compareIds(a.id, b.id));
  return { case: read, messages, complete };
};

const withFiles = ({ origin }: Room, message: CaseMessage, row: MessageRow): CaseMessage => {
  const files = filesIn(row, origin);
  return files.length === 0 ? message : { ...message, files };
};
