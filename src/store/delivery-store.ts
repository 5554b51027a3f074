import type { DeliveryStore } from '../delivery/ports.ts';
import { claimDeliveries } from './claims.ts';
import { claimEvents, nextEventDue, noteEventAlone, putEvents, returnEvent } from './events.ts';
import { openGate } from './gates.ts';
import { nextDeliveryDue, noteAlone } from './lanes.ts';
import type { Tables } from './ledger.ts';
import { remind } from './news.ts';
import { finishOrder, takeOrders } from './orders.ts';
import { purge } from './purge.ts';
import { openAttempt, returnDelivery, settleDelivery } from './settle.ts';
import { settleEvent } from './settlements.ts';
import { countAll, listDeliveries, viewDelivery, viewGates } from './views.ts';

/** The delivery store on the tables of either database. */
export function createDeliveryStore(tables: Tables): DeliveryStore {
  const { write, read } = tables;
  /** Only an acknowledgement and a vendor call wait for the disk: the first comes after `put`, the other after `openAttempt`. */
  const soon: typeof write = (steps) => write(steps, 'soon');

  return {
    put: (events) => write((ledger) => putEvents(ledger, events)),
    claimEvents: (limit, leaseMs) => soon((ledger) => claimEvents(ledger, limit, leaseMs)),
    settleEvent: (event, settlement) => soon((ledger) => settleEvent(ledger, event, settlement)),
    returnEvent: (event, again) => soon((ledger) => returnEvent(ledger, event, again)),
    noteEventAlone: (event) => soon(() => noteEventAlone(event)),

    claimDeliveries: (limit, leaseMs) => soon((ledger) => claimDeliveries(ledger, limit, leaseMs)),
    openAttempt: (delivery, attempt) => write(() => openAttempt(delivery, attempt)),
    settleDelivery: (delivery, verdict) => soon((ledger) => settleDelivery(ledger, delivery, verdict)),
    returnDelivery: (delivery) => soon((ledger) => returnDelivery(ledger, delivery)),
    noteAlone: (delivery) => soon(() => noteAlone(delivery)),

    remind: (limit) => soon((ledger) => remind(ledger, limit)),
    openGate: (key) => write((ledger) => openGate(ledger, key)),
    nextDue: (what) => read(what === 'events' ? nextEventDue : nextDeliveryDue),
    purge: (retention, limit) => soon((ledger) => purge(ledger, retention, limit)),

    view: (id) => read(() => viewDelivery(id)),
    list: (filter) => read(() => listDeliveries(filter)),
    gates: () => read(viewGates),
    counts: () => read(countAll),

    takeOrders: (limit) => write((ledger) => takeOrders(ledger, limit)),
    finishOrder: (id, answer) => write((ledger) => finishOrder(ledger, id, answer)),

    now: tables.now,
    onWork: tables.onWork,
    close: tables.close,
  };
}
