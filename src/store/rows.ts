import type { Json, Reminders } from '../delivery/ports.ts';

/** A row as a driver hands it over: every column is checked where it is read. */
export type Row = Readonly<Record<string, unknown>>;

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} holds no text`);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function int(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} holds no number`);
  return value;
}

export function intOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : int(row, column);
}

/** The earliest of several moments; null when there is none. */
export function earliest(row: Row, columns: readonly string[]): number | null {
  const moments = columns.map((column) => intOrNull(row, column)).filter((moment) => moment !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}

export function json(row: Row, column: string): Json {
  const value: Json = JSON.parse(text(row, column));
  return value;
}

/** Undefined members are left out, as everywhere in JSON; undefined itself is stored as null. */
export function toJson(value: Json | undefined): string {
  return JSON.stringify(value ?? null);
}

/** A moment or a span as the columns hold it: whole milliseconds, and "for ever" as far away as can be. */
export function whole(ms: number): number {
  return Math.min(Math.ceil(ms), Number.MAX_SAFE_INTEGER);
}

export function texts(row: Row, column: string): string[] {
  return list(row, column).filter((item) => typeof item === 'string');
}

/** Earlier versions stored one list, for both states. */
export function reminders(row: Row, column: string): Reminders {
  const value: unknown = JSON.parse(text(row, column));
  if (Array.isArray(value)) return { owed: ints(value), held: ints(value) };
  if (typeof value !== 'object' || value === null) throw new TypeError(`column ${column} holds no reminders`);
  return { owed: 'owed' in value ? ints(value.owed) : [], held: 'held' in value ? ints(value.held) : [] };
}

function ints(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
}

function list(row: Row, column: string): unknown[] {
  const value: unknown = JSON.parse(text(row, column));
  if (!Array.isArray(value)) throw new TypeError(`column ${column} holds no list`);
  return value;
}
