import { z } from 'zod';
import type { ActionName } from './doors.ts';
import { parsedJson } from './foreign-text.ts';
import { type CaseAbility, ExternalId, Ordering, PageCursor, VisitorCaseId } from './visitor-case.ts';

/** What can be done with a visitor's case from Slack: only what its provider can do, the rest is refused in words. */

/** What an action needs; null where it is no action on a case of such a system. */
const NEEDS: Readonly<Record<ActionName, CaseAbility | null>> = {
  open: 'open',
  reply: 'reply',
  note: 'note',
  claim: 'assign',
  release: 'assign',
  assign: 'assign',
  snooze: 'watch',
  invite: 'assign',
  close: 'close',
  reopen: 'reopen',
  show: 'show',
  link: 'watch',
  unlink: 'watch',
  visitor: 'list',
  send: 'reply',
  keep: 'reply',
  retry: 'reply',
  undo: 'reply',
};

/** Those that casebridge offers for such a case, where its provider can. */
const OFFERED = ['show', 'link', 'unlink', 'visitor'] as const satisfies readonly ActionName[];

export type Provider = { readonly system: string; readonly abilities: ReadonlySet<CaseAbility> };

/** A system that is not set up here any more. */
export const NONE: Provider = { system: 'giosg', abilities: new Set() };

const isOffered = (action: ActionName): boolean => OFFERED.some((one) => one === action);

export const canDo = ({ abilities }: Provider, action: ActionName): boolean => {
  const needed = NEEDS[action];
  return isOffered(action) && needed !== null && abilities.has(needed);
};

const DOES: Readonly<Record<CaseAbility, string>> = {
  list: 'listed',
  show: 'shown',
  watch: 'watched',
  reply: 'answered',
  note: 'noted on',
  open: 'opened',
  close: 'closed',
  reopen: 'reopened',
  assign: 'assigned',
};

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Why something cannot be done with a case of this system, and what can. */
export const cannotDo = ({ system, abilities }: Provider): string =>
  `From here a ${system} case can only be ${listed([...abilities].map((ability) => DOES[ability]))}, so nothing was done. Do it in ${system}.`;

/** Rows of a list that one answer shows. */
export const LIST_ROWS = 12;
/** Slack takes no longer value of a button. */
const VALUE_LIMIT = 2_000;

/** Where a private answer stands in a visitor's list; travels on its buttons. */
export const ListPlace = z.object({
  visitor: ExternalId,
  ordering: Ordering,
  cursor: PageCursor.nullable(),
  /** Rows of that page before this answer. */
  skipped: z.int().nonnegative(),
});
export type ListPlace = z.infer<typeof ListPlace>;

/** One case of a visitor. */
export const CasePlace = z.object({ visitor: ExternalId, case: VisitorCaseId });
export type CasePlace = z.infer<typeof CasePlace>;

const ListValue = z.tuple([ExternalId, Ordering, PageCursor.nullable(), z.int().nonnegative()]);
const CaseValue = z.tuple([ExternalId, VisitorCaseId]);

/** Null where a button could not hold it. */
export const listValue = ({ visitor, ordering, cursor, skipped }: ListPlace): string | null => {
  const value = JSON.stringify([visitor, ordering, cursor, skipped]);
  return value.length > VALUE_LIMIT ? null : value;
};

export const readListValue = (value: string): ListPlace | null => {
  const read = ListValue.safeParse(parsedJson(value));
  if (!read.success) return null;
  const [visitor, ordering, cursor, skipped] = read.data;
  return { visitor, ordering, cursor, skipped };
};

export const caseValue = ({ visitor, case: id }: CasePlace): string => JSON.stringify([visitor, id]);

export const readCaseValue = (value: string): CasePlace | null => {
  const read = CaseValue.safeParse(parsedJson(value));
  return read.success ? { visitor: read.data[0], case: read.data[1] } : null;
};
