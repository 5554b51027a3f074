import { parseArgs } from 'node:util';

/** What `npm run bench` can be asked for. */

export type Wishes = {
  readonly full: boolean;
  /** Only these, in the order of the table; all that the run has when empty. */
  readonly rows: readonly string[];
  readonly writeDocs: boolean;
  readonly help: boolean;
};

export const usageOf = (names: readonly string[]): string => `usage: npm run bench -- [options]

  --full         all rows, and longer ones (without it: about 5 minutes)
  --row NAME     this row alone, and whatever else is named so; may be repeated
  --write-docs   puts the table of the last run, and its plots, into docs/performance.md; runs nothing
  --help

rows: ${names.join(', ')}`;

/** Or what is wrong with the flags, in one line. */
export const readFlags = (given: readonly string[], names: readonly string[]): Wishes | string => {
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        full: { type: 'boolean', default: false },
        row: { type: 'string', multiple: true, default: [] },
        'write-docs': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const unknown = values.row.find((name) => !names.includes(name));
    if (unknown !== undefined) return `--row ${unknown}: there is no such row`;
    return { full: values.full, rows: values.row, writeDocs: values['write-docs'], help: values.help };
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
};
