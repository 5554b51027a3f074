import { invalidInput } from './answers.ts';
import type { Variants } from './options.ts';
import type { Row } from './state.ts';

/** The query language of the `crm/objects/*` lists: `where=column|eq|value`, `select`, `relations`, `limit`, `page`. */

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 100;

export interface ListQuery {
  where: { column: string; value: string }[];
  select: string[];
  relations: Set<string>;
  limit: number;
  page: number;
}

export interface Vocabulary {
  columns: readonly string[];
  relations: readonly string[];
}

export function readListQuery(query: URLSearchParams, vocabulary: Vocabulary): ListQuery {
  return {
    where: several(query, 'where').map((rule) => readCondition(rule, vocabulary)),
    ...readSelection(query, vocabulary),
    limit: Math.min(wholeNumber(query, 'limit', DEFAULT_LIMIT), LARGEST_LIMIT) || DEFAULT_LIMIT,
    page: wholeNumber(query, 'page', 0),
  };
}

export function readSelection(query: URLSearchParams, vocabulary: Vocabulary): Pick<ListQuery, 'select' | 'relations'> {
  const select = several(query, 'select');
  const relations = several(query, 'relations');
  for (const name of select) if (!vocabulary.columns.includes(name)) throw invalidInput(`select: no column ${name}`);
  for (const name of relations) if (!vocabulary.relations.includes(name)) throw invalidInput(`no relation ${name}`);
  return { select, relations: new Set(relations) };
}

function readCondition(rule: string, vocabulary: Vocabulary): { column: string; value: string } {
  const [column, operator, ...rest] = rule.split('|');
  if (column === undefined || !vocabulary.columns.includes(column)) throw invalidInput(`where: no column ${column}`);
  if (operator !== 'eq' || rest.length === 0) throw invalidInput(`where: only column|eq|value is understood`);
  return { column, value: rest.join('|') };
}

const several = (query: URLSearchParams, name: string): string[] => [
  ...query.getAll(name),
  ...query.getAll(`${name}[]`),
];

function wholeNumber(query: URLSearchParams, name: string, fallback: number): number {
  const given = query.get(name);
  if (given === null) return fallback;
  if (!/^\d{1,9}$/.test(given)) throw invalidInput(`${name} must be a whole number`);
  return Number(given);
}

export function requiredId(query: URLSearchParams, name: string): number {
  if (!query.has(name)) throw invalidInput(`${name} is required`);
  return wholeNumber(query, name, 0);
}

export function filtered<T>(
  rows: T[],
  list: ListQuery,
  reading: { variants: Variants; column: (row: T, name: string) => unknown },
): T[] {
  const kept = reading.variants.whereIgnored
    ? rows
    : rows.filter((row) => list.where.every(({ column, value }) => String(reading.column(row, column)) === value));
  return reading.variants.listOrder === 'descending' ? kept.toReversed() : kept;
}

export interface Page<T> {
  page: number;
  offset: number;
  limit: number;
  count: number;
  data: T[];
}

export function paged<T>(rows: T[], list: ListQuery, variants: Variants): Page<T> {
  const skipped = variants.pageParam === 'from-one' ? Math.max(list.page - 1, 0) : list.page;
  const offset = variants.pageParam === 'ignored' ? 0 : skipped * list.limit;
  return {
    page: list.page,
    offset,
    limit: list.limit,
    count: rows.length,
    data: rows.slice(offset, offset + list.limit),
  };
}

export function picked(row: Row, select: readonly string[], always: readonly string[]): Row {
  if (select.length === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => always.includes(name) || select.includes(name)));
}
