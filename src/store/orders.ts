import type { Json, Order } from '../delivery/ports.ts';
import type { Ledger } from './ledger.ts';
import { int, json, toJson } from './rows.ts';
import { all, first, run, type Steps } from './steps.ts';

/** An order taken but not answered within this comes again: whoever took it is gone. */
const TAKEN_MS = 60_000;

/** Orders that operators left, the oldest first. */
export function* takeOrders({ now }: Ledger, limit: number): Steps<Order[]> {
  const rows = yield* all(
    `SELECT id, body FROM orders WHERE answered_at IS NULL AND taken_until <= :now ORDER BY id LIMIT :limit
     FOR UPDATE SKIP LOCKED`,
    { now, limit },
  );

  const orders: Order[] = [];
  for (const row of rows) {
    const id = int(row, 'id');
    yield* run(`UPDATE orders SET taken_until = :until WHERE id = :id`, { id, until: now + TAKEN_MS });
    orders.push({ id, order: json(row, 'body') });
  }
  return orders;
}

export function* finishOrder(ledger: Ledger, id: number, answer: Json): Steps<void> {
  yield* run(`UPDATE orders SET answer = :answer, answered_at = :now WHERE id = :id`, {
    id,
    answer: toJson(answer),
    now: ledger.now,
  });
}

export function* leaveOrder(ledger: Ledger, order: Json): Steps<number> {
  const row = yield* first(`INSERT INTO orders (body, left_at) VALUES (:body, :now) RETURNING id`, {
    body: toJson(order),
    now: ledger.now,
  });
  return int(row ?? {}, 'id');
}

/** Undefined: not answered yet. */
export function* answerOf(id: number): Steps<Json | undefined> {
  const row = yield* first(`SELECT answer FROM orders WHERE id = :id AND answered_at IS NOT NULL`, { id });
  return row && json(row, 'answer');
}

/** After a start of the only process: nobody is at work on one. */
export function* releaseOrders(): Steps<void> {
  yield* run(`UPDATE orders SET taken_until = 0 WHERE answered_at IS NULL`);
}
