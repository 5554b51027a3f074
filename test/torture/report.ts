import { FAULTS, type FaultKind } from './findings.ts';
import type { Outcome } from './run.ts';

/** A run in figures, one line for each seed. */

const COLUMNS = [
  'seed',
  'kills',
  'freezes',
  'faults',
  'written',
  'to cases',
  'to threads',
  ...FAULTS,
  'late',
  'unknown',
  'held',
  'dead',
  'seconds',
] as const;
const SHOWN = 30;

export const headOf = (): string => COLUMNS.map((name) => name.padStart(widthOf(name))).join(' ');

export const lineOf = (outcome: Outcome): string => aligned([outcome.terms.seed, ...figuresOf(outcome)]);

/** All runs together, and every kind of fault with how often it struck. */
export const sumOf = (outcomes: readonly Outcome[]): readonly string[] => {
  const sums = outcomes.map(figuresOf).reduce((sum, figures) => sum.map((one, index) => one + (figures[index] ?? 0)));
  const faults = new Map<string, number>();
  for (const outcome of outcomes) {
    for (const [kind, times] of outcome.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
  }
  return [...(outcomes.length > 1 ? [aligned(['sum', ...sums])] : []), `faults: ${inWords(faults)}`];
};

const figuresOf = ({ deaths, faults, findings, said, seconds }: Outcome): readonly number[] => {
  const count = (kind: FaultKind): number => findings.wrong.filter((one) => one.kind === kind).length;
  return [
    deaths.kills + deaths.crashes,
    deaths.freezes,
    [...faults.values()].reduce((sum, times) => sum + times, 0),
    said,
    findings.toCases,
    findings.toThreads,
    ...FAULTS.map(count),
    findings.late,
    findings.unknown,
    findings.held,
    findings.dead,
    Math.round(seconds),
  ];
};

const aligned = (figures: readonly (string | number)[]): string =>
  figures.map((figure, index) => String(figure).padStart(widthOf(COLUMNS[index] ?? ''))).join(' ');

const inWords = (faults: ReadonlyMap<string, number>): string =>
  [...faults]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ');

const widthOf = (name: string): number => Math.max(name.length, 5);

/** What was found wrong, with what is needed to look into it. */
export const wrongOf = ({ findings, folder, terms }: Outcome): readonly string[] => {
  if (findings.wrong.length === 0) return [];
  const rest = findings.wrong.length - SHOWN;
  return [
    ...findings.wrong.slice(0, SHOWN).map(({ kind, what }) => `  ${kind}: ${what}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    `  seed ${terms.seed}, logs and store in ${folder ?? 'nowhere'}`,
  ];
};
