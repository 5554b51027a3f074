import { describe } from 'vitest';
import { attemptsContract } from './delivery-store/attempts.ts';
import { changesContract } from './delivery-store/changes.ts';
import { eventsContract } from './delivery-store/events.ts';
import { gatesContract } from './delivery-store/gates.ts';
import { newsContract } from './delivery-store/news.ts';
import { type OpenStore, onStore } from './delivery-store/on-store.ts';
import { orderContract } from './delivery-store/order.ts';
import { retentionContract } from './delivery-store/retention.ts';

/** What every driver of the delivery engine must do. */
export function deliveryStoreContract(name: string, open: OpenStore): void {
  describe(`delivery store on ${name}`, () => {
    const on = onStore(open);

    eventsContract(on);
    orderContract(on);
    attemptsContract(on);
    gatesContract(on);
    changesContract(on);
    newsContract(on);
    retentionContract(on);
  });
}
