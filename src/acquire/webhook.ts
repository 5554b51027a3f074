import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EventOf } from '../core/event.ts';
import { CaseId } from '../core/ids.ts';
import type { CaseMessage } from '../core/message.ts';
import { decimalOf, isRecord, readToldRow } from './told-rows.ts';
import { messageFrom } from './translate.ts';

export const signatureHeader = 'x-acquire-signature';

const SIGNATURE = /^[0-9a-f]{64}$/i;

/**
 * HMAC-SHA256 in hex. Acquire signs the body serialised anew, which normally is the raw body but need not be: both
 * forms are tried, and both need the secret. Nothing in a body is dated, so a body may be replayed.
 */
export const verifySignature = (raw: Uint8Array, header: string | undefined, secret: string): boolean => {
  if (secret === '' || header === undefined || !SIGNATURE.test(header)) return false;
  const given = Buffer.from(header, 'hex');
  const matches = (signed: Uint8Array | string): boolean =>
    timingSafeEqual(createHmac('sha256', secret).update(signed).digest(), given);
  if (matches(raw)) return true;
  const again = serialisedAnew(raw);
  return again !== null && matches(again);
};

const serialisedAnew = (raw: Uint8Array): string | null => {
  try {
    return JSON.stringify(JSON.parse(Buffer.from(raw).toString('utf8')));
  } catch {
    return null;
  }
};

export type ParsedWebhook =
  /** `key` is the beginning of one: nothing in a body tells one delivery of it from another. */
  | { readonly event: EventOf<'case_nudged'>; readonly key: string }
  /** Why it concerns no case; fit to be logged and counted by. */
  | { readonly ignored: string };

// Only `case:status` was ever published; `case:new` and `user:status` are guesses at names of events in the settings.
const EVENTS_OF_CASES = new Set([
  'case:new',
  'case:status',
  'case:message:new',
  'user:case-invite',
  'user:case-joined',
]);
const EVENTS_OF_NO_CASE = new Set(['user:status']);

/** Of a body whose signature was right. Never throws, whatever it holds. */
export const parseWebhook = (body: unknown, ownSenders: ReadonlySet<string> = new Set()): ParsedWebhook => {
  const { event, data } = isRecord(body) ? body : {};
  if (typeof event !== 'string' || !isRecord(data)) return { ignored: 'not an event' };
  if (EVENTS_OF_NO_CASE.has(event)) return { ignored: `${event} concerns no case` };
  if (!EVENTS_OF_CASES.has(event)) return { ignored: 'unknown event' };
  const id = caseIn(event, data);
  if (id === null) return { ignored: `${event} names no case` };
  const nudge = { type: 'case_nudged', event, case: id, messages: messagesIn(data, ownSenders) } as const;
  return { event: nudge, key: `acquire:${event}` };
};

const caseIn = (event: string, data: Readonly<Record<string, unknown>>): CaseId | null => {
  const { case: itsCase, message } = data;
  const id =
    decimalOf(data['caseId']) ??
    decimalOf(isRecord(itsCase) ? itsCase['id'] : null) ??
    decimalOf(isRecord(message) ? message['caseId'] : null) ??
    decimalOf(event.startsWith('case:') ? data['id'] : null);
  return id === null ? null : CaseId.parse(id);
};

const messagesIn = (data: Readonly<Record<string, unknown>>, own: ReadonlySet<string>): CaseMessage[] => {
  const several = Array.isArray(data['messages']) ? data['messages'] : [];
  const known = { own, people: new Map(), contact: null };
  return [...several, data['message']]
    .map(readToldRow)
    .filter((row) => row !== null)
    .map((row) => withoutRepeat(messageFrom(row, known)));
};

/** Words without any styles are stored once: without a body, `bodyOf` makes it of the text. */
const withoutRepeat = (message: CaseMessage): CaseMessage => {
  const [block, ...others] = message.body;
  if (block?.block !== 'paragraph' || others.length > 0 || block.quote !== 0) return message;
  const [span, ...more] = block.spans;
  const isText = span !== undefined && more.length === 0 && 'text' in span && span.text === message.text;
  return isText && Object.keys(span).length === 1 ? { ...message, body: [] } : message;
};
