import type { Json } from './ports.ts';

/** Whether a value can be stored as it is. What came out of `JSON.parse` can, and so can what was put together from it. */
export function isJson(value: unknown): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      return value === null || (Array.isArray(value) ? value.every(isJson) : isPlain(value));
    default:
      return false;
  }
}

/** Members that are undefined are left out when it is stored. */
function isPlain(value: object): boolean {
  return Object.values(value).every((member) => member === undefined || isJson(member));
}
