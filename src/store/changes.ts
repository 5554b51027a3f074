import { Conflict } from '../delivery/errors.ts';
import type { DeliveryChange, DeliveryState } from '../delivery/ports.ts';
import { type DeliveryRow, lockDelivery } from './delivery-rows.ts';
import { closedMs, readGates } from './gates.ts';
import { refreshLane, takeFromWorker } from './lanes.ts';
import type { Ledger } from './ledger.ts';
import { nextReminder, remindersIn, tellState } from './news.ts';
import { toJson } from './rows.ts';
import { setAside, takeAlong } from './settle.ts';
import { run, type Steps } from './steps.ts';

const SET_ASIDE: readonly DeliveryState[] = ['held', 'dead', 'unknown'];

/** What each change makes of a delivery, and from where it may start. */
const CHANGES = {
  release: { to: 'owed', from: SET_ASIDE },
  drop: { to: 'dropped', from: ['owed', ...SET_ASIDE] },
  hold: { to: 'held', from: ['owed'] },
  confirm: { to: 'delivered', from: ['owed', 'unknown'] },
  replace: { to: null, from: ['owed', ...SET_ASIDE] },
} as const satisfies Record<
  DeliveryChange['type'],
  { readonly to: DeliveryState | null; readonly from: readonly DeliveryState[] }
>;

/** The lane of the delivery is entered before. */
export function* applyChange(ledger: Ledger, change: DeliveryChange): Steps<void> {
  const { to, from }: { to: DeliveryState | null; from: readonly DeliveryState[] } = CHANGES[change.type];
  const delivery = yield* lockDelivery(change.id);
  if (delivery === undefined) throw new Conflict('deliveries');
  if (delivery.state === to) return;
  if (!from.includes(delivery.state) || !fits(change, delivery)) throw new Conflict('deliveries');

  yield* takeFromWorker(ledger, delivery);
  yield* write(ledger, delivery, change);
  yield* refreshLane(ledger, delivery.lane);
  if (to !== null) yield* tellState(ledger, delivery, to);
}

/**
 * What is owed can only have been seen on the other side if it was tried; all else waits for an open attempt. A suspect
 * can be dropped unseen: nobody wants to send it any more.
 */
function fits({ type }: DeliveryChange, { state, tried, attempting, baseline }: DeliveryRow): boolean {
  if (state !== 'owed') return true;
  if (type === 'confirm') return tried || baseline !== null;

  return type === 'drop' ? !attempting : baseline === null;
}

function* write(ledger: Ledger, delivery: DeliveryRow, change: DeliveryChange): Steps<void> {
  switch (change.type) {
    case 'release':
      if (delivery.blank && change.effect === undefined) throw new Conflict('deliveries');
      if (change.effect !== undefined) yield* replaceEffect(delivery, toJson(change.effect));
      yield* release(ledger, delivery);
      break;
    case 'drop':
      yield* setAside(ledger, delivery, { state: 'dropped', reason: change.reason, receipt: null });
      break;
    case 'hold':
      yield* setAside(ledger, delivery, { state: 'held', reason: change.reason, receipt: null });
      break;
    case 'confirm':
      yield* confirm(ledger, delivery, change);
      break;
    case 'replace':
      yield* replaceEffect(delivery, toJson(change.effect));
      break;
  }
}

function* confirm(
  ledger: Ledger,
  delivery: DeliveryRow,
  { receipt, also }: Extract<DeliveryChange, { type: 'confirm' }>,
): Steps<void> {
  const leaving = { state: 'delivered', reason: null, receipt: toJson(receipt) } as const;
  yield* setAside(ledger, delivery, leaving);
  yield* takeAlong(ledger, delivery, { leaving, also });
}

/** To the end of its lane: what was written later has gone out, or goes first. What begins a lane still begins it. */
function* release(ledger: Ledger, delivery: DeliveryRow): Steps<void> {
  const { seq, lane, gates } = delivery;
  const { now } = ledger;
  const [firstGate] = yield* readGates(gates.slice(0, 1));
  yield* run(
    `UPDATE deliveries SET state = 'owed', reason = NULL, receipt = NULL, attempts = 0, crashes = 0, crashes_alone = 0,
       lookups = 0, settled_at = NULL, late = 0, due = :now, turn = nextval('ticks'), waiting_since = :now, remind_at = :remindAt,
       closed_before = :closedBefore,
       position = CASE WHEN position = '' THEN '' ELSE
         (SELECT top FROM delivery_lanes WHERE delivery_lanes.lane = :lane) END
     WHERE seq = :seq`,
    {
      seq,
      lane,
      now,
      remindAt: nextReminder(remindersIn(delivery, 'owed'), now, now),
      closedBefore: closedMs(ledger, firstGate),
    },
  );
  yield* run(`UPDATE delivery_lanes SET ended_at = NULL WHERE lane = :lane AND ended_at IS NOT NULL`, { lane });
}

function* replaceEffect({ seq }: DeliveryRow, effect: string): Steps<void> {
  yield* run(`UPDATE deliveries SET effect = :effect, blank = 0 WHERE seq = :seq`, { seq, effect });
}

/** The link of the lane has ended: its keys go when they are old enough, unless it is used again. */
export function* endLane(ledger: Ledger, lane: string): Steps<void> {
  yield* run(`UPDATE delivery_lanes SET ended_at = :now WHERE lane = :lane`, { lane, now: ledger.now });
}
