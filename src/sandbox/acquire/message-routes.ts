import { z } from 'zod';
import { expanded } from './case-routes.ts';
import { casesOfThread, findCase, hasJoined } from './cases.ts';
import { findContact } from './contacts.ts';
import { invalidInput, noRoute, notFound, parse } from './answers.ts';
import { append, readable, readableMessage, remove, update } from './messages.ts';
import { filtered, paged, picked, readListQuery, readSelection, requiredId } from './query.ts';
import type { Call, Route } from './routes.ts';
import { caseRow, caseUserRows, contactSummary, messageColumns, messageRow, senderRow } from './rows.ts';
import type { Account, CaseRecord, MessageRecord, Row, Sender } from './state.ts';
import { messagesOf } from './state.ts';
import { actingSide } from './user-type.ts';

const vocabulary = { columns: messageColumns, relations: ['case'] };

const Text = z.strictObject({
  type: z.enum(['message', 'note', 'event']),
  message: z.string().min(1),
  translateLangKey: z.string().optional(),
});

const Addition = z.strictObject({
  caseId: z.int(),
  message: Text,
  channel: z.string().optional(),
  mentionUsers: z.array(z.union([z.string(), z.int()])).optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  delay: z.int().optional(),
});

const Update = z.strictObject({ message: Text });

export const messageRoutes: readonly Route[] = [
  ['GET', '/crm/objects/case-message', listMessages],
  ['GET', '/crm/objects/case-message/:id', getMessage],
  ['DELETE', '/crm/objects/case-message/:id', deleteMessage],
  ['GET', '/crm/messenger/chat/messages', listOfThread],
  ['POST', '/crm/messenger/chat/add-message', addMessage],
  ['POST', '/crm/messenger/chat/message/:id', updateMessage],
];

function listMessages({ account, query }: Call): unknown {
  const { variants } = account;
  if (!variants.readers.caseMessage) throw noRoute();
  const list = readListQuery(query, vocabulary);
  const column = (one: MessageRecord, name: string): unknown =>
    name === 'caseId' ? one.caseId : messageRow(account, one)[name];
  // The narrow question is asked all the time: answered without a walk over the whole account.
  const caseId = variants.whereIgnored ? undefined : list.where.find((one) => one.column === 'caseId')?.value;
  const asked = caseId === undefined ? [...account.messages.values()] : messagesOf(account, Number(caseId));
  const page = paged(readable(account, filtered(asked, list, { variants, column })), list, variants);
  const data = page.data.map((one) => {
    const row = listRow(account, one, list.relations.has('case'));
    const sender = variants.senderInLists ? { sender: senderRow(account, one.sender) } : {};
    return { ...picked(row, list.select, ['id', 'case']), ...sender };
  });
  const shape = variants.readerShapes.caseMessage;
  if (shape === 'array') return data;
  return shape === 'data' ? { data } : { ...page, data };
}

/** Where the case itself is asked for, its id is not repeated on the message. */
function listRow(account: Account, message: MessageRecord, withCase: boolean): Row {
  const { caseId, ...row } = messageRow(account, message);
  return withCase ? { ...row, case: caseRow(findCase(account, message.caseId)) } : { ...row, caseId };
}

function getMessage({ account, query, id }: Call): unknown {
  const { select, relations } = readSelection(query, vocabulary);
  const message = readableMessage(account, id);
  const row = picked(listRow(account, message, relations.has('case')), select, ['id', 'case']);
  const withSender = account.variants.senderInSingle && !relations.has('case');
  return withSender ? { ...row, sender: senderRow(account, message.sender) } : row;
}

function deleteMessage({ account, id }: Call): unknown {
  const message = account.messages.get(id);
  if (!message) throw notFound(account.variants, `Message ${id}`);
  remove(account, message);
  return { deleted: 1 };
}

