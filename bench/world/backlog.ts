import { z } from 'zod';
import { FIRST_OWED, PER_LINK } from './cases.ts';

/** What was owed before a run, as it arrives: when, how much, and whether each link's came in its order and once. */

export const Arrivals = z.object({
  arrived: z.number(),
  /** In ms since 1970; null before the first. */
  first: z.number().nullable(),
  last: z.number().nullable(),
  /** Of each side: the first of it. */
  firstOf: z.object({ slack: z.number().nullable(), acquire: z.number().nullable() }),
  disordered: z.number(),
  calls: z.record(z.string(), z.number()),
});
export type Arrivals = z.infer<typeof Arrivals>;

export type Backlog = {
  readonly note: (side: 'slack' | 'acquire', mark: number) => void;
  readonly report: (calls: ReadonlyMap<string, number>) => Arrivals;
};

export const createBacklog = (): Backlog => {
  const latest = new Map<string, number>();
  const firstOf: { slack: number | null; acquire: number | null } = { slack: null, acquire: null };
  let arrived = 0;
  let disordered = 0;
  let last: number | null = null;

  return {
    note: (side, mark) => {
      if (mark < FIRST_OWED) return;
      const at = performance.timeOrigin + performance.now();
      arrived += 1;
      last = at;
      firstOf[side] ??= at;
      const lane = `${side}:${Math.floor((mark - FIRST_OWED) / PER_LINK)}`;
      // Equal: it came twice.
      if ((latest.get(lane) ?? 0) >= mark) disordered += 1;
      latest.set(lane, Math.max(mark, latest.get(lane) ?? 0));
    },
    report: (calls) => {
      const firsts = Object.values(firstOf).filter((at) => at !== null);
      const first = firsts.length === 0 ? null : Math.min(...firsts);
      return { arrived, first, last, firstOf, disordered, calls: Object.fromEntries(calls) };
    },
  };
};
