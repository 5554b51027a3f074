/** The vendor's three ways of writing a moment; none is finer than a second. */

export const iso = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** `YYYY-MM-DD HH:MM:SS`, as contact search and snooze show it, without a zone. */
export const zoneless = (ms: number): string => iso(ms).slice(0, 19).replace('T', ' ');

/** The text of `Date.toString()` on a server that runs on UTC, as webhooks carry it. */
export function spelledOut(ms: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(ms).toUTCString().split(' ');
  return `${weekday.replace(',', '')} ${month} ${day} ${year} ${time} GMT+0000 (Coordinated Universal Time)`;
}
