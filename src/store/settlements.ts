import type { ClaimedEvent, Settlement } from '../delivery/ports.ts';
import { applyChange, endLane } from './changes.ts';
import { putDeliveries } from './deliveries.ts';
import { checkFence, closeEvent, enterEventLanes, lanesOf as lanesOfEvents, putInto } from './events.ts';
import { enterLanes } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { text } from './rows.ts';
import { writeRecords } from './record-writes.ts';
import { aboutList, ask, type Steps } from './steps.ts';

/** Everything that follows from an event. What it caused and its own end come last, as their lanes are locked last. */
export function* settleEvent(ledger: Ledger, event: ClaimedEvent, settlement: Settlement): Steps<void> {
  const { records, changes, deliveries, events, endedLanes = [] } = settlement;
  const changed = yield* lanesOf(changes.map(({ id }) => id));
  yield* enterLanes([...deliveries.map(({ lane }) => lane), ...changed, ...endedLanes], () =>
    ledger.announce('deliveries'),
  );

  yield* writeRecords(ledger, records);
  for (const change of changes) yield* applyChange(ledger, change);
  yield* putDeliveries(ledger, deliveries);
  for (const lane of endedLanes) yield* endLane(ledger, lane);

  const caused = [...ledger.news.splice(0), ...events];
  const lanes = yield* enterEventLanes([...lanesOfEvents(ledger, caused), event.lane]);
  checkFence(event, lanes.get(event.lane));
  yield* putInto(ledger, lanes, caused);
  yield* closeEvent(ledger, event, settlement);
}

function* lanesOf(ids: readonly string[]): Steps<string[]> {
  if (ids.length === 0) return [];

  const rows = yield* ask(LANES(ids));
  return rows.map((row) => text(row, 'lane'));
}

const LANES = aboutList((names) => `SELECT lane FROM deliveries WHERE id IN (${names})`);
