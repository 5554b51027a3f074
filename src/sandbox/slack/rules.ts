import type { Json } from './wire.ts';
import { isObject, textOf } from './wire.ts';

/** Small rules to check a value with, in Slack's words. */

/** Slack's words for what is wrong, with the pointer to where. */
export type Faults = string[];
export type Rule = (value: Json, at: string, faults: Faults) => void;

export const fault = (faults: Faults, at: string, message: string) => faults.push(`${message} [json-pointer:${at}]`);

export const string =
  (least: number, most: number): Rule =>
  (value, at, faults) => {
    if (typeof value !== 'string') fault(faults, at, 'must be a string');
    else if (value.length < least) fault(faults, at, `must be more than ${least - 1} characters`);
    else if (value.length > most) fault(faults, at, `must be less than ${most + 1} characters`);
  };

export const matching =
  (pattern: RegExp, what: string, most = 3000): Rule =>
  (value, at, faults) => {
    string(1, most)(value, at, faults);
    if (typeof value === 'string' && !pattern.test(value)) fault(faults, at, what);
  };

export const oneOf =
  (...allowed: (string | boolean)[]): Rule =>
  (value, at, faults) => {
    if (!allowed.some((one) => one === value)) fault(faults, at, `must be one of: ${allowed.join(', ')}`);
  };

export const boolean = oneOf(true, false);
export const number: Rule = (value, at, faults) => {
  if (typeof value !== 'number') fault(faults, at, 'must be a number');
};

export const list =
  (least: number, most: number, rule: Rule): Rule =>
  (value, at, faults) => {
    if (!Array.isArray(value)) return void fault(faults, at, 'must be an array');
    if (value.length < least) fault(faults, at, `no fewer than ${least} items required`);
    if (value.length > most) fault(faults, at, `no more than ${most} items allowed`);
    value.forEach((item, index) => rule(item, `${at}/${index}`, faults));
  };

/** Exactly these fields: Slack refuses what it does not know. */
export const shape =
  (required: Record<string, Rule>, optional: Record<string, Rule> = {}): Rule =>
  (value, at, faults) => {
    if (!isObject(value)) return void fault(faults, at, 'must be an object');
    for (const name of Object.keys(required)) {
      if (value[name] === undefined) fault(faults, at, `missing required field: ${name}`);
    }
    for (const [name, part] of Object.entries(value)) {
      const rule = required[name] ?? optional[name];
      if (rule === undefined) fault(faults, at, `invalid additional property: ${name}`);
      else rule(part, `${at}/${name}`, faults);
    }
  };

export const byType =
  (table: Record<string, Rule>): Rule =>
  (value, at, faults) => {
    if (!isObject(value)) return void fault(faults, at, 'must be an object');
    const type = value['type'];
    const rule = typeof type === 'string' ? table[type] : undefined;
    if (rule === undefined) fault(faults, at, `unsupported type: ${textOf(type)}`);
    else rule(value, at, faults);
  };
