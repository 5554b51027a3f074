import { z } from 'zod';
import type { Case } from '../core/case.ts';
import { CaseId, compareIds, type ContactId } from '../core/ids.ts';
import type { CasePage } from '../core/ports.ts';
import { Failure } from '../delivery/errors.ts';
import { allAtOnce, casePage, isBadRequest, isCutOff, pageOfAll, sizeOf } from './case-pages.ts';
import { ifFound } from './contacts.ts';
import type { Room } from './room.ts';
import { CaseRow, looseList, type Page, pageOf, words } from './schema.ts';
import { countStumbles, STUMBLED_REST_MS } from './server-errors.ts';
import { askedIn, caseFrom, stateOf } from './translate.ts';
import { ifServed, PAGE_ROWS, walk } from './walk.ts';

const CaseOrNone = CaseRow.nullable();

export const caseRow = async (room: Room, id: CaseId): Promise<CaseRow | null> => {
  const { call, people, statuses } = room;
  const read = (...relations: readonly string[]): Promise<CaseRow | null> => {
    const query = relations.map((name) => ['relations', name] as const);
    return ifFound(call({ verb: 'GET', path: 'crm/objects/case/{id}', id, query }, CaseOrNone));
  };
  const row = await readWithMost(room, read);
  if (row === null) return null;
  statuses.meet(row.status);
  people.meet({ case: row });
  return row;
};

/** The single case documents only its contact; the list names the others. */
const RELATIONS: readonly (readonly string[])[] = [
  ['contact', 'users', 'tags', 'fields'],
  ['contact', 'users'],
  ['contact'],
];

/** With all that this server is known to show; less, where it refuses some of it. */
const readWithMost = async (
  { shows, now }: Room,
  read: (...relations: readonly string[]) => Promise<CaseRow | null>,
): Promise<CaseRow | null> => {
  let stumbled = false;
  for (const [less, relations] of RELATIONS.entries()) {
    if (less < shows.less || (less < shows.stumbledBelow && shows.restsUntil > now())) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- the next is only asked after a refusal
      const row = await read(...relations);
      shows.stumbles.worked(less);
      if (stumbled) Object.assign(shows, { stumbledBelow: less, restsUntil: now() + STUMBLED_REST_MS });
      else shows.less = Math.max(shows.less, less);
      return row;
    } catch (error) {
      const isRefusal = error instanceof Failure && error.facts.kind === 'permanent';
      const isStumble = !isRefusal && shows.stumbles.isRefusal(less, error);
      if (!(isRefusal || isStumble) || less === RELATIONS.length - 1) throw error;
      stumbled ||= isStumble;
    }
  }
  return null;
};

export const caseOf = async (room: Room, row: CaseRow): Promise<Case> => {
  const read = caseFrom(row, await room.contacts.complete(row.contact), room.own.ids);
  const asked = await room.people.departmentsOf(askedIn(row, room.own.ids));
  return { ...read, departments: [...new Set([...read.departments, ...asked])] };
};

export const getCase = async (room: Room, id: CaseId): Promise<Case | null> => {
  const row = await caseRow(room, id);
  return row === null ? null : caseOf(room, row);
};

/** What is listed shows its contact as far as it is known; asking for each would cost a call a case. */
const listed = (room: Room, row: CaseRow): Case => caseFrom(row, room.contacts.remembered(row.contact), room.own.ids);

const isOpen = (row: CaseRow): boolean => stateOf(row.status) !== 'closed';

const QUEUE = new Set(['queue', 'queued']);
const PAGES_PER_STATUS = 1_000_000;
/** A state that was never published and has more cases than this is one of done work, whatever its name. */
const MAX_OF_LEARNED = 500;

