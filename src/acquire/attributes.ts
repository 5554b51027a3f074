import { z } from 'zod';

/** Attributes of contacts and cases: Acquire's own, such as name and city, and those that the account made. */

/** By key, without those that are empty. */
export type Attributes = Readonly<Record<string, string>>;

/** Enough for any form that people fill in; what is more is nothing to show or to route by. */
const MOST_ATTRIBUTES = 60;
const MOST_CHARACTERS = 500;

/** Nothing that people answer or route by. */
const LEFT_OUT: ReadonlySet<string> = new Set(['ip', 'countryId', 'calling_code', 'contact_country_flag']);

const Simple = z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value).trim());
const Value = z.union([
  Simple,
  z.array(Simple).transform((values) => values.join(', ')),
  // A country is shown as a record (SEEN in the contact samples).
  z.object({ name: z.string() }).transform(({ name }) => name.trim()),
]);

const attributesFrom = (entries: readonly (readonly [key: string, value: unknown])[]): Attributes => {
  const found: [string, string][] = [];
  for (const [key, given] of entries) {
    const value = Value.safeParse(given);
    if (!value.success || value.data === '' || LEFT_OUT.has(key) || found.length >= MOST_ATTRIBUTES) continue;
    found.push([key, value.data.slice(0, MOST_CHARACTERS)]);
  }
  return Object.fromEntries(found);
};

const Row = z.object({ value: z.unknown(), field: z.object({ key: z.string() }) });

/** A map in most answers; rows with their definitions where a case was just made. */
export const Attributes = z.union([
  z.record(z.string(), z.unknown()).transform((map) => attributesFrom(Object.entries(map))),
  z.array(z.unknown()).transform((rows) =>
    attributesFrom(
      rows.flatMap((row) => {
        const read = Row.safeParse(row).data;
        return read === undefined ? [] : [[read.field.key, read.value] as const];
      }),
    ),
  ),
]);

const Named = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);

/** Names of what is listed, as names or as records that have one; what else there is says nothing. */
export const Names = z
  .array(z.unknown())
  .transform((items) => items.flatMap((item) => Named.safeParse(item).data?.trim() ?? []).filter((name) => name !== ''))
  .catch([]);
