import { describe, expect, it } from 'vitest';
import type { NewDelivery } from '../../../src/delivery/ports.ts';
import { LEASE_MS, delivery, ids, retry, type OnStore } from './on-store.ts';

export const gatesContract = (on: OnStore): void => {
  const { owe, claim, claimOne, settleNext, drain, snooze } = on;

  describe('gates', () => {
    const gated = (id: string, lane: string, ...gates: string[]): NewDelivery => delivery(id, { lane, gates });

    it('parks what is behind a closed gate, counts nothing, and tries one when it may open', async () => {
      await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'), gated('x', 'x', 'other'));
      await settleNext(snooze('side', 60_000));

      expect(await drain()).toEqual(['x']);
      expect(await on.store.gates()).toMatchObject([{ key: 'side', closedUntil: on.clock + 60_000, waiting: 2 }]);
      expect(await on.store.nextDue('deliveries')).not.toBeNull();
      on.clock += 60_000;
      const probes = await claim();
      expect(ids(probes)).toEqual(['b']);
      expect(probes[0]).toMatchObject({ attempts: 0, open: null });
    });

    it('opens a half-open gate by a delivery, then lets everything through', async () => {
      await owe(...['a', 'b', 'c'].map((lane) => gated(lane, lane, 'side')));
      await settleNext(snooze('side', 1_000));
      on.clock += 1_000;
      const [probe] = await claim();
      if (probe === undefined) throw new Error('no probe');
      expect(await claim()).toEqual([]);
      await on.store.settleDelivery(probe, { type: 'delivered', receipt: null });

      expect(await claim()).toHaveLength(2);
      expect(await on.store.gates()).toEqual([]);
    });

    it('closes a half-open gate again when its one passage is snoozed', async () => {
      await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
      await settleNext(snooze('side', 1_000));
      on.clock += 1_000;
      await settleNext(snooze('side', 5_000));

      expect(await claim()).toEqual([]);
      on.clock += 5_000;
      expect(await claim()).toHaveLength(1);
    });

    it('passes the one passage on when its holder says nothing about the gate, or is lost', async () => {
      await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
      await settleNext(snooze('side', 1_000));
      on.clock += 1_000;
      expect(await settleNext({ type: 'dead', reason: 'content' })).toBe('b');

      await claimOne();
      on.clock += LEASE_MS;
      expect(await claimOne()).toMatchObject({ id: 'a' });
    });

    it('needs all gates open and takes from each or none', async () => {
      on.paces = { wide: { intervalMs: 1_000, burst: 2 }, narrow: { intervalMs: 10_000, burst: 1 } };
      await owe(gated('a', 'a', 'wide', 'narrow'), gated('b', 'b', 'wide', 'narrow'), gated('c', 'c', 'wide'));

      expect(ids(await claim())).toEqual(['a', 'c']);
      on.clock += 1_000;
      expect(await claim()).toEqual([]);
      expect(await on.store.nextDue('deliveries')).toBe(on.clock + 9_000);
      on.clock += 9_000;
      expect(ids(await claim())).toEqual(['b']);
    });

    it('keeps a pace: one passage each interval after the burst', async () => {
      on.paces = { channel: { intervalMs: 1_000, burst: 1 } };
      await owe(...Array.from({ length: 20 }, (_, n) => gated(`${n}`, `lane${n}`, 'channel')));

      const passed: number[] = [];
      for (let second = 0; second < 10; second += 1) {
        passed.push((await claim()).length);
        on.clock += 1_000;
      }
      expect(passed).toEqual(Array.from({ length: 10 }, () => 1));
    });

    it('serves parked lanes fairly: the least recently served first', async () => {
      on.paces = { channel: { intervalMs: 1_000, burst: 1 } };
      await owe(...['a', 'b', 'c'].flatMap((lane) => [1, 2, 3].map((n) => gated(`${lane}${n}`, lane, 'channel'))));

      const lanes: string[] = [];
      for (let n = 0; n < 9; n += 1) {
        lanes.push((await settleNext()).slice(0, 1));
        on.clock += 1_000;
      }
      for (const round of [0, 3, 6]) expect(lanes.slice(round, round + 3).toSorted()).toEqual(['a', 'b', 'c']);
    });

    it("keeps the later of two closings, and opens on an operator's word", async () => {
      await owe(gated('a', 'a', 'side'), gated('b', 'b', 'side'));
      const [a, b] = await claim();
      if (a === undefined || b === undefined) throw new Error('two lanes were to be claimed');
      await on.store.settleDelivery(a, snooze('side', 60_000));
      await on.store.settleDelivery(b, snooze('side', 1_000));

      on.clock += 1_000;
      expect(await claim()).toEqual([]);
      await on.store.openGate('side');
      expect(await claim()).toHaveLength(2);
    });

    it('keeps an attempt open whose look-up must wait for a gate', async () => {
      await owe(gated('a', 'a', 'side'));
      const gate = { key: 'side', until: on.clock + 60_000, reason: 'down' };
      await settleNext({ type: 'ambiguous', reason: 'later', lookupAfterMs: 2_000, gate });

      on.clock += 2_000;
      expect(await claim()).toEqual([]);
      on.clock += 58_000;
      expect((await claimOne()).open).not.toBeNull();
    });

    it('counts as usable only the time in which the first gate was not closed', async () => {
      await owe(gated('a', 'a', 'side', 'other'));
      on.clock += 1_000;
      await settleNext(snooze('side', 60_000));
      on.clock += 60_000;
      expect(await settleNext(retry(0))).toBe('a');
      on.clock += 10_000;
      await settleNext(snooze('other', 5_000));
      await on.store.openGate('side');
      on.clock += 5_000;

      expect(await claimOne()).toMatchObject({ usableMs: 6_000 });
    });
  });
};
