import type { Row } from './row.ts';
import { growthRow } from './rows/growth.ts';
import { installRow } from './rows/install.ts';
import { eventsRow, webhooksRow } from './rows/intake.ts';
import { idleRow, memoryRow } from './rows/memory.ts';
import { pollingRow } from './rows/polling.ts';
import { replicasRow } from './rows/replicas.ts';
import { startRow } from './rows/start.ts';
import { startupRow } from './rows/startup.ts';
import { sustainedRow } from './rows/sustained.ts';
import { latencyRow } from './rows/talk.ts';

/** In the order of the table. */
export const ROWS: readonly Row[] = [
  webhooksRow,
  eventsRow,
  latencyRow,
  sustainedRow,
  startRow,
  idleRow,
  memoryRow,
  growthRow,
  pollingRow,
  replicasRow,
  startupRow,
  installRow,
];
