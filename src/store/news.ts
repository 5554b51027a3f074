import type { DeliveryNews, DeliveryState, Instant, Json } from '../delivery/ports.ts';
import { COLUMNS, type DeliveryRow, deliveryBySeq, readDelivery } from './delivery-rows.ts';
import type { Ledger } from './ledger.ts';
import { whole } from './rows.ts';
import { all, run, type Steps } from './steps.ts';

/** Tells the owner, in the transaction that made it so, that the delivery's state is another. */
export function* tellState(
  ledger: Ledger,
  { seq, tell: wanted, late }: DeliveryRow,
  state: DeliveryState,
): Steps<void> {
  if (!isWanted({ tell: wanted, late, state })) return;

  const delivery = yield* deliveryBySeq(seq);
  if (delivery !== undefined) yield* tell(ledger, delivery, {});
}

export function isWanted({ tell: wanted, state, late }: Pick<DeliveryRow, 'tell' | 'state' | 'late'>): boolean {
  if (wanted === 'all') return true;

  return wanted === 'failures' && (state !== 'delivered' || late);
}

/** Tells of deliveries that have waited for as long as their owner wanted to know; of several dates missed, once. */
export function* remind(ledger: Ledger, limit: number): Steps<number> {
  const { now } = ledger;
  const rows = yield* all(
    `SELECT ${COLUMNS} FROM deliveries WHERE remind_at <= :now ORDER BY remind_at LIMIT :limit FOR UPDATE SKIP LOCKED`,
    { now, limit },
  );
  for (const delivery of rows.map(readDelivery)) {
    yield* run(`UPDATE deliveries SET remind_at = :at WHERE seq = :seq`, {
      at: nextReminder(remindersIn(delivery, delivery.state), delivery.waitingSince, now),
      seq: delivery.seq,
    });
    yield* tell(ledger, delivery, { waitedMs: now - delivery.waitingSince });
  }
  return rows.length;
}

/** Ages at which to tell of a delivery in that state: only what waits is told of. */
export function remindersIn({ remindAfter }: DeliveryRow, state: DeliveryState): readonly number[] {
  return (state === 'owed' || state === 'held' ? remindAfter[state] : undefined) ?? [];
}

export function nextReminder(ages: readonly number[] | undefined, since: Instant, now: Instant): number | null {
  const dates = (ages ?? []).map((ms) => since + ms).filter((date) => date > now);
  return dates.length === 0 ? null : whole(Math.min(...dates));
}

function* tell(ledger: Ledger, delivery: DeliveryRow, waited: { waitedMs?: number }): Steps<void> {
  const told = delivery.told + 1;
  yield* run(`UPDATE deliveries SET told = :told WHERE seq = :seq`, { told, seq: delivery.seq });
  addNews(ledger, { ...delivery, told }, waited);
}

/** `delivery`: as it is stored by now, this telling counted. */
export function addNews(ledger: Ledger, delivery: DeliveryRow, { waitedMs }: { waitedMs?: number } = {}): void {
  const effect: Json = JSON.parse(delivery.effect);
  const receipt: Json | undefined = delivery.receipt === null ? undefined : JSON.parse(delivery.receipt);
  const payload: DeliveryNews = {
    type: 'delivery',
    id: delivery.id,
    lane: delivery.lane,
    state: delivery.state,
    ...(waitedMs === undefined ? {} : { waitedMs }),
    ...(delivery.late ? { late: true } : {}),
    ...(delivery.reason === null ? {} : { reason: delivery.reason }),
    ...(receipt === undefined ? {} : { receipt }),
    effect,
  };
  const key = `news:${delivery.id}:${delivery.state}:${delivery.told}`;
  ledger.news.push({ key, lane: `news:${delivery.lane}`, payload });
}
