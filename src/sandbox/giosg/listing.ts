import { randomBytes } from 'node:crypto';
import { Refusal } from './answers.ts';
import { caseRow } from './rows.ts';
import type { CaseRecord, CursorRecord, Order, Organization, Row, VisitorRecord } from './state.ts';

/** One page of a visitor's cases, and the cursors that lead on from it: a place in the list, not a number of rows. */

const ORDERS: readonly Order[] = ['created_at', '-created_at', 'updated_at', '-updated_at'];
const PARAMETERS = ['ordering', 'cursor', 'format'];

export interface Listing {
  organization: Organization;
  visitor: VisitorRecord;
  query: URLSearchParams;
  /** Origin and path of this list, as links name it. */
  address: string;
}

export function listCases({ organization, visitor, query, address }: Listing): Row {
  checkParameters(query);
  const order = orderIn(query);
  const cursor = cursorIn(organization, { visitor, order, id: query.get('cursor') });
  const rows = sorted(organization, visitor, order);
  const { first, last } = slice(organization, rows, cursor);
  const link = (direction: CursorRecord['direction'], edge: CaseRecord | undefined): string | null => {
    if (edge === undefined) return null;
    const id = randomBytes(16).toString('hex');
    organization.cursors.set(id, { visitorId: visitor.id, order, at: placeOf(edge, order), direction });
    const ordering = query.has('ordering') ? `&ordering=${order}` : '';
    return `${address}?cursor=${id}${ordering}`;
  };
  return {
    next: last < rows.length ? link('after', rows[last - 1]) : null,
    previous: first > 0 ? link('before', rows[first]) : null,
    results: rows.slice(first, last).map((kase) => caseRow(organization, kase)),
  };
}

function checkParameters(query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (!PARAMETERS.includes(name)) throw new Refusal(400, `There is no parameter ${name}.`);
    if (query.getAll(name).length > 1) throw new Refusal(400, `${name} is given twice.`);
  }
}

function orderIn(query: URLSearchParams): Order {
  const given = query.get('ordering') ?? 'created_at';
  const order = ORDERS.find((known) => known === given);
  if (order === undefined) throw new Refusal(400, 'There is no such ordering.');
  return order;
}

interface Asked {
  visitor: VisitorRecord;
  order: Order;
  id: string | null;
}

/** A cursor is good for the list that it came from: this visitor's, in this order. */
function cursorIn(organization: Organization, { visitor, order, id }: Asked): CursorRecord | null {
  if (id === null) return null;
  const cursor = organization.cursors.get(id);
  if (cursor?.visitorId === visitor.id && cursor.order === order) return cursor;
  throw new Refusal(organization.variants.unknownCursor, 'Invalid cursor.');
}

function sorted({ cases }: Organization, visitor: VisitorRecord, order: Order): CaseRecord[] {
  return [...cases.values()]
    .filter(({ visitorId }) => visitorId === visitor.id)
    .toSorted((a, b) => compare(placeOf(a, order), placeOf(b, order), order));
}

function slice(organization: Organization, rows: readonly CaseRecord[], cursor: CursorRecord | null) {
  const { pageSizes } = organization.variants;
  const size = pageSizes[organization.pagesGiven % pageSizes.length] ?? 1;
  organization.pagesGiven += 1;
  if (cursor === null) return { first: 0, last: Math.min(size, rows.length) };
  const before = rows.filter((row) => compare(placeOf(row, cursor.order), cursor.at, cursor.order) < 0).length;
  if (cursor.direction === 'before') return { first: Math.max(before - size, 0), last: before };
  const isThere = rows.some(({ id }) => id === cursor.at.id);
  const first = before + (isThere && rows[before]?.id === cursor.at.id ? 1 : 0);
  return { first, last: Math.min(first + size, rows.length) };
}

type Place = CursorRecord['at'];

const placeOf = (kase: CaseRecord, order: Order): Place => ({
  moment: order.endsWith('created_at') ? kase.createdAt : kase.updatedAt,
  id: kase.id,
});

function compare(a: Place, b: Place, order: Order): number {
  const ascending = a.moment - b.moment || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return order.startsWith('-') ? -ascending : ascending;
}
