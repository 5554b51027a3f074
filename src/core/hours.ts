import { dayAfter, instantOf, localOf, MINUTES_OF_DAY, type Weekday, weekdayOf } from './zones.ts';

/** Business hours: when a team is there, and how long somebody has waited of that time. */

/** Minutes since midnight; the end lies on the next day where it is above 24 hours. */
export type Span = readonly [from: number, to: number];

export type Hours = {
  readonly zone: string;
  readonly week: Readonly<Record<Weekday, readonly Span[]>>;
  /** Days that differ from the week: `2026-12-24`, or `12-24` in every year. */
  readonly days: ReadonlyMap<string, readonly Span[]>;
};

/** No team is away for longer. */
const MOST_DAYS = 800;

const spansOn = ({ week, days }: Hours, day: string): readonly Span[] =>
  days.get(day) ?? days.get(day.slice(5)) ?? week[weekdayOf(day)];

/** Whether the team is there at this moment. */
export const isOpen = (hours: Hours, at: number): boolean => {
  const today = localOf(hours.zone, at).day;
  return [dayAfter(today, -1), today].some((day) => instantsOn(hours, day).some(([from, to]) => from <= at && at < to));
};

/** When so much time in which the team is there has passed since then; null when that never happens. */
export const openTimeAfter = (hours: Hours, since: number, ms: number): number | null => {
  let left = ms;
  let counted = since;
  const first = dayAfter(localOf(hours.zone, since).day, -1);
  for (let count = 0; count < MOST_DAYS; count += 1) {
    for (const [from, to] of instantsOn(hours, dayAfter(first, count))) {
      const begin = Math.max(from, counted);
      if (to <= begin) continue;
      if (to - begin >= left) return begin + left;
      left -= to - begin;
      counted = to;
    }
  }
  return null;
};

const instantsOn = (hours: Hours, day: string): readonly Span[] =>
  spansOn(hours, day)
    .map(([from, to]): Span => [instantAt(hours, day, from), instantAt(hours, day, to)])
    .toSorted(([a], [b]) => a - b);

const instantAt = ({ zone }: Hours, day: string, minutes: number): number =>
  minutes < MINUTES_OF_DAY
    ? instantOf(zone, { day, minutes })
    : instantOf(zone, { day: dayAfter(day, 1), minutes: minutes - MINUTES_OF_DAY });
