import { dayAfter, instantOf, isDay, type Local, localOf, WEEKDAYS, weekdayOf } from './zones.ts';

/** Times as people type them, such as `2h` or `mon 8:30`, by the clock on the wall where they are. */

export type TimeRead =
  | { readonly at: number }
  /** `unknown`: it says no time. `day`: a day that needs a time. `past`: it is over. `far`: more than a year away. */
  | { readonly problem: 'unknown' | 'day' | 'past' | 'far' };

export type Clock = {
  /** A name that Intl knows. */
  readonly zone: string;
  readonly now: number;
};

/** What is understood, for people. */
export const TIME_EXAMPLES = '30m, 2h, 1d, 14:30, 9am, tomorrow, tomorrow 9:00, mon 8:30, 2026-12-01 9:00';

const MINUTE = 60_000;
const HOUR_MINUTES = 60;
const FARTHEST_MS = 366 * 24 * HOUR_MINUTES * MINUTE;
/** When a day is named without a time. */
const MORNING = 9 * HOUR_MINUTES;

/** A span, or a day, or a time of day, or both; not yet tied to any moment. */
type Meant =
  | { readonly days: number; readonly minutes: number }
  | { readonly day: DayMeant | null; readonly time: number | null };
type DayMeant =
  | { readonly after: number }
  | { readonly weekday: (typeof WEEKDAYS)[number] }
  | { readonly date: string };

/** Whether the words say a time at all, whenever that may be. */
export const saysTime = (words: string): boolean => meantBy(words) !== null;

/** The moment that the words mean, always ahead. */
export const readTime = (words: string, { zone, now }: Clock): TimeRead => {
  const meant = meantBy(words);
  if (meant === null) return { problem: 'unknown' };
  const at = 'minutes' in meant ? afterSpan(meant, { zone, now }) : whenNext(meant, { zone, now });
  if (at === null) return { problem: 'day' };
  if (at <= now) return { problem: 'past' };
  return at - now > FARTHEST_MS ? { problem: 'far' } : { at };
};

/** What was wrong with the words, in words. */
export const timeProblem = (words: string, problem: Extract<TimeRead, { problem: string }>['problem']): string => {
  switch (problem) {
    case 'unknown':
      return `“${words}” is not a time that is understood. Understood are, by your own clock: ${TIME_EXAMPLES}.`;
    case 'day':
      return `“${words}” needs a time of day, such as “${words} 14:30”.`;
    case 'past':
      return `“${words}” is over already. Name a time ahead, such as ${TIME_EXAMPLES}.`;
    case 'far':
      return `“${words}” is more than a year away. Name a time within a year.`;
  }
};

/** A day later is the same time by the clock, also where clocks change in between. */
const afterSpan = ({ days, minutes }: { days: number; minutes: number }, { zone, now }: Clock): number => {
  if (days === 0) return now + minutes * MINUTE;
  const { day, minutes: time } = localOf(zone, now);
  if (days * 24 * HOUR_MINUTES * MINUTE > 2 * FARTHEST_MS) return now + 2 * FARTHEST_MS;
  return instantOf(zone, { day: dayAfter(day, days), minutes: time }) + (now % MINUTE) + minutes * MINUTE;
};

/** Null where a day needs a time and has none. */
const whenNext = (meant: { day: DayMeant | null; time: number | null }, { zone, now }: Clock): number | null => {
  const { day, time } = meant;
  const today = localOf(zone, now).day;
  const at = (local: Local): number => instantOf(zone, local);
  if (day === null) {
    const minutes = time ?? MORNING;
    const first = at({ day: today, minutes });
    return first > now ? first : at({ day: dayAfter(today, 1), minutes });
  }
  if ('date' in day) return at({ day: day.date, minutes: time ?? MORNING });
  if ('after' in day) {
    if (day.after === 0 && time === null) return null;
    return at({ day: dayAfter(today, day.after), minutes: time ?? MORNING });
  }
  const minutes = time ?? MORNING;
  const ahead =
    (WEEKDAYS.indexOf(day.weekday) - WEEKDAYS.indexOf(weekdayOf(today)) + WEEKDAYS.length) % WEEKDAYS.length;
  const next = at({ day: dayAfter(today, ahead), minutes });
  return next > now ? next : at({ day: dayAfter(today, ahead + WEEKDAYS.length), minutes });
};

const meantBy = (words: string): Meant | null => {
  const text = words
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/^(?:in|for|until|till|at|on) /, '');
  return spanIn(text) ?? dayAndTime(text);
};

const UNITS: Readonly<Record<string, readonly [days: number, minutes: number]>> = {
  m: [0, 1],
  min: [0, 1],
  h: [0, HOUR_MINUTES],
  hr: [0, HOUR_MINUTES],
  d: [1, 0],
  w: [7, 0],
};
const UNIT = '(?<unit>m|min|minutes?|mins|h|hrs?|hours?|d|days?|w|weeks?)';
const SPAN = new RegExp(`^(?<count>\\d{1,6}(?:[.,]\\d{1,2})?) ?${UNIT}(?: ?(?=\\d)|$)`);
const SHORT: Readonly<Record<string, string>> = {
  mins: 'min',
  minute: 'm',
  minutes: 'm',
  hrs: 'hr',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  week: 'w',
  weeks: 'w',
};

/** `90m`, `1h 30m`, `1.5h`, `2 days`. */
const spanIn = (text: string): Meant | null => {
  let rest = text;
  let [days, minutes] = [0, 0];
  while (rest !== '') {
    const found = SPAN.exec(rest);
    const unit = found?.groups?.['unit'] ?? '';
    const size = UNITS[SHORT[unit] ?? unit];
    if (found === null || size === undefined) return null;
    const count = Number((found.groups?.['count'] ?? '').replace(',', '.'));
    if (size[0] > 0 && !Number.isInteger(count)) return null;
    days += count * size[0];
    minutes += Math.round(count * size[1]);
    rest = rest.slice(found[0].length);
  }
  return text === '' ? null : { days, minutes };
};

const dayAndTime = (text: string): Meant | null => {
  const [first = '', ...others] = text.split(' ');
  const day = dayIn(first);
  if (day === null) {
    const time = timeIn(text, false);
    return time === null ? null : { day: null, time };
  }
  const rest = others.join(' ').replace(/^at /, '');
  if (rest === '') return { day, time: null };
  const time = timeIn(rest, true);
  return time === null ? null : { day, time };
};

const LONG = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const dayIn = (word: string): DayMeant | null => {
  if (word === 'today') return { after: 0 };
  if (word === 'tomorrow') return { after: 1 };
  if (isDay(word)) return { date: word };
  const at = word.length < 3 ? -1 : LONG.findIndex((name) => name.startsWith(word));
  const weekday = WEEKDAYS[at];
  return weekday === undefined ? null : { weekday };
};

/** Minutes since midnight. A bare number is a time only behind a day. */
const timeIn = (text: string, behindDay: boolean): number | null => {
  if (text === 'noon') return 12 * HOUR_MINUTES;
  const [, hourWord = '', minuteWord, half] = /^(\d{1,2})(?:[:.](\d\d))? ?([ap]m)?$/.exec(text) ?? [];
  if (hourWord === '' || (minuteWord === undefined && half === undefined && !behindDay)) return null;
  const [hour, minute] = [Number(hourWord), Number(minuteWord ?? '0')];
  if (minute > 59) return null;
  if (half === undefined) return hour > 23 ? null : hour * HOUR_MINUTES + minute;
  if (hour < 1 || hour > 12) return null;
  return ((hour % 12) + (half === 'pm' ? 12 : 0)) * HOUR_MINUTES + minute;
};
