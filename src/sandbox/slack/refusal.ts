import type { Json, JsonObject, Outgoing } from './wire.ts';
import { isObject } from './wire.ts';

/** Slack says no: becomes `{ok: false, error: code, ...extra}` with status 200. */
export class Refusal extends Error {
  readonly code: string;
  readonly extra: Outgoing;

  constructor(code: string, extra: Outgoing = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.extra = extra;
  }
}

export const invalidArguments = (...messages: string[]): Refusal =>
  new Refusal('invalid_arguments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });

export function objects(value: Json | undefined, error: string): JsonObject[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new Refusal(error);
  return value.filter(isObject);
}
