import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { applyChange, endLane } from './changes.ts';
import { putDeliveries } from './deliveries.ts';
import { closeEvent, fenceEvent, putEvents } from './events.ts';
import { enterLanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { text } from './rows.ts';
import { writeRecords } from './record-writes.ts';
import { all, listed, type Steps } from './steps.ts';

/** Everything that follows from an event. What it caused and its own end come last, as their lanes are locked last. */
export function* settleEvent(ledger: Ledger, event: ClaimedEvent, settlement: Settlement): Steps<void> {
  const { records, changes, deliveries, events, endedLanes = [] } = settlement;
  const changed = yield* lanesOf(changes.map(({ id }) => id));
  const idle = yield* enterLanes([...deliveries.map(({ lane }) => lane), ...changed, ...endedLanes]);

  yield* writeRecords(ledger, records);
  for (const change of changes) yield* applyChange(ledger, change);
  yield* putDeliveries(ledger, deliveries);
  for (const lane of endedLanes) yield* endLane(ledger, lane);
  if (idle.length > 0) ledger.announce('deliveries');

  yield* putEvents(ledger, [...ledger.news.splice(0), ...events], [event.lane]);
  yield* fenceEvent(event);
  yield* closeEvent(ledger, event, settlement);
}

function* lanesOf(ids: readonly string[]): Steps<string[]> {
  if (ids.length === 0) return [];

  const { names, values } = listed(ids);
  const rows = yield* all(`SELECT lane FROM deliveries WHERE id IN (${names})`, values);
  return rows.map((row) => text(row, 'lane'));
}
