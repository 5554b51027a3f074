import { type ThreadRef, threadKey } from '../../core/ids.ts';
import type { ExternalId, VisitorCaseId } from '../../core/visitor-case.ts';
import { type VisitorLink, visitorKey, visitorLinkKey } from '../../core/visitor-link.ts';
import type { RecordWrite } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';
import { readRecord, replaceRecord, type Stored, writeRecord } from '../records.ts';

/** Finding threads that watch a visitor's case, and the records that one consists of. */

export type StoredVisitorLink = Stored<VisitorLink> & { readonly key: string };

export const visitorLinkByKey = async (bridge: Bridge, key: string): Promise<StoredVisitorLink | null> => {
  const stored = await readRecord(bridge.records, 'visitor_link', key);
  return stored === null ? null : { ...stored, key };
};

export const visitorLinkOf = async (bridge: Bridge, id: VisitorCaseId): Promise<StoredVisitorLink | null> => {
  const { visitors, chat } = bridge;
  if (visitors === null) return null;
  return visitorLinkByKey(bridge, visitorLinkKey({ team: chat.team, account: visitors.account }, id));
};

export const visitorLinkOfThread = async (bridge: Bridge, thread: ThreadRef): Promise<StoredVisitorLink | null> => {
  const pointer = await readRecord(bridge.records, 'thread', threadKey(thread));
  return pointer === null ? null : visitorLinkByKey(bridge, pointer.value.link);
};

/** Written together; refused when somebody else changed it meanwhile. */
export const writeVisitorLink = (value: VisitorLink, was: StoredVisitorLink | null): readonly RecordWrite[] => {
  const key = visitorLinkKey(value, value.case.id);
  const watched = value.state === 'on' ? { version: 1 as const, visitor: value.visitor } : null;
  return [replaceRecord('visitor_link', key, { was, value }), writeRecord('watched_case', key, watched)];
};

export const pollKeyOf = (bridge: Bridge, visitor: ExternalId): string | null =>
  bridge.visitors === null ? null : visitorKey({ team: bridge.chat.team, account: bridge.visitors.account }, visitor);
