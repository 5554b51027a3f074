import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { AcquireSimulator } from '../../src/sandbox/acquire/server.ts';

/** How the tests of the simulator speak to it: as any client would, over HTTP. */

export const Json = z.record(z.string(), z.unknown());
export type Json = z.infer<typeof Json>;
const Envelope = z.object({ data: z.unknown() });

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The `data` of the envelope, where there is one. */
  data: unknown;
}

interface Sending {
  body?: unknown;
  authorization?: string;
  contentType?: string;
  signal?: AbortSignal;
}

export async function call(
  acquire: AcquireSimulator,
  request: `${string} /${string}`,
  sending: Sending = {},
): Promise<Reply> {
  const [method = '', path = ''] = request.split(' ');
  const { body, authorization = `Bearer ${acquire.key}`, contentType = 'application/json', signal } = sending;
  const response = await fetch(`${acquire.url}/api/v1${path}`, {
    method,
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': contentType }) },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  const envelope = text.startsWith('{') ? Envelope.safeParse(JSON.parse(text)) : undefined;
  return { status: response.status, headers: response.headers, text, data: envelope?.data?.data };
}

export const addMessage = (
  acquire: AcquireSimulator,
  to: { id: number; contactId: number },
  text: string,
  more: Json & { type?: string; signal?: AbortSignal } = {},
): Promise<Reply> => {
  const { type = 'message', signal, ...rest } = more;
  return call(acquire, `POST /crm/messenger/chat/add-message?contactId=${to.contactId}`, {
    body: { caseId: to.id, message: { type, message: text }, ...rest },
    ...(signal === undefined ? {} : { signal }),
  });
};

const Page = z.object({ data: z.array(z.looseObject({ id: z.int(), message: z.string(), senderType: z.string() })) });

/** The messages of a case, as the list of messages shows them. */
export async function messagesOf(acquire: AcquireSimulator, caseId: number) {
  const reply = await call(acquire, `GET /crm/objects/case-message?limit=100&where=caseId%7Ceq%7C${caseId}`);
  return Page.parse(reply.data).data;
}

export function fixture(name: string): Json {
  const text = readFileSync(new URL(`../fixtures/acquire/${name}.json`, import.meta.url), 'utf8');
  return Json.parse(JSON.parse(text));
}

// What is free in form, or empty in a simulated account.
const OPEN = new Set(['meta', 'clientDetails', 'config', 'country', 'metaDetails', 'company', 'tags', 'value']);

/** Where two JSON values differ in their keys or types, as paths; values and order do not count. */
export function differences(sample: unknown, ours: unknown, path = 'data'): string[] {
  if (sample === null || ours === null) return [];
  if (Array.isArray(sample) || Array.isArray(ours)) {
    if (!Array.isArray(sample) || !Array.isArray(ours)) return [`${path}: only one is a list`];
    if (sample.length === 0 || ours.length === 0) return [];
    return differences(sample[0], ours[0], `${path}[0]`);
  }
  if (typeof sample !== typeof ours) return [`${path}: ${typeof sample} became ${typeof ours}`];
  if (typeof sample !== 'object' || typeof ours !== 'object') return [];
  return differencesOfKeys(Json.parse(sample), Json.parse(ours), path);
}

function differencesOfKeys(sample: Json, ours: Json, path: string): string[] {
  return [...new Set([...Object.keys(sample), ...Object.keys(ours)])].flatMap((key) => {
    if (!(key in ours)) return [`${path}.${key}: missing`];
    if (!(key in sample)) return [`${path}.${key}: not in the sample`];
    return OPEN.has(key) ? [] : differences(sample[key], ours[key], `${path}.${key}`);
  });
}
