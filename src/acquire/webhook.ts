import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { EventOf } from '../core/event.ts';
import type { CaseId } from '../core/ids.ts';
import type { CaseMessage } from '../core/message.ts';
import { caseId, MessageRow } from './schema.ts';
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
  /** `key` is the same for the same body: nothing in it tells one delivery from another. */
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

const Webhook = z.object({ event: z.string(), data: z.record(z.string(), z.unknown()) });

/** Of a body whose signature was right. Never throws, whatever it holds. */
export const parseWebhook = (body: unknown, ownSenders: ReadonlySet<string> = new Set()): ParsedWebhook => {
  const parsed = Webhook.safeParse(body);
  if (!parsed.success) return { ignored: 'not an event' };
  const { event, data } = parsed.data;
  if (EVENTS_OF_NO_CASE.has(event)) return { ignored: `${event} concerns no case` };
  if (!EVENTS_OF_CASES.has(event)) return { ignored: 'unknown event' };
  const id = caseIn(event, data);
  if (id === null) return { ignored: `${event} names no case` };
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, KEY_HASH_LENGTH);
  const nudge = { type: 'case_nudged', event, case: id, messages: messagesIn(data, ownSenders) } as const;
  return { event: nudge, key: `acquire:${event}:${id}:${hash}` };
};

const KEY_HASH_LENGTH = 32;

const Holder = z.object({ id: z.unknown(), caseId: z.unknown() }).partial();

const caseIn = (event: string, data: Readonly<Record<string, unknown>>): CaseId | null => {
  const ofCase = Holder.safeParse(data['case']).data?.id;
  const ofMessage = Holder.safeParse(data['message']).data?.caseId;
  const own = event.startsWith('case:') ? data['id'] : undefined;
  for (const candidate of [data['caseId'], ofCase, ofMessage, own]) {
    const id = caseId.safeParse(candidate);
    if (id.success) return id.data;
  }
  return null;
};

const messagesIn = (data: Readonly<Record<string, unknown>>, own: ReadonlySet<string>): CaseMessage[] => {
  const several = Array.isArray(data['messages']) ? data['messages'] : [];
  const known = { own, people: new Map(), contact: null };
  return [...several, data['message']]
    .map((item) => MessageRow.safeParse(item).data)
    .filter((row) => row !== undefined)
    .map((row) => messageFrom(row, known));
};
