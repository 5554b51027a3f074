import { Failure } from '../delivery/errors.ts';

/** What the doctor finds: one finding for each thing, judged apart from all others. */
export type Finding = {
  readonly group: string;
  readonly item: string;
  /** `open`: not provable from here. */
  readonly result: 'proven' | 'wrong' | 'open';
  readonly found: string;
  /** What to do; always there unless it is proven. */
  readonly fix?: string;
};

export type Judged = Omit<Finding, 'group'>;

export const proven = (item: string, found: string): Judged => ({ item, result: 'proven', found });
export const wrong = (item: string, found: string, fix: string): Judged => ({ item, result: 'wrong', found, fix });
export const open = (item: string, found: string, fix: string): Judged => ({ item, result: 'open', found, fix });

export const inGroup = (group: string, findings: readonly Judged[]): readonly Finding[] =>
  findings.map((finding) => ({ group, ...finding }));

/** What a call that failed says about the item it was made for. */
export type Explain = (failure: Failure) => Judged;

export const judge = async (work: Promise<Judged>, explain: Explain): Promise<Judged> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) return explain(error);
    throw error;
  }
};

/** The vendor's own word, or the status, or what the network said. */
export const reasonOf = ({ facts }: Failure): string => {
  const said = facts.word ?? (facts.status === undefined ? networkCode(facts.cause) : `HTTP ${facts.status}`);
  return said ?? 'no answer';
};

const MAX_CAUSES = 6;

const networkCode = (error: unknown): string | null => {
  let at = error;
  for (let depth = 0; at instanceof Error && depth < MAX_CAUSES; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^E[A-Z]+$/u.test(at.code)) return at.code;
    at = 'original' in at ? at.original : at.cause;
  }
  return null;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const agoInWords = (at: number, now: number): string => {
  const ms = Math.max(0, now - at);
  if (ms < 2 * MINUTE) return `${Math.round(ms / 1000)} s ago`;
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min ago`;
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h ago` : `${Math.round(ms / DAY)} days ago`;
};
