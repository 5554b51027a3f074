import { describe, expect, it } from 'vitest';
import { Conflict, LeaseLost } from '../../../src/delivery/errors.ts';
import { HOUR, LEASE_MS, delivery, settlement, type OnStore } from './on-store.ts';

export const eventsContract = (on: OnStore): void => {
  const { follow, claimOneEvent } = on;

  describe('events', () => {
    it('stores an event told twice once', async () => {
      const event = { key: 'e1', lane: 'a', payload: { n: 1 } };

      expect(await on.store.put([event, event])).toEqual([true, false]);
      expect(await on.store.put([event])).toEqual([false]);
      expect(await on.store.claimEvents(10, LEASE_MS)).toMatchObject([{ key: 'e1', payload: { n: 1 }, attempts: 0 }]);
    });

    it('hands out one event of a lane at a time, in the order of arrival', async () => {
      await on.store.put(['1', '2', '3'].map((key) => ({ key, lane: 'a', payload: null })));
      await on.store.put([{ key: 'other', lane: 'b', payload: null }]);

      const claims = await on.store.claimEvents(10, LEASE_MS);
      expect(claims.map(({ key }) => key)).toEqual(['1', 'other']);
      for (const event of claims) await on.store.settleEvent(event, settlement());

      expect((await claimOneEvent()).key).toBe('2');
    });

    it('keeps a returned event ahead of the later ones of its lane', async () => {
      await on.store.put(['1', '2'].map((key) => ({ key, lane: 'a', payload: null })));
      await on.store.returnEvent(await claimOneEvent(), { afterMs: 5_000, counted: true });

      expect(await on.store.claimEvents(10, LEASE_MS)).toEqual([]);
      expect(await on.store.nextDue('events')).toBe(on.clock + 5_000);
      on.clock += 5_000;
      expect(await claimOneEvent()).toMatchObject({ key: '1', attempts: 1, failures: 1 });
    });

    it('lets a timer arrive when it is due, without holding up its lane before', async () => {
      await on.store.put([{ key: 'timer', lane: 'a', payload: null, due: on.clock + HOUR }]);
      await on.store.put([{ key: 'now', lane: 'a', payload: null }]);

      await on.store.settleEvent(await claimOneEvent(), settlement());
      expect(await on.store.claimEvents(10, LEASE_MS)).toEqual([]);
      expect(await on.store.nextDue('events')).toBe(on.clock + HOUR);
      on.clock += HOUR;
      expect((await claimOneEvent()).key).toBe('timer');
    });

    it('counts the claims of an event that nobody ended, until it is returned', async () => {
      await on.store.put([{ key: 'e', lane: 'a', payload: null }]);
      for (const crashes of [0, 1]) {
        expect(await claimOneEvent()).toMatchObject({ crashes });
        on.clock += LEASE_MS;
      }
      await on.store.returnEvent(await claimOneEvent(), { afterMs: 0, counted: false });

      expect(await claimOneEvent()).toMatchObject({ crashes: 0, attempts: 3 });
    });

    it('settles an event once: a worker that lost its lease changes nothing', async () => {
      await on.store.put([{ key: 'e', lane: 'a', payload: null }]);
      const frozen = await claimOneEvent();
      on.clock += LEASE_MS;
      const second = await claimOneEvent();

      await expect(on.store.settleEvent(frozen, settlement({ deliveries: [delivery('d')] }))).rejects.toThrow(
        LeaseLost,
      );
      await expect(on.store.returnEvent(frozen, { afterMs: 0, counted: false })).rejects.toThrow(LeaseLost);
      expect(await on.store.view('d')).toBeNull();
      await on.store.settleEvent(second, settlement());
    });

    it('stores all that follows from an event, or nothing when a record is not as expected', async () => {
      await follow({ records: [{ namespace: 'links', key: 'k', value: { to: 1 }, was: null }] });
      await on.store.put([{ key: 'e', lane: 'a', payload: null }]);
      const event = await claimOneEvent();
      const wanted = settlement({
        deliveries: [delivery('d')],
        events: [{ key: 'follow-up', lane: 'a', payload: null }],
        records: [{ namespace: 'links', key: 'k', value: { to: 2 }, was: null }],
      });

      await expect(on.store.settleEvent(event, wanted)).rejects.toThrow(Conflict);
      expect(await on.store.view('d')).toBeNull();
      expect(await on.record('links', 'k')).toEqual({ to: 1 });

      const records = [{ namespace: 'links', key: 'k', value: { to: 2 }, was: { to: 1 } }];
      await on.store.settleEvent(event, { ...wanted, records });
      expect(await on.store.view('d')).toMatchObject({ state: 'owed' });
      expect(await on.record('links', 'k')).toEqual({ to: 2 });
      expect((await claimOneEvent()).key).toBe('follow-up');
    });

    it('deletes a record that is written as null', async () => {
      await follow({ records: [{ namespace: 'links', key: 'k', value: 1 }] });
      await follow({ records: [{ namespace: 'links', key: 'k', value: null, was: 1 }] });

      expect(await on.record('links', 'k')).toBeUndefined();
    });
  });
};
