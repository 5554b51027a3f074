import { invalidArguments, Refusal } from './refusal.ts';
import type { Json, JsonObject } from './wire.ts';
import { parseJson } from './wire.ts';
import { TS } from './workspace.ts';

/** A call's parameters, read strictly: what has the wrong type is refused, what is unknown is ignored as Slack does. */
export interface Args {
  has: (name: string) => boolean;
  text: (name: string) => string | undefined;
  required: (name: string) => string;
  flag: (name: string) => boolean;
  ts: (name: string) => string | undefined;
  /** A number between 1 and `most`, `usual` when it is not given. */
  limit: (usual: number, most: number) => number;
  integer: (name: string) => number | undefined;
  /** An object or a list: JSON in a form, the thing itself in a JSON body. `error` when it is not JSON. */
  json: (name: string, error: string) => Json | undefined;
}

export function readArgs(params: JsonObject, form: boolean): Args {
  const text = (name: string): string | undefined => {
    const value = params[name];
    if (value === undefined || value === null) return undefined;
    // A ts sent as a number has lost its last digits: Slack refuses other types, and so do we.
    if (typeof value !== 'string') throw invalidArguments(`must be a string [json-pointer:/${name}]`);
    return value;
  };
  const required = (name: string): string => {
    const value = text(name);
    if (value === undefined || value === '') throw invalidArguments(`missing required field: ${name}`);
    return value;
  };
  const flag = (name: string): boolean => {
    const value = params[name];
    if (value === undefined || value === null || value === '') return false;
    if (typeof value === 'boolean') return value;
    if (form && typeof value === 'string' && /^(?:true|false|1|0)$/i.test(value)) return /^(?:true|1)$/i.test(value);
    throw invalidArguments(`must be a boolean [json-pointer:/${name}]`);
  };
  const integer = (name: string): number | undefined => {
    const value = params[name];
    if (value === undefined || value === null || value === '') return undefined;
    const number = form && typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number)) return number;
    throw invalidArguments(`must be an integer [json-pointer:/${name}]`);
  };
  const limit = (usual: number, most: number): number => {
    const value = integer('limit') ?? usual;
    if (value < 1) throw new Refusal('invalid_limit');
    return Math.min(value, most);
  };
  const ts = (name: string): string | undefined => {
    const value = text(name);
    if (value !== undefined && value !== '' && !TS.test(value)) {
      throw name === 'thread_ts' ? new Refusal('invalid_thread_ts') : new Refusal(`invalid_ts_${name}`);
    }
    return value === '' ? undefined : value;
  };
  const json = (name: string, error: string): Json | undefined => {
    const value = params[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') return value;
    const parsed = parseJson(value);
    if (parsed === undefined) throw new Refusal(error);
    return parsed;
  };
  return { has: (name) => params[name] !== undefined, text, required, flag, ts, limit, integer, json };
}
