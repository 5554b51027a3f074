import type { Written } from './evidence.ts';

/** What a check may find wrong, and what it counts that is not wrong. */

export const FAULTS = ['lost', 'doubled', 'reordered', 'leaked', 'outdated', 'stuck'] as const;
export type FaultKind = (typeof FAULTS)[number];

export type Findings = {
  readonly wrong: { readonly kind: FaultKind; readonly what: string }[];
  /** Behind later ones, because it was told after they were sent. */
  late: number;
  /** Outcome not to be determined: a person is asked. */
  unknown: number;
  held: number;
  dead: number;
  /** What reached the customers, and the threads. */
  toCases: number;
  toThreads: number;
};

export const noFindings = (): Findings => ({
  wrong: [],
  late: 0,
  unknown: 0,
  held: 0,
  dead: 0,
  toCases: 0,
  toThreads: 0,
});

export type Order<T> = {
  /** Its place by the source. */
  readonly place: (one: Written<T>) => string | number;
  /** When the engine owed it, and when the app was told of it. */
  readonly owedAt: (one: Written<T>) => number;
  readonly toldAt: (one: Written<T>) => number;
  /** How long after it was owed another, already in hand, may still go first. */
  readonly inHandMs: number;
  /** From being told of something to owing it, when everything else goes wrong too. */
  readonly workedOnMs: number;
};

/** Splits what came behind something of a later place: withheld from us until then, or our own doing. */
export const disorderOf = <T>(arrived: readonly Written<T>[], order: Order<T>) => {
  const late: Written<T>[] = [];
  const reordered: { one: Written<T>; behind: Written<T> }[] = [];
  for (const [index, one] of arrived.entries()) {
    const overtakers = arrived.slice(0, index).filter((other) => order.place(other) > order.place(one));
    if (overtakers.length === 0) continue;
    const known = Math.min(order.owedAt(one) + order.inHandMs, order.toldAt(one) + order.workedOnMs);
    const behind = overtakers.find(({ startedAt }) => startedAt > known);
    if (behind === undefined) late.push(one);
    else reordered.push({ one, behind });
  }
  return { late, reordered };
};
