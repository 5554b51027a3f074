/** Days and times of day in the time zones of people, by the names that Intl knows. Daylight saving is taken care of. */

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A moment as clocks and calendars show it. */
export type Local = {
  /** `2026-11-21` */
  readonly day: string;
  /** Since midnight by the clock on the wall. */
  readonly minutes: number;
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
export const MINUTES_OF_DAY = 24 * 60;

/** Making a formatter is slow, and there are few zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formatters.set(zone, made);
  return made;
};

/** Whether Intl knows a zone of this name. */
export const isZone = (name: string): boolean => {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
};

/** What clocks and calendars show in a zone at a moment. */
export const localOf = (zone: string, at: number): Local => {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '0';
  return {
    day: `${part('year')}-${part('month')}-${part('day')}`,
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
  };
};

/** How a local time would be written if its zone were UTC. */
const asUtc = ({ day, minutes }: Local): number => Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE;

const offsetAt = (zone: string, at: number): number => asUtc(localOf(zone, at)) - Math.floor(at / MINUTE) * MINUTE;

/**
 * The moment at which clocks of a zone show this. Where they show it twice, the first time; where they skip it, as much
 * later as they skip.
 */
export const instantOf = (zone: string, local: Local): number => {
  const utc = asUtc(local);
  const before = utc - offsetAt(zone, utc - DAY);
  const after = utc - offsetAt(zone, utc + DAY);
  const [first = before] = [before, after].filter((at) => asUtc(localOf(zone, at)) === utc).toSorted((a, b) => a - b);
  return first;
};

/** So many days later, or earlier. */
export const dayAfter = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY).toISOString().slice(0, 10);

export const weekdayOf = (day: string): Weekday => {
  const at = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return WEEKDAYS[at] ?? 'mon';
};

/** Whether the calendar has this day: `2026-02-30` is none. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && dayAfter(text, 0) === text;
