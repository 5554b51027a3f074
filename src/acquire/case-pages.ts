import { Failure } from '../delivery/errors.ts';
import type { Room } from './room.ts';
import { type CaseRow, CaseRows, type Page } from './schema.ts';
import { PAGE_ROWS } from './walk.ts';

/** Pages of the list of cases. That it takes `limit` and `page` was published for other lists only. */

export type Asked = { readonly number: number; readonly where: string | null; readonly limit?: string };

/** In the order in which they are tried. */
const PAGINGS = [
  { limits: true, pages: true },
  { limits: false, pages: true },
  { limits: true, pages: false },
  { limits: false, pages: false },
] as const;

const BAD_REQUEST = 400;
export const isBadRequest = (error: unknown): boolean => error instanceof Failure && error.facts.status === BAD_REQUEST;

const EMPTY: Page<CaseRow> = { good: [], bad: 0, count: null };

export const casePage = async (room: Room, { number, where, limit = PAGE_ROWS }: Asked): Promise<Page<CaseRow>> => {
  const { limits, pages } = PAGINGS[room.shows.paging] ?? PAGINGS[0];
  if (number > 0 && !pages) return EMPTY;
  const filter = where === null ? [] : ([['where', where]] as const);
  const size = limits ? ([['limit', limit]] as const) : [];
  const place = pages ? ([['page', String(number)]] as const) : [];
  const query = [...filter, ['relations', 'contact'], ...size, ...place] as const;
  const page = await room.call({ verb: 'GET', path: 'crm/objects/case', query }, CaseRows);
  if (page.bad > 0) room.onBadRows(page.bad, 'crm/objects/case');
  for (const row of page.good) room.statuses.meet(row.status);
  return page;
};

/** A page of the list without a condition: nothing is left to be refused but how it is cut into pages. */
export const pageOfAll = async (room: Room, number: number): Promise<Page<CaseRow>> => {
  const { shows } = room;
  const known = shows.paging;
  for (;;) {
    try {
      return await casePage(room, { number, where: null });
    } catch (error) {
      const isLast = shows.paging === PAGINGS.length - 1;
      shows.paging = isBadRequest(error) && !isLast ? shows.paging + 1 : known;
      if (shows.paging === known) throw error;
    }
  }
};

/** Where pages are refused, what the first does not show is not shown by another. */
export const isCutOff = ({ shows }: Room, page: Page<unknown>): boolean =>
  PAGINGS[shows.paging]?.pages === false && (page.count ?? 0) > sizeOf(page);

export const sizeOf = (page: Page<unknown>): number => page.good.length + page.bad;

const MAX_AT_ONCE = 5_000;

/** A server that ignores pages may still take a larger limit; what it keeps back is counted. */
export const allAtOnce = async (room: Room, where: string | null, page: Page<CaseRow>): Promise<readonly CaseRow[]> => {
  const total = Math.min(page.count ?? 0, MAX_AT_ONCE);
  if (total <= sizeOf(page)) return page.good;
  const whole = await casePage(room, { number: 0, where, limit: String(total) });
  const missing = (page.count ?? 0) - sizeOf(whole);
  if (missing > 0) room.onBadRows(missing, 'crm/objects/case');
  return whole.good;
};
