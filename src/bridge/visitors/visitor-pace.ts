/** How often watched cases of a visitor are read: the longer nothing changes, the seldomer. */

const MINUTE = 60_000;
/** Never more often than this for one visitor. */
const SHORTEST_MS = MINUTE;
const LONGEST_MS = 15 * MINUTE;
/** After an hour without a change a case is read every twelve minutes. */
const SHARE_OF_QUIET = 5;

/** How long to wait before the next reading when the last change was so long ago. */
export const waitAfter = (quietMs: number): number =>
  Math.min(Math.max(quietMs / SHARE_OF_QUIET, SHORTEST_MS), LONGEST_MS);

/** A case was read just now. */
export const firstDue = (now: number): number => now + SHORTEST_MS;
