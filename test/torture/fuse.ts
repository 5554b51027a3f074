import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeliveryStore, Destination } from '../../src/delivery/ports.ts';
import type { Chance } from './chance.ts';
import { type End, FROZEN, type GAPS } from './life.ts';

/** What strikes the app from within: a crash or a freeze in a chosen gap, and pauses where time might pass. */

type Fuse = (gap: (typeof GAPS)[number]) => void;

export const createFuse = (end: End): Fuse => {
  let left = end?.nth ?? 0;
  return (gap) => {
    if (gap !== end?.gap) return;
    left -= 1;
    if (left !== 0) return;
    if (end.by === 'SIGSTOP') writeSync(1, `${FROZEN}\n`);
    process.kill(process.pid, end.by);
  };
};

/** The gaps around what the inbox stores: between an event and its acknowledgement, and on both sides of a settlement. */
export const brokenOff = (store: DeliveryStore, fuse: Fuse): DeliveryStore => ({
  ...store,
  async put(events) {
    const fresh = await store.put(events);
    fuse('event stored');
    return fresh;
  },
  async claimEvents(limit, leaseMs) {
    const claimed = await store.claimEvents(limit, leaseMs);
    if (claimed.length > 0) fuse('event claimed');
    return claimed;
  },
  async settleEvent(event, settlement) {
    fuse('event worked on');
    await store.settleEvent(event, settlement);
    fuse('event settled');
  },
});

/** Of what goes into a case, for there people change their minds, and of the rest. */
const STALLS = { acquire: 0.7, others: 0.05 };

/** Now and then time passes between what an attempt was prepared with and the attempt. */
export const stalled = (
  way: Destination,
  { chance, atMostMs }: { readonly chance: Chance; readonly atMostMs: number },
): Destination => ({
  ...way,
  async prepare(delivery) {
    const prepared = await way.prepare(delivery);
    const likelihood = delivery.lane.startsWith('acquire:') ? STALLS.acquire : STALLS.others;
    if (chance.hits(likelihood)) await pause(chance.between(0.3, 1) * atMostMs);
    return prepared;
  },
});
