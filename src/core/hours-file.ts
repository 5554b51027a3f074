import { z } from 'zod';
import type { Hours, Span } from './hours.ts';
import { strict } from './strict.ts';
import { isDay, isZone, MINUTES_OF_DAY, WEEKDAYS, type Weekday } from './zones.ts';

/** Business hours as people write them in the routes file. */

const CLOCK = 'expected times such as 8:00-17:00, a list of them, or closed';

const minutesOf = (text: string): number | null => {
  const [, hours = '', minutes = '0'] = /^(\d{1,2})(?::(\d\d))?$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return hours === '' || Number(minutes) > 59 || total > MINUTES_OF_DAY ? null : total;
};

const SpanOfDay = z.string({ error: `is no time; ${CLOCK}` }).transform((text, context): Span => {
  const [from = null, to = null, ...more] = text.split('-').map((part) => minutesOf(part.trim()));
  if (from !== null && to !== null && more.length === 0 && from < MINUTES_OF_DAY && from !== to)
    return [from, to > from ? to : to + MINUTES_OF_DAY];
  context.addIssue(`is no time; ${CLOCK}`);
  return z.NEVER;
});

const Spans: z.ZodType<readonly Span[]> = z.preprocess(
  (given) => (given === 'closed' ? [] : Array.isArray(given) ? given : [given]),
  z.array(SpanOfDay),
);

const DAYS = `expected ${WEEKDAYS.join(', ')}, a range such as mon-fri, or a date such as 2026-12-24`;

const DayKey = z.string().refine((key) => isDay(key) || weekdaysIn(key) !== null, `is no day; ${DAYS}`);

const isWeekday = (text: string): text is Weekday => WEEKDAYS.some((known) => known === text);

/** `mon`, `mon-fri`, `sat-mon`, `tue, thu`. */
const weekdaysIn = (key: string): readonly Weekday[] | null => {
  const found: Weekday[] = [];
  for (const piece of key.toLowerCase().split(',')) {
    const [from = '', to = from, ...more] = piece.split('-').map((part) => part.trim());
    if (!isWeekday(from) || !isWeekday(to) || more.length > 0) return null;
    const [begin, end] = [WEEKDAYS.indexOf(from), WEEKDAYS.indexOf(to)];
    const count = ((end - begin + WEEKDAYS.length) % WEEKDAYS.length) + 1;
    for (let at = 0; at < count; at += 1) found.push(WEEKDAYS[(begin + at) % WEEKDAYS.length] ?? from);
  }
  return found;
};

const HOLIDAY = 'is no day; expected a date such as 2026-12-24, or 12-24 for every year';
const Holiday = z
  .string({ error: HOLIDAY })
  // A leap year, so that every day there can be is one.
  .refine((day) => isDay(day) || isDay(`2028-${day}`), HOLIDAY);

export const HoursOfTeam = strict({
  zone: z
    .string({ error: 'is no time zone; expected a name such as Europe/Helsinki' })
    .refine(isZone, 'is no time zone; expected a name such as Europe/Helsinki'),
  days: z.record(DayKey, Spans, { error: `is no map of days; ${DAYS}, with ${CLOCK.slice('expected '.length)}` }),
  holidays: z.array(Holiday, { error: 'is no list; expected dates such as 2026-12-24' }).default([]),
}).transform(({ zone, days, holidays }, context): Hours => {
  const week = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] } as Record<Weekday, readonly Span[]>;
  const exceptions = new Map<string, readonly Span[]>(holidays.map((day) => [day, []]));
  for (const [key, spans] of Object.entries(days)) {
    if (isDay(key)) exceptions.set(key, spans);
    for (const weekday of weekdaysIn(key) ?? []) week[weekday] = spans;
  }
  if (Object.values(week).every((spans) => spans.length === 0))
    context.addIssue('is never open in any week; expected times on one day at least');
  return { zone, week, days: exceptions };
});
