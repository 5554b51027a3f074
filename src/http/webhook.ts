import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NewEvent } from '../delivery/ports.ts';

/** The signed webhook of a helpdesk: raw body, signature, JSON, stored durably, and only then answered 200. */

/** A closing webhook carries every message of its case. */
const BODY_LIMIT = 8 * 1024 * 1024;
const BODY_TIMEOUT_MS = 15_000;

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
  noted(outcome: 'accepted' | 'ignored' | 'refused', reason: string): void;
};

export const webhookRoute = (options: WebhookOptions) => ({
  path: options.path,
  method: 'POST' as const,
  handler: async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await judge(options, request);
    if (answer.status !== 200) options.noted('refused', answer.reason);
    const body = JSON.stringify({ status: answer.status === 200 ? 'ok' : 'refused', reason: answer.reason });
    // A body that is too large is read to its end instead: whoever still writes into a closed connection sees no answer.
    const close = answer.status === 408 ? { connection: 'close' } : {};
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...close,
    });
    response.end(body);
  },
});

type Answer = { readonly status: number; readonly reason: string };

const judge = async (options: WebhookOptions, request: IncomingMessage): Promise<Answer> => {
  if (!options.accepting()) return { status: 503, reason: 'casebridge is starting or stopping: send it again' };
  const raw = await readRaw(request);
  if (raw === 'too large') return { status: 413, reason: 'the body is larger than 8 MiB' };
  if (raw === 'too slow') return { status: 408, reason: 'the body took longer than 15 seconds' };
  const signature = request.headers[options.signatureHeader];
  if (!options.verify(raw, typeof signature === 'string' ? signature : undefined)) {
    return {
      status: 401,
      reason: `the ${options.signatureHeader} header does not fit this body and ACQUIRE_WEBHOOK_SECRET`,
    };
  }
  const body = parseJson(raw);
  if (body === undefined)
    return { status: 400, reason: 'the body is not JSON: choose the JSON format for this webhook in Acquire' };
  const told = options.parse(body);
  if ('ignored' in told) {
    options.noted('ignored', told.ignored);
    return { status: 200, reason: 'nothing to do' };
  }
  try {
    await options.store([told.event]);
  } catch {
    return { status: 503, reason: 'the event could not be stored: send it again' };
  }
  options.noted('accepted', 'stored');
  return { status: 200, reason: 'stored' };
};

const readRaw = async (request: IncomingMessage): Promise<Buffer | 'too large' | 'too slow'> => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) {
    request.resume();
    return 'too large';
  }
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish('too slow'), BODY_TIMEOUT_MS);
    const finish = (outcome: Buffer | 'too large' | 'too slow'): void => {
      clearTimeout(timer);
      if (typeof outcome === 'string') {
        request.removeAllListeners('data');
        request.resume();
      }
      resolve(outcome);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT) finish('too large');
      else chunks.push(chunk);
    });
    request.on('end', () => finish(Buffer.concat(chunks)));
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
};

const parseJson = (raw: Buffer): unknown => {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    return undefined;
  }
};