/** Lists what is not closed, status by status. A page's number tells the status and the page within its list. */
export const openCasesBy = (room: Room): ((page: number) => Promise<CasePage>) => {
  /** Words that this server does not take, and until when they are not asked for. */
  const refused = new Map<string, number>();
  const stumbles = countStumbles<string>();
  const isRefused = (word: string): boolean => (refused.get(word) ?? 0) > room.now();
  // The page before, to notice a server that gives the same page again and again.
  const ids = new Map<number, string>();
  let asked = room.statuses.open();
  let filterIgnored = false;
  let rounds = 0;
  /** The name of the queue, once a case was seen in it: the other spelling is not asked for any more. */
  let queue: string | null = null;

  /** After the first round, as long as nobody knows which of its two names the queue has, they take turns. */
  const wordsOfRound = (): readonly string[] => {
    rounds += 1;
    const spellings = [...QUEUE];
    const wanted = queue ?? spellings[rounds % spellings.length];
    return room.statuses.open().filter((word) => rounds === 1 || !QUEUE.has(word) || word === wanted);
  };

  // After the last word comes null, without a filter, for a server that refuses every one of them.
  const afterList = (at: number): number | null => {
    const next = at + 1;
    if (filterIgnored || next > asked.length) return null;
    return next < asked.length || asked.every(isRefused) ? next * PAGES_PER_STATUS : null;
  };

  const isRepeated = (page: number, read: Page<CaseRow>): boolean => {
    const here = read.good.map((row) => row.id).join();
    ids.set(page, here);
    // Pages 0 and 1 are the same where pages are counted from one.
    return page % PAGES_PER_STATUS > 1 && ids.get(page - 1) === here;
  };

  const following = (page: number, read: Page<CaseRow>): number | null => {
    const [at, number] = placeOf(page);
    const isWhole = sizeOf(read) === 0 || (number === 0 && read.count !== null && sizeOf(read) >= read.count);
    const isOfDoneWork = room.statuses.isLearned(asked[at]) && (read.count ?? number * sizeOf(read)) > MAX_OF_LEARNED;
    return isWhole || isOfDoneWork ? afterList(at) : page + 1;
  };

  const readPage = async (page: number, status: string | null): Promise<CasePage> => {
    const [at, number] = placeOf(page);
    const where = status === null ? null : `status|eq|${status}`;
    const { paging } = room.shows;
    const read = where === null ? await pageOfAll(room, number) : await casePage(room, { number, where });
    // What was refused may have been how the list was cut, and no word.
    if (room.shows.paging !== paging) refused.clear();
    filterIgnored ||= read.good.some((row) => isForeign(row, status));
    if (status !== null && QUEUE.has(status) && read.good.length > 0 && !filterIgnored) queue = status;
    const repeated = isRepeated(page, read) || (number === 0 && isCutOff(room, read));
    const rows = repeated ? await allAtOnce(room, where, read) : read.good;
    const cases = rows.filter(isOpen).map((row) => listed(room, row));
    return { cases, next: repeated ? afterList(at) : following(page, read) };
  };

  const list = async (page: number): Promise<CasePage> => {
    const [at] = placeOf(page);
    if (at > asked.length) return { cases: [], next: null };
    const status = asked[at] ?? null;
    if (status !== null && isRefused(status)) return skip(at);
    try {
      const read = await readPage(page, status);
      if (status !== null) stumbles.worked(status);
      return read;
    } catch (error) {
      const until = status === null ? null : refusedUntil(status, error);
      if (status === null || until === null) throw error;
      refused.set(status, until);
      return skip(at);
    }
  };

  const refusedUntil = (word: string, error: unknown): number | null => {
    if (isBadRequest(error)) return Number.POSITIVE_INFINITY;
    const isGuess = QUEUE.has(word) || room.statuses.isLearned(word);
    return isGuess && stumbles.isRefusal(word, error) ? room.now() + STUMBLED_REST_MS : null;
  };

  const skip = (at: number): Promise<CasePage> | CasePage => {
    const next = afterList(at);
    return next === null ? { cases: [], next } : list(next);
  };

  return async (page) => {
    if (page === 0) {
      if (!filterIgnored && room.statuses.isCensusDue()) await census(room);
      ids.clear();
      filterIgnored = false;
      asked = wordsOfRound();
    }
    return list(page);
  };
};

