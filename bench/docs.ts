import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { drawn } from './plot.ts';
import type { Results } from './results.ts';
import { inMarkdown, sumOf, tableOf } from './table.ts';

/** The figures of a run in docs/performance.md, between two marks: what stands around them is written by people. */

const PAGE = new URL('../docs/performance.md', import.meta.url);
const PICTURES = new URL('../docs/performance/', import.meta.url);
const BEGIN = '<!-- figures: npm run bench -- --write-docs -->';
const END = '<!-- end of figures -->';

export const writeDocs = (results: Results): readonly string[] => {
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, withFigures(page, figuresOf(results)));
  const plots = results.rows.flatMap((row) => ('failed' in row ? [] : (row.plots ?? [])));
  if (plots.length > 0) mkdirSync(PICTURES, { recursive: true });
  for (const plot of plots) writeFileSync(new URL(`${plot.file}.svg`, PICTURES), drawn(plot));
  return ['docs/performance.md', ...plots.map(({ file }) => `docs/performance/${file}.svg`)];
};

export const withFigures = (page: string, figures: string): string => {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md has no place for figures (${BEGIN} … ${END})`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figures}\n\n${page.slice(end)}`;
};

const figuresOf = (results: Results): string => {
  const { machine, date, commit, rows } = results;
  const where = `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}`;
  return [
    `Run of ${date.slice(0, 10)} at commit ${commit}${results.full ? ', `--full`' : ''}, on ${where}: ${sumOf(rows)}.`,
    '',
    ...inMarkdown(tableOf(rows)),
  ].join('\n');
};
