import type { Stage } from '../stage.ts';
import { acquireParts } from './acquire-state.ts';
import { giosgParts } from './giosg-state.ts';
import type { Part, Parts } from './parts.ts';
import { slackParts } from './slack-state.ts';

/** Everything that the page shows, read anew from the simulators each time. */

/** Each shows what it knows of. */
const SHOWN: readonly ((stage: Stage) => readonly Part[])[] = [
  ({ app }) => [['app', { state: app.state, pid: app.pid ?? null }]],
  slackParts,
  acquireParts,
  giosgParts,
];

export const pageState = (stage: Stage): Parts => Object.fromEntries(SHOWN.flatMap((show) => show(stage)));