const placeOf = (page: number): readonly [list: number, number: number] => [
  Math.floor(page / PAGES_PER_STATUS),
  page % PAGES_PER_STATUS,
];

const JustStatus = z.object({ status: words });

/** Looks at both ends of the list of all cases, one of which is the newest, for words of states not met before. */
const census = async ({ call, statuses }: Room): Promise<void> => {
  const look = async (number: number): Promise<Page<unknown>> => {
    const query = [
      ['limit', PAGE_ROWS],
      ['page', String(number)],
    ] as const;
    const page = await call({ verb: 'GET', path: 'crm/objects/case', query }, pageOf(JustStatus));
    for (const { status } of page.good) statuses.meet(status);
    return page;
  };
  try {
    const first = await look(0);
    const pages = Math.ceil((first.count ?? 0) / (sizeOf(first) || 1));
    // The last page, whether they are counted from zero or from one.
    for (const number of pages > 1 ? [pages - 1, pages] : []) await look(number);
  } catch (error) {
    // The list itself is read next, and says what is wrong.
    if (!(error instanceof Failure)) throw error;
  }
};

/** A row of another status shows that the filter is ignored: then the first list already has everything. */
const isForeign = (row: CaseRow, status: string | null): boolean => {
  const given = row.status?.toLowerCase();
  const asked = status?.toLowerCase();
  if (asked === undefined || given === undefined || given === asked) return false;
  return !(QUEUE.has(given) && QUEUE.has(asked));
};

const MAX_PAGES_OF_CONTACT = 20;
const MAX_PAGES_OF_ALL = 100;

/** Every case of one contact; null where the server lists none by contact. */
const rowsOf = async (room: Room, contact: ContactId): Promise<readonly CaseRow[] | null> => {
  const filtered = await ifServed(
    walk({
      page: (number) => casePage(room, { number, where: `contactId|eq|${contact}` }),
      maxPages: MAX_PAGES_OF_CONTACT,
      foreign: (row) => row.contact.id !== contact,
    }),
  );
  return filtered?.complete === true ? filtered.rows : relatedCases(room, contact);
};

/** The cases before this one in its chain, oldest first; only the first where the server lists none by contact. */
export const casesBefore = async (room: Room, of: Case): Promise<readonly CaseId[]> => {
  if (of.id === CaseId.parse(of.chain)) return [];
  const rows = (await rowsOf(room, of.contact.id)) ?? [];
  const listedBefore = rows.map((row) => listed(room, row)).filter((one) => one.chain === of.chain);
  const ids = [CaseId.parse(of.chain), ...listedBefore.map((one) => one.id)];
  return [...new Set(ids)].filter((id) => compareIds(id, of.id) < 0).toSorted(compareIds);
};

/** Cases of one contact that are not closed, by the filter, else by the contact's own list, else out of all. */
export const openCasesOf = async (
  room: Room,
  contact: ContactId,
  allOpen: (page: number) => Promise<CasePage>,
): Promise<readonly Case[]> => {
  const rows = await rowsOf(room, contact);
  if (rows !== null) return rows.filter(isOpen).map((row) => listed(room, row));
  const found = new Map<string, Case>();
  let page: number | null = 0;
  for (let read = 0; page !== null && read < MAX_PAGES_OF_ALL; read += 1) {
    const { cases, next } = await allOpen(page);
    for (const one of cases) if (one.contact.id === contact) found.set(one.id, one);
    page = next;
  }
  return [...found.values()];
};

const relatedCases = async ({ call }: Room, contact: ContactId): Promise<readonly CaseRow[] | null> => {
  const path = 'crm/objects/contact/{id}';
  const WithCases = z.object({ cases: looseList(CaseRow) });
  const found = await ifServed(call({ verb: 'GET', path, id: contact, query: [['relations', 'cases']] }, WithCases));
  const rows = found?.cases.good ?? null;
  return found?.cases.bad === 0 && rows?.every((row) => row.contact.id === contact) ? rows : null;
};
