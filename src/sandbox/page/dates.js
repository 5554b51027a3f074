/**
 * Slack's dates, by the clock of whoever looks: https://docs.slack.dev/reference/block-kit/block-elements/date-element.
 * Of a format with a token that is not known, what the app gave in its place is shown.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** As Slack writes them, whatever the browser speaks. */
const LANGUAGE = 'en-US';

const shown = (parts) => (date) => new Intl.DateTimeFormat(LANGUAGE, parts).format(date);

const long = shown({ weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });
const short = shown({ month: 'short', day: 'numeric', year: 'numeric' });
const withoutYear = shown({ month: 'long', day: 'numeric' });
const dayWithoutYear = shown({ weekday: 'long', month: 'long', day: 'numeric' });

const startOfDay = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

const NEAR = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' };

const pretty = (otherwise) => (date) => {
  const days = Math.round((startOfDay(date) - startOfDay(new Date())) / DAY_MS);
  return NEAR[days] ?? otherwise(date);
};

const ago = (date) => {
  const minutes = Math.round((date.getTime() - Date.now()) / MINUTE_MS);
  const [count, unit] = [
    [minutes / 1440, 'day'],
    [minutes / 60, 'hour'],
    [minutes, 'minute'],
  ].find(([many]) => Math.abs(many) >= 1) ?? [0, 'minute'];
  return new Intl.RelativeTimeFormat(LANGUAGE).format(Math.round(count), unit);
};

const TOKENS = {
  day_divider_pretty: pretty((date) =>
    date.getFullYear() === new Date().getFullYear() ? dayWithoutYear(date) : long(date),
  ),
  date_num: (date) =>
    [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-'),
  date_slash: shown({ month: '2-digit', day: '2-digit', year: 'numeric' }),
  date_long: long,
  date_long_full: shown({ month: 'long', day: 'numeric', year: 'numeric' }),
  date_long_pretty: pretty(long),
  date: withoutYear,
  date_pretty: pretty(withoutYear),
  date_short: short,
  date_short_pretty: pretty(short),
  time: shown({ hour: 'numeric', minute: '2-digit' }),
  time_secs: shown({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago,
};

const TOKEN = /\{(\w+)\}/g;

export function dateText({ timestamp, format, fallback }) {
  const date = new Date(timestamp * 1000);
  const isKnown = [...format.matchAll(TOKEN)].every(([, name]) => TOKENS[name] !== undefined);
  if (!isKnown) return fallback ?? '';
  const words = format.replaceAll(TOKEN, (_, name) => TOKENS[name](date));
  // What begins a format begins with a capital, as Slack writes it.
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const clock = (ms) => new Date(ms).toTimeString().slice(0, 8);
