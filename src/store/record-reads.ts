import type { Json } from '../delivery/ports.ts';
import { json } from './rows.ts';
import { first, type Steps } from './steps.ts';

/** A record as the operator's commands read it, past Keyv; undefined when there is none. */
export function* readRecord(namespace: string, key: string): Steps<Json | undefined> {
  const row = yield* first(`SELECT value FROM records WHERE namespace = :namespace AND key = :key`, {
    namespace,
    key,
  });
  if (row === undefined) return undefined;
  const envelope = json(row, 'value');
  return isObject(envelope) ? envelope['value'] : undefined;
}

const isObject = (value: Json): value is { readonly [key: string]: Json | undefined } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
