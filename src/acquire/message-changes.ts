import { z } from 'zod';
import type { CaseId, MessageId } from '../core/ids.ts';
import type { MessageChange, MessageDraft, WrittenMessage } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import type { Call } from './http.ts';
import { withMark } from './marks.ts';
import { type Room, wireId } from './room.ts';
import { MessageRow, messageId } from './schema.ts';

type Kind = MessageDraft['kind'];
type WireType = 'message' | 'note';

const wireType = (kind: Kind): WireType => (kind === 'note' ? 'note' : 'message');

export const addMessage = async (room: Room, draft: MessageDraft): Promise<WrittenMessage> => {
  const type = wireType(draft.kind);
  const body = {
    ...(type === 'note' ? {} : { channel: 'chat' }),
    caseId: wireId(draft.case),
    message: { type, message: draft.html ?? draft.text },
  };
  const query = [['contactId', draft.contact], ...room.asAgent] as const;
  const path = 'crm/messenger/chat/add-message';
  return room.keys.writeAs(draft.author, async ({ call, learn }) => {
    const row = await withMark(room, draft.marker, (meta) =>
      call({ verb: 'POST', path, about: draft.case, query, body: { ...body, ...meta } }, MessageRow),
    );
    if (!isContact(row)) learn(row.senderId);
    return written(row, { case: draft.case, type });
  });
};

/** The stored type goes along, for another one might turn a note into a message. */
export const updateMessage = async (room: Room, change: MessageChange): Promise<WrittenMessage> => {
  const { case: of, message: id, kind, text, html, author } = change;
  const type = wireType(kind);
  const path = 'crm/messenger/chat/message/{id}';
  const body = { message: { type, message: html ?? text } };
  return room.keys.writeAs(author, async ({ call }) => {
    const row = await call({ verb: 'POST', path, id, body }, MessageRow);
    const { asAsked, ...ids } = written(row, { case: of, type });
    return { ...ids, asAsked: asAsked && row.id === id };
  });
};

const written = (row: MessageRow, asked: { readonly case: CaseId; readonly type: WireType }): WrittenMessage => ({
  id: row.id,
  case: row.caseId ?? asked.case,
  chain: row.threadId,
  asAsked: !isContact(row) && isStoredAs(asked.type, row.type?.toLowerCase() ?? asked.type),
});

// Only two words were ever seen for a sender; what is neither of them is no contact.
const isContact = ({ senderType }: MessageRow): boolean => senderType.toLowerCase() === 'contact';

/** A message under an unknown word is seen by its contact all the same; a note must be known to be one. */
const isStoredAs = (asked: WireType, stored: string): boolean =>
  asked === 'note' ? stored === 'note' : stored !== 'note';

const MESSAGE = 'crm/objects/case-message/{id}';
const Deletion = z.object({ deleted: z.int() });

export const deleteMessage = async (room: Room, id: MessageId, author?: string | null): Promise<void> => {
  const refusal = await room.keys.writeAs(author, ({ call }) => tryDelete(call, id));
  // A 404 may also mean that nothing is served there, and a count of zero is no proof either.
  if (refusal !== null && refusal.facts.word !== 'ERROR_RECORD_NOT_FOUND' && (await isThere(room, id))) throw refusal;
};

/** Null when the answer says that it is deleted now; a failure where it may have been gone before. */
const tryDelete = async (call: Call, id: MessageId): Promise<Failure | null> => {
  try {
    const { deleted } = await call({ verb: 'DELETE', path: MESSAGE, id }, Deletion);
    return deleted > 0 ? null : notDeleted();
  } catch (error) {
    if (error instanceof Failure && error.facts.kind === 'not_found') return error;
    throw error;
  }
};

const notDeleted = (): Failure => {
  const attempted = `DELETE ${MESSAGE}`;
  return new Failure({ kind: 'permanent', side: 'acquire', attempted, effect: 'none', word: 'NOT_DELETED' });
};

const isThere = async ({ call }: Room, id: MessageId): Promise<boolean> => {
  try {
    const row = await call({ verb: 'GET', path: MESSAGE, id }, z.object({ id: messageId }).nullable());
    return row?.id === id;
  } catch (error) {
    if (error instanceof Failure && error.facts.kind === 'not_found') return false;
    throw error;
  }
};
