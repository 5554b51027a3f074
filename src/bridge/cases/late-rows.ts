import type { CaseReading, EventOf } from '../../core/event.ts';
import { compareIds } from '../../core/ids.ts';
import type { CaseMessage } from '../../core/message.ts';
import { Failure } from '../../delivery/errors.ts';
import type { ClaimedEvent } from '../../delivery/ports.ts';
import type { Bridge } from '../context.ts';

/** What a webhook tells may not be readable yet: its event waits for it, for a while. */

const SECOND = 1000;
/** After these ages of the news the case is read again. */
const READ_AFTER_MS = [0, 1, 2, 4, 8, 15, 30, 45].map((seconds) => seconds * SECOND);
/** Then the reading is believed: what was told may have been deleted, or is nothing that can be read here. */
const WAITS_MS = 60 * SECOND;

type CaseNews = EventOf<'case_nudged'> | EventOf<'case_changed'>;

/** The case as it is now; null when there is none. Rejects with what passes while it is behind what was told. */
export const readForNews = async (
  bridge: Bridge,
  event: CaseNews,
  claimed: ClaimedEvent,
): Promise<CaseReading | null> => {
  // Waiting for its turn here would hold up members' events as well.
  const readSince = async (since: number): Promise<CaseReading | null> =>
    (await bridge.reads.readSoon(event.case, { urgency: 'nudged', since })).reading;
  if (event.type === 'case_changed') return readSince(event.readAt);
  const first = await readSince(claimed.receivedAt);
  const waited = bridge.now() - claimed.receivedAt;
  if (waited >= WAITS_MS || !isBehind(first, event)) return first;
  const step = READ_AFTER_MS.findLast((ms) => ms <= waited) ?? 0;
  const again = await readSince(claimed.receivedAt + step);
  if (isBehind(again, event)) throw notReadableYet(nextAfter(waited) - waited);
  return again;
};

const nextAfter = (waited: number): number => READ_AFTER_MS.find((ms) => ms > waited) ?? WAITS_MS;

/** Of what is newer than all that can be read. What is missing between other rows was deleted. */
const isBehind = (reading: CaseReading | null, { messages: told }: EventOf<'case_nudged'>): boolean => {
  if (reading === null) return true;
  // What no reader shows as a whole is filled up with what was told.
  if (!reading.complete) return false;
  const newest = reading.messages.at(-1)?.id;
  return told.some((row) => isWords(row) && (newest === undefined || compareIds(row.id, newest) > 0));
};

/** Not every system line or note need be readable, and what we wrote is settled by its own means (own-rows.ts). */
const isWords = ({ type, sender, marker }: CaseMessage): boolean =>
  type === 'message' && sender.side !== 'self' && marker === null;

const notReadableYet = (ms: number): Failure =>
  new Failure({
    kind: 'transient',
    side: 'acquire',
    attempted: 'reading what a webhook told of',
    effect: 'none',
    retryAfterMs: ms,
  });
