import { LeaseLost } from '../../src/delivery/errors.ts';
import type { ClaimedDelivery, DeliveryStore, Destination, Settlement } from '../../src/delivery/ports.ts';
import type { Guard } from './terms.ts';

/** Takes one guard out. A torture that passes all the same would prove nothing. */

export const storeWithout = (guard: Guard | null, store: DeliveryStore): DeliveryStore => {
  switch (guard) {
    case 'attempt':
      return { ...store, openAttempt: async () => undefined };
    case 'fence':
      return withoutFence(store);
    case 'order':
      return settling(store, (settlement) => ({
        ...settlement,
        deliveries: settlement.deliveries.map((delivery) => ({ ...delivery, position: null })),
      }));
    case 'tombstone':
      return settling(store, (settlement) => ({
        ...settlement,
        records: settlement.records.filter(
          ({ namespace, value }) => namespace !== 'member_message' || !isDeleted(value),
        ),
      }));
    case 'lookup':
    case null:
      return store;
  }
};

export const destinationWithout = (guard: Guard | null, way: Destination): Destination =>
  guard === 'lookup' ? { ...way, lookup: async () => ({ type: 'absent' }) } : way;

const settling = (store: DeliveryStore, change: (settlement: Settlement) => Settlement): DeliveryStore => ({
  ...store,
  settleEvent: (event, settlement) => store.settleEvent(event, change(settlement)),
});

const isDeleted = (record: unknown): boolean =>
  typeof record === 'object' && record !== null && 'deleted' in record && record.deleted === true;

/** An old token works like the newest one of its delivery; where there is none, what it wanted is taken for done. */
const withoutFence = (store: DeliveryStore): DeliveryStore => {
  const newest = new Map<string, string>();
  const current = (delivery: ClaimedDelivery): ClaimedDelivery => ({
    ...delivery,
    token: newest.get(delivery.id) ?? delivery.token,
  });
  const unfenced = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }
  };
  return {
    ...store,
    async claimDeliveries(limit, leaseMs) {
      const claimed = await store.claimDeliveries(limit, leaseMs);
      for (const { id, token } of claimed) newest.set(id, token);
      return claimed;
    },
    openAttempt: (delivery, attempt) => unfenced(store.openAttempt(current(delivery), attempt)),
    settleDelivery: (delivery, verdict) => unfenced(store.settleDelivery(current(delivery), verdict)),
  };
};
