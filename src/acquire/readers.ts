import { z } from 'zod';
import type { CaseId, ChainId, ContactId } from '../core/ids.ts';
import type { Call } from './http.ts';
import { caseId, looseList, MessageRow, MessageRows } from './schema.ts';
import { ifServed, PAGE_ROWS, walk } from './walk.ts';

/** The ways in which messages of a case may be read; none is certain to work on a given account. */

export type CaseRef = { readonly id: CaseId; readonly chain: ChainId; readonly contact: ContactId };

export type Rows = { readonly rows: readonly MessageRow[]; readonly complete: boolean; readonly bad: number };

/** Null: this way does not work here. */
export type Reader = (ref: CaseRef) => Promise<Rows | null>;

const MAX_PAGES = 60;
const MAX_PAGES_UNFILTERED = 20;
const PATH = 'crm/objects/case-message';

// A list without a total that stops at such a number may have been cut off there.
const LIKELY_CAPS = new Set([20, 25, 50, 100, 200, 250, 500, 1_000]);

/** In the order of trust. */
export const readersOf = (call: Call): readonly Reader[] => {
  const filter = { ignored: false };
  return [
    filteredList(call, filter, []),
    // The row may name its case only where the case is asked for.
    filteredList(call, filter, [['relations', 'case']]),
    relationOfCase(call),
    messagesOfThread(call),
    wholeList(call, filter),
  ];
};

type Filter = { ignored: boolean };
type Query = readonly (readonly [string, string])[];

const filteredList =
  (call: Call, filter: Filter, extra: Query): Reader =>
  async ({ id }) => {
    let unnamed = false;
    const found = await ifServed(
      walk({
        page: (page) => messagePage(call, page, [['where', `caseId|eq|${id}`], ...extra]),
        maxPages: MAX_PAGES,
        foreign: (row) => {
          unnamed ||= row.caseId === null;
          filter.ignored ||= row.caseId !== null && row.caseId !== id;
          return row.caseId !== id;
        },
      }),
    );
    // Other rows than those asked for, and each named its case: the filter does nothing here.
    if (found === null) return null;
    if (!unnamed && found.rows.length > 0) filter.ignored = false;
    return found;
  };

/** Where the filter does nothing, a small account can still be read whole. */
const wholeList =
  (call: Call, filter: Filter): Reader =>
  async ({ id }) => {
    if (!filter.ignored) return null;
    const found = await ifServed(walk({ page: (page) => messagePage(call, page, []), maxPages: MAX_PAGES_UNFILTERED }));
    return found === null ? null : { ...found, rows: found.rows.filter((row) => row.caseId === id) };
  };

const messagePage = (call: Call, page: number, query: Query) =>
  call({ verb: 'GET', path: PATH, query: [...query, ['limit', PAGE_ROWS], ['page', String(page)]] }, MessageRows);

const CaseWithMessages = z.object({
  id: caseId,
  messages: looseList(MessageRow).nullable().catch(null),
  lastMessage: MessageRow.nullable().catch(null),
});

const relationOfCase =
  (call: Call): Reader =>
  async ({ id }) => {
    const found = await ifServed(
      call({ verb: 'GET', path: 'crm/objects/case/{id}', id, query: [['relations', 'messages']] }, CaseWithMessages),
    );
    return found?.messages ? ofThisCase(found.messages, id) : null;
  };

const ThreadAnswer = z.union([
  z.array(z.unknown()),
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data),
]);

/** Documented as a list of messages, shown in its only sample as a list of cases with their last message. */
const messagesOfThread =
  (call: Call): Reader =>
  async ({ id, chain, contact }) => {
    const query: Query = [
      ['contactId', contact],
      ['threadId', chain],
    ];
    const items = await ifServed(call({ verb: 'GET', path: 'crm/messenger/chat/messages', query }, ThreadAnswer));
    if (items === null) return null;
    const ours = items
      .map((item) => CaseWithMessages.safeParse(item).data)
      .find((one) => one?.id === id && (one.messages !== null || one.lastMessage !== null));
    if (ours?.messages) return ofThisCase(ours.messages, id);
    if (ours?.lastMessage) return { rows: [ours.lastMessage], complete: false, bad: 0 };
    const rows = items.filter((item) => typeof item === 'object' && item !== null && 'senderType' in item);
    return rows.length === 0 ? null : ofThisCase(looseList(MessageRow).parse(rows), id);
  };

const ofThisCase = ({ good, bad }: { good: readonly MessageRow[]; bad: number }, id: CaseId): Rows => ({
  // A row that does not name its case was found under it.
  rows: good.filter((row) => row.caseId === null || row.caseId === id),
  complete: bad === 0 && !LIKELY_CAPS.has(good.length + bad),
  bad,
});
