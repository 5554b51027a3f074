import { AUDIT, AuditEntry } from '../app/audit.ts';
import type { StoreReader } from '../store/read.ts';
import { type Around, CommandFailed, EXIT_USAGE } from './command.ts';
import { eachRecord } from './kept.ts';

/** Who did and looked up what from Slack, as lines for people or as CSV. */

export type AuditWish = {
  readonly csv?: boolean | undefined;
  readonly since?: string | undefined;
  readonly member?: string | undefined;
  readonly case?: string | undefined;
};

const COLUMNS = ['at', 'member', 'did', 'what', 'case', 'about', 'link', 'channel', 'thread', 'outcome'] as const;

export const printAudit = async (reader: StoreReader, wish: AuditWish, print: Around['print']): Promise<void> => {
  const since = momentIn(wish.since);
  checkIds(wish);
  const cases = new Map<string, string>();
  let entries = 0;
  if (wish.csv === true) print(COLUMNS.join(','));
  for await (const { value } of eachRecord(reader, AUDIT)) {
    const entry = AuditEntry.safeParse(value).data;
    if (entry === undefined || entry.at < since || (wish.member ?? entry.member) !== entry.member) continue;
    const ofCase = entry.link === null ? '' : await caseOf(reader, entry.link, cases);
    if (wish.case !== undefined && wish.case !== ofCase && wish.case !== entry.about) continue;
    entries += 1;
    const row = { ...entry, at: new Date(entry.at).toISOString(), case: ofCase };
    const cells = COLUMNS.map((column) => row[column] ?? '');
    print(wish.csv === true ? cells.map(cell).join(',') : cells.filter((text) => text !== '').join(' · '));
  }
  if (entries === 0 && wish.csv !== true) print('0 entries');
};

/** An id that cannot be one would find nothing, and look like nothing having been done. */
const checkIds = ({ member, case: id }: AuditWish): void => {
  if (member !== undefined && !/^[UW][A-Z0-9]+$/u.test(member))
    throw new CommandFailed(`“${member}” is not the id of a member: --member U0123ABCD`, EXIT_USAGE);
  if (id !== undefined && !/^(?:\d{1,19}|giosg:\S+)$/u.test(id))
    throw new CommandFailed(`“${id}” is not the number of a case: --case 72`, EXIT_USAGE);
};

const momentIn = (given: string | undefined): number => {
  if (given === undefined) return 0;
  const at = Date.parse(given);
  if (Number.isNaN(at)) throw new CommandFailed(`“${given}” is not a date: --since 2026-11-01`, EXIT_USAGE);
  return at;
};

/** The current case of a link; the end of its key is the first one. */
const caseOf = async (reader: StoreReader, link: string, known: Map<string, string>): Promise<string> => {
  const before = known.get(link);
  if (before !== undefined) return before;
  const stored = await reader.record('link', link);
  const current = /"case":\{"id":"(\d+)"/u.exec(JSON.stringify(stored ?? null))?.[1] ?? link.split(':').at(-1) ?? '';
  known.set(link, current);
  return current;
};

/** A spreadsheet takes some beginnings for a formula. */
const cell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