// Called a list of messages by its page, whose only sample shows the cases of the thread.
function listOfThread({ account, query }: Call): unknown {
  const contactId = requiredId(query, 'contactId');
  const cases = casesOfThread(account, requiredId(query, 'threadId')).filter((kase) => kase.contactId === contactId);
  if (!account.variants.readers.chatMessages) return [];
  const messages = readable(
    account,
    cases.flatMap((kase) => messagesOf(account, kase.id)),
  );
  const shape = account.variants.readerShapes.chatMessages;
  if (shape === 'messages') return messages.map((one) => messageRow(account, one));
  return cases.map((kase) => {
    const own = messages.filter((one) => one.caseId === kase.id).map((one) => messageRow(account, one));
    const { meta: _absent, ...row } = expanded(account, kase, { select: [], relations: new Set(['users']) });
    const withLast = { ...row, cases: [], lastMessage: own.at(-1) ?? null };
    return shape === 'cases-with-messages' ? { ...withLast, messages: own } : withLast;
  });
}

function addMessage(call: Call): unknown {
  const { account, user, query } = call;
  const body = parse(Addition, call.body);
  const kase = findCase(account, body.caseId);
  const side = actingSide(account, query);
  checkContact(account, kase, { query, side });
  checkWritable(call, kase, { side, type: body.message.type, channel: body.channel });
  const { storesAs } = account.variants;
  const isContacts = side === 'contact' || storesAs === 'other-side';
  const sender: Sender = isContacts ? { type: 'contact', id: kase.contactId } : { type: 'user', id: user.id };
  const before = { ...caseWithPeople(account, kase), contactId: undefined };
  const message = append(account, kase, {
    sender,
    text: body.message.message,
    type: storesAs === 'other-type' ? otherType(body.message.type) : body.message.type,
    meta: body.meta ?? {},
  });
  const { caseId, ...row } = messageRow(account, message);
  const meta = account.variants.messageMeta === 'dropped' ? {} : message.meta;
  const answer = { ...row, meta, case: before, sender: senderRow(account, sender), dateUpdated: null };
  return { ...answer, caseId, threadId: kase.threadId, contactId: kase.contactId };
}

/** The answer to a message shows the case as it was before it. */
function caseWithPeople(account: Account, kase: CaseRecord): Row {
  const contact = { ...contactSummary(findContact(account, kase.contactId)), meta: {} };
  return { ...caseRow(kase), contact, users: caseUserRows(account, kase) };
}

function checkContact(account: Account, kase: CaseRecord, of: { query: URLSearchParams; side: string }): void {
  if (!of.query.has('contactId')) {
    if (account.variants.contactIdRequired || of.side === 'contact') throw invalidInput('contactId is required');
    return;
  }
  if (requiredId(of.query, 'contactId') !== kase.contactId) throw invalidInput('contactId is not of this case');
}

type Writing = { side: string; type: string; channel: string | undefined };

// "Only active cases accept messages" is all that is said; whether internal lines count is a variant.
function checkWritable({ account, user }: Call, kase: CaseRecord, writing: Writing): void {
  const { variants } = account;
  const inside = writing.type !== 'message';
  if (!inside && kase.channel !== 'chat')
    throw invalidInput(`A case of channel ${kase.channel} takes no chat messages.`);
  if (!inside && writing.channel !== undefined && writing.channel !== kase.channel) throw invalidInput('wrong channel');
  if (inside && !variants.notesNeedActive) return;
  if (kase.status !== 'active') throw invalidInput(`Case ${kase.id} is not active.`);
  if (writing.side === 'user' && variants.sendNeedsJoin && !hasJoined(kase, user)) {
    throw invalidInput(`Case ${kase.id} has not been joined.`);
  }
}

const otherType = (type: MessageRecord['type']): MessageRecord['type'] => (type === 'note' ? 'message' : 'note');

function updateMessage({ account, body, id }: Call): unknown {
  const change = parse(Update, body).message;
  const message = account.messages.get(id);
  if (!message) throw notFound(account.variants, `Message ${id}`);
  if (message.type !== change.type || message.type === 'event') throw invalidInput('message.type cannot change');
  if (message.sender.type !== 'user') throw invalidInput('only messages of the agent side can be changed');
  update(account, message, change.message);
  const kase = findCase(account, message.caseId);
  const { storesAs } = account.variants;
  if (storesAs === 'other-type') message.type = otherType(message.type);
  if (storesAs === 'other-side') message.sender = { type: 'contact', id: kase.contactId };
  const { caseId, ...row } = messageRow(account, message);
  const sender = senderRow(account, message.sender);
  return { ...row, case: caseRow(kase), sender, caseId, threadId: kase.threadId };
}
