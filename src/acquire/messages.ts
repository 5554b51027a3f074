import { z } from 'zod';
import { compareIds, MessageId } from '../core/ids.ts';
import type { Call } from './http.ts';
import { type CaseRef, type Reader, type Rows, readersOf } from './readers.ts';
import { type MessageRow, messageId, type Page, pageOf } from './schema.ts';
import { countStumbles, STUMBLED_REST_MS } from './server-errors.ts';
import { ifServed } from './walk.ts';

/**
 * Reads the messages of a case by whichever way works on this account, remembers it, and looks for another one when it
 * stops working.
 */
export const messagesBy = (call: Call, now: () => number): ((ref: CaseRef) => Promise<Rows>) => {
  const readers = readersOf(call);
  const resting = new Map<Reader, number>();
  const stumbles = countStumbles<Reader>();
  let trusted: Reader | null = null;

  const rests = (reader: Reader): boolean => (resting.get(reader) ?? 0) > now();

  const attempt = async (reader: Reader, ref: CaseRef): Promise<Got> => {
    try {
      const got = await reader(ref);
      stumbles.worked(reader);
      if (got === null) resting.set(reader, now() + REST_MS);
      return { got };
    } catch (error) {
      if (!stumbles.isRefusal(reader, error)) throw error;
      resting.set(reader, now() + STUMBLED_REST_MS);
      return { got: null, error };
    }
  };

  /** Goes through the others until one shows the whole; what several show in part is put together. */
  const search = async (ref: CaseRef, tried: Got & { readonly reader: Reader | null }): Promise<Rows> => {
    const untried = readers.filter((reader) => reader !== tried.reader);
    const awake = untried.filter((reader) => !rests(reader));
    let sum = tried.got;
    let best = hasRows(tried.got) ? tried.reader : null;
    let isAnswered = tried.got !== null;
    let { error } = tried;
    // Nobody must be left out for good by one odd case: when all rest, all are asked.
    for (const reader of awake.length > 0 || hasRows(sum) ? awake : untried) {
      const { got, error: stumbled } = await attempt(reader, ref);
      isAnswered ||= got !== null;
      error ??= stumbled;
      if (!hasRows(got)) continue;
      sum = together(sum, got);
      if (best === null || got.complete) best = reader;
      if (got.complete) break;
    }
    // Nobody said anything about this case, and not because nobody can.
    if (!isAnswered && error !== undefined) throw error;
    if (best === null) return { rows: [], complete: trusted !== null && tried.got?.complete === true, bad: 0 };
    trusted = best;
    return sum ?? nothing;
  };

  return async (ref) => {
    const reader = trusted;
    const { got, error }: Got = reader === null ? { got: null } : await attempt(reader, ref);
    // A case without a single message is rare, and a way that has stopped working may look just like it.
    if (got?.complete === true && hasRows(got)) return got;
    return search(ref, { reader, got, error });
  };
};

/** `error`: what the server stumbled over, where that is why nothing is shown. */
type Got = { readonly got: Rows | null; readonly error?: unknown };

const REST_MS = 10 * 60_000;
const nothing: Rows = { rows: [], complete: false, bad: 0 };

const hasRows = (got: Rows | null): got is Rows => got !== null && got.rows.length > 0;

const together = (a: Rows | null, b: Rows): Rows => {
  const rows = new Map<string, MessageRow>();
  for (const row of [...(a?.rows ?? []), ...b.rows]) rows.set(row.id, row);
  return { rows: [...rows.values()], complete: a?.complete === true || b.complete, bad: b.bad };
};

const JustId = z.object({ id: messageId });

/**
 * The highest message id of the account, from the two ends of the list of all messages, whichever way it is sorted.
 * Null when anything looks odd: a wrong answer would be taken for the past.
 */
export const newestMessage = (call: Call): Promise<MessageId | null> => ifServed(highestId(call));

const highestId = async (call: Call): Promise<MessageId | null> => {
  const row = async (page: number): Promise<{ id: string | undefined; page: Page<{ id: string }> }> => {
    const query = [
      ['limit', '1'],
      ['page', String(page)],
    ] as const;
    const read = await call({ verb: 'GET', path: 'crm/objects/case-message', query }, pageOf(JustId));
    return { id: read.good[0]?.id, page: read };
  };
  const first = await row(0);
  const { count } = first.page;
  if (count === null || count === 0 || first.id === undefined || first.page.good.length !== 1) return null;
  if (count === 1) return MessageId.parse(first.id);
  // Counted from zero the last page is `count - 1`, counted from one it is `count`, and one more is past the end.
  const [second, last, end] = [await row(1), await row(count - 1), await row(count)];
  const ends = [last.id, end.id].filter((id) => id !== undefined);
  if (ends.every((id) => id === first.id)) return null;
  const highest = ends.reduce((a, b) => (compareIds(a, b) > 0 ? a : b), first.id);
  const rising = compareIds(highest, first.id) > 0;
  const falling = second.id !== undefined && compareIds(first.id, second.id) >= 0 && highest === first.id;
  return rising || falling ? MessageId.parse(highest) : null;
};
