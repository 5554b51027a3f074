import { rounded } from './arithmetic.ts';
import { type Figure, isReached, type Line, type Target } from './row.ts';
import type { Outcome } from './results.ts';

/** The one table, for people. */

const HEAD = ['what', 'casebridge', 'peer', 'judged', 'to reach', '', 'CPU ms/message', 'commit p50'] as const;

export const tableOf = (outcomes: readonly Outcome[]): readonly (readonly string[])[] => [
  HEAD,
  ...outcomes.flatMap(rowsOf),
];

const rowsOf = (outcome: Outcome): readonly (readonly string[])[] => {
  const title = [`**${outcome.title}**`, '', '', '', '', '', '', ''];
  if ('failed' in outcome) return [title, [`could not be run: ${outcome.failed}`, '', '', '', '', 'not run', '', '']];
  const commit = `${outcome.disk.commitP50Ms} ms`;
  return [title, ...outcome.lines.map((line) => cellsOf(line, commit))];
};

const cellsOf = (line: Line, commit: string): readonly string[] => [
  line.remark === undefined ? line.what : `${line.what} (${line.remark})`,
  said(line.ours),
  line.peer === null ? '–' : said(line.peer),
  said(line.judged),
  line.target === null ? '–' : targetOf(line.target, line.judged.unit),
  verdictOf(line),
  line.cpuMsPerMessage === null ? '–' : `${rounded(line.cpuMsPerMessage)}`,
  commit,
];

const verdictOf = (line: Line): string => {
  const reached = isReached(line);
  if (reached === null) return '';
  return reached ? 'reached' : 'not reached';
};

const targetOf = (target: Target, unit: string): string => {
  if ('least' in target) return `at least ${said({ value: target.least, unit })}`;
  return 'most' in target
    ? `at most ${said({ value: target.most, unit })}`
    : `exactly ${said({ value: target.exactly, unit })}`;
};

/** `2,140/s`, `0.61 ×`, `12.3 ms`. */
const said = ({ value, unit }: Figure): string => {
  const number = Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : `${rounded(value)}`;
  if (unit === '') return number;
  return unit.startsWith('/') ? `${number}${unit}` : `${number} ${unit}`;
};

/** In columns, for a terminal. */
export const printed = (table: readonly (readonly string[])[]): readonly string[] => {
  const plain = table.map((row) => row.map((cell) => cell.replaceAll('**', '')));
  const isLine = (row: readonly string[]): boolean => row.slice(1).some((cell) => cell !== '');
  const widths = HEAD.map((_, column) => Math.max(...plain.filter(isLine).map((row) => row[column]?.length ?? 0)));
  return plain.map((row) =>
    (isLine(row) ? row : row.slice(0, 1))
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

export const inMarkdown = (table: readonly (readonly string[])[]): readonly string[] => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const [head = [], ...rest] = table;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)];
};

export const sumOf = (outcomes: readonly Outcome[]): string => {
  const verdicts = outcomes.flatMap((outcome) => ('failed' in outcome ? [] : outcome.lines.map(isReached)));
  const failed = outcomes.filter((outcome) => 'failed' in outcome).length;
  const [reached, missed] = [
    verdicts.filter((one) => one === true).length,
    verdicts.filter((one) => one === false).length,
  ];
  return `${reached} reached, ${missed} not reached${failed === 0 ? '' : `, ${failed} rows could not be run`}`;
};
