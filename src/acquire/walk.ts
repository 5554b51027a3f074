import { Failure } from '../delivery/errors.ts';
import type { Page } from './schema.ts';

/** Reading a list page by page, from a server whose paging is hardly documented. */

export type Walked<T> = {
  readonly rows: readonly T[];
  /** The end was reached and every row on the way could be read. */
  readonly complete: boolean;
  readonly bad: number;
};

export type Walk<T> = {
  readonly page: (number: number) => Promise<Page<T>>;
  readonly maxPages: number;
  /** A row that the filter should have kept out shows that the filter is ignored: the walk gives null at once. */
  readonly foreign?: (row: T) => boolean;
};

// The size of a page when no limit is asked for, as far as a sample shows: what is shorter was not cut off.
const DEFAULT_LIMIT = 20;

/** The limit we ask for; a server may give fewer. */
export const PAGE_ROWS = '100';

export const walk = async <T extends { readonly id: string }>(options: Walk<T>): Promise<Walked<T> | null> => {
  const seen = new Map<string, T>();
  let bad = 0;
  let count: number | null = null;
  let ended = false;
  for (let number = 0; number < options.maxPages && !ended; number += 1) {
    const page = await options.page(number);
    if (page.good.some((row) => options.foreign?.(row) === true)) return null;
    const before = seen.size;
    for (const row of page.good) seen.set(row.id, row);
    bad += page.bad;
    count = page.count ?? count;
    const size = page.good.length + page.bad;
    // A page that brings nothing new: paging is ignored, or the server counts from one and pages 0 and 1 are the same.
    if (size > 0 && seen.size === before && number > 1) break;
    ended = size === 0 || (count === null ? number === 0 && size < DEFAULT_LIMIT : seen.size + bad >= count);
  }
  const whole = count === null ? ended : seen.size >= count;
  return { rows: [...seen.values()], complete: whole && bad === 0, bad };
};

/** A call that may name something this server does not have: null when it says so. */
export const ifServed = async <T>(asked: Promise<T>): Promise<T | null> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && (error.facts.kind === 'not_found' || error.facts.kind === 'permanent')) return null;
    throw error;
  }
};
