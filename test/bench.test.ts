import { expect, it, test } from 'vitest';
import { median, medianRatio, percentile } from '../bench/arithmetic.ts';
import { withFigures } from '../bench/docs.ts';
import { readFlags } from '../bench/flags.ts';
import { drawn } from '../bench/plot.ts';
import { inTurns, isReached, type Line } from '../bench/row.ts';
import { printed, sumOf, tableOf } from '../bench/table.ts';

const LINE: Line = {
  what: 'against a peer',
  ours: { value: 1_200, unit: '/s' },
  peer: { value: 2_000, unit: '/s' },
  judged: { value: 0.6, unit: '×' },
  target: { least: 0.6 },
  cpuMsPerMessage: 0.25,
  runs: [],
};
const ROW = { name: 'row', title: 'A row', lines: [LINE], seconds: 1, disk: { commitP50Ms: 0.2, commitP99Ms: 1 } };

test('figures are medians and percentiles of what was measured, ratios those of each pair', () => {
  expect(median([9, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5);
  // The machine was slow during the second pair: of the sums the ratio would be another.
  expect(
    medianRatio([
      { ours: 60, peer: 100 },
      { ours: 3, peer: 10 },
      { ours: 70, peer: 100 },
    ]),
  ).toBe(0.6);
  expect(() => median([])).toThrow('nothing');
});

test('sides take turns, and each is the first one every other time', async () => {
  const order: string[] = [];
  const pairs = await inTurns(['a', 'b'], 2, async (side, time) => {
    order.push(`${side}${time}`);
    return time;
  });

  expect(order).toEqual(['a0', 'b0', 'b1', 'a1']);
  expect(pairs).toEqual([
    { a: 0, b: 0 },
    { a: 1, b: 1 },
  ]);
});

it.each([
  [{ least: 0.6 }, true],
  [{ least: 0.61 }, false],
  [{ most: 0.6 }, true],
  [{ most: 0.59 }, false],
  [{ exactly: 0.6 }, true],
  [null, null],
])('holds 0.6 against %j: %j', (target, reached) => {
  expect(isReached({ ...LINE, target })).toBe(reached);
});

test('the table says plainly what was missed, and what could not be run', () => {
  const missed = { ...ROW, lines: [{ ...LINE, judged: { value: 0.5, unit: '×' } }] };
  const outcomes = [ROW, missed, { name: 'other', title: 'Another', failed: 'no PostgreSQL' }];
  const said = printed(tableOf(outcomes)).join('\n');

  expect(said).toMatch(/against a peer +1,200\/s +2,000\/s +0\.6 × +at least 0\.6 × +reached +0\.25 +0\.2 ms/);
  expect(said).toMatch(/0\.5 × +at least 0\.6 × +not reached/);
  expect(said).toContain('could not be run: no PostgreSQL');
  expect(sumOf(outcomes)).toBe('1 reached, 1 not reached, 1 rows could not be run');
});

it.each([
  [['--nope'], "Unknown option '--nope'"],
  [['--row', 'nope'], '--row nope: there is no such row'],
  [['stray'], 'Unexpected argument'],
])('refuses %j in one line', (given, why) => {
  const said = readFlags(given, ['row']);

  expect(said).toContain(why);
  expect(said).not.toContain('\n');
});

test('figures go between their marks, and what people wrote stays', () => {
  const page = 'Before.\n<!-- figures: npm run bench -- --write-docs -->\nold\n<!-- end of figures -->\nAfter.';

  expect(withFigures(page, 'new')).toBe(
    'Before.\n<!-- figures: npm run bench -- --write-docs -->\n\nnew\n\n<!-- end of figures -->\nAfter.',
  );
  expect(() => withFigures('no marks', 'new')).toThrow('has no place for figures');
});

test('a plot is one SVG with its title and every series', () => {
  const points = [
    [1_000, 1],
    [1_000_000, 2],
  ] as const;
  const svg = drawn({
    file: 'f',
    title: 'How it grows',
    x: 'links',
    y: 'ms',
    logarithmic: true,
    series: [{ name: 'p99', points }],
  });

  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  for (const word of ['How it grows', 'links', 'p99']) expect(svg).toContain(word);
});
