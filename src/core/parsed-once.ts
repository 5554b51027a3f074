import type { z } from 'zod';

/** What a schema made of a value. */
export type Parsed<T> = z.ZodSafeParseResult<T>;

/**
 * A schema's reading of an object, made once however often it is asked for: an event by all who decide about it, an effect
 * before its attempt and in it. Who reads so changes neither the object nor what was made of it.
 */
export const parsedOnce = <T>(schema: z.ZodType<T>): ((value: unknown) => Parsed<T>) => {
  const known = new WeakMap<object, Parsed<T>>();
  return (value) => {
    if (typeof value !== 'object' || value === null) return schema.safeParse(value);
    const before = known.get(value);
    if (before !== undefined) return before;
    const parsed = schema.safeParse(value);
    known.set(value, parsed);
    return parsed;
  };
};
