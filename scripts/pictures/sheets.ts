import { formSheets } from './form-sheets.ts';
import { playedSheets } from './played-sheets.ts';
import { questionSheets } from './question-sheets.ts';
import type { Sheet } from './shown.ts';
import { threadSheets } from './thread-sheets.ts';
import { troubleSheets } from './trouble-sheets.ts';

/** Every picture of docs/pictures, from the words and drawings of the app itself. */
export const allSheets = async (): Promise<readonly Sheet[]> => [
  ...threadSheets,
  ...questionSheets,
  ...formSheets,
  ...(await playedSheets()),
  ...(await troubleSheets()),
];
