import type { IncomingMessage, ServerResponse } from 'node:http';
import { parsedJson, wholeBody } from '../core/foreign-text.ts';
import { isNestedTooDeep } from '../core/nesting.ts';
import type { NewEvent } from '../delivery/ports.ts';
import { addressOf, type Allowance, createAllowance } from './limits.ts';

/** The signed webhook of a helpdesk: raw body, signature, JSON, stored durably, and only then answered 200. */

/** A closing webhook carries every message of its case. */
const BODY_LIMIT = 8 * 1024 * 1024;
const BODY_TIMEOUT_MS = 15_000;
/** Of all bodies that are being read: more senders at once are asked to come back. */
const BODIES_LIMIT = 64 * 1024 * 1024;
/**
 * The same, for an address that keeps sending wrong signatures: it must not fill the room of all others. Its own bodies are
 * read all the same, for behind a proxy everybody has one address.
 */
const SUSPECTS_LIMIT = 16 * 1024 * 1024;
const SUSPECTS = { burst: 20, perSecond: 1 };

export type WebhookOptions = {
  readonly path: string;
  readonly signatureHeader: string;
  /** False while the process starts or stops. */
  accepting(): boolean;
  verify(raw: Buffer, signature: string | undefined): boolean;
  /** What to store, or why nothing is. */
  parse(body: unknown): { readonly event: NewEvent } | { readonly ignored: string };
  /** Resolves when the event is durable. */
  store(events: readonly NewEvent[]): Promise<unknown>;
  noted(outcome: 'accepted' | 'ignored' | 'refused', answer: Answer): void;
};

export const webhookRoute = (options: WebhookOptions) => {
  const door: Door = { ...options, failures: createAllowance(SUSPECTS), bodies: { bytes: 0 } };
  return {
    path: options.path,
    method: 'POST' as const,
    handler: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const answer = await judge(door, request);
      if (answer.status !== 200) options.noted('refused', answer);
      const body = JSON.stringify({ status: answer.status === 200 ? 'ok' : 'refused', reason: answer.reason });
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        // A body that is too large is read to its end instead: whoever still writes into a closed connection sees no answer.
        ...(answer.status === 408 ? { connection: 'close' } : {}),
      });
      response.end(body);
    },
  };
};

export type Answer = {
  readonly status: number;
  readonly reason: string;
  /** There was no signature at all: nobody tried to be the helpdesk, or its webhook has no secret. */
  readonly unsigned?: boolean;
};

type Door = WebhookOptions & { readonly failures: Allowance; readonly bodies: { bytes: number } };

const REFUSALS = {
  large: { status: 413, reason: 'the body is larger than 8 MiB' },
  slow: { status: 408, reason: 'the body took longer than 15 seconds' },
  busy: { status: 503, reason: 'too much comes at once: send it again' },
  deep: { status: 400, reason: 'the body is nested deeper than any webhook' },
} as const satisfies Readonly<Record<string, Answer>>;

const judge = async (door: Door, request: IncomingMessage): Promise<Answer> => {
  if (!door.accepting()) return { status: 503, reason: 'casebridge is starting or stopping: send it again' };
  const read = await readRaw(door, request);
  if (typeof read === 'string') return REFUSALS[read];
  try {
    return await judgeBody(door, request, read);
  } finally {
    door.bodies.bytes -= read.length;
  }
};

const judgeBody = async (door: Door, request: IncomingMessage, raw: Buffer): Promise<Answer> => {
  const signature = request.headers[door.signatureHeader];
  if (!door.verify(raw, typeof signature === 'string' ? signature : undefined)) {
    door.failures.spend(addressOf(request));
    return {
      status: 401,
      reason: `the ${door.signatureHeader} header does not fit this body and ACQUIRE_WEBHOOK_SECRET`,
      unsigned: signature === undefined,
    };
  }
  const text = raw.toString('utf8');
  if (isNestedTooDeep(text)) return REFUSALS.deep;
  const body = parsedJson(text);
  if (body === undefined)
    return { status: 400, reason: 'the body is not JSON: choose the JSON format for this webhook in Acquire' };
  const told = door.parse(body);
  if ('ignored' in told) {
    door.noted('ignored', { status: 200, reason: told.ignored });
    return { status: 200, reason: 'nothing to do' };
  }
  try {
    await door.store([told.event]);
  } catch {
    return { status: 503, reason: 'the event could not be stored: send it again' };
  }
  const stored = { status: 200, reason: 'stored' };
  door.noted('accepted', stored);
  return stored;
};

/** What was read counts among the bodies until it is let go of. */
const readRaw = async (door: Door, request: IncomingMessage): Promise<Buffer | keyof typeof REFUSALS> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    request.resume();
    return 'large';
  }
  const room = door.failures.has(addressOf(request)) ? BODIES_LIMIT : SUSPECTS_LIMIT;
  const whole = await wholeBody(request);
  if (whole === null) return gathered(door, request, room);
  if (door.bodies.bytes + whole.length > room) return 'busy';
  door.bodies.bytes += whole.length;
  return whole;
};

const gathered = (door: Door, request: IncomingMessage, room: number): Promise<Buffer | keyof typeof REFUSALS> => {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => refuse('slow'), BODY_TIMEOUT_MS);
    const letGo = (): void => {
      clearTimeout(timer);
      door.bodies.bytes -= size;
      size = 0;
    };
    const refuse = (why: keyof typeof REFUSALS): void => {
      letGo();
      request.removeAllListeners('data');
      request.removeAllListeners('end');
      request.resume();
      resolve(why);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      door.bodies.bytes += chunk.length;
      if (size > BODY_LIMIT) refuse('large');
      else if (door.bodies.bytes > room) refuse('busy');
      else chunks.push(chunk);
    });
    request.on('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    request.on('error', (error) => {
      letGo();
      reject(error);
    });
  });
};
