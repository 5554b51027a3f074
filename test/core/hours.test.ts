import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Hours, isOpen, openTimeAfter } from '../../src/core/hours.ts';
import { dayAfter, instantOf, isDay, isZone, localOf, weekdayOf } from '../../src/core/zones.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const HELSINKI = 'Europe/Helsinki';

const day = [[8 * 60, 16 * 60]] as const;
const office: Hours = {
  zone: HELSINKI,
  week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] },
  days: new Map([
    ['2026-12-24', []],
    ['12-25', []],
    ['2026-11-25', [[8 * 60, 12 * 60]]],
  ]),
};
const nights: Hours = { ...office, week: { ...office.week, sat: [[22 * 60, 30 * 60]] } };

const at = (local: string): number => {
  const [date = '', time = ''] = local.split(' ');
  const [hours, minutes] = time.split(':').map(Number);
  return instantOf(HELSINKI, { day: date, minutes: (hours ?? 0) * 60 + (minutes ?? 0) });
};

describe('a team is there', () => {
  test.each([
    ['2026-11-23 08:00', true],
    ['2026-11-23 15:59', true],
    ['2026-11-23 16:00', false],
    ['2026-11-23 07:59', false],
    ['2026-11-21 12:00', false],
  ])('in its hours: %s, %s', (local, open) => expect(isOpen(office, at(local))).toBe(open));

  test.each(['2026-12-24 10:00', '2026-12-25 10:00', '2029-12-25 10:00', '2026-11-25 13:00'])(
    'on no day that differs from the week: %s',
    (local) => expect(isOpen(office, at(local))).toBe(false),
  );

  test('over midnight', () => {
    expect(
      ['2026-11-21 21:59', '2026-11-21 22:00', '2026-11-22 05:59', '2026-11-22 06:00'].map((one) =>
        isOpen(nights, at(one)),
      ),
    ).toEqual([false, true, true, false]);
  });

  test('in the hours of its own zone, whatever that is in others', () => {
    const tokyo: Hours = { ...office, zone: 'Asia/Tokyo' };
    expect(isOpen(tokyo, Date.parse('2026-11-23T00:00:00Z'))).toBe(true);
    expect(isOpen(tokyo, Date.parse('2026-11-23T08:00:00Z'))).toBe(false);
  });
});

describe('time that counts', () => {
  const after = (from: string, ms: number, hours = office): string => {
    const { day: date, minutes } = localOf(HELSINKI, openTimeAfter(hours, at(from), ms) ?? 0);
    return `${date} ${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  };

  test('within a day', () => expect(after('2026-11-23 09:00', 10 * MINUTE)).toBe('2026-11-23 09:10'));
  test('from before the day began', () => expect(after('2026-11-23 03:00', HOUR)).toBe('2026-11-23 09:00'));
  test('over a night', () => expect(after('2026-11-23 15:50', 30 * MINUTE)).toBe('2026-11-24 08:20'));
  test('over a weekend', () => expect(after('2026-11-20 15:50', 30 * MINUTE)).toBe('2026-11-23 08:20'));
  test('over a short day', () => expect(after('2026-11-25 11:00', 2 * HOUR)).toBe('2026-11-26 09:00'));
  test('over holidays', () => expect(after('2026-12-23 15:00', 2 * HOUR)).toBe('2026-12-28 09:00'));
  test('to the end of a day', () => expect(after('2026-11-23 15:00', HOUR)).toBe('2026-11-23 16:00'));
  test('over the change to summer time, where a night has an hour less', () =>
    expect(after('2026-03-27 15:30', HOUR)).toBe('2026-03-30 08:30'));

  test('never, where the team is never there', () => {
    const week = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
    expect(openTimeAfter({ zone: HELSINKI, week, days: new Map() }, 0, HOUR)).toBeNull();
  });

  test('counts no minute twice where hours overlap', () => {
    const both: Hours = { ...office, week: { ...office.week, mon: [...day, [12 * 60, 18 * 60]] } };
    expect(after('2026-11-23 15:00', 2 * HOUR, both)).toBe('2026-11-23 17:00');
  });

  test('is the later the longer it takes, and lies in the hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 24 * 60 }), fc.integer({ min: 1, max: 3000 }), (start, minutes) => {
        const since = at('2026-01-01 00:00') + start * MINUTE;
        const one = openTimeAfter(nights, since, minutes * MINUTE) ?? 0;
        const two = openTimeAfter(nights, since, (minutes + 1) * MINUTE) ?? 0;
        expect(one - since).toBeGreaterThanOrEqual(minutes * MINUTE);
        expect(two).toBeGreaterThan(one);
        expect(isOpen(nights, one - 1)).toBe(true);
      }),
    );
  });
});

describe('days and times of a zone', () => {
  test('an hour that is skipped is as much later, one that comes twice is the first', () => {
    expect(new Date(at('2026-03-29 03:30')).toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(new Date(at('2026-10-25 03:30')).toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  test('every moment that a clock shows once is found again', () => {
    const zones = fc.constantFrom(
      HELSINKI,
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'Australia/Lord_Howe',
      'UTC',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 60 * 365 * 24 * 60 }), (zone, minutes) => {
        const moment = minutes * MINUTE;
        const shown = localOf(zone, moment);
        const found = instantOf(zone, shown);
        expect(localOf(zone, found)).toEqual(shown);
        expect(found).toBeLessThanOrEqual(moment);
      }),
    );
  });

  test('a calendar', () => {
    expect([
      weekdayOf('2026-11-21'),
      weekdayOf('2026-11-23'),
      dayAfter('2026-12-31', 1),
      dayAfter('2028-03-01', -1),
    ]).toEqual(['sat', 'mon', '2027-01-01', '2028-02-29']);
    expect(['2026-02-28', '2026-02-29', '2026-13-01', '26-01-01', 'today'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(['Europe/Helsinki', 'UTC', 'Helsinki', ''].map(isZone)).toEqual([true, true, false, false]);
  });
});
