import type { IncomingMessage } from 'node:http';
import { invalidInput } from './answers.ts';

/** A request as it came in, kept so that tests can ask what was called. */
export interface RequestRecord {
  readonly method: string;
  /** Below /api/v1. */
  readonly path: string;
  /** Repeated parameters joined by a comma. */
  readonly query: Record<string, string>;
  readonly body: unknown;
  readonly at: number;
  /** Null while unanswered, and for ever when the connection was cut. */
  status: number | null;
  /** Whether it changed or read the account, which a fault may prevent or put off. */
  effect: 'none' | 'done' | 'refused';
}

const LARGEST_BODY = 1_048_576;
const LONGEST_STRING = 65_536;

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= LARGEST_BODY) chunks.push(bytes);
  }
  return size > LARGEST_BODY ? Buffer.from('too large') : Buffer.concat(chunks);
}

/** Tolerant, for the log and for faults; `checkedBody` is what the routes get. */
export function looseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return bytes.toString('utf8');
  }
}

export function checkedBody(bytes: Buffer, contentType: string | undefined): unknown {
  if (bytes.length === 0) return {};
  if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw invalidInput('The body must be application/json.');
  }
  const body = parseJson(bytes.toString('utf8'));
  if (hasLongString(body)) throw invalidInput(`A text is longer than ${LONGEST_STRING} characters.`);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidInput('The body is not JSON.');
  }
}

function hasLongString(value: unknown): boolean {
  if (typeof value === 'string') return value.length > LONGEST_STRING;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLongString);
}

export function flatQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}
